"""How content citizens are, as officials read it in a terminal: ``python -m bot ratings``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from actions.rating import BEST, CONTENT, Reason
from bot.store.ratings import Row, Words

_WIDE = 24  # cells of a whole bar
_SHOWN = 15  # things in a table; the rest are counted together
_NEWEST = 20  # reasons in words
_FACES = {5: "rất hài lòng", 4: "hài lòng", 3: "bình thường", 2: "không hài lòng", 1: "rất không"}
_REASONS = {
    Reason.WRONG: "trả lời không đúng",
    Reason.UNCLEAR: "khó hiểu",
    Reason.STUCK: "không làm được",
    Reason.SLOW: "chờ lâu",
    Reason.OTHER: "lý do khác",
}
_ENDS = {"answer": "trả lời", "guide": "hướng dẫn", "ticket": "người hỗ trợ"}
Name = Callable[[str], str | None]
_K = TypeVar("_K", bound=Hashable)


@dataclass(slots=True)
class _Sum:
    """Ratings added up."""

    asked: int = 0
    faces: Counter[int] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)

    @property
    def pressed(self) -> int:
        return self.faces.total()

    @property
    def content(self) -> int:
        return sum(n for score, n in self.faces.items() if score >= CONTENT)

    def add(self, row: Row) -> None:
        if row.reason is not None:
            self.reasons[row.reason] += row.count
        elif row.score:
            self.faces[row.score] += row.count
        else:
            self.asked += row.count


def report(
    rows: Sequence[Row], words: Sequence[Words], name_of: Name, unit_of: Name
) -> RenderableType:
    """Everything that is known of a time: how many, a chart of the faces, by day, by what it was
    about, by place, reasons.

    Args:
        rows: counts of the time.
        words: reasons in words of the time.
        name_of: the name of a procedure, life event or guide by its code or id.
        unit_of: the name of a commune or province by its code.
    """
    if not rows:
        return Text("Chưa hỏi ai trong thời gian này.")
    whole = _sum(rows)
    parts: list[RenderableType] = [Text(_headline(whole))]
    if whole.pressed:
        parts += [_chart(whole), _days(rows), _abouts(rows, name_of)]
        if len({row.unit for row in rows}) > 1:
            parts.append(_units(rows, unit_of))
    if words:
        parts.append(_words(words, name_of))
    return Group(*(part for one in parts for part in (one, Text())))


def _headline(whole: _Sum) -> str:
    said = f"Hỏi {whole.asked} lần, {whole.pressed} lần được trả lời"
    if not whole.pressed:
        return f"{said}."
    return f"{said}; hài lòng trở lên {_share(whole)}. Lý do chưa hài lòng: {_why(whole)}."


def _chart(whole: _Sum) -> Table:
    table = Table(title="Các mức", title_justify="left", show_header=False, box=None)
    most = max(whole.faces.values())
    for score in range(BEST, 0, -1):
        count = whole.faces[score]
        table.add_row(_FACES[score], _bar(count, most), f"{count}")
    return table


def _days(rows: Sequence[Row]) -> Table:
    table = Table("ngày", "hỏi", "trả lời", "hài lòng", "", title="Theo ngày", title_justify="left")
    for day, found in sorted(_by(rows, lambda row: row.day).items()):
        table.add_row(*_line(f"{day:%d/%m/%Y}", found), _bar(found.content, found.pressed))
    return table


def _abouts(rows: Sequence[Row], name_of: Name) -> Table:
    table = Table("việc", "sau khi", "hỏi", "trả lời", "hài lòng", "hay chê nhất",
                  title="Theo việc", title_justify="left")  # fmt: skip
    found = sorted(
        _by(rows, lambda row: (row.about, row.end.value)).items(),
        key=lambda one: (-one[1].pressed, one[0]),
    )
    for (about, end), sums in found[:_SHOWN]:
        name, *counts = _line(_named(about, name_of), sums)
        table.add_row(name, _ENDS[end], *counts, _why(sums, most=2))
    if len(found) > _SHOWN:
        table.add_row(f"… và {len(found) - _SHOWN} việc nữa")
    return table


def _units(rows: Sequence[Row], unit_of: Name) -> Table:
    table = Table("nơi", "hỏi", "trả lời", "hài lòng", title="Theo nơi ở", title_justify="left")
    found = sorted(_by(rows, lambda row: row.unit).items(), key=lambda one: -one[1].pressed)
    for unit, sums in found[:_SHOWN]:
        table.add_row(*_line(unit_of(unit) or unit or "chưa rõ", sums))
    if len(found) > _SHOWN:
        table.add_row(f"… và {len(found) - _SHOWN} nơi nữa")
    return table


def _words(words: Sequence[Words], name_of: Name) -> Table:
    table = Table("ngày", "việc", "mức", "lời", title="Lời góp ý", title_justify="left")
    for said in words[: -_NEWEST - 1 : -1]:
        day, about = f"{said.day:%d/%m/%Y}", _named(said.about, name_of)
        table.add_row(day, about, _FACES[said.score], Text(said.words))
    return table


def _line(name: str, found: _Sum) -> tuple[str | Text, str, str, str]:
    return Text(name), str(found.asked), str(found.pressed), _share(found)


def _named(about: str, name_of: Name) -> str:
    if not about:
        return "không rõ việc nào"
    name = name_of(about)
    return f"{name} ({about})" if name else about


def _share(found: _Sum) -> str:
    return f"{found.content / found.pressed:.0%}" if found.pressed else "–"


def _why(found: _Sum, most: int = len(Reason)) -> str:
    return ", ".join(f"{_REASONS[r]} {n}" for r, n in found.reasons.most_common(most)) or "–"


def _bar(part: int, whole: int) -> Bar:
    return Bar(max(whole, 1), 0, part, width=_WIDE)


def _sum(rows: Iterable[Row]) -> _Sum:
    found = _Sum()
    for row in rows:
        found.add(row)
    return found


def _by(rows: Iterable[Row], place: Callable[[Row], _K]) -> dict[_K, _Sum]:
    found: dict[_K, _Sum] = defaultdict(_Sum)
    for row in rows:
        found[place(row)].add(row)
    return dict(found)
