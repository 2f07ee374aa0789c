"""The short fields of a record: levels, who may apply, who decides, what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge_base.records.common import Leftover, clean, names_district, spell_out, value
from knowledge_base.schema import Level

LEVELS = {
    "Cấp xã": Level.COMMUNE,
    "Cấp tỉnh": Level.PROVINCE,
    "Cấp bộ": Level.MINISTRY,
    "Cơ quan khác": Level.OTHER,
}
# The portal's list of applicants; some contain commas, so the text is not split at commas.
APPLICANTS = {
    "Tổ chức (không bao gồm doanh nghiệp, HTX)": "Tổ chức (trừ doanh nghiệp, hợp tác xã)",
    "Doanh nghiệp có vốn đầu tư nước ngoài": "Doanh nghiệp có vốn đầu tư nước ngoài",
    "Doanh nghiệp Việt Nam": "Doanh nghiệp Việt Nam",
    "Doanh nghiệp": "Doanh nghiệp",
    "Công dân Việt Nam": "Công dân Việt Nam",
    "Hợp tác xã": "Hợp tác xã",
    "Tổ chức nước ngoài": "Tổ chức nước ngoài",
    "Người nước ngoài cư trú tại Việt Nam": "Người nước ngoài cư trú tại Việt Nam",
    "Người nước ngoài": "Người nước ngoài",
    "Người Việt Nam định cư ở nước ngoài": "Người Việt Nam định cư ở nước ngoài",
    "Cán bộ, công chức, viên chức": "Cán bộ, công chức, viên chức",
    "Đảng viên": "Đảng viên",
    "Tổ chức Đảng": "Tổ chức Đảng",
}
MAX_RESULT = 240
MAX_AGENCY = 200
_RESULT_CODE = re.compile(
    r"Mã:\s*(?:[A-Z]{2}\.[A-Z]\d{2}\.\d{5,6}|0{3}\.0{2}\.0{2}\.[A-Z]\d{2}-KQ\.?\d{4}"
    r"|TP-KQ\.?\d{4,7})"
)


def read_levels(code: str, text: str) -> tuple[tuple[Level, ...], list[Leftover]]:
    """The levels of ``cap_thuc_hien`` in their order."""
    levels: list[Level] = []
    left: list[Leftover] = []
    for part in filter(None, (p.strip() for p in value(text).split(","))):
        if part in LEVELS:
            levels.append(LEVELS[part])
        else:
            left.append(Leftover(code, "cấp", "cấp chưa biết", part))
    return tuple(levels), left


def read_applicants(code: str, text: str) -> tuple[tuple[str, ...], list[Leftover]]:
    """Who may apply (``doi_tuong_thuc_hien``)."""
    rest = value(text)
    found: list[tuple[int, str]] = []
    for official in sorted(APPLICANTS, key=len, reverse=True):
        at = rest.find(official)
        if at >= 0:
            found.append((at, APPLICANTS[official]))
            rest = rest[:at] + "\0" * len(official) + rest[at + len(official) :]
    unread = rest.replace("\0", "").strip(" ,")
    left = [Leftover(code, "cho ai", "đối tượng chưa biết", unread)] if unread else []
    return tuple(name for _, name in sorted(found)), left


def read_agency(code: str, *texts: str) -> tuple[str | None, list[Leftover]]:
    """The first of the given cells that names an agency, spelled out."""
    for text in texts:
        agency = spell_out(value(text)).strip(" .;,")
        if not agency:
            continue
        if names_district(agency):
            return None, [Leftover(code, "cơ quan", "còn nhắc cấp huyện, thị trấn", agency)]
        if len(agency) > MAX_AGENCY:
            return None, [Leftover(code, "cơ quan", "dài quá", agency[:120])]
        return agency[:1].upper() + agency[1:], []
    return None, []


def read_results(code: str, text: str) -> tuple[tuple[str, ...], list[Leftover]]:
    """The results of ``ket_qua_xu_ly``: ``<text>Mã: <code>`` one after another."""
    body = value(text)
    results: list[str] = []
    left: list[Leftover] = []
    for piece in filter(None, (p.strip() for p in _RESULT_CODE.split(body))):
        result, mark, _ = piece.partition("Mã:")
        if mark and body.count("Mã:") > 1:
            left.append(Leftover(code, "kết quả", "mã kết quả không theo mẫu", piece[:120]))
            continue
        results.append(result)
    found, more = result_names(code, results)
    return found, left + more


def result_names(code: str, texts: Iterable[str]) -> tuple[tuple[str, ...], list[Leftover]]:
    """Each result once, spelled out, and what was left out."""
    results: list[str] = []
    left: list[Leftover] = []
    for text in texts:
        result = spell_out(clean(text)).strip(" .;,:-+*–")
        if not result:
            continue
        if len(result) > MAX_RESULT:
            left.append(Leftover(code, "kết quả", "dài quá", result[:120]))
        elif names_district(result):
            left.append(Leftover(code, "kết quả", "còn nhắc cấp huyện, thị trấn", result[:120]))
        else:
            results.append(result[:1].upper() + result[1:])
    return tuple(dict.fromkeys(results)), left
