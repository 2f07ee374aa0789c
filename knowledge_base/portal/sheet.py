"""Lists of procedures as offices keep them in workbooks: a heading row somewhere near the top,
then a row a procedure. Only the columns that are there are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from knowledge_base import workbooks
from knowledge_base.portal.book import Form, Reading
from knowledge_base.portal.merge import LIST_SOURCE
from knowledge_base.records.build import unserved
from knowledge_base.records.common import Leftover, clean, value
from knowledge_base.records.fields import LEVELS, read_agency, read_applicants
from knowledge_base.records.legal import find_numbers
from knowledge_base.records.money import FlatKind, read_cell
from knowledge_base.records.names import MAX_NAME, cut, display_names
from knowledge_base.schema import TimeUnit
from knowledge_base.text import key

HEADING_ROWS = 20  # the heading stands within so many rows
_CODE = re.compile(r"(?<![\d.])([1-6]\.\d{6})(?!\d)")
_GROUP = re.compile(r"^(?:[ivxlc\d]+[.)]?\s+)?lĩnh vực\s*:?\s*(?P<field>.{3,100})$", re.IGNORECASE)
# What a column is for, by its heading without accents; the first that fits.
_COLUMNS = (
    ("ma", r"ma (so )?(thu tuc|tthc|ho so tthc|dvc)|^ma( so)?$"),
    ("linh_vuc", r"linh vuc"),
    ("cap", r"\bcap\b.*(thuc hien|giai quyet)|^cap$|^cap thu tuc"),
    ("thoi_han", r"(thoi han|thoi gian)"),
    ("le_phi", r"\bphi\b"),
    ("cho_ai", r"doi tuong"),
    ("can_cu", r"can cu"),
    ("co_quan", r"co quan"),
    ("ten", r"^(ten )?(thu tuc|tthc)|ten thu tuc|ten tthc"),
)
_LEVELS = {"xa": "xa", "phuong": "xa", "tinh": "tinh", "thanh pho": "tinh", "bo": "bo",
           "trung uong": "bo", "khac": "khac"}  # fmt: skip
_UNITS = {
    "ngày làm việc": TimeUnit.WORKING_DAY, "ngày": TimeUnit.DAY,
    "giờ làm việc": TimeUnit.WORKING_HOUR, "giờ": TimeUnit.HOUR, "phút": TimeUnit.MINUTE,
    "tháng": TimeUnit.MONTH, "năm": TimeUnit.YEAR, "": TimeUnit.DAY,
}  # fmt: skip
_TIME = re.compile(
    rf"(?:không quá |tối đa )?0*(\d+(?:[.,]\d)?)\s*({'|'.join(filter(None, _UNITS))}|)\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row, where it stands, and which of its cells could not be read."""

    place: str
    reading: Reading | None = None
    troubles: tuple[str, ...] = ()


def read_sheets(path: Path, day: date, source: str) -> Iterator[Row]:
    """The rows of every sheet that has a heading with a column of codes; ``source`` is what
    citizens read as the name of the list.

    Raises OSError for a file that is no workbook.
    """
    for where, rows in workbooks.sheets(path):
        yield from _read(where, source, rows, day)


def _read(where: str, source: str, rows: Iterator[Sequence[Any]], day: date) -> Iterator[Row]:
    columns: Mapping[str, int] = {}
    group = ""
    for number, row in enumerate(rows, start=1):
        cells = [_text(cell) for cell in row]
        if not columns:
            columns = _heading(cells)
            if not columns and number >= HEADING_ROWS:
                return
            continue
        told = [cell for cell in cells if cell]
        heads = [found for cell in told if (found := _GROUP.match(cell))]
        if heads and not any(_CODE.search(cell) for cell in told):
            group = heads[0]["field"].strip()
        elif told:
            named = {name: cells[at] for name, at in columns.items() if at < len(cells)}
            yield _row(f"{where}:{number}", source, named, group, day)


def _heading(cells: Sequence[str]) -> dict[str, int]:
    """Which column is what; empty when this row is no heading."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        heading = key(cell)
        name = next((name for name, pattern in _COLUMNS if re.search(pattern, heading)), None)
        if name and len(heading) <= 80:
            found.setdefault(name, at)
    return found if "ma" in found and len(found) > 1 else {}


def _text(cell: Any) -> str:
    """A cell as a text; empty for none and for the errors of formulas."""
    if cell is None or (isinstance(cell, str) and cell.startswith("#")):
        return ""
    if isinstance(cell, float):
        return f"{cell:.6f}" if re.fullmatch(r"[1-6]\.\d{1,6}", f"{cell:.10g}") else f"{cell:g}"
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}"
    return value(str(cell)) if key(str(cell)) != "khong" else clean(str(cell))


def _row(place: str, source: str, cells: Mapping[str, str], group: str, day: date) -> Row:
    code = _CODE.search(cells["ma"])
    if code is None:
        if len([cell for cell in cells.values() if cell]) < 2:
            return Row(place)  # a remark or the heading of a group
        return Row(place, None, (f"không có mã thủ tục ở cột mã: '{cells['ma'][:40]}'",))
    name = cells.get("ten", "")
    why = unserved(code[1], name)
    if why:
        return Row(place, None, (f"mã {code[1]}: {why}, bỏ qua",))
    facts: dict[str, Any] = {"ma": [code[1]], "bien_soan": False}
    left: list[Leftover] = []
    if name:
        facts |= {"ten_chinh_thuc": name, "ten": display_names({code[1]: name}, {})[code[1]]}
    if cells.get("linh_vuc") or group:
        facts["linh_vuc"] = cut(cells.get("linh_vuc") or group, MAX_NAME)
    for column, read in _READERS.items():
        if cells.get(column):
            facts |= read(code[1], cells[column], left)
    facts["nguon"] = [{"id": LIST_SOURCE, "ten": cut(source, MAX_NAME),
                       "ngay": day.isoformat(), "do_tin_cay": "thu_cap"}]  # fmt: skip
    reading = Reading(code[1], Form.LIST, dict(cells), facts, {}, tuple(left))
    return Row(place, reading, tuple(f"{p.part}: {p.reason}: '{p.text[:60]}'" for p in left))


def _levels(code: str, text: str, left: list[Leftover]) -> dict[str, Any]:
    official = {key(name): level.value for name, level in LEVELS.items()}
    levels = []
    for part in re.split(r"[,;/\n]| và ", text):
        word = key(part).removeprefix("cap ").removeprefix("ubnd ").strip()
        level = official.get(f"cap {word}") or official.get(word) or _LEVELS.get(word)
        if level:
            levels.append(level)
        elif word:
            left.append(Leftover(code, "cấp", "cấp chưa biết", part.strip()))
    return {"cap": list(dict.fromkeys(levels))} if levels else {}


def _fees(code: str, text: str, left: list[Leftover]) -> dict[str, Any]:
    fee = read_cell(text)
    if fee is None:
        left.append(Leftover(code, "lệ phí", "không đọc được", text))
        return {}
    by_province = fee.kind is FlatKind.BY_PROVINCE
    told: dict[str, Any] = {"so_tien": None if by_province else fee.amount}
    told |= {"tinh_quyet_dinh": True} if by_province else {}
    told |= {"don_vi": fee.unit} if fee.unit else {}
    return {"le_phi": [told]}


def _times(code: str, text: str, left: list[Leftover]) -> dict[str, Any]:
    found = _TIME.fullmatch(text)
    amount = float(found[1].replace(",", ".")) if found else 0.0
    if found is None or not amount:
        left.append(Leftover(code, "thời hạn", "không đọc được", text))
        return {}
    return {"thoi_han": [{"so": amount, "don_vi": _UNITS[found[2].lower()].value}]}


def _agency(code: str, text: str, left: list[Leftover]) -> dict[str, Any]:
    agency, problems = read_agency(code, text)
    left += problems
    return {"co_quan": agency} if agency else {}


def _who(code: str, text: str, left: list[Leftover]) -> dict[str, Any]:
    who, problems = read_applicants(code, text)
    left += problems
    return {"cho_ai": list(who)} if who else {}


def _legal(code: str, text: str, left: list[Leftover]) -> dict[str, Any]:
    numbers = find_numbers(text)
    if not numbers:
        left.append(Leftover(code, "căn cứ", "không đọc được số văn bản", text))
    return {"can_cu": [{"so": number} for number in numbers]} if numbers else {}


_READERS = {
    "cap": _levels,
    "le_phi": _fees,
    "thoi_han": _times,
    "co_quan": _agency,
    "cho_ai": _who,
    "can_cu": _legal,
}
