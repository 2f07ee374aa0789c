"""All that one evaluation measured, and what it makes of it: rows, confusions, shortfalls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge_base.evaluation.counting import ALL, Asked, Row, row, rows
from knowledge_base.evaluation.floors import Floors, shortfall
from knowledge_base.evaluation.questions import KINDS, OUTSIDE, Question

OURS = "Trợ lý"
OTHER = "khác"  # any kind that is no question about a procedure


@dataclass(frozen=True, slots=True)
class Mistaken:
    """One thing taken for another, how often, and the first question that shows it."""

    wanted: str
    given: str
    count: int
    example: str


@dataclass(frozen=True)
class Measured:
    """One evaluation.

    ``asked``: what came of the questions of each set; ``memory_mb``: what the program held then;
    ``ranks``: by each yardstick's name the place at which it finds what a question is about, in
    the order of :attr:`about`; empty when it was not compared.
    """

    asked: Mapping[str, Sequence[Asked]]
    memory_mb: float
    ranks: Mapping[str, Sequence[int | None]] = field(default_factory=dict)

    @property
    def all(self) -> list[Asked]:
        """Every question of every set."""
        return [a for asked in self.asked.values() for a in asked]

    @property
    def about(self) -> list[Asked]:
        """The questions that are about a procedure."""
        return [a for a in self.all if a.question.codes]

    def groups(self) -> list[Row]:
        """A row per group over all sets; the sentences asked only for their kind are one group."""
        found: dict[str, list[Asked]] = {}
        for name, asked in self.asked.items():
            for each in asked:
                found.setdefault(_group(name, each.question), []).append(each)
        return [*(row(group, found[group]) for group in sorted(found)), row(ALL, self.all)]

    def sets(self) -> list[Row]:
        """A row per set."""
        return [row(name, asked) for name, asked in self.asked.items()]

    def compared(self) -> dict[str, dict[str, tuple[float, float]]]:
        """By group, then by yardstick, ours last: share right first, share right among the first
        five; empty when it was not compared."""
        if not self.ranks:
            return {}
        places: dict[str, dict[str, list[int | None]]] = {}
        for name, ranks in {**self.ranks, OURS: [a.rank for a in self.about]}.items():
            for asked, rank in zip(self.about, ranks, strict=True):
                for group in (asked.question.group, ALL):
                    places.setdefault(group, {}).setdefault(name, []).append(rank)
        order = [*sorted(places.keys() - {ALL}), *(places.keys() & {ALL})]
        return {g: {n: _hits(found) for n, found in places[g].items()} for g in order}

    def confused_kinds(self) -> list[Mistaken]:
        """Kinds of question taken for another, most often first."""
        return _counted(
            (a.question.intents[0], a.tried.intent, a.question.question)
            for a in self.all
            if a.question.intents and not a.kind_heard
        )

    def confused_procedures(self, name_of: Callable[[str], str | None]) -> list[Mistaken]:
        """Procedures for which another one was found first, most often first, by their names."""

        def named(code: str) -> str:
            return f"{code} {name_of(code) or ''}".strip()

        return _counted(
            (
                named(a.question.codes[0]),
                named(a.tried.link.candidates[0].code) if a.tried.link.candidates else "–",
                a.question.question,
            )
            for a in self.about
            if a.rank != 1
        )

    def kinds(self) -> tuple[list[str], dict[tuple[str, str], int]]:
        """The kinds of question about a procedure, and how often each was heard as which; what is
        no such question was heard as :data:`OTHER`."""
        counts: Counter[tuple[str, str]] = Counter()
        asks = [a for a in self.all if _is_ask(next(iter(a.question.intents), ""))]
        for a in asks:
            wanted = a.question.intents[0]
            heard = wanted if a.kind_heard else a.tried.intent
            counts[wanted, heard if _is_ask(heard) else OTHER] += 1
        return sorted({wanted for wanted, _ in counts}), dict(counts)

    def shortfalls(self, floors: Floors) -> list[str]:
        """Every figure that is worse than its floor, with set and group; also floors of sets and
        groups that there are not."""
        found = []
        for name in [*self.asked, *(floors.floors.keys() - self.asked.keys())]:
            by_group = {r.group: r for r in rows(self.asked.get(name, ()))}
            bounds = floors.bounds(name, [g for g in by_group if g != ALL])
            found += [
                short
                for bound in bounds
                if (short := shortfall(bound, by_group, floors.named(bound.group)))
            ]
        return found


def _group(name: str, question: Question) -> str:
    return KINDS if name == KINDS and question.group != OUTSIDE else question.group


def _is_ask(kind: str) -> bool:
    return kind.startswith("ask_") and kind != "ask_bot"


def _hits(ranks: Sequence[int | None]) -> tuple[float, float]:
    return (
        sum(rank == 1 for rank in ranks) / len(ranks),
        sum(rank is not None for rank in ranks) / len(ranks),
    )


def _counted(pairs: Iterator[tuple[str, str, str]]) -> list[Mistaken]:
    examples: dict[tuple[str, str], list[str]] = {}
    for wanted, given, example in pairs:
        examples.setdefault((wanted, given), []).append(example)
    return sorted(
        (Mistaken(*pair, len(found), found[0]) for pair, found in examples.items()),
        key=lambda m: (-m.count, m.wanted, m.given),
    )
