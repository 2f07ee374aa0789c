"""The portal's official export of one procedure (text of its PDF), laid out in lines.

Read well enough to hold a record against it: heading fields, manners, legal documents,
results. The June records and these exports give the same facts in two shapes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge_base.records.common import clean
from knowledge_base.records.fields import LEVELS
from knowledge_base.records.legal import find_numbers
from knowledge_base.schema import Level, Manner

_MANNERS = {
    "Trực tuyến": Manner.ONLINE,
    "Trực tiếp": Manner.DIRECT,
    "Qua bưu điện": Manner.POSTAL,
}
_HEADINGS = (
    "CHI TIẾT THỦ TỤC HÀNH CHÍNH",
    "TRÌNH TỰ THỰC HIỆN",
    "THÀNH PHẦN HỒ SƠ",
    "CÁCH THỨC THỰC HIỆN",
    "CĂN CỨ PHÁP LÝ",
    "CƠ QUAN THỰC HIỆN",
    "YÊU CẦU, ĐIỀU KIỆN THỰC HIỆN",
    "KẾT QUẢ XỬ LÝ",
    "TỪ KHÓA",
    "MÔ TẢ",
)
_LABELS = (
    "Tên thủ tục",
    "Mã thủ tục",
    "Số quyết định",
    "Cấp thực hiện",
    "Loại thủ tục",
    "Lĩnh vực",
    "Đối tượng thực hiện",
    "Cơ quan có thẩm quyền",
    "Địa chỉ tiếp nhận HS",
    "Cơ quan được ủy quyền",
    "Cơ quan phối hợp",
)
_ROW = re.compile(
    rf"^({'|'.join(_MANNERS)}) (?:(\d+) (ngày làm việc|ngày|giờ)|Không xác định)"
    r" (Miễn phí|[\d.]+ VNĐ)"
)


@dataclass(frozen=True)
class ExportRow:
    """One manner: time as ``(7, "ngày làm việc")`` or None, fee in đồng (0 = free)."""

    manner: Manner
    time: tuple[int, str] | None
    fee: int


@dataclass(frozen=True)
class Export:
    """The facts of one exported procedure."""

    code: str
    name: str
    field: str
    levels: tuple[Level, ...]
    rows: tuple[ExportRow, ...]
    legal: tuple[str, ...]
    results: tuple[str, ...]


def read_export(text: str) -> Export:
    """Read one export. Raises :class:`ValueError` when a heading field is missing."""
    sections = _sections(text)
    head = _labelled(sections.get("CHI TIẾT THỦ TỤC HÀNH CHÍNH", []))
    for label in ("Tên thủ tục", "Mã thủ tục", "Cấp thực hiện", "Lĩnh vực"):
        if not head.get(label):
            raise ValueError(f"no '{label}' in the export")
    levels = tuple(
        LEVELS[f"Cấp {part.strip().lower()}"] for part in head["Cấp thực hiện"].split(",")
    )
    return Export(
        code=head["Mã thủ tục"],
        name=head["Tên thủ tục"],
        field=head["Lĩnh vực"],
        levels=levels,
        rows=tuple(_rows(sections.get("CÁCH THỨC THỰC HIỆN", []))),
        legal=_legal(sections.get("CĂN CỨ PHÁP LÝ", [])),
        results=tuple(_results(sections.get("KẾT QUẢ XỬ LÝ", []))),
    )


def _sections(text: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in map(clean, text.splitlines()):
        if line in _HEADINGS:
            current = sections.setdefault(line, [])
        elif line:
            current.append(line)
    return sections


def _labelled(lines: list[str]) -> dict[str, str]:
    """``Tên thủ tục Đăng ký …`` with lines that run on joined."""
    found: dict[str, str] = {}
    label = ""
    for line in lines:
        starting = next((name for name in _LABELS if line.startswith(name)), None)
        if starting is not None:
            label = starting
            found[label] = line.removeprefix(label).strip()
        elif label:
            found[label] = f"{found[label]} {line}".strip()
    return found


def _rows(lines: list[str]) -> list[ExportRow]:
    rows = []
    for line in lines:
        found = _ROW.match(line)
        if found:
            time = (int(found[2]), found[3]) if found[2] else None
            fee = 0 if found[4] == "Miễn phí" else int(found[4].split()[0].replace(".", ""))
            rows.append(ExportRow(_MANNERS[found[1]], time, fee))
    return rows


def _legal(lines: list[str]) -> tuple[str, ...]:
    """All numbers named; a number broken over two lines ("TT-" / "BTP") is joined."""
    joined = re.sub(r"-\s*\n(?:[^\n]*? )?(?=[A-ZĐ]{2,}\b)", "-", "\n".join(lines))
    return find_numbers(joined)


def _results(lines: list[str]) -> list[str]:
    results: list[str] = []
    words: list[str] = []
    for line in lines:
        if line.startswith("Mã:"):
            results.append(" ".join(words))
            words = []
        else:
            words.append(line)
    return results
