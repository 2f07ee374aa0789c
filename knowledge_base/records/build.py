"""Builds ``catalogue.jsonl`` from the portal's records: facts only, one line a procedure."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from knowledge_base.records.common import Leftover, clean, names_district
from knowledge_base.records.fields import (
    read_agency,
    read_applicants,
    read_levels,
    read_results,
)
from knowledge_base.records.legal import read_legal
from knowledge_base.records.manners import FlatTime, Row, read_manners
from knowledge_base.records.money import SEVERAL_CASES, FlatFee, FlatKind
from knowledge_base.records.names import MAX_NAME, cut, display_names
from knowledge_base.schema import Manner, Procedure

SOURCE_ID = "cong"
SOURCE_NAME = "Cổng Dịch vụ công quốc gia"
SEVERAL_TIMES = "Cổng ghi nhiều mốc thời gian tùy trường hợp, xem tại Cổng Dịch vụ công quốc gia."
INTERNAL = "mã nội bộ"
PARTS = ("cách nộp", "thời hạn", "lệ phí", "cấp", "cho ai", "cơ quan", "kết quả", "căn cứ")
ALL_OF_MANNERS = "cách nộp, thời hạn và lệ phí cùng đọc hết"

Record = Mapping[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Built:
    """The catalogue's procedures sorted by code, and what was left out on the way."""

    procedures: tuple[Procedure, ...]
    left: tuple[Leftover, ...]
    coverage: Mapping[str, int]


def read_records(path: Path) -> list[Record]:
    """The records of a ``.jsonl`` or ``.jsonl.gz`` file. Raises :class:`OSError` or ValueError."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]


def build(
    records: Iterable[Record], day: date, progress: Callable[[int], None] = lambda _: None
) -> Built:
    """Read all records. ``day`` is when they were seen on the portal.

    ``progress`` is called with the number of records done. Internal procedures (codes
    that begin with 5 or 6) and mis-titled records are left out.
    """
    left: list[Leftover] = []
    served = sorted(_served(records, left), key=lambda record: record["ma_thu_tuc"])
    names = display_names(
        {r["ma_thu_tuc"]: r["ten_thu_tuc"] for r in served},
        {r["ma_thu_tuc"]: only_level(r["cap_thuc_hien"]) for r in served},
    )
    procedures: list[Procedure] = []
    coverage: Counter[str] = Counter()
    for done, record in enumerate(served, start=1):
        code = record["ma_thu_tuc"]
        try:
            facts, problems = to_facts(record, names[code], day)
            procedures.append(Procedure.model_validate(facts))
        except ValidationError as error:
            left.append(Leftover(code, "cả bản ghi", "không hợp mẫu", str(error)[:120]))
            continue
        left.extend(problems)
        coverage.update(_understood(problems))
        progress(done)
    return Built(tuple(procedures), tuple(left), dict(coverage))


def write(path: Path, procedures: Iterable[Procedure]) -> None:
    """Write one line a procedure; empty fields and defaults are left out."""
    lines = (p.model_dump_json(by_alias=True, exclude_defaults=True) for p in procedures)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _served(records: Iterable[Record], left: list[Leftover]) -> Iterator[Record]:
    for record in records:
        code, name = record["ma_thu_tuc"], clean(record["ten_thu_tuc"])
        why = unserved(code, name)
        if why:
            left.append(Leftover(code, "cả bản ghi", why, name[:80]))
        else:
            yield record


def unserved(code: str, name: str) -> str:
    """Why a record is none for citizens; empty when it is one."""
    if code[:2] in ("5.", "6."):
        return INTERNAL
    if name.startswith("Công bố Danh mục và Quy trình nội bộ"):
        return "tên là tên quyết định công bố"
    return ""


def only_level(text: str) -> str:
    """``Cấp tỉnh`` -> ``tỉnh``; nothing for several levels or another agency."""
    level = clean(text).removeprefix("Cấp ")
    return level if level in ("xã", "tỉnh", "bộ") else ""


def to_facts(record: Record, name: str, day: date) -> tuple[dict[str, Any], list[Leftover]]:
    """One record as the keys of :class:`Procedure`, and what was left out of it."""
    code = record["ma_thu_tuc"]
    rows, left = read_manners(code, record["cach_thuc_thuc_hien"])
    levels, more = read_levels(code, record["cap_thuc_hien"])
    left += more
    who, more = read_applicants(code, record["doi_tuong_thuc_hien"])
    left += more
    agency, more = read_agency(code, record["co_quan_co_tham_quyen"], record["co_quan_thuc_hien"])
    left += more
    results, more = read_results(code, record["ket_qua_xu_ly"])
    left += more
    numbers, more = read_legal(code, record["can_cu_phap_ly"])
    left += more
    official = clean(record["ten_thu_tuc"])
    if names_district(official):
        left.append(Leftover(code, "tên", "tên còn nhắc cấp huyện", official[:80]))
    facts: dict[str, Any] = {
        "ma": [code],
        "ten": name,
        "ten_chinh_thuc": official,
        "linh_vuc": cut(clean(record["linh_vuc"]), MAX_NAME),
        "cap": levels,
        "co_quan": agency,
        "lien_ket": record["detail_url"],
        "cho_ai": who,
        "le_phi": fees_of(rows),
        "thoi_han": times_of(rows),
        "cach_nop": [{"cach": m} for m in dict.fromkeys(row.manner for row in rows)],
        "ket_qua": [{"noi_dung": result} for result in results],
        "can_cu": [{"so": number} for number in numbers],
        "nguon": [{"id": SOURCE_ID, "ten": SOURCE_NAME, "ngay": day}],
        "bien_soan": False,
    }
    return facts, left


def _by_manner(pairs: Iterable[tuple[Manner, _T]]) -> dict[Manner, tuple[_T, ...]]:
    """What each manner has, each thing once, in order."""
    grouped: dict[Manner, dict[_T, None]] = {}
    for manner, thing in pairs:
        grouped.setdefault(manner, {})[thing] = None
    return {manner: tuple(things) for manner, things in grouped.items()}


def _shared(
    grouped: Mapping[Manner, tuple[_T, ...]], manners: Iterable[Manner]
) -> Iterator[tuple[tuple[_T, ...], list[Manner]]]:
    """The same things under several manners, told once; no manners named when it is all."""
    together: dict[tuple[_T, ...], list[Manner]] = {}
    for manner, things in grouped.items():
        together.setdefault(things, []).append(manner)
    every = set(manners)
    for things, named in together.items():
        yield things, [] if set(named) == every else named


def fees_of(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """The rows' fees as ``le_phi`` of a procedure file."""
    grouped = _by_manner((row.manner, fee) for row in rows for fee in row.fees)
    return [
        _fee(fee, manners, alone=len(fees) == 1)
        for fees, manners in _shared(grouped, (row.manner for row in rows))
        for fee in fees
    ]


def _fee(fee: FlatFee, manners: list[Manner], alone: bool) -> dict[str, Any]:
    told = fee.kind in (FlatKind.AMOUNT, FlatKind.FREE)
    return {
        "so_tien": fee.amount if told else None,
        "don_vi": fee.unit,
        "cach": manners,
        "tinh_quyet_dinh": fee.kind is FlatKind.BY_PROVINCE,
        # One of several amounts says nothing without the case it holds for.
        "ghi_chu": fee.note or (None if alone else SEVERAL_CASES),
    }


def times_of(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """The rows' processing times as ``thoi_han`` of a procedure file."""
    grouped = _by_manner((row.manner, row.time) for row in rows if row.time is not None)
    return [_time(times, manners) for times, manners in _shared(grouped, (r.manner for r in rows))]


def _time(times: tuple[FlatTime, ...], manners: list[Manner]) -> dict[str, Any]:
    """One time, or none with a note: several may be cases or steps that add up."""
    if len(times) > 1:
        return {"so": None, "cach": manners, "ghi_chu": SEVERAL_TIMES}
    return {"so": times[0].amount, "don_vi": times[0].unit, "cach": manners}


def _understood(problems: Iterable[Leftover]) -> Iterator[str]:
    """The parts of a record that were read whole; what the portal leaves open counts as read."""
    broken = {p.part for p in problems if not p.reason.startswith("cổng không ghi")}
    yield from (part for part in PARTS if part not in broken)
    if not broken & {"cách nộp", "thời hạn", "lệ phí"}:
        yield ALL_OF_MANNERS
