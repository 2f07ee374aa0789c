"""The drawings of guides, ``guides/hinh/*.svg``: read as plain shapes and text, or not at all.

They are shown to citizens by other programs (a browser, Telegram), so that nothing may be in them
that runs, loads or links.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from knowledge_base.guide_graph import PICTURES
from knowledge_base.loader import PACKAGE
from knowledge_base.problems import Problem, field_name

logger = logging.getLogger(__name__)

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    "svg title g rect circle ellipse line path polyline polygon text tspan".split()  # noqa: SIM905
)
_VIEW = re.compile(r"0 0 (\d{2,4}) (\d{2,4})")
_MOST_BYTES = 20_000  # read over a slow line


class DrawingError(ValueError):
    """A drawing that is not shown; says why, to an official."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawing: ``svg`` in UTF-8, ``width`` and ``height`` in its own units, ``digest`` of it
    (12 hex digits)."""

    name: str
    svg: bytes
    width: int
    height: int
    digest: str


def read(path: Path) -> Drawing:
    """One drawing.

    Raises:
        DrawingError: it is no SVG, is heavy, or holds more than shapes and text.
        OSError: it cannot be read.
    """
    svg = path.read_bytes()
    if len(svg) > _MOST_BYTES:
        raise DrawingError(f"hình nặng {len(svg)} byte, nhiều nhất {_MOST_BYTES}")
    if b"<!" in svg or b"<?" in svg:  # an entity may stand for gigabytes
        raise DrawingError("hình không được có <! hay <?")
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  # entities are refused above
    except ElementTree.ParseError as error:
        raise DrawingError(f"không đọc được hình: {error}") from error
    for element in root.iter():
        tag = element.tag.removeprefix(_SVG)
        if not element.tag.startswith(_SVG) or tag not in _ELEMENTS:
            raise DrawingError(f"hình chỉ được có nét vẽ và chữ, không có <{tag}>")
        for name, value in element.attrib.items():
            if name.startswith("on") or "href" in name or name == "style" or "url(" in value:
                raise DrawingError(f"trong hình không được ghi {name}='{value[:40]}'")
    view = _VIEW.fullmatch(root.get("viewBox", ""))
    if root.tag != f"{_SVG}svg" or view is None:
        raise DrawingError("hình cần viewBox='0 0 rộng cao', ví dụ 0 0 360 480")
    width, height = map(int, view.groups())
    return Drawing(path.stem, svg, width, height, hashlib.sha256(svg).hexdigest()[:12])


def load(root: Path = PACKAGE) -> Mapping[str, Drawing]:
    """The drawings of a knowledge base by name; one that may not be shown is left out and logged,
    and what it shows is said in words."""
    found: dict[str, Drawing] = {}
    for path, outcome in _read_all(root):
        if isinstance(outcome, Drawing):
            found[outcome.name] = outcome
        else:
            logger.error("%s is not shown: %s", path, outcome)
    return found


def check_drawings(root: Path) -> Iterator[Problem]:
    """What keeps drawings from being shown."""
    for path, outcome in _read_all(root):
        if not isinstance(outcome, Drawing):
            yield Problem(path, 1, field_name(()), str(outcome))


def _read_all(root: Path) -> Iterator[tuple[Path, Drawing | Exception]]:
    for path in sorted((root / "guides" / PICTURES).glob("*.svg")):
        try:
            yield path, read(path)
        except (DrawingError, OSError) as error:
            yield path, error
