"""What people are asked to see to, and who those people are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.opening import Week
from knowledge_base.phrases import DEFAULT_ADDRESS


class TicketKind(StrEnum):
    """What a ticket asks of the team."""

    HUMAN = "human"  # to talk to the citizen
    FEEDBACK = "feedback"  # to look at a complaint or a proposal


@dataclass(frozen=True, slots=True)
class TicketRequest:
    """A ticket to be opened with the turn.

    ``reason``: why, one word that is counted (``asked``, ``angry``, a category); ``summary``: what
    it is about, masked, for the team to read. ``unit`` (code of the citizen's province or commune)
    and ``address`` (what they are called) are filled in by the turn.
    """

    kind: TicketKind
    reason: str
    summary: str
    unit: str | None = None
    address: str = DEFAULT_ADDRESS


@dataclass(frozen=True, slots=True)
class Team:
    """People who read tickets; nobody may be promised where there is no team.

    ``hours``: when they are there, public holidays left out.
    """

    hours: Week
