"""The evaluation as charts: small SVG files that follow the reader's light or dark theme.

Written out rather than plotted: three simple shapes, the same bytes each time, text that stays
text, and colours that a style sheet inside the file turns for the dark theme. The drawings are as
wide as a telephone's screen, 400 units, and grow downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from knowledge_base.evaluation.counting import Row
from knowledge_base.evaluation.floors import NAMES

_WIDTH = 400
_LEFT = 148  # where bars begin; what they are of stands before it
_SPAN = 208  # a whole bar; its figure stands behind it
_OUTCOMES = ("right", "asked", "declined", "wrong")
# Figures on cells this dark are written in the colour of the paper.
_DARK_CELL = 0.5
# Paper, ink, and four colours that the colour-blind tell apart (after Okabe and Ito).
_STYLE = """<style>
:root{--paper:#fff;--ink:#1b1f24;--c0:#9aa0a8;--c1:#56b4e9;--c2:#e0a100;--c3:#00795a;--c4:#c4420b}
@media(prefers-color-scheme:dark){
:root{--paper:#0d1117;--ink:#e6edf3;--c0:#7d8590;--c1:#58b7ee;--c2:#e3b341;--c3:#2fc79a;--c4:#ff7a45}}
text{font:13px system-ui,sans-serif;fill:var(--ink)}
.title{font-size:15px;font-weight:600}.small{font-size:11px}.on{fill:var(--paper)}
.paper{fill:var(--paper)}.line{stroke:var(--ink);stroke-width:1.5}
.c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}
</style>"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One group's yardsticks, ours last, and what is wanted of ours; shares in 0..1."""

    label: str
    shares: tuple[float, ...]
    wanted: float | None = None


def yardsticks(title: str, names: Sequence[str], bars: Sequence[Bar]) -> str:
    """Groups downwards, in each a bar a yardstick; a stroke where the wanted share is."""
    colours = [*(f"c{n}" for n in range(len(names) - 1)), "c3"]
    parts = list(_legend([*zip(colours, names, strict=True)], 44))
    top = 44 + 20 * -(-len(names) // 2)
    for bar in bars:
        height = 9 * len(bar.shares)
        parts.append(_text(_LEFT - 8, top + height / 2 + 4, bar.label, anchor="end"))
        for n, (share, colour) in enumerate(zip(bar.shares, colours, strict=True)):
            parts.append(_rect(_LEFT, top + 9 * n, _SPAN * share, 8, colour))
        ours = f"{bar.shares[-1]:.2f}"
        parts.append(_text(_LEFT + _SPAN + 8, top + height - 1, ours))
        if bar.wanted is not None:
            x = _LEFT + _SPAN * bar.wanted
            parts.append(
                f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 2}" y2="{top + height}"/>'
            )
        top += height + 12
    return _drawing(title, parts, top)


def outcomes(title: str, rows: Sequence[tuple[str, Row]]) -> str:
    """What the citizen gets, group by group, as one bar of four parts each."""
    colours = dict(zip(_OUTCOMES, ("c3", "c1", "c0", "c4"), strict=True))
    parts = list(_legend([(colours[name], NAMES[name]) for name in _OUTCOMES], 44))
    top = 84
    for label, row in rows:
        parts.append(_text(_LEFT - 8, top + 14, label, anchor="end"))
        x = float(_LEFT)
        for name in _OUTCOMES:
            share: float = getattr(row, name) or 0.0
            parts.append(_rect(x, top, _SPAN * share, 18, colours[name]))
            x += _SPAN * share
        parts.append(_text(_LEFT + _SPAN + 8, top + 14, f"{row.right or 0:.2f}"))
        top += 26
    return _drawing(title, parts, top)


def matrix(
    title: str,
    wanted: Sequence[tuple[str, str]],
    given: Sequence[tuple[str, str]],
    counts: Mapping[tuple[str, str], int],
) -> str:
    """How often each kind was heard as which: rows are wanted, columns given, both ``(name,
    label)``; the darker, the larger the share of its row."""
    cell = (_WIDTH - _LEFT - 8) / len(given)
    top, parts = 176.0, []
    for n, (_, label) in enumerate(given):
        x, y = _LEFT + cell * (n + 0.5) + 4, top - 6
        turned = f'<text transform="translate({x:.1f} {y}) rotate(-90)">'
        parts.append(f"{turned}{escape(label)}</text>")
    for row, label in wanted:
        total = sum(counts.get((row, column), 0) for column, _ in given)
        parts.append(_text(_LEFT - 8, top + cell * 0.5 + 4, label, anchor="end"))
        for n, (column, _) in enumerate(given):
            count, x = counts.get((row, column), 0), _LEFT + cell * n
            if not count:
                continue
            share, colour = count / total, "c3" if row == column else "c4"
            shade = f' fill-opacity="{0.15 + 0.85 * share:.2f}"'
            parts.append(_rect(x, top, cell - 1, cell - 1, colour, more=shade))
            ink = "small on" if share > _DARK_CELL else "small"
            middle = (x + (cell - 1) / 2, top + cell / 2 + 3)
            parts.append(_text(*middle, str(count), ink, anchor="middle"))
        top += cell
    return _drawing(title, parts, top)


def _legend(entries: Sequence[tuple[str, str]], top: int) -> Iterator[str]:
    """Two entries a line: coloured square and name."""
    for n, (colour, name) in enumerate(entries):
        x, y = 12 + 190 * (n % 2), top + 20 * (n // 2)
        yield _rect(x, y - 10, 11, 11, colour)
        yield _text(x + 17, y, name)


def _drawing(title: str, parts: Sequence[str], bottom: float) -> str:
    height = round(bottom + 8)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">'
    )
    paper = f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="6"/>'
    return "\n".join([head, _STYLE, paper, _text(12, 22, title, "title"), *parts, "</svg>"]) + "\n"


def _rect(x: float, y: float, width: float, height: float, colour: str, *, more: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{colour}" {place}{more}/>'


def _text(x: float, y: float, text: str, ink: str = "", anchor: str = "") -> str:
    style = (f' class="{ink}"' if ink else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text{style} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
