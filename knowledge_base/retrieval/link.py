"""What a question was linked to: the result type of retrieval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

_ASK_AT_MOST = 4
_ASK_SHARE = 0.08
_SECOND_COUNTS = 0.5
_DOUBTED_BELOW = 1.5  # in sureness …
_LIKELY = 0.5  # … or, with nothing near it, in likelihood


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
        least = _ASK_SHARE * self.candidates[0].score if self.candidates else 0.0
        return tuple(c for c in self.candidates if c.score >= least)[:_ASK_AT_MOST]

    @property
    def doubted(self) -> bool:
        """Whether the first is meant so little surely that an answer should offer the others."""
        if not self.candidates or self.candidates[0].is_event:
            return False
        first = self.candidates[0].score
        second = self.candidates[1].score if len(self.candidates) > 1 else 0.0
        return first < _LIKELY or sureness(first, second) < _DOUBTED_BELOW


def sureness(first: float, second: float) -> float:
    """How surely the first candidate is meant, by the likelihoods of the first two: its log odds
    less half those of the second, as a logistic regression learnt from sample questions that were
    held out (docs/adr/0015). From about -9 to 14."""
    return _log_odds(first) - _SECOND_COUNTS * _log_odds(second)


def _log_odds(likelihood: float) -> float:
    likely = min(max(likelihood, 1e-4), 1 - 1e-4)  # what is kept has four places
    return math.log(likely / (1 - likely))
