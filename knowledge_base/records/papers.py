"""The flattened tables of papers (thành phần hồ sơ).

Each table is ``<case>Tên giấy tờMẫu đơn, tờ khaiSố lượng`` followed by rows of
``<paper><form file><quantity>``, e.g. ``Tờ khaiMẫu số 02.docx1 bản chính,1 bản sao``. The
catalogue does not carry papers; officials get them as a start for a curated file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge_base.records.common import Leftover, clean, value
from knowledge_base.schema import Handing

COLUMNS = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
_QUANTITY = re.compile(r"(\d+) bản (chính|sao)(?:,\s*(\d+) bản (chính|sao))?(?=[^\s;.,:)/]|$)")
_FORM = re.compile(
    r"^(?P<name>.*?[a-zà-ỹ.;:)\]])\s*(?P<form>[A-ZĐ0-9][^;:()]{0,80}\.(?:docx?|pdf|xlsx?))$"
)


@dataclass(frozen=True)
class FlatPaper:
    """One paper: its official wording, the form's file name, counts of originals and copies."""

    name: str
    handing: Handing
    case: str | None
    form: str | None
    originals: int
    copies: int

    @property
    def quantity(self) -> str | None:
        """In words, e.g. ``1 bản chính, 1 bản sao``; None when the portal counts none."""
        parts = [f"{self.originals} bản chính"] if self.originals else []
        parts += [f"{self.copies} bản sao"] if self.copies else []
        return ", ".join(parts) or None


def read_papers(code: str, text: str) -> tuple[tuple[FlatPaper, ...], list[Leftover]]:
    """The papers of ``thanh_phan_ho_so`` in their order, and what was left out."""
    body = value(text)
    if not body:
        return (), []
    pieces = body.split(COLUMNS)
    if len(pieces) == 1:
        return (), [Leftover(code, "giấy tờ", "không có bảng", body[:120])]
    papers: list[FlatPaper] = []
    left: list[Leftover] = []
    heading = pieces[0]
    for piece in pieces[1:]:
        rows, heading_after, problems = _read_rows(code, heading, piece)
        papers.extend(rows)
        left.extend(problems)
        heading = heading_after
    if heading.strip(" -"):
        left.append(Leftover(code, "giấy tờ", "chữ thừa sau bảng", heading[:120]))
    return tuple(papers), left


def _read_rows(code: str, heading: str, body: str) -> tuple[list[FlatPaper], str, list[Leftover]]:
    """The rows of one table; the text after its last quantity heads the next table."""
    case = heading.strip(" *-:.") or None
    handing = Handing.SUBMIT
    if case and re.search(r"xuất trình", case, re.IGNORECASE):
        handing = Handing.SHOW
    if case and re.fullmatch(r"Giấy tờ phải (nộp|xuất trình)|Lưu ý", case):
        case = None
    rows: list[FlatPaper] = []
    left: list[Leftover] = []
    at = 0
    for found in _QUANTITY.finditer(body):
        name = body[at : found.start()].strip(" -+*;")
        at = found.end()
        if not name:
            left.append(Leftover(code, "giấy tờ", "dòng không có tên giấy", found[0]))
            continue
        counts = {"chính": 0, "sao": 0}
        counts[found[2]] += int(found[1])
        if found[4]:
            counts[found[4]] += int(found[3])
        form = _FORM.match(name)
        rows.append(
            FlatPaper(
                clean(form["name"]).rstrip(" .;,:") if form else name.rstrip(" .;,:"),
                handing,
                case,
                form["form"] if form else None,
                counts["chính"],
                counts["sao"],
            )
        )
    return rows, body[at:], left
