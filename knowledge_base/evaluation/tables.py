"""The evaluation as tables, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge_base.evaluation.counting import Row
from knowledge_base.evaluation.floors import NAMES, Floors, reached
from knowledge_base.evaluation.measured import Measured, Mistaken

_MOST = 20  # pairs shown of what is confused
_OF_GROUPS = (
    "hit1", "hit5", "right", "asked", "declined", "wrong", "outside", "intent", "both", "numbers",
)  # fmt: skip
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """A title, headings and cells, all text."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """The table under its title, as Markdown."""
        lines = [self.headings, ("---",) * len(self.headings), *self.rows]
        cells = ([" ".join(cell.split()).replace("|", r"\|") for cell in line] for line in lines)
        table = "\n".join(f"| {' | '.join(line)} |" for line in cells)
        return f"## {self.title}\n\n{table}\n"


def tables(
    measured: Measured, floors: Floors, name_of: Callable[[str], str | None]
) -> Iterator[Table]:
    """Every table of an evaluation.

    Args:
        measured: the evaluation.
        floors: what is wanted.
        name_of: what a code is called.
    """
    yield figures("Theo nhóm câu hỏi", measured.groups(), floors)
    yield figures("Theo bộ câu hỏi", measured.sets(), floors)
    yield cost(measured, floors)
    if compared := measured.compared():
        yield beside(compared, floors)
    kinds = measured.confused_kinds()
    yield _mistaken("Nhầm ý hỏi", "ý muốn hỏi", "nghe thành", kinds)
    procedures = measured.confused_procedures(name_of)
    yield _mistaken("Nhầm thủ tục", "thủ tục đúng", "tìm ra trước", procedures)


def figures(title: str, rows: Sequence[Row], floors: Floors) -> Table:
    """Rows by figures, each beside what is wanted; figures that no row has are left out."""
    shown = [f for f in _OF_GROUPS if any(getattr(row, f) is not None for row in rows)]
    cells = (
        [_beside(f, getattr(row, f), floors.want(row.group, f)) for f in shown] for row in rows
    )
    return Table(
        title,
        ("nhóm", "số câu", *(NAMES[f] for f in shown)),
        tuple(
            (floors.named(row.group), str(row.n), *line)
            for row, line in zip(rows, cells, strict=True)
        ),
    )


def cost(measured: Measured, floors: Floors) -> Table:
    """What understanding one message costs."""
    total = measured.groups()[-1]
    found = (
        ("p50_ms", total.p50_ms), ("p95_ms", total.p95_ms), ("memory_mb", measured.memory_mb)
    )  # fmt: skip
    cells = ((NAMES[f], _beside(f, value, floors.want(total.group, f))) for f, value in found)
    return Table("Hiểu một tin nhắn tốn bao nhiêu", ("số đo", "đo được"), tuple(cells))


def beside(compared: dict[str, dict[str, tuple[float, float]]], floors: Floors) -> Table:
    """Groups by yardsticks: right first / among the first five."""
    names = tuple(next(iter(compared.values())))
    cells = (
        (floors.named(group), *(f"{first:.3f} / {five:.3f}" for first, five in found.values()))
        for group, found in compared.items()
    )
    return Table("So với cách thông thường: Hit@1 / Hit@5", ("nhóm", *names), tuple(cells))


def _mistaken(title: str, wanted: str, given: str, found: Sequence[Mistaken]) -> Table:
    cells = ((str(m.count), m.wanted, m.given, m.example) for m in found[:_MOST])
    return Table(title, ("số câu", wanted, given, "ví dụ"), tuple(cells))


def _beside(figure: str, value: float | None, wanted: float | None) -> str:
    if value is None:
        return _NOTHING
    said = f"{value:.3f}" if value <= 1 else f"{value:g}"
    if wanted is None:
        return said
    return f"{said} ✓" if reached(figure, value, wanted) else f"{said} (cần {wanted:g})"
