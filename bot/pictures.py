"""Drawings as PNG, for chats that show no SVG."""

from __future__ import annotations

from collections.abc import Mapping

import resvg_py

from bot.fonts import FAMILY, fonts
from knowledge_base.drawings import Drawing

WIDTH = 720  # pixels, twice the units of most drawings
DRAWINGS = "/hinh"  # where they lie on the web


def address(drawing: Drawing, form: str) -> str:
    """Where a drawing lies on the web, from its root: another place when it changes. ``form``:
    ``svg`` or ``png``."""
    return f"{DRAWINGS}/{drawing.name}.{drawing.digest}.{form}"


def drawn_png(svg: str) -> bytes:
    """An SVG as a picture; see :meth:`Pictures.png`."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=WIDTH,
        skip_system_fonts=True,  # alike on every server
        font_files=[str(file) for file in fonts()],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )


class Pictures:
    """The drawings by name, each made into a PNG once (about 35 kB) and kept."""

    def __init__(self, drawings: Mapping[str, Drawing]) -> None:
        self._drawings = drawings
        self._made: dict[str, bytes] = {}

    def png(self, name: str) -> bytes | None:
        """The picture, :data:`WIDTH` pixels wide; None where there is no such drawing. Takes a
        tenth of a second the first time: call it in a thread.

        Raises:
            bot.fonts.FontMissing: there is nothing to write its letters with.
            ValueError: it cannot be drawn.
        """
        drawing = self._drawings.get(name)
        if drawing is None:
            return None
        if name not in self._made:
            self._made[name] = drawn_png(drawing.svg.decode())
        return self._made[name]
