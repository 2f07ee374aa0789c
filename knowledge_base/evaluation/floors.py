"""What understanding is held to: the wanted figures, and the floors a build fails under."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge_base.checked import checked
from knowledge_base.evaluation.counting import ALL, Row
from knowledge_base.evaluation.questions import TESTS
from knowledge_base.yaml_lines import read_yaml

FILE = TESTS / "retrieval" / "floors.yaml"
EACH = "EACH"  # every group of the set
NAMES = {
    "hit1": "Hit@1", "hit5": "Hit@5", "right": "trả lời đúng", "asked": "hỏi lại",
    "declined": "từ chối", "wrong": "sai mà chắc", "outside": "không hỏi mà đưa",
    "intent": "đúng ý hỏi", "both": "trả lời cả hai", "numbers": "nói đủ số",
    "p50_ms": "CPU p50 ms", "p95_ms": "CPU p95 ms", "memory_mb": "bộ nhớ MB",
}  # fmt: skip
# Of these less is better.
CEILINGS = frozenset({"asked", "declined", "wrong", "outside", "p50_ms", "p95_ms", "memory_mb"})


class FloorsError(ValueError):
    """The file of floors is broken; the message names file and line."""


class Figures(BaseModel):
    """Bounds of a group's figures: least of what is good, most of what is bad."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hit1: float | None = None
    hit5: float | None = None
    right: float | None = None
    asked: float | None = None
    declined: float | None = None
    wrong: float | None = None
    outside: float | None = None
    intent: float | None = None
    both: float | None = None
    numbers: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    memory_mb: float | None = None

    def given(self) -> dict[str, float]:
        """The bounds that are set, by the figure's name."""
        return self.model_dump(exclude_none=True)


@dataclass(frozen=True, slots=True)
class Bound:
    """One floor: of a figure in a group of a set."""

    set: str
    group: str
    figure: str
    value: float


class Floors(BaseModel):
    """``names``: what a group is called; ``sets``: how blind each set is; ``wanted``: by group over
    all sets, ``ALL`` for all of them; ``floors``: by set and group, ``ALL`` for the set, ``EACH``
    for every group of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: Mapping[str, str] = {}
    sets: Mapping[str, str] = {}
    wanted: Mapping[str, Figures] = {}
    floors: Mapping[str, Mapping[str, Figures]] = {}

    def named(self, group: str) -> str:
        """A group in the reader's words; its own name where there are none."""
        return self.names.get(group, group)

    def want(self, group: str, figure: str) -> float | None:
        """What the issue wants of a figure in a group."""
        bounds = {**self._wanted(ALL), **self._wanted(group)}
        return bounds.get(figure)

    def bounds(self, name: str, groups: Collection[str]) -> Iterator[Bound]:
        """The floors of a set that has these groups; a group's own go before those of each."""
        held = {group: figures.given() for group, figures in self.floors.get(name, {}).items()}
        each = held.pop(EACH, {})
        for group in dict.fromkeys([*groups, *held]):
            general = each if group in groups else {}
            for figure, value in {**general, **held.get(group, {})}.items():
                yield Bound(name, group, figure, value)

    def _wanted(self, group: str) -> dict[str, float]:
        return self.wanted[group].given() if group in self.wanted else {}


def load(path: Path | None = None) -> Floors:
    """The floors of a file, by default of :data:`FILE`.

    Raises:
        FloorsError: the file is missing or broken.
    """
    try:
        floors, problems = checked(read_yaml(path or FILE), Floors)
    except OSError as error:
        raise FloorsError(str(error)) from error
    if floors is None or problems:
        raise FloorsError("\n".join(map(str, problems)))
    return floors


def reached(figure: str, measured: float, bound: float) -> bool:
    """Whether a figure is as good as ``bound``."""
    return measured <= bound if figure in CEILINGS else measured >= bound


def shortfall(bound: Bound, rows: Mapping[str, Row], named: str = "") -> str | None:
    """What is wrong with a figure of a set, None when it holds.

    Args:
        bound: the floor.
        rows: the set's rows by group.
        named: what the group is called.
    """
    row = rows.get(bound.group)
    measured: float | None = getattr(row, bound.figure) if row is not None else None
    group = f"{named} ({bound.group})" if named not in ("", bound.group) else bound.group
    where = f"{bound.set} · {group}: {NAMES[bound.figure]}"
    if measured is None:
        return f"{where} không đo được, cần {bound.value:g}"
    if reached(bound.figure, measured, bound.value):
        return None
    word = "vượt mức" if bound.figure in CEILINGS else "dưới sàn"
    return f"{where} {measured:g} {word} {bound.value:g}"
