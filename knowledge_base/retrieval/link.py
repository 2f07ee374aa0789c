"""What a question was linked to: the result type of retrieval."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_ASK_AT_MOST = 4
_ASK_LEAST = 0.02
_ASK_SHARE = 0.08


class LinkOutcome(StrEnum):
    """What may be done with the candidates."""

    ANSWER = "answer"  # the first candidate is meant
    ASK = "ask"  # one of a few is meant: ask which
    DECLINE = "decline"  # nothing is close
    NONE = "none"  # the message names no procedure at all (a greeting, "bao nhiêu tiền")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be meant; ``score`` in 0..1, calibrated, best first.

    ``code``: a procedure's code such as ``1.001193``, or a life event's id such as
    ``vua-sinh-con``; no string is both.
    """

    code: str
    name: str
    score: float

    @property
    def is_event(self) -> bool:
        """Whether it is a life event: its id has no dot, a code always does."""
        return "." not in self.code


@dataclass(frozen=True, slots=True)
class Link:
    """What a message may be about, best first (at most 5)."""

    outcome: LinkOutcome
    candidates: tuple[Candidate, ...] = ()

    @property
    def asked(self) -> tuple[Candidate, ...]:
        """The candidates worth asking about: at most 4, none far behind the first."""
        least = max(_ASK_LEAST, _ASK_SHARE * self.candidates[0].score) if self.candidates else 0.0
        return tuple(c for c in self.candidates if c.score >= least)[:_ASK_AT_MOST]
