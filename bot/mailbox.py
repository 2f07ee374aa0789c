"""The door for messages and the window for answers, the same for every channel.

Errors: :class:`bot.store.errors.StoreUnavailable` from every method when PostgreSQL is away, and

MailboxError
├── BadAddress      the channel, chat or message id cannot be kept
├── UnknownMessage  no such message: never received, erased, or too old
└── NotAnswered     (also a TimeoutError) the message is accepted but not done yet
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from bot import guessing, media, tracing
from bot.delivery import cut_off
from bot.jobs import Jobs, Timing, queue_schema
from bot.messages import DESK, TEAM, Incoming, StoredReply
from bot.privacy import clean, mask
from bot.store import counts, deliveries, messages, operation, subscriptions, tickets
from bot.store.counts import Counts
from bot.store.messages import Entry
from bot.store.migrate import OURS, migrate
from bot.store.notices import Notices
from bot.store.pool import Connection, Store
from bot.store.tickets import TicketCounts
from bot.team_desk import ANY_NUMBER, Plan, TeamDesk
from bot.tickets import Status, Ticket
from bot.times import VIETNAM

ID_LENGTH = 200  # of a chat or a message; channels use at most some 40 characters
HANDLE_LENGTH = 2000  # of a medium: a name, or an address


class MailboxError(Exception):
    """Base of the mailbox's own errors."""


class BadAddress(MailboxError):
    """A channel, chat or message id is empty, too long or holds control characters."""


class UnknownMessage(MailboxError):
    """There is no such message: it was never received, or it has been erased."""


class NotAnswered(MailboxError, TimeoutError):
    """The message is kept and will be answered, but not within the time given."""


class Receipt(Enum):
    """What became of a message at the door."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # delivered before; nothing more to do
    CROWDED = "crowded"  # too many of this chat are waiting; not kept


class _Overtaken(Exception):
    """Rolls a transaction back because the conversation moved on meanwhile."""


class Mailbox:
    """Takes messages in durably and gives the answers out. Build it with :func:`open_mailbox`."""

    def __init__(
        self,
        store: Store,
        jobs: Jobs,
        notices: Notices,
        *,
        cap: int = 20,
        desk: TeamDesk | None = None,
    ) -> None:
        """``cap``: unanswered messages one chat may have before it is CROWDED; ``desk``: of the
        team that sees to tickets, if there is one."""
        self.store = store
        self.jobs = jobs
        self.desk = desk
        self._notices = notices
        self._cap = cap

    async def receive(self, incoming: Incoming) -> Receipt:
        """Keep a message and have it handled, in one transaction; only then tell the channel yes.

        The text is cleaned and masked once more here, so that nothing unmasked is ever stored,
        whoever calls. Messages of one conversation are handled in the order of their acceptance.
        Raises :class:`BadAddress` and :class:`StoreUnavailable` (also while nothing is taken in,
        because the program is being emptied).
        """
        _check_address(incoming)
        if incoming.text is not None:
            incoming = replace(incoming, text=mask(clean(incoming.text)))
        elif incoming.choice is not None:
            incoming = replace(incoming, choice=clean(incoming.choice))
        incoming = replace(incoming, media=media.masked(incoming.media))
        with tracing.span("door", channel=incoming.channel) as measured:
            receipt = await self._keep(incoming)
            measured.set_attribute("receipt", receipt.value)
        return receipt

    async def _keep(self, incoming: Incoming) -> Receipt:
        async with self.store.transaction() as con:
            await operation.enter(con, incoming.conversation)
            row, known = await messages.insert(con, incoming, self._most(incoming))
            if row is not None:
                await self.jobs.enqueue_turn(con, row, incoming.conversation)
                return Receipt.ACCEPTED
        return Receipt.DUPLICATE if known else Receipt.CROWDED

    def _most(self, incoming: Incoming) -> int:
        """How many may wait beside a message: the team is not turned away, or what it says to one
        citizen would be lost because many others write."""
        return ANY_NUMBER if incoming.channel == TEAM else self._cap

    async def known(self, incoming: Incoming) -> Incoming | None:
        """The message of this channel, chat and id as it is kept; None where none was received.
        Raises :class:`BadAddress` and :class:`StoreUnavailable`."""
        _check_address(incoming)
        async with self.store.connection() as con:
            return await messages.known(con, incoming)

    async def answer_to(self, incoming: Incoming, timeout: float) -> list[StoredReply]:  # noqa: ASYNC109 part of the contract with the channels
        """Wait up to ``timeout`` seconds until the message is done; returns its replies in order
        (none, if the turn said nothing). A repeated message gets the same replies again.

        Raises :class:`NotAnswered`, :class:`UnknownMessage` and :class:`StoreUnavailable`.
        """
        _check_address(incoming)
        try:
            async with asyncio.timeout(timeout):
                return await self._answer(incoming)
        except TimeoutError as error:
            raise NotAnswered(f"no answer within {timeout:g} s") from error

    async def _answer(self, incoming: Incoming) -> list[StoredReply]:
        with self._notices.watching(incoming.conversation) as bell:
            while True:
                bell.clear()
                async with self.store.connection() as con:
                    found = await messages.answer(con, incoming)
                if found is None:
                    raise UnknownMessage(f"message {incoming.message_id!r} is not kept")
                done, answer = found
                if done:
                    return answer
                await bell.wait()

    async def replies(
        self, conversation: str, after: int = 0, limit: int = 200
    ) -> list[StoredReply]:
        """At most ``limit`` of the conversation's replies with an id above ``after``, in order."""
        async with self.store.connection() as con:
            return await messages.replies(con, conversation, after, limit)

    async def follow(self, conversation: str, after: int = 0) -> AsyncGenerator[StoredReply, None]:
        """Yield the replies with an id above ``after`` and then each new one as it is committed,
        for ever. Close the iterator (or cancel) to stop. Raises :class:`StoreUnavailable`."""
        with self._notices.watching(conversation) as bell:
            while True:
                bell.clear()
                while found := await self.replies(conversation, after):
                    for reply in found:
                        yield reply
                    after = found[-1].id
                await bell.wait()

    async def promised(self, conversation: str) -> datetime | None:
        """Until when somebody was promised to be told of dossiers; None where they were not."""
        async with self.store.connection() as con:
            return await subscriptions.lasts(con, conversation)

    async def transcript(self, conversation: str, limit: int = 100) -> list[Entry]:
        """The last ``limit`` lines of a conversation, masked as stored, oldest first."""
        async with self.store.connection() as con:
            return await messages.transcript(con, conversation, limit)

    async def erase(self, conversation: str) -> None:
        """Remove everything kept about a conversation, in one transaction: messages, replies,
        state, reminders and waiting jobs, and from its tickets whatever is the citizen's; the team
        is told. Counts of outcomes stay; there is no person in them."""
        async with self.store.transaction() as con:
            await messages.lock_conversation(con, conversation)
            await tickets.lock_all(con, conversation)
            await messages.erase(con, conversation)
            await erase_tickets(con, conversation, self.desk)

    async def remind_at(self, channel: str, chat: str, when: datetime, choice: str) -> None:
        """At ``when`` (aware), handle ``choice`` as if the citizen had pressed it. Survives
        restarts; does not hold up the chat meanwhile; :meth:`erase` removes it."""
        async with self.store.transaction() as con:
            await self.jobs.enqueue_reminder(con, channel, chat, choice, when)

    async def reached(self, channel: str, chat: str, *, reached: bool) -> None:
        """A citizen blocks us on a channel (what waits for them is dropped, the state kept), or
        can be reached again."""
        conversation = f"{channel}:{chat}"
        async with self.store.transaction() as con:
            if reached:
                await deliveries.unblock(con, conversation)
            else:
                await cut_off(con, conversation, self.desk)

    async def check(self) -> None:
        """Raise :class:`StoreUnavailable` unless the database answers (readiness)."""
        await self.store.check()

    async def counts(self) -> Counts:
        """Numbers for the metrics."""
        async with self.store.connection() as con:
            return replace(await counts.read(con), guessing=await guessing.slowed(con))

    async def ticket_counts(self) -> TicketCounts:
        """Numbers of tickets for the metrics."""
        async with self.store.connection() as con:
            return await tickets.counts(con)

    async def tickets(
        self, *, number: int | None = None, status: Status | None = None, limit: int = 100
    ) -> Sequence[tuple[Ticket, int]]:
        """Tickets with how many wait before each; see :func:`bot.store.tickets.read`."""
        async with self.store.connection() as con:
            return await tickets.read(con, number=number, status=status, limit=limit)

    async def act(self, incoming: Incoming) -> None:
        """Do at once what somebody of the team asks for, instead of in a turn of its own; nothing
        where it was done before.

        Raises:
            bot.tickets.Refused: the rules say no; nothing is kept.
            BadAddress, StoreUnavailable: as :meth:`receive`.
        """
        assert self.desk is not None and incoming.helper is not None
        _check_address(incoming)
        if incoming.text is not None:
            incoming = replace(incoming, text=mask(clean(incoming.text)))
        while True:
            with suppress(_Overtaken):
                async with self.store.transaction() as con:
                    await self._act(con, self.desk, incoming)
                return

    async def _act(self, con: Connection, desk: TeamDesk, incoming: Incoming) -> None:
        await messages.lock_conversation(con, incoming.conversation)
        row, _ = await messages.insert(con, incoming, self._most(incoming))
        if row is None:
            return
        turn = await messages.begin(con, row, suspects=True)
        assert turn is not None, "it was stored just now"
        now = datetime.now(VIETNAM)
        result = await desk.take(con, incoming, now)
        pushed = desk.chat != DESK
        ids = await messages.finish(con, turn, result, pushed=pushed, parked=None, now=now)
        if ids is None:
            raise _Overtaken
        for reply in ids if pushed else ():
            await self.jobs.enqueue_delivery(con, reply, incoming.conversation, TEAM)


@asynccontextmanager
async def open_mailbox(
    conninfo: str,
    *,
    cap: int = 20,
    timing: Timing | None = None,
    migrations: Path = OURS,
    desk: Plan | None = None,
) -> AsyncIterator[Mailbox]:
    """Bring the tables up to date, connect and listen; everything is closed at the end. ``desk``:
    of the team, where there is one.

    Raises :class:`bot.store.errors.StoreError`.
    """
    await migrate(conninfo, queue_schema(), migrations)
    store = Store(conninfo)
    notices = Notices(conninfo)
    try:
        await store.open()
        jobs = Jobs(store, timing)
        await jobs.open()
        await notices.start()
        team = TeamDesk(jobs, desk) if desk else None
        yield Mailbox(store, jobs, notices, cap=cap, desk=team)
    finally:
        await notices.stop()
        await store.close()


async def erase_tickets(con: Connection, conversation: str, desk: TeamDesk | None) -> None:
    """Take what is the citizen's out of a conversation's tickets, and tell the team; part of the
    transaction that erases the conversation."""
    numbers = await tickets.erase(con, conversation, datetime.now(VIETNAM))
    if desk is not None:
        await desk.emptied(con, numbers, "erased")


async def forget_tickets(con: Connection, age: timedelta, desk: TeamDesk | None) -> None:
    """Forget the tickets of conversations that were forgotten after ``age``, and tell the team of
    those that nobody had closed."""
    numbers = await tickets.forget_old(con, age, datetime.now(VIETNAM))
    if desk is not None:
        await desk.emptied(con, numbers, "forgotten")


def _check_address(incoming: Incoming) -> None:
    for what in (incoming.channel, incoming.chat, incoming.message_id):
        if not 0 < len(what) <= ID_LENGTH or not what.isprintable():
            raise BadAddress(
                f"channel, chat and message id must be 1 to {ID_LENGTH} printable characters"
            )
    if ":" in incoming.channel:
        raise BadAddress("a channel's name has no colon")
    if [incoming.text, incoming.choice, incoming.opens].count(None) != 2:
        raise BadAddress("a message is either a text or a choice or a pass")
    if incoming.media is not None and (
        incoming.text is None or len(incoming.media.handle) > HANDLE_LENGTH
    ):
        raise BadAddress("a medium comes with a text, and its handle is short")
