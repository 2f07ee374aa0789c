"""Asks labelled questions as citizens would, and counts what came of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge_base.evaluation.questions import OUTSIDE, Question
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.link import Link, LinkOutcome

ALL = "ALL"
Same = Callable[[str], frozenset[str]]


class Tried(Protocol):
    """What came of a message; see :class:`bot.trial.Tried`."""

    @property
    def intent(self) -> str:
        """The kind of question that was heard."""
        ...

    @property
    def link(self) -> Link:
        """The procedures found."""
        ...

    @property
    def done(self) -> LinkOutcome:
        """What the citizen gets: a procedure, the question which one, or neither."""
        ...

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """Code and kind of question of each procedure that is shown."""
        ...

    @property
    def said(self) -> str:
        """All that is said."""
        ...

    @property
    def ms(self) -> float:
        """Processor time of understanding."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what came of it. ``rank``: the place of the first right one among those
    found, from 1; ``wrong``: something is shown that was not asked for; ``right``: only what was;
    ``both``: both questions of a message are answered, each as its kind, None if it has but one."""

    question: Question
    tried: Tried
    rank: int | None
    right: bool
    wrong: bool
    both: bool | None = None

    @property
    def kind_heard(self) -> bool:
        """Whether the kind of question is one of those wanted."""
        return self.tried.intent in self.question.intents

    @property
    def missed(self) -> bool:
        """Whether anything about it is not as wanted."""
        lost = bool(self.question.codes) and self.rank != 1
        unheard = bool(self.question.intents) and not self.kind_heard
        return self.wrong or lost or (unheard and OUTSIDE not in self.question.intents)


@dataclass(frozen=True, slots=True)
class Row:
    """What was counted in one group. Shares are 0..1, None where there is nothing to count.

    Of the questions about a procedure: ``hit1``, ``hit5`` right first or among the first five
    found; ``right``, ``asked``, ``declined``, ``wrong`` what the citizen gets, which makes 1.
    ``outside``: a procedure was shown although none was asked for. ``intent``: the kind of
    question right. ``both``: both questions of a message answered. ``numbers``: what must be said
    was said. ``p50_ms``, ``p95_ms``: processor time of one message.
    """

    group: str
    n: int
    hit1: float | None
    hit5: float | None
    right: float | None
    asked: float | None
    declined: float | None
    wrong: float | None
    outside: float | None
    intent: float | None
    both: float | None
    numbers: float | None
    p50_ms: float | None
    p95_ms: float | None


def same_of(knowledge: Knowledge) -> Same:
    """All codes of the file that serves a code, e.g. one procedure's codes per level."""

    def same(code: str) -> frozenset[str]:
        procedure = knowledge.by_code(code)
        return frozenset(procedure.codes) if procedure else frozenset({code})

    return same


def right_codes(question: Question, same: Same) -> frozenset[str]:
    """Every code that a right answer may have."""
    codes = (*question.codes, *(question.also.codes if question.also else ()))
    return frozenset(c for code in codes for c in same(code))


def rank_of(codes: Iterable[str], right: frozenset[str], same: Same) -> int | None:
    """The place, from 1, of the first right one among ``codes``; None when there is none."""
    return next((n for n, code in enumerate(codes, 1) if same(code) & right), None)


def ask(
    questions: Sequence[Question],
    attempt: Callable[[str], Tried],
    same: Same,
    progress: Callable[[], None] = lambda: None,
) -> list[Asked]:
    """Try every question.

    Args:
        questions: what to ask.
        attempt: what comes of a message.
        same: see :func:`same_of`.
        progress: called after each.
    """
    found: list[Asked] = []
    for question in questions:
        tried = attempt(question.question)
        found.append(judge(question, tried, same))
        progress()
    return found


def judge(question: Question, tried: Tried, same: Same) -> Asked:
    """What came of a question, held against what was wanted."""
    right = right_codes(question, same)
    rank = rank_of((c.code for c in tried.link.candidates), right, same)
    told = [code for code, _ in tried.told]
    astray = [code for code in told if not same(code) & right]
    if question.nothing:
        return Asked(question, tried, rank, right=False, wrong=bool(told))
    forbidden = {c for code in question.not_codes for c in same(code)} & set(told)
    wrong = bool(forbidden or (question.codes and astray))
    both = _both(question, tried, same) if question.also else None
    return Asked(question, tried, rank, right=bool(told) and not wrong, wrong=wrong, both=both)


def rows(asked: Sequence[Asked]) -> list[Row]:
    """A row per group, sorted by name, and one for all."""
    groups = sorted({a.question.group for a in asked})
    found = [row(g, [a for a in asked if a.question.group == g]) for g in groups]
    return [*found, row(ALL, asked)]


def row(group: str, asked: Sequence[Asked]) -> Row:
    """The figures of some questions under the name ``group``."""
    about = [a for a in asked if a.question.codes]
    held = [a for a in asked if a.question.codes or a.question.not_codes]
    outside = [a for a in asked if a.question.nothing]
    times = sorted(a.tried.ms for a in asked)
    return Row(
        group=group,
        n=len(asked),
        hit1=_share(a.rank == 1 for a in about),
        hit5=_share(a.rank is not None for a in about),
        right=_share(a.right for a in about),
        asked=_share(a.tried.done is LinkOutcome.ASK for a in about),
        declined=_share(a.tried.done is LinkOutcome.DECLINE for a in about),
        wrong=_share(a.wrong for a in held),
        outside=_share(a.wrong for a in outside),
        intent=_share(a.kind_heard for a in asked if a.question.intents),
        both=_share(a.both for a in asked if a.both is not None),
        numbers=_share(
            all(n in a.tried.said for n in a.question.numbers) for a in asked if a.question.numbers
        ),
        p50_ms=_quantile(times, 0.5),
        p95_ms=_quantile(times, 0.95),
    )


def complaint(asked: Asked) -> str:
    """One line on a question that went wrong."""
    question, tried = asked.question, asked.tried
    best = [f"{c.code} {c.score:.2f}" for c in tried.link.candidates[:3]]
    wanted = ",".join(question.codes) or "-"
    kinds = " hay ".join(question.intents) or "?"
    return (
        f"{question.group}: {question.question!r} → {tried.done.value} {best} "
        f"(đúng: {wanted}); {tried.intent} (đúng: {kinds})"
    )


def _share(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return round(sum(values) / len(values), 4) if values else None


def _both(question: Question, tried: Tried, same: Same) -> bool:
    wanted = [(question.codes, question.intents)]
    wanted += [(question.also.codes, question.also.intents)] if question.also else []
    return all(
        any(kind in kinds and same(code) & {*codes} for code, kind in tried.told)
        for codes, kinds in wanted
    )


def _quantile(sorted_values: Sequence[float], share: float) -> float | None:
    if not sorted_values:
        return None
    return round(sorted_values[math.ceil(share * len(sorted_values)) - 1], 1)
