"""Starts a curated file from what the catalogue knows, with a word on what to write where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.loader import PROCEDURES_FOLDER, Reading
from knowledge_base.province_check import short_name
from knowledge_base.records.names import cut
from knowledge_base.records.papers import FlatPaper
from knowledge_base.schema import Procedure
from knowledge_base.units import Unit

# The order in which an official fills the file in, with the advice above each part.
_ADVICE = {
    "ten": "Tên dễ hiểu với người dân, chữ đầu viết hoa.",
    "goi_la": "Ít nhất 3 cách người dân gọi việc này, mỗi dòng một cách.",
    "cau_hoi_mau": "Ít nhất 6 câu người dân hay hỏi, cả giọng địa phương.",
    "khac_voi": "Thủ tục dễ nhầm: ma của thủ tục kia và khi nào thì chọn nó.",
    "tom_tat": "Hai, ba câu ngắn, nhiều nhất 300 ký tự, không viết tắt.",
    "cho_ai": "Ai được làm, viết lại bằng lời thường.",
    "truong_hop": "Hoàn cảnh làm thay đổi lệ phí, giấy tờ hay thời hạn: id và ten.",
    "giay_to": "Giấy tờ phải nộp (hinh_thuc: nop) hoặc chỉ đưa ra xem (xuat_trinh).",
    "le_phi": "Số tiền viết liền, không chấm phẩy; 0 là miễn phí.",
    "thoi_han": "don_vi: ngay_lam_viec, ngay, gio, gio_lam_viec, phut, thang, nam.",
    "noi_nop": "Nơi người dân đến nộp.",
    "cach_nop": "cach: truc_tiep, truc_tuyen, buu_chinh.",
    "ket_qua": "Người dân nhận được gì.",
    "nguon": "Nơi lấy thông tin và ngày lấy; dòng đầu là nguồn chung của cả tệp.",
}
_EMPTY = {
    "goi_la": "#   - cách gọi thứ nhất\n",
    "cau_hoi_mau": "#   - câu hỏi thứ nhất\n",
    "khac_voi": '#   - ma: "1.000000"\n#     khi: muốn ...\n',
    "tom_tat": "",
    "truong_hop": "#   - id: ten-khong-dau\n#     ten: lời thường, đọc được sau chữ Trường hợp\n",
    "giay_to": "#   - ten: Tờ khai ...\n#     so_luong: 1 bản chính\n",
    "noi_nop": "#   - ten: Trung tâm Phục vụ hành chính công ...\n",
}
_ORDER = (
    "ma", "ten", "ten_chinh_thuc", "linh_vuc", "cap", "co_quan", "lien_ket", "goi_la",
    "cau_hoi_mau", "khac_voi", "tom_tat", "cho_ai", "truong_hop", "giay_to", "le_phi",
    "thoi_han", "noi_nop", "cach_nop", "ket_qua", "can_cu", "nguon",
)  # fmt: skip


def scaffold(entry: Procedure, papers: Sequence[FlatPaper] = ()) -> str:
    """The text of a new file for a catalogue entry.

    Facts are filled in; parts that need an official's words are commented out, so that the
    file is read at once and ``check`` names what is still to be written.
    """
    facts: dict[str, Any] = entry.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    facts.pop("bien_soan", None)
    for key in ("thoi_han", "le_phi"):
        facts[key] = [_tidy(fact) for fact in facts.get(key, ())]
    facts["giay_to"] = [_paper(paper) for paper in papers]
    parts = []
    for key in _ORDER:
        advice = f"# {_ADVICE[key]}\n" if key in _ADVICE else ""
        if facts.get(key):
            parts.append(advice + _dumped(key, facts[key]))
        elif key in _EMPTY:
            parts.append(f"{advice}# {key}:\n{_EMPTY[key]}")
    return "\n".join(parts)


def _tidy(fact: dict[str, Any]) -> dict[str, Any]:
    """Amounts first, whole numbers without a point."""
    amount = next(key for key in ("so_tien", "so") if key in fact)
    figure = fact[amount]
    whole = int(figure) if isinstance(figure, float) and figure.is_integer() else figure
    return {amount: whole, **{key: value for key, value in fact.items() if key != amount}}


def _paper(paper: FlatPaper) -> dict[str, str]:
    entry = {"ten": cut(paper.name, 400), "hinh_thuc": paper.handing.value}
    if paper.quantity:
        entry["so_luong"] = paper.quantity
    return entry


def _dumped(key: str, value: Any) -> str:
    flow = key in ("ma", "cap")
    return yaml.safe_dump(
        {key: value},
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
        default_flow_style=None if flow else False,
    )


_PROVINCE = """\
tinh: "{code}"
ten: {name}

# Mỗi dòng một mức thu, chỉ ghi điều đọc được trong nguồn. Số tiền viết liền; 0 là miễn phí.
# ma: mã các thủ tục; hoặc linh_vuc: cả lĩnh vực. Các lĩnh vực có lệ phí do tỉnh quyết định:
{fields}
# le_phi:
#   - linh_vuc: [Hộ tịch]
#     so_tien: 8000
#     don_vi: việc
#     cach: [truc_tiep]        # không ghi là mọi cách nộp
#     hieu_luc_tu: 2026-01-01  # ngày đầu; hieu_luc_den: ngày cuối, nếu có
# mien:
#   - linh_vuc: [Hộ tịch]
#     ai: hộ nghèo, người khuyết tật

# Nơi đọc được nghị quyết. do_tin_cay: chinh_thuc chỉ khi đọc chính văn bản; báo, cổng tin: thu_cap.
nguon:
  - id: nq
    nghi_quyet: {resolution}
    ten: Nghị quyết {resolution} của {name}
    ngay: {day}
    duong_dan: {url}
    do_tin_cay: thu_cap
"""


def scaffold_province(
    province: Unit, resolution: str, url: str, day: date, fields: Iterable[str]
) -> str:
    """The text of a new file of a province's fees, with the source and nothing yet said by it.

    Args:
        province: the province.
        resolution: number of the resolution, e.g. ``09/2025/NQ-HĐND``.
        url: where it was read.
        day: when it was read.
        fields: fields (lĩnh vực) with fees that provinces set.
    """
    listed = "\n".join(f"#   {field}" for field in fields)
    named = {"code": province.code, "name": short_name(province)}
    return _PROVINCE.format(**named, resolution=resolution, url=url, day=day, fields=listed)


def place_for(entry: Procedure, reading: Reading) -> Path:
    """Where the new file goes: among files of the same field, else a folder of its own."""
    folders = (
        file.document.path.parent
        for file in reading.files
        if file.procedure is not None and file.procedure.field == entry.field
    )
    own = reading.root / PROCEDURES_FOLDER / slug(entry.field)
    return next(folders, own) / f"{slug(entry.name)}.yaml"


def slug(text: str) -> str:
    """``Đăng ký khai sinh`` -> ``dang-ky-khai-sinh``, at most 60 characters."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    return words if len(words) <= 60 else words[:60].rpartition("-")[0]
