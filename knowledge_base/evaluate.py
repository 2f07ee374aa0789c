"""Measures understanding on labelled questions: the same understanding as a message gets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from knowledge_base.retrieval.link import Link, LinkOutcome


class Understood(Protocol):
    """What is measured of an understanding."""

    @property
    def intent(self) -> str:
        """The kind of question."""
        ...

    @property
    def link(self) -> Link:
        """The procedures found."""
        ...


class QuestionError(ValueError):
    """A line of the questions file has another shape; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question; ``codes``: every code that is right, empty when none is; ``intents``:
    every kind of question that is right, empty when it is not asked."""

    question: str
    codes: tuple[str, ...]
    intents: tuple[str, ...]
    group: str
    out_of_scope: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Results of one group. Shares are 0..1, None where the group has nothing to count."""

    group: str
    n: int
    hit1: float | None
    hit5: float | None
    mrr: float | None
    intent: float | None
    answered: float
    asked: float
    declined: float
    wrong_answered: float | None  # in scope, answered with a wrong procedure
    out_of_scope_answered: float | None
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class _Seen:
    question: Question
    understood: Understood
    rank: int | None
    ms: float


def read(path: Path) -> list[Question]:
    """The questions of a JSON-lines file.

    Raises:
        OSError: the file cannot be read.
        QuestionError: a line has another shape.
    """
    found: list[Question] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            found.append(
                Question(
                    str(raw["question"]),
                    tuple(raw.get("codes") or ()),
                    tuple(i for i in (raw.get("intent"), *raw.get("intent_alt", ())) if i),
                    str(raw.get("group") or "?"),
                    bool(raw.get("out_of_scope", False)),
                )
            )
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise QuestionError(f"{path}:{number}: {error!r}") from error
    return found


def evaluate(
    questions: Sequence[Question],
    understand: Callable[[str], Understood],
    same: Callable[[str], frozenset[str]],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Row], list[str]]:
    """Run every question and count.

    Args:
        questions: what to ask.
        understand: the understanding of a message.
        same: all codes of the file that serves a code, e.g. one procedure's codes per level.
        progress: told (done, total).

    Returns:
        A row per group and one for all, and a line per question that went wrong.
    """
    seen: list[_Seen] = []
    for done, question in enumerate(questions, 1):
        start = time.perf_counter()
        understood = understand(question.question)
        ms = (time.perf_counter() - start) * 1000
        right = frozenset(c for code in question.codes for c in same(code))
        codes = [c.code for c in understood.link.candidates]
        rank = next((i for i, code in enumerate(codes, 1) if same(code) & right), None)
        seen.append(_Seen(question, understood, rank, ms))
        if progress:
            progress(done, len(questions))
    groups = sorted({s.question.group for s in seen})
    rows = [_row(g, [s for s in seen if s.question.group == g]) for g in groups]
    rows.append(_row("ALL", seen))
    return rows, [_complaint(s) for s in seen if _is_wrong(s)]


def _share(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return round(sum(values) / len(values), 4) if values else None


def _row(group: str, seen: Sequence[_Seen]) -> Row:
    inside = [s for s in seen if s.question.codes]
    outside = [s for s in seen if s.question.out_of_scope]
    times = np.array([s.ms for s in seen] or [0.0])
    reciprocal = [1 / s.rank if s.rank else 0.0 for s in inside]

    def outcome(*wanted: LinkOutcome) -> float:
        return _share(s.understood.link.outcome in wanted for s in seen) or 0.0

    return Row(
        group=group,
        n=len(seen),
        hit1=_share(s.rank == 1 for s in inside),
        hit5=_share(s.rank is not None for s in inside),
        mrr=round(float(np.mean(reciprocal)), 4) if inside else None,
        intent=_share(
            s.understood.intent in s.question.intents for s in seen if s.question.intents
        ),
        answered=outcome(LinkOutcome.ANSWER),
        asked=outcome(LinkOutcome.ASK),
        declined=outcome(LinkOutcome.DECLINE, LinkOutcome.NONE),
        wrong_answered=_share(_answered(s) and s.rank != 1 for s in inside),
        out_of_scope_answered=_share(_answered(s) for s in outside),
        p50_ms=round(float(np.percentile(times, 50)), 1),
        p95_ms=round(float(np.percentile(times, 95)), 1),
    )


def _answered(seen: _Seen) -> bool:
    """A procedure is shown: linked with confidence, and not recognised as off topic."""
    link = seen.understood.link.outcome is LinkOutcome.ANSWER
    return link and seen.understood.intent != "out_of_scope"


def _is_wrong(seen: _Seen) -> bool:
    if seen.question.out_of_scope:
        return _answered(seen)
    missed = bool(seen.question.codes) and seen.rank != 1
    intents = seen.question.intents
    return missed or bool(intents and seen.understood.intent not in intents)


def _complaint(seen: _Seen) -> str:
    link = seen.understood.link
    best = [f"{c.code} {c.score:.2f}" for c in link.candidates[:3]]
    wanted = ",".join(seen.question.codes) or "-"
    right = " hay ".join(seen.question.intents) or "?"
    return (
        f"{seen.question.group}: {seen.question.question!r} → {link.outcome.value} {best} "
        f"(đúng: {wanted}); {seen.understood.intent} (đúng: {right})"
    )


def as_json(rows: Sequence[Row], complaints: Sequence[str]) -> str:
    """Rows and complaints as one JSON document."""
    document = {"groups": [asdict(row) for row in rows], "wrong": list(complaints)}
    return json.dumps(document, ensure_ascii=False, indent=1)
