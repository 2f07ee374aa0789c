"""What happened to a dossier as a picture: one point below the other, the newest in colour, the
promised day last. Plain shapes and text as :mod:`knowledge_base.drawings` asks, in the colours of
the other drawings; letters as large as on a telephone's keys when it is 360 pixels wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

NAME = "tien-trinh-ho-so"
WIDTH = 360
_INK, _NOW, _PAPER = "#0D4A52", "#C2410C", "#F5F2EC"
_LEFT, _TEXT = 34, 62  # where the points and the words stand
_LETTERS = 24  # that fit in a line
_LINES = 3
_LINE, _DAY, _GAP = 26, 24, 22  # heights
_RADIUS = 10


@dataclass(frozen=True, slots=True)
class Point:
    """One step: its day and what happened; ``ahead``: it is still to come."""

    day: str
    what: str
    ahead: bool = False


def draw(title: str, points: Sequence[Point]) -> str:
    """An SVG of the points, the oldest first; ``title`` says what it shows."""
    top, marks, words = _GAP + _RADIUS, list[str](), list[str]()
    ends: list[int] = []
    newest = max((n for n, one in enumerate(points) if not one.ahead), default=-1)
    for number, point in enumerate(points):
        colour = _NOW if number == newest else _INK
        fill = _PAPER if point.ahead else colour
        marks.append(
            f'<circle cx="{_LEFT}" cy="{top}" r="{_RADIUS}" fill="{fill}" stroke="{colour}"'
            ' stroke-width="3"/>'
        )
        words.append(_text(point.day, top + 7, colour, "700"))
        lines = wrap(point.what, _LETTERS)[:_LINES] or [""]
        for below, line in enumerate(lines):
            words.append(_text(line, top + 7 + _DAY + below * _LINE, _INK, "400"))
        ends.append(top)
        top += _DAY + len(lines) * _LINE + _GAP
    rail = f'<path d="M{_LEFT} {ends[0]}V{ends[-1]}" stroke="{_INK}" stroke-width="3"/>'
    height = top - _RADIUS
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{WIDTH}" height="{height}" fill="{_PAPER}"/>{rail}{"".join(marks)}'
        f'<g font-family="Noto Sans, DejaVu Sans, sans-serif" font-size="20">{"".join(words)}</g>'
        "</svg>"
    )


def _text(words: str, y: int, colour: str, weight: str) -> str:
    place = f'x="{_TEXT}" y="{y}" fill="{colour}" font-weight="{weight}"'
    return f"<text {place}>{escape(words)}</text>"
