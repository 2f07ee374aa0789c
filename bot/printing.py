"""Pages on paper: the body of a :class:`actions.replies.Document` laid out as PDF, and QR codes.

Two layouts: ``papers``, a checklist on A4 in letters of at least 16 points, on one page wherever
it fits; ``code``, a large QR code with what it is for. CPU-bound: call them in a thread.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import segno
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

from bot.fonts import FAMILY, fonts

_MARGIN = 12.0  # mm
_SIZES = (18.0, 17.0, 16.0)  # points of the letters: the largest with which it fits on one page
_LINE = 0.43  # mm of a line for each point of its letters
_QR = 42.0  # mm
_LARGE_QR = 110.0
_BOX = 6.0  # mm
# Latin with all that Vietnamese puts on it, punctuation, the sign of the đồng, ticks.
_LETTERS = (
    (0x20, 0x250), (0x300, 0x370), (0x1E00, 0x1F00), (0x2010, 0x2040), (0x20AB, 0x20AC),
    (0x2190, 0x2194), (0x2264, 0x2266), (0x2610, 0x2614), (0x2713, 0x2714),
)  # fmt: skip
_QUIET = 4  # modules of white around a QR code, as its standard asks


def qr_uri(address: str) -> str:
    """A QR code as an SVG in a data: address, for a page."""
    return str(_code(address).svg_data_uri(border=_QUIET, scale=4))


def qr_png(address: str) -> bytes:
    """A QR code as a PNG of about 500 pixels, for a chat."""
    made = io.BytesIO()
    _code(address).save(made, kind="png", border=_QUIET, scale=12)
    return made.getvalue()


def qr_text(address: str) -> str:
    """A QR code for a terminal."""
    made = io.StringIO()
    _code(address).terminal(made, border=2, compact=True)
    return made.getvalue()


def pdf(body: dict[str, Any], addresses: Sequence[str]) -> bytes:
    """The page as PDF.

    Args:
        body: what stands on it, see :func:`actions.sheet.page` and :func:`actions.crowd.code_of`.
        addresses: where its QR code (the first one) leads, and others to be typed.

    Raises:
        bot.fonts.FontMissing: there is nothing to write its letters with.
    """
    if body["layout"] == "code":
        page = _Page(body["title"], _SIZES[0])
        page.code(body, addresses)
        return bytes(page.output())
    for size in _SIZES:
        page = _Page(body["title"], size)
        page.papers(body, addresses)
        if page.page_no() == 1:
            break
    return bytes(page.output())


@cache
def _cut_fonts() -> TemporaryDirectory[str]:
    """The fonts with the letters of Vietnamese alone, made once: the whole ones take a second to
    read, for every page."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table it cuts
    folder = TemporaryDirectory(prefix="fonts-")
    for number, file in enumerate(fonts()):
        font = TTFont(file)
        cutter = Subsetter(
            Options(layout_features=[], drop_tables=["FFTM", "kern", "GPOS", "GSUB"])
        )
        cutter.populate(unicodes=[sign for first, last in _LETTERS for sign in range(first, last)])
        cutter.subset(font)
        font.save(Path(folder.name) / f"{number}.ttf")
    return folder


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m")


class _Page(FPDF):
    """An A4 page being written from top to bottom."""

    def __init__(self, title: str, size: float) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        folder = Path(_cut_fonts().name)
        self.add_font(FAMILY, "", folder / "0.ttf")
        self.add_font(FAMILY, "B", folder / "1.ttf")
        self.set_margin(_MARGIN)
        self.c_margin = 0.0  # the boxes stand where the letters begin
        self.set_auto_page_break(auto=True, margin=_MARGIN)
        self.set_title(title)
        self.set_lang("vi")
        self.add_page()
        self._size = size

    def papers(self, body: dict[str, Any], addresses: Sequence[str]) -> None:
        """A checklist."""
        self._say(body["title"], bold=True, larger=6)
        for line in body["under"]:
            self._say(line, larger=-2 if self._size > 17 else 0)
        self.ln(2)
        self._say(body["heading"], bold=True, larger=1)
        for row in body["rows"]:
            self._row(row["text"], ticked=row["ticked"])
        self.ln(2)
        for fact in body["facts"]:
            self._say(f"**{fact['label']}:** {fact['text']}", marked=True)
        self.ln(2)
        self._end(body, addresses)

    def code(self, body: dict[str, Any], addresses: Sequence[str]) -> None:
        """A QR code that fills the page."""
        self._say(body["title"], bold=True, larger=6)
        for line in body["lines"]:
            self._say(line)
        self.ln(4)
        self._draw(addresses[0], (self.w - _LARGE_QR) / 2, self.get_y(), _LARGE_QR)
        self.set_y(self.get_y() + _LARGE_QR + 4)
        for address in addresses:
            self._say(address)

    def _end(self, body: dict[str, Any], addresses: Sequence[str]) -> None:
        """The QR code with what it is for beside it; then sources and whom to call."""
        self._keep_together(_QR + 4)
        top = self.get_y()
        self._draw(addresses[0], _MARGIN, top, _QR)
        left = _MARGIN + _QR + 4
        self.set_left_margin(left)
        self.set_xy(left, top)
        self._say(body["scan"])
        for address in addresses:
            self._say(address)
        self.set_left_margin(_MARGIN)
        self.set_xy(_MARGIN, max(self.get_y(), top + _QR) + 2)
        for line in (*body["sources"], body["ends"]):
            self._say(line, larger=16 - self._size)

    def _say(
        self, text: str, *, bold: bool = False, larger: float = 0, marked: bool = False
    ) -> None:
        size = self._size + larger
        self.set_font(FAMILY, "B" if bold else "", size)
        self.multi_cell(
            0,
            size * _LINE,
            text if marked else text.replace("**", "* *"),
            align="L",
            markdown=marked,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.ln(0.8)

    def _row(self, text: str, *, ticked: bool) -> None:
        """A paper behind its box, both on the same page."""
        left = _MARGIN + _BOX + 3
        self.set_left_margin(left)
        self.set_font(FAMILY, "", self._size)
        needed = self.multi_cell(
            0, self._size * _LINE, text, align="L", dry_run=True, output=MethodReturnValue.HEIGHT
        )
        assert isinstance(needed, float)
        self._keep_together(needed)
        top = self.get_y() + 1
        self.set_line_width(0.5)
        self.rect(_MARGIN, top, _BOX, _BOX)
        if ticked:
            self.set_line_width(1)
            self.line(_MARGIN + 1, top + 3.2, _MARGIN + 2.5, top + 4.9)
            self.line(_MARGIN + 2.5, top + 4.9, _MARGIN + 5.2, top + 1.2)
        self.set_x(left)
        self._say(text)
        self.set_left_margin(_MARGIN)
        self.set_x(_MARGIN)

    def _keep_together(self, height: float) -> None:
        """Begin a page where so many millimetres are not left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def _draw(self, address: str, left: float, top: float, width: float) -> None:
        """A QR code of squares, sharp at every size."""
        rows = [[*row] for row in _code(address).matrix_iter(border=_QUIET)]
        side = width / len(rows)
        for y, row in enumerate(rows):
            x = 0
            while x < len(row):
                end = x
                while end < len(row) and row[end]:
                    end += 1
                if end > x:  # one rectangle for neighbours: no white lines between them
                    self.rect(left + x * side, top + y * side, (end - x) * side, side, style="F")
                x = end + 1
