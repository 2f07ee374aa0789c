"""The worker: handles messages, has replies delivered, and keeps house."""

from __future__ import annotations

import asyncio
import logging
import random
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from actions.dossier_sources.port import Finding, Why
from actions.dossier_sources.rhythm import Plan
from actions.replies import Reply
from actions.tickets import NOTHING
from bot import opening, tracing
from bot.delivery import Deliveries
from bot.jobs import REMINDERS, TURNS, Again, delivery_queue
from bot.logs import traced
from bot.mailbox import Mailbox, Receipt, erase_tickets, forget_tickets
from bot.media import MediaRoom
from bot.messages import TEAM, Incoming, Media, RetryLater, Sender, TurnHandler, TurnResult
from bot.store import (
    dossier_events,
    dossiers,
    guesses,
    messages,
    misses,
    passes,
    ratings,
    subscriptions,
    tickets,
)
from bot.store.errors import StoreUnavailable
from bot.store.messages import Turn
from bot.store.pool import Connection
from bot.threads import Gate, Threads
from bot.tickets import Refused
from bot.times import VIETNAM
from bot.watching import IDLE, TELLING, Watcher
from knowledge_base.opening import Calendar

logger = logging.getLogger(__name__)

MAX_DEATHS = 4
MAX_FAILURES = 4  # the first attempt and three more
FAILURE_BACKOFF = (0.5, 2.0, 6.0)  # seconds before the second, third and fourth attempt
PARKED = "parked"  # named outcome
KILLED = f"killed {MAX_DEATHS} processes"
LOOKED_UP = 6  # turns that may wait for what they look up or read beside those being handled
_GRACE = timedelta(days=7)  # in which a citizen is told that a dossier is watched no longer


LookUp = Callable[[str, Incoming], Awaitable[Finding]]


async def _nowhere(code: str, _incoming: Incoming) -> Finding:
    return Finding(code, Why.NO_SOURCE)


def _now() -> datetime:
    return datetime.now(VIETNAM)


class Worker:
    """Serves one database; several may run, in one process or in many."""

    def __init__(
        self,
        mailbox: Mailbox,
        handler: TurnHandler,
        senders: Sequence[Sender] = (),
        *,
        parked_reply: Reply,
        look_up: LookUp = _nowhere,
        media: MediaRoom | None = None,
        plans: Mapping[str, Plan] | None = None,
        calendar: Calendar | None = None,
        turn_limit: float = 20.0,
        concurrent_turns: int = 2,
        concurrent_sends: int = 8,
        retention: timedelta = timedelta(days=30),
        review: timedelta = timedelta(days=90),
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """``handler`` is called in threads, ``concurrent_turns`` at a time, never twice at a time
        for one conversation. ``parked_reply`` is what a citizen reads whose message was given up.
        ``look_up``: looks for the dossier of a code that a message asks for; raises nothing.
        ``media``: reads photographs and voice messages;
        ``plans``: the systems that are asked about watched dossiers, by name; ``calendar``: the
        days offices work on.
        ``retention``: how long messages and rare missed questions are kept; ``review``: how long
        the other missed questions are, and what citizens say of why they are not content.
        ``turn_limit`` in seconds; ``clock`` gives the aware time passed to the handler.
        """
        self._mailbox = mailbox
        self._store = mailbox.store
        self._jobs = mailbox.jobs
        self._desk = mailbox.desk
        self._handler = handler
        self._parked_reply = parked_reply
        self._look_up = look_up
        self._media = media or MediaRoom()
        self._watcher = Watcher(self._store, self._jobs, plans, calendar)
        self._turn_limit = turn_limit
        self._concurrent_turns = concurrent_turns
        self._concurrent_sends = concurrent_sends
        self._retention = retention
        self._review = review
        self._clock = clock
        self._pushed = frozenset(sender.channel for sender in senders)
        self._deliveries = Deliveries(self._store, senders, self._today, self._desk)
        self._threads = Threads()
        self._gate = Gate(concurrent_turns)
        self._undecided: set[int] = set()  # begun here, its end not written: not a death

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, finish what has begun, and return. The database may come and
        go meanwhile."""
        watcher = self._watcher
        self._jobs.define(self._turn, self._deliveries.deliver, self._remind, watcher.tasks)
        most = self._concurrent_turns + LOOKED_UP
        lanes: dict[tuple[str, ...], int] = {(TURNS, REMINDERS, TELLING): most, **watcher.lanes}
        lanes |= {(delivery_queue(one),): self._concurrent_sends for one in sorted(self._pushed)}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._jobs.work(lanes, stop))
            group.create_task(self._repeat(self._sweep, self._jobs.timing.sweep, stop))
            group.create_task(self._repeat(self._prune, self._jobs.timing.prune, stop))
            group.create_task(self._repeat(watcher.begin, IDLE, stop))
        self._threads.close()

    async def _turn(self, row: int, attempts: int) -> None:
        """Handle one message. Done once whatever happens: what is not committed is as if it had
        never begun, and what is committed is seen as done."""
        if row in self._undecided:
            # This process is alive, so what was counted in advance was no death.
            async with self._store.connection() as con:
                await messages.survived(con, row, failed=False)
            self._undecided.discard(row)
        for suspects in (False, True):
            async with self._gate.passing(alone=suspects):
                async with self._store.connection() as con:
                    turn = await messages.begin(con, row, suspects=suspects)
                if turn is None:
                    continue
                self._undecided.add(row)
                incoming = await opening.looked_up(turn.incoming, self._store)
                turn = replace(turn, incoming=incoming)
                wanted = await self._handle(turn)
            while wanted is not None:  # outside the gate: a slow system holds nobody else up
                try:
                    turn = await self._obtained(wanted, turn, attempts)
                except (Again, StoreUnavailable):
                    raise
                except Exception as error:  # of a source: were it no failure, it would be for ever
                    await self._failed(turn, error)
                    return
                async with self._gate.passing(alone=suspects):
                    wanted = await self._handle(turn)
            self._undecided.discard(row)
            return

    async def _obtained(self, wanted: TurnResult | Media, turn: Turn, attempts: int) -> Turn:
        """The turn with what it must know before: what its medium holds, or what is known of the
        dossier of a code."""
        incoming = turn.incoming
        if isinstance(wanted, TurnResult):
            assert wanted.lookup is not None
            checked = replace(incoming, checked=wanted.checked)
            finding = await self._look_up(wanted.lookup, checked)
            return replace(turn, incoming=replace(incoming, finding=finding))
        try:
            return replace(turn, incoming=await self._media.read(incoming, turn.age, attempts))
        except RetryLater as error:
            async with self._store.connection() as con:
                await messages.survived(con, turn.row, failed=False)
            self._undecided.discard(turn.row)
            assert error.after is not None
            raise Again(error.after) from error

    async def _handle(self, turn: Turn) -> TurnResult | Media | None:
        """Take a turn and keep its end; or what must be had before: what a medium holds, or what is
        known of the dossier of the code that a result asks for."""
        if turn.deaths > MAX_DEATHS:
            logger.error("Message %s ended %s processes and is parked", turn.row, MAX_DEATHS)
            await self._park(turn, KILLED)
            return None
        if self._media.awaits(turn.incoming):
            return turn.incoming.media
        try:
            if turn.incoming.channel == TEAM:
                saved = await self._at_desk(turn)
            else:
                result = await self._answer(turn)
                if result.lookup is not None:
                    if turn.incoming.finding is None:
                        return result
                    raise RuntimeError("a turn asks for a look-up again")
                saved = await self._save(turn, result)
        except StoreUnavailable:
            raise
        except Exception as error:
            # The handler's error, its time running out, or a result that cannot be stored.
            await self._failed(turn, error)
            return None
        if not saved:
            await self._lost_race(turn)
        return None

    async def _answer(self, turn: Turn) -> TurnResult:
        with tracing.span("answer", channel=turn.incoming.channel) as measured:
            result = await self._threads.run(
                self._turn_limit,
                self._handler,
                turn.incoming,
                deepcopy(turn.state),  # a handler that fails half-way leaves ours as it was
                self._clock(),
            )
            if result.heard is not None:
                understood = f"understood.{result.heard.link.outcome}"
                result = replace(result, events=(*result.events, understood))
            measured.set_attributes({"outcomes": result.events, "replies": len(result.replies)})
        return result

    async def _at_desk(self, turn: Turn) -> bool:
        """A turn of the team's conversation: taken and saved in one transaction."""
        if self._desk is None:  # the team was taken out of the settings meanwhile
            return await self._save(turn, TurnResult({}, ()))
        try:
            async with self._store.transaction() as con:
                now = self._clock()
                result = await self._desk.take(con, turn.incoming, now)
                await self._finish(con, turn, result, now=now)
        except Refused as refused:
            assert turn.incoming.helper is not None, "the program asks for nothing that is refused"
            return await self._save(turn, self._desk.refused(refused, turn.incoming.helper))
        except _NotOurs:
            return False
        return True

    async def _failed(self, turn: Turn, error: Exception) -> None:
        logger.error("Message %s could not be handled: %s", turn.row, traced(error))
        async with self._store.connection() as con:
            failures = await messages.survived(con, turn.row, failed=True)
        self._undecided.discard(turn.row)
        if failures < MAX_FAILURES:
            raise Again(FAILURE_BACKOFF[min(failures, len(FAILURE_BACKOFF)) - 1])
        await self._park(turn, _where(error))

    async def _park(self, turn: Turn, why: str) -> None:
        result = TurnResult(turn.state or {}, (self._parked_reply,), (PARKED,))
        if not await self._save(turn, result, parked=why):
            await self._lost_race(turn)

    async def _lost_race(self, turn: Turn) -> None:
        """Somebody else finished or erased the message, or moved the conversation on."""
        async with self._store.connection() as con:
            await messages.survived(con, turn.row, failed=False)
            again = await messages.waits(con, turn.row)
        self._undecided.discard(turn.row)
        if again:
            raise Again(0.05)

    async def _save(self, turn: Turn, result: TurnResult, *, parked: str | None = None) -> bool:
        """Commit the turn's end with its deliveries and reminders; False where it was not ours."""
        try:
            with tracing.span("save"):
                async with self._store.transaction() as con:
                    await self._finish(con, turn, result, now=self._clock(), parked=parked)
        except _NotOurs:
            return False
        return True

    async def _finish(
        self,
        con: Connection,
        turn: Turn,
        result: TurnResult,
        *,
        now: datetime,
        parked: str | None = None,
    ) -> None:
        incoming = turn.incoming
        pushed = incoming.channel in self._pushed
        for_team = bool(result.tickets) or result.team != NOTHING
        if for_team or result.erase:
            await tickets.lock_all(con, incoming.conversation)  # tickets before messages
        ids = await messages.finish(con, turn, result, pushed=pushed, parked=parked, now=now)
        if ids is None:
            raise _NotOurs
        if parked is None and not await opening.taken(con, incoming, self._jobs):
            raise _NotOurs
        if result.erase:
            await erase_tickets(con, incoming.conversation, self._desk)
        desk = self._desk if for_team else None
        if desk and not await desk.follow(con, turn.row, incoming, result, now):
            raise _NotOurs
        await self._watcher.follow(con, incoming, result.watching)
        for reminder in result.reminders:
            await self._jobs.enqueue_reminder(
                con, incoming.channel, incoming.chat, reminder.choice, reminder.due
            )
        for reply in ids if pushed else ():
            await self._jobs.enqueue_delivery(con, reply, incoming.conversation, incoming.channel)

    async def _remind(self, job: int, channel: str, chat: str, choice: str) -> None:
        """A reminder is due: put its choice in at the door, once, like any other message."""
        incoming = Incoming.reminder(job, channel, chat, choice)
        if await self._mailbox.receive(incoming) is Receipt.CROWDED:
            raise Again(30.0)

    async def _sweep(self) -> None:
        await self._jobs.sweep()

    async def _prune(self) -> None:
        await self._jobs.prune()
        removed = None
        while removed != 0:  # in small pieces, so that no lock is held for long
            async with self._store.connection() as con:
                removed = await messages.forget_old(con, self._retention)
        today = date.fromisoformat(self._today())
        async with self._store.connection() as con:
            await passes.forget_old(con)
            await misses.forget_old(con, today - self._review, today - self._retention)
            await ratings.forget_old(con, today - self._review)
            await guesses.keep_salts(con)
            await dossier_events.forget_old(con)
            await dossiers.forget_known(con, datetime.now(UTC) - self._review)
            await subscriptions.forget_old(con, datetime.now(UTC) - _GRACE)
        async with self._store.transaction() as con:
            await forget_tickets(con, self._retention, self._desk)

    async def _repeat(
        self, work: Callable[[], Awaitable[None]], seconds: float, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            try:
                await work()
            except StoreUnavailable as error:
                logger.warning("Housekeeping waits for the database: %s", error)
            except Exception:
                logger.exception("Housekeeping failed")
            try:
                # Not in step with the other processes.
                async with asyncio.timeout(seconds * random.uniform(0.8, 1.0)):  # noqa: S311
                    await stop.wait()
            except TimeoutError:
                continue

    def _today(self) -> str:
        return datetime.now(UTC).astimezone(VIETNAM).date().isoformat()


def _where(error: Exception) -> str:
    """The type of an error and the line it came from: its words may hold a citizen's."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    name = type(error).__name__
    return f"{name}, {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else name


class _NotOurs(Exception):
    """Rolls a transaction back whose message or conversation was changed by somebody else."""
