"""A record of the flattened JSON-lines form (June 2026) as the facts of a procedure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from knowledge_base.portal.book import Form, Reading
from knowledge_base.portal.convert import MISSING, WHOLE, WRONG_TYPE, mark, plain
from knowledge_base.records.build import only_level, to_facts, unserved
from knowledge_base.records.common import Leftover, clean, value
from knowledge_base.records.names import display_names
from knowledge_base.records.papers import read_papers

# The keys that are read; a record without one of them is kept and not served.
KEYS = (
    "ma_thu_tuc", "ten_thu_tuc", "detail_url", "cap_thuc_hien", "linh_vuc", "doi_tuong_thuc_hien",
    "cach_thuc_thuc_hien", "can_cu_phap_ly", "co_quan_co_tham_quyen", "co_quan_thuc_hien",
    "ket_qua_xu_ly",
)  # fmt: skip


def read_flat(raw: Mapping[str, Any], day: date) -> Reading:
    """Read a record seen on ``day``. Never raises over what it holds, as long as it has a code.

    Raises:
        ValueError: there is no ``ma_thu_tuc``, so that it cannot be kept.
    """
    code = raw.get("ma_thu_tuc")
    if not isinstance(code, str) or not clean(code):
        raise ValueError("thiếu ma_thu_tuc")
    code = clean(code)
    left = [
        Leftover(code, key, WRONG_TYPE if key in raw else MISSING, str(raw.get(key, ""))[:120])
        for key in KEYS
        if not isinstance(raw.get(key), str)
    ]
    if left:
        return Reading(code, Form.FLAT, raw, None, {}, tuple(left))
    name = clean(raw["ten_thu_tuc"])
    why = unserved(code, name)
    if why:
        return Reading(code, Form.FLAT, raw, None, {}, (Leftover(code, WHOLE, why, name[:80]),))
    shown = display_names({code: name}, {code: only_level(raw["cap_thuc_hien"])})[code]
    facts, left = to_facts({**raw, "ma_thu_tuc": code}, shown, day)
    return Reading(code, Form.FLAT, raw, plain(facts, left), _watched(code, raw), tuple(left))


def _watched(code: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: text for key, text in raw.items() if isinstance(text, str)}
    papers, _ = read_papers(code, texts.get("thanh_phan_ho_so", ""))
    watched = {
        "giay_to": [f"{p.name} ({p.quantity})" if p.quantity else p.name for p in papers],
        "mau": [p.form for p in papers if p.form],
        "dieu_kien": value(texts.get("yeu_cau_dieu_kien", "")),
        "trinh_tu": mark(clean(texts.get("trinh_tu_thuc_hien", ""))),
        "so_quyet_dinh": clean(texts.get("so_quyet_dinh", "")),
    }
    return {key: found for key, found in watched.items() if found}
