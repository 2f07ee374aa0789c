"""Which papers of a dossier a citizen has: marks on the papers of one procedure and one situation.

A paper has no number in its record, so its mark is made of its name: an edited record keeps the
ticks of all papers that are still called the same. Pure, without words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from knowledge_base.schema import Paper
from knowledge_base.text import key

KEPT = 5  # checklists of one citizen


class Tick(StrEnum):
    """What a citizen said of a paper; LACK is also what was never spoken of."""

    HAVE = "have"
    LACK = "lack"
    SPARE = "spare"  # its condition does not hold for them


class Checklist(BaseModel):
    """The papers of a procedure (``code``) in a situation (``case``). ``known``: the marks of its
    papers when it was last shown, on ``day``; ``have`` and ``spare`` those that were ticked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    case: str | None = None
    have: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    day: date | None = None

    def tick_of(self, mark: str) -> Tick:
        """What was said of a paper."""
        if mark in self.have:
            return Tick.HAVE
        return Tick.SPARE if mark in self.spare else Tick.LACK

    def ticked(self, marks: Iterable[str], tick: Tick) -> Checklist:
        """The checklist with another tick on these papers."""
        changed = {*marks}
        have = [m for m in self.have if m not in changed]
        spare = [m for m in self.spare if m not in changed]
        if tick is Tick.HAVE:
            have += sorted(changed)
        elif tick is Tick.SPARE:
            spare += sorted(changed)
        return self.model_copy(update={"have": tuple(have), "spare": tuple(spare)})

    def joined(self, other: Checklist | None) -> Checklist:
        """The checklist with what ``other``, of the same procedure, says of papers that this one
        says nothing of."""
        if other is None:
            return self
        told = {*self.have, *self.spare}
        have = (*self.have, *(m for m in other.have if m not in told))
        spare = (*self.spare, *(m for m in other.spare if m not in told))
        return self.model_copy(update={"have": have, "spare": spare})


class Row(NamedTuple):
    """A paper with its mark and what was said of it."""

    mark: str
    paper: Paper
    tick: Tick


def marked(papers: Iterable[Paper]) -> dict[str, Paper]:
    """The papers by their marks, in order; a name that comes twice gets two marks."""
    found: dict[str, Paper] = {}
    for paper in papers:
        name, again = key(paper.name), 0
        while (mark := _mark(name, again)) in found:
            again += 1
        found[mark] = paper
    return found


def rows(checklist: Checklist, papers: Iterable[Paper]) -> list[Row]:
    """The papers with their ticks."""
    return [Row(mark, paper, checklist.tick_of(mark)) for mark, paper in marked(papers).items()]


def count(listed: Sequence[Row]) -> tuple[int, int]:
    """How many papers are there, of how many that are needed."""
    needed = [row for row in listed if row.tick is not Tick.SPARE]
    return sum(row.tick is Tick.HAVE for row in needed), len(needed)


def _mark(name: str, again: int) -> str:
    return blake2b(f"{name}#{again}".encode(), digest_size=5).hexdigest()
