"""What a missed question is, and the port to where missed questions are kept.

Nothing here leads to a person: no conversation, no channel, no hour; a day only, and counts of
equal questions in place of a row for everybody who asked. The words are masked and scrubbed
(:mod:`knowledge_base.review.personal`) before they become a :class:`Miss`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

# What fewer have asked may tell who they are: it is kept for a shorter time and stays at home.
OFTEN = 3


class MissKind(StrEnum):
    """How it showed that a question was missed."""

    DECLINED = "declined"  # nothing was found
    OUT_OF_SCOPE = "out_of_scope"  # taken for something else than procedures, perhaps wrongly
    CORRECTED = "corrected"  # answered, and the citizen said "không phải cái đó"
    NONE_OF_THESE = "none_of_these"  # asked which, and it was none of them
    LATE_CHOICE = "late_choice"  # asked which, and it was the third or a later one
    FALLBACK = "fallback"  # answered, but what was asked about it was not understood
    REPHRASED = "rephrased"  # missed; asked in other words on the same day, and answered


@dataclass(frozen=True, slots=True)
class Miss:
    """One question missed, or ``count`` equal ones of a ``day``.

    ``offered``: codes that were answered or asked about; ``chosen``: the one that the citizen was
    content with in the end.
    """

    question: str
    kind: MissKind
    day: date
    offered: tuple[str, ...] = ()
    chosen: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Missed:
    """A question with everything that is kept about it.

    ``number`` stays the same as long as it is kept; ``taught``: the day an official added it to
    the data, after which it was missed again all the same.
    """

    number: int
    question: str
    misses: tuple[Miss, ...]
    taught: date | None = None

    @property
    def count(self) -> int:
        """How often it was missed. That it was found in other words later is no miss more."""
        again = MissKind.REPHRASED
        return sum(miss.count for miss in self.misses if miss.kind is not again) or sum(
            miss.count for miss in self.misses
        )


class MissBook(Protocol):
    """Where missed questions are kept.

    Every method raises :class:`knowledge_base.portal.book.BookUnavailable`.
    """

    async def missed(self) -> Sequence[Missed]:
        """All that wait for an official, the most frequent first."""
        ...

    async def add(self, misses: Iterable[Miss], origin: str) -> None:
        """Take in a list of another place, ``origin``; the same list once more changes nothing."""
        ...

    async def teach(self, numbers: Sequence[int], day: date) -> None:
        """These were added to the data: they wait no more, unless they are missed after ``day``."""
        ...

    async def drop(self, numbers: Sequence[int], day: date) -> None:
        """These are no use: they wait no more, nor are they noted again."""
        ...
