"""The rules of tickets: who may do what, and what becomes of it. Pure.

open → claimed → closed, and back from claimed to open. One person at a time has a claimed ticket;
a closed one stays closed. Whoever calls holds the ticket's row, so that of two who claim at the
same moment one wins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from actions.tickets import Team, TicketKind
from bot.messages import Helper

# Minutes from when people owe an answer to the first reminder, from that to the second …
PAUSES = (10, 30, 60, 120)


class Status(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Closed(StrEnum):
    """Why a ticket was closed."""

    DONE = "done"  # by who had it
    ENDED = "ended"  # the citizen talks to the machine again
    ERASED = "erased"  # the citizen had everything forgotten
    FORGOTTEN = "forgotten"  # never closed, and the citizen's data is kept no longer


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket, as kept. ``conversation``, ``channel``, ``chat``: whose it is; None once erased
    or forgotten.

    ``helper``: who has it, or had it last when it was closed. ``waiting_since``: since when people
    owe the citizen an answer; ``remind_at``: when the team is reminded of that next, the
    ``reminders`` before not counted; ``post``: the message of the team's chat that others about it
    go under.
    """

    number: int
    kind: TicketKind
    reason: str
    summary: str
    conversation: str | None
    channel: str | None
    chat: str | None
    unit: str | None
    address: str
    status: Status
    opened_at: datetime
    helper: Helper | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_why: Closed | None = None
    waiting_since: datetime | None = None
    reminders: int = 0
    remind_at: datetime | None = None
    post: str | None = None


class Refusal(StrEnum):
    """Why somebody of the team may not do that."""

    TAKEN = "taken"  # somebody else has it
    CLOSED = "closed"
    ERASED = "erased"  # nobody is left to answer
    UNKNOWN = "unknown"  # there is no such ticket


class Refused(Exception):
    """A rule says no; ``ticket`` as it is, None where there is none."""

    def __init__(self, why: Refusal, ticket: Ticket | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.ticket = ticket


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one team; ``pauses`` between reminders, the last one again and again."""

    team: Team
    pauses: tuple[timedelta, ...] = tuple(timedelta(minutes=minutes) for minutes in PAUSES)

    def opened(self, ticket: Ticket, now: datetime) -> Ticket:
        """A new ticket waits."""
        return self._waiting(ticket, now)

    def claimed(self, ticket: Ticket, helper: Helper, now: datetime) -> Ticket:
        """``helper`` takes an open ticket, or one whose holder was reminded in vain.

        Raises:
            Refused: it is closed, or somebody else has it.
        """
        _check(ticket, helper)
        if ticket.helper == helper:
            return ticket
        taken = replace(ticket, status=Status.CLAIMED, helper=helper, claimed_at=now, reminders=0)
        return self._waiting(taken, now) if taken.waiting_since else taken

    def answered(self, ticket: Ticket, helper: Helper, now: datetime) -> Ticket:
        """``helper`` says something to the citizen, which takes an open ticket.

        Raises:
            Refused: see :meth:`claimed`; or the citizen is gone.
        """
        taken = self.claimed(ticket, helper, now)
        return replace(taken, waiting_since=None, reminders=0, remind_at=None)

    def wrote(self, ticket: Ticket, now: datetime) -> Ticket:
        """The citizen says something; people owe an answer from the first such words on."""
        return ticket if ticket.waiting_since else self._waiting(ticket, now)

    def released(self, ticket: Ticket, helper: Helper, now: datetime) -> Ticket:
        """The ticket waits for another one of the team; what ``helper`` had, or nobody has.

        Raises:
            Refused: it is closed, or somebody else has it.
        """
        _check(ticket, helper)
        if ticket.status is Status.OPEN:
            return ticket
        free = replace(ticket, status=Status.OPEN, helper=None, claimed_at=None, reminders=0)
        return self._waiting(free, now)

    def closed(self, ticket: Ticket, helper: Helper, now: datetime) -> Ticket:
        """``helper``, who has it or takes it hereby, is done with it.

        Raises:
            Refused: see :meth:`claimed`.
        """
        return _ended(self.claimed(ticket, helper, now), Closed.DONE, now)

    def ended(self, ticket: Ticket, now: datetime) -> Ticket:
        """The citizen needs nobody any more."""
        return ticket if ticket.status is Status.CLOSED else _ended(ticket, Closed.ENDED, now)

    def due(self, ticket: Ticket, now: datetime) -> bool:
        """Whether the team is to be reminded now."""
        return ticket.remind_at is not None and ticket.remind_at <= now

    def reminded(self, ticket: Ticket, now: datetime) -> Ticket:
        """The team was reminded."""
        return self._waiting(replace(ticket, reminders=ticket.reminders + 1), now)

    def wanted(self, ticket: Ticket, at: datetime) -> Ticket:
        """The citizen would like to be answered then: the team is reminded then."""
        return replace(ticket, remind_at=self.team.back(at))

    def _waiting(self, ticket: Ticket, now: datetime) -> Ticket:
        pause = self.pauses[min(ticket.reminders, len(self.pauses) - 1)]
        at = self.team.back(now + pause)
        return replace(ticket, waiting_since=ticket.waiting_since or now, remind_at=at)


def _check(ticket: Ticket, helper: Helper) -> None:
    """Raise :class:`Refused` unless it is open, ``helper``'s, or left lying by who has it."""
    if ticket.closed_why is Closed.ERASED:
        raise Refused(Refusal.ERASED, ticket)
    if ticket.status is Status.CLOSED:
        raise Refused(Refusal.CLOSED, ticket)
    if ticket.status is Status.CLAIMED and ticket.helper != helper and not ticket.reminders:
        raise Refused(Refusal.TAKEN, ticket)


def _ended(ticket: Ticket, why: Closed, now: datetime) -> Ticket:
    return replace(
        ticket,
        status=Status.CLOSED,
        closed_at=now,
        closed_why=why,
        waiting_since=None,
        remind_at=None,
    )
