"""The team's desk: opens tickets, does what the team asks for, and carries words both ways.

The team is a conversation like any other, ``team:<TEAM_CHAT>``: what it says comes through the same
door, and so does what it is to be told, put there by the citizens' turns. What it has for a citizen
is put in at that citizen's door. Everything of one step is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from actions.replies import Reply
from actions.tickets import Team, TicketKind
from bot.jobs import Jobs
from bot.messages import TEAM, Helper, Incoming, Media, TurnResult
from bot.store import messages, tickets
from bot.store.pool import Connection
from bot.team_words import TeamWords
from bot.tickets import PAUSES, Refusal, Refused, Rules, Status, Ticket
from knowledge_base.phrases import Phrases
from knowledge_base.units import Units

TRANSCRIPT_LINES = 60
NO_WORDS = "no_words"  # the choice that stands for a picture, a sticker or a voice of a helper
TOO_LONG = "too_long"  # … for words of which a part would be lost
SHOWN = "shown"  # … for a photograph that goes with a ticket; the kind of its medium too
LEFT = "left"  # … for a helper who is not of the team any more
ANY_NUMBER = 1 << 30  # of waiting messages: neither the team nor what it is told is turned away


@dataclass(frozen=True)
class Plan:
    """What a desk is made of. ``chat``: of the team's group, or :data:`bot.messages.DESK`."""

    chat: str
    team: Team
    say: Phrases
    units: Units
    pauses: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in PAUSES)


class TeamDesk:
    """See the module. Every method is part of the transaction on its connection."""

    def __init__(self, jobs: Jobs, plan: Plan) -> None:
        self.chat = plan.chat
        self.words = TeamWords(plan.say, plan.units)
        self._jobs = jobs
        self.rules = Rules(plan.team, plan.pauses)

    async def follow(
        self, con: Connection, row: int, incoming: Incoming, result: TurnResult, now: datetime
    ) -> bool:
        """Do what a citizen's turn has for the team; False where the turn took it that a person
        listens, and none does any more. Call it with the conversation's ticket locked."""
        asks = result.team
        talking = await tickets.lock_talking(con, incoming.conversation)
        if asks.relayed is not None:
            if talking is None:
                return False
            talking = await self.keep(con, self.rules.wrote(talking, now), talking)
            await self._tell_team(con, f"turn-{row}", talking, text=asks.relayed)
        if asks.wanted_at is not None and talking is not None:
            talking = await self.keep(con, self.rules.wanted(talking, asks.wanted_at), talking)
        if asks.ended and talking is not None:
            talking = await self.keep(con, self.rules.ended(talking, now), talking)
            await self._tell_team(con, f"turn-{row}-ended", talking, choice="ended")
        for request in result.tickets:
            opened = await tickets.open_new(con, incoming, request, now)
            if opened is not None:
                await self.keep(con, self.rules.opened(opened, now), opened)
                key = f"turn-{row}-opened-{opened.number}"
                await self._tell_team(con, key, opened, choice="opened")
                for handle in request.photos:
                    await self._show_team(con, key, opened, handle)
        if asks.muted is not None:
            await tickets.mute(con, incoming.conversation, muted=asks.muted)
        return True

    async def emptied(self, con: Connection, numbers: Sequence[int], why: str) -> None:
        """The team hears that nothing is kept any more of what these tickets are about: the citizen
        had it ``erased``, or it is ``forgotten`` after its time."""
        for number in numbers:
            await self._put(con, self._to_team(f"{why}-{number}", number, choice=why))

    async def undelivered(self, con: Connection, number: int, reply: int) -> None:
        """The team hears that words of its own were given up on their way to a citizen."""
        key = f"undelivered-{reply}"
        await self._put(con, self._to_team(key, number, choice="undelivered"))

    async def blocked(self, con: Connection, conversation: str) -> None:
        """The team hears that its words do not reach a citizen any more."""
        for ticket in await tickets.not_closed(con, conversation):
            stamp = ticket.claimed_at or ticket.opened_at
            key = f"blocked-{ticket.number}-{stamp.timestamp():.6f}"
            await self._tell_team(con, key, ticket, choice="blocked")

    async def take(self, con: Connection, incoming: Incoming, now: datetime) -> TurnResult:
        """A turn of the team's conversation: what it says and does, or is to be told.

        Raises:
            bot.tickets.Refused: the rules say no; nothing has changed.
        """
        step = _Step(self, con, incoming, now)
        if incoming.helper is None:
            return await step.told()
        return await step.done(incoming.helper)

    def refused(self, refused: Refused, helper: Helper) -> TurnResult:
        """The turn that says no."""
        reply = self.words.refused(refused.why, helper, refused.ticket)
        return TurnResult({}, (reply,), (f"ticket.refused_{refused.why}",))

    async def keep(self, con: Connection, ticket: Ticket, before: Ticket) -> Ticket:
        """Save what has changed of a locked ticket, and be reminded of it when that is due."""
        if ticket != before:
            await tickets.save(con, ticket)
        if ticket.remind_at is not None and ticket.remind_at != before.remind_at:
            choice = f"tick.{ticket.number}"
            await self._jobs.enqueue_reminder(con, TEAM, self.chat, choice, ticket.remind_at)
        return ticket

    async def _tell_team(
        self,
        con: Connection,
        key: str,
        ticket: Ticket,
        *,
        text: str | None = None,
        choice: str | None = None,
    ) -> None:
        await self._put(con, self._to_team(key, ticket.number, text=text, choice=choice))

    async def _show_team(self, con: Connection, key: str, ticket: Ticket, handle: str) -> None:
        """The team is shown a photograph; its handle goes when that is done."""
        shown = self._to_team(f"{key}-{handle}", ticket.number, choice=SHOWN)
        await self._put(con, replace(shown, media=Media(SHOWN, handle)))

    def _to_team(
        self, key: str, number: int, *, text: str | None = None, choice: str | None = None
    ) -> Incoming:
        return Incoming(TEAM, self.chat, key, text=text, choice=choice, ticket=number)

    async def tell_citizen(
        self,
        con: Connection,
        key: str,
        ticket: Ticket,
        *,
        helper: Helper | None = None,
        text: str | None = None,
        choice: str | None = None,
    ) -> None:
        if ticket.channel is None or ticket.chat is None:
            return
        await self._put(
            con,
            Incoming(
                ticket.channel,
                ticket.chat,
                f"team-{key}-{ticket.number}",
                text,
                choice,
                ticket=ticket.number,
                helper=helper,
            ),
        )

    async def _put(self, con: Connection, incoming: Incoming) -> None:
        row, _ = await messages.insert(con, incoming, ANY_NUMBER)
        if row is not None:
            await self._jobs.enqueue_turn(con, row, incoming.conversation)


@dataclass(frozen=True, slots=True)
class _Step:
    """One turn of the team's conversation."""

    desk: TeamDesk
    con: Connection
    incoming: Incoming
    now: datetime

    async def told(self) -> TurnResult:
        """The team is told what happened, or that it is time."""
        verb, _, number = (self.incoming.choice or "").partition(".")
        ticket = await tickets.lock(self.con, int(number or self.incoming.ticket or 0))
        if ticket is None:
            return _nothing()
        words = self.desk.words
        if self.incoming.text is not None:
            return _said(words.relayed(ticket, self.incoming.text), "ticket.relayed")
        match verb:
            case "opened":
                return _said(words.opened(ticket, self.now), f"ticket.opened_{ticket.kind}")
            case "tick":
                return await self._tick(ticket)
            case "shown" if self.incoming.media is not None:
                return _said(words.shown(ticket, self.incoming.media.handle), "ticket.photo")
            case "ended" | "erased" | "forgotten" | "blocked" | "undelivered":
                return _said(words.event(ticket, verb), f"ticket.{verb}")
            case _:
                return _nothing()

    async def _tick(self, ticket: Ticket) -> TurnResult:
        """The team is reminded, where that is still due; the citizen is told kindly, once."""
        rules = self.desk.rules
        if not rules.due(ticket, self.now):
            return _nothing()
        if ticket.kind is TicketKind.HUMAN and not ticket.reminders:
            await self._citizen(ticket, choice="waiting")
        reply = self.desk.words.reminded(ticket, self.now)
        await self.desk.keep(self.con, rules.reminded(ticket, self.now), ticket)
        return _said(reply, "ticket.reminded")

    async def done(self, helper: Helper) -> TurnResult:
        """What somebody of the team says or does."""
        verb, _, number = (self.incoming.choice or "").partition(".")
        if verb == LEFT:
            return await self._left(helper)
        ticket = await tickets.lock(self.con, int(number or self.incoming.ticket or 0))
        if ticket is None:
            raise Refused(Refusal.UNKNOWN)
        if self.incoming.text is not None:
            return await self._answer(ticket, helper, self.incoming.text)
        match verb:
            case "claim":
                return await self._claim(ticket, helper)
            case "release":
                return await self._release(ticket, helper)
            case "close":
                return await self._close(ticket, helper)
            case "transcript":
                lines = await self._transcript(ticket)
                return _said(self.desk.words.transcript(ticket, lines), "ticket.transcript")
            case "too_long":
                return _said(self.desk.words.too_long(ticket), "ticket.too_long")
            case _:
                return _said(self.desk.words.not_words(ticket), "ticket.no_words")

    async def _answer(self, ticket: Ticket, helper: Helper, text: str) -> TurnResult:
        rules = self.desk.rules
        taken = await self.desk.keep(self.con, rules.answered(ticket, helper, self.now), ticket)
        replies: tuple[Reply, ...] = ()
        if taken.helper != ticket.helper:
            replies = (self.desk.words.claimed(taken, helper),)
            await self._joined(taken, helper)
        await self._citizen(taken, text=text, helper=helper)
        return TurnResult({}, replies, ("ticket.answered",))

    async def _claim(self, ticket: Ticket, helper: Helper) -> TurnResult:
        taken = self.desk.rules.claimed(ticket, helper, self.now)
        await self.desk.keep(self.con, taken, ticket)
        if taken.helper != ticket.helper:
            await self._joined(taken, helper)
        return _said(self.desk.words.claimed(taken, helper), "ticket.claimed")

    async def _release(self, ticket: Ticket, helper: Helper) -> TurnResult:
        free = self.desk.rules.released(ticket, helper, self.now)
        await self.desk.keep(self.con, free, ticket)
        if ticket.status is Status.CLAIMED:
            await self._parted(free)
        return _said(self.desk.words.released(free, helper), "ticket.released")

    async def _close(self, ticket: Ticket, helper: Helper) -> TurnResult:
        closed = self.desk.rules.closed(ticket, helper, self.now)
        await self.desk.keep(self.con, closed, ticket)
        if ticket.kind is TicketKind.HUMAN and ticket.conversation:
            await tickets.mute(self.con, ticket.conversation, muted=False)
        await self._citizen(closed, choice=f"closed_{ticket.kind}", helper=helper)
        return _said(self.desk.words.closed(closed, helper), "ticket.closed")

    async def _left(self, helper: Helper) -> TurnResult:
        """What they had waits again."""
        freed = []
        for ticket in await tickets.lock_of_helper(self.con, helper):
            free = self.desk.rules.released(ticket, helper, self.now)
            freed.append(await self.desk.keep(self.con, free, ticket))
            await self._parted(free)
        if not freed:
            return _nothing()
        return _said(self.desk.words.left(helper, freed), "ticket.helper_left")

    async def _joined(self, ticket: Ticket, helper: Helper) -> None:
        """A talk begins: the machine is silent, and says so before the person's first words."""
        if ticket.kind is TicketKind.HUMAN and ticket.conversation:
            await tickets.mute(self.con, ticket.conversation, muted=True)
            await self._citizen(ticket, choice="claimed", helper=helper)

    async def _parted(self, ticket: Ticket) -> None:
        if ticket.kind is TicketKind.HUMAN:
            await self._citizen(ticket, choice="released")

    async def _transcript(self, ticket: Ticket) -> Sequence[messages.Entry]:
        if ticket.conversation is None:
            return ()
        return await messages.transcript(self.con, ticket.conversation, TRANSCRIPT_LINES)

    async def _citizen(
        self,
        ticket: Ticket,
        *,
        text: str | None = None,
        choice: str | None = None,
        helper: Helper | None = None,
    ) -> None:
        key = f"{self.incoming.message_id}-{choice or 'said'}"
        await self.desk.tell_citizen(self.con, key, ticket, text=text, choice=choice, helper=helper)


def _said(reply: Reply, event: str) -> TurnResult:
    return TurnResult({}, (reply,), (event,))


def _nothing() -> TurnResult:
    return TurnResult({}, ())
