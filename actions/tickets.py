"""What people are asked to see to, and who those people are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from knowledge_base import opening
from knowledge_base.opening import Calendar, Now, Week
from knowledge_base.phrases import DEFAULT_ADDRESS

_LATER = timedelta(hours=12)  # where nothing is known of the days to come


class TicketKind(StrEnum):
    """What a ticket asks of the team."""

    HUMAN = "human"  # to talk to the citizen
    FEEDBACK = "feedback"  # to look at a complaint or a proposal


@dataclass(frozen=True, slots=True)
class TicketRequest:
    """A ticket to be opened with the turn.

    ``reason``: why, one word that is counted (``asked``, ``angry``, a category); ``summary``: what
    it is about, masked, for the team to read. ``unit`` (code of the citizen's province or commune)
    and ``address`` (what they are called) are filled in by the turn. ``photos``: handles by which
    the team's channel shows photographs that go with it.
    """

    kind: TicketKind
    reason: str
    summary: str
    unit: str | None = None
    address: str = DEFAULT_ADDRESS
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForTeam:
    """What else a turn has for the team.

    ``relayed``: words for whoever talks to the citizen. ``muted``: whether the machine is silent
    from here on, None = as it was. ``ended``: the citizen needs nobody any more. ``wanted_at``:
    when they would like to be answered.
    """

    relayed: str | None = None
    muted: bool | None = None
    ended: bool = False
    wanted_at: datetime | None = None


NOTHING = ForTeam()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands with the team when a turn begins.

    ``asked``: a person was asked for, and that is not over; ``muted``: the machine is silent;
    ``helper``: the name of who talks to the citizen; ``waiting``: the citizen's last words are not
    answered yet; ``ahead``: how many wait who came before (or would, if a person is asked for now).
    """

    asked: bool = False
    muted: bool = False
    helper: str | None = None
    waiting: bool = False
    ahead: int = 0


UNASKED = Standing()


@dataclass(frozen=True, slots=True)
class Team:
    """People who read tickets; nobody may be promised where there is no team.

    ``hours``: when they are there, but for public holidays; ``standing``: of the conversation that
    the turn belongs to.
    """

    hours: Week
    calendar: Calendar = field(default_factory=Calendar)
    standing: Standing = UNASKED
    photos_from: str | None = None  # the channel whose photographs they can be shown

    def present(self, moment: datetime) -> bool:
        """Whether the team is at work at a moment (Vietnamese time)."""
        return opening.standing(moment, self.hours, self.calendar) is Now.OPEN

    def back(self, moment: datetime) -> datetime:
        """The moment itself where the team is at work, else when it is so again."""
        if self.present(moment):
            return moment
        begins = opening.next_opening(moment, self.hours, self.calendar)
        return begins or moment + _LATER
