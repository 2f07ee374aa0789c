"""Lists of dossiers as one-stop software exports them, CSV or XLSX: which column is what, and each
row as a dossier or as what is wrong with it. Columns that name people are never read."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from actions.dossier_sources import reading
from knowledge_base import workbooks
from knowledge_base.checked import checked
from knowledge_base.dossiers.codes import DossierCode, Fault, grammar
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.states import DossierState, States, UnknownState, states
from knowledge_base.loader import KnowledgeError
from knowledge_base.problems import errors_of
from knowledge_base.text import key
from knowledge_base.yaml_lines import read_yaml

SOURCE = "danh sách hồ sơ của bộ phận một cửa"
HEADING_ROWS = 20  # the heading stands within so many rows
# What a column is for, by its heading without accents; the first that fits.
_HEADINGS = (
    ("ma", r"^ma (so )?ho so|^so ho so|^ma (bien nhan|phieu)|^ma hs$|^ma so$|^ma$"),
    ("thu_tuc", r"^ma (thu tuc|tthc)"),
    ("ten", r"ten (thu tuc|tthc|ho so)|^thu tuc|^loai ho so|^linh vuc thu tuc"),
    ("hen_lai", r"hen (tra )?lai|gia han"),
    ("hen_tra", r"hen tra|han (tra|xu ly|giai quyet)|ngay hen|den han"),
    ("ngay_nhan", r"ngay (tiep )?nhan|ngay nop|thoi gian (tiep nhan|nop)"),
    ("ngay_tra", r"ngay (tra|ket thuc|hoan thanh)|ngay co ket qua"),
    ("trang_thai", r"trang thai|tinh trang|ket qua xu ly"),
    ("don_vi", r"don vi|co quan|noi xu ly|phong ban"),
    ("le_phi", r"so tien|le phi|phi phai"),
    ("can_bo_sung", r"bo sung"),
    ("noi_tra", r"noi tra"),
)
COLUMNS = tuple(name for name, _ in _HEADINGS)
_FAULTS = {
    Fault.SHORT: "thiếu {} số ở cuối", Fault.LONG: "thừa {} số ở cuối",
    Fault.NO_COUNTER: "thiếu phần số sau ngày", Fault.NO_DAY: "nhóm ngày không có 6 hoặc 8 số",
    Fault.IMPOSSIBLE_DAY: "nhóm ngày không phải một ngày có thật",
    Fault.FUTURE_DAY: "nhóm ngày ở tương lai",
}  # fmt: skip


class Mapped(BaseModel):
    """The small YAML file that says which heading is what, and what the states are called."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    columns: Mapping[str, str] = Field(default_factory=dict, alias="cot")
    states: Mapping[str, DossierState] = Field(default_factory=dict, alias="trang_thai")
    source: str = Field(SOURCE, alias="ten", min_length=3, max_length=80)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: where it stands, the dossier on it, or what is wrong."""

    place: str
    dossier: tuple[DossierCode, Dossier] | None = None
    trouble: str | None = None


def read_mapping(path: Path | None) -> Mapped:
    """What a mapping file says; without one headings and states are recognised by their words.

    Raises:
        KnowledgeError: the file is broken; names file and line.
    """
    if path is None:
        return Mapped()
    document = read_yaml(path)
    read, problems = checked(document, Mapped)
    for name in read.columns if read else ():
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            problems.append(document.problem(("cot", name), f"không có mục này; có: {known}"))
    if errors := errors_of(problems):
        raise KnowledgeError(errors)
    assert read is not None, "without an error there is something read"
    return read


def read_list(path: Path, mapped: Mapped, seen: datetime) -> Iterator[Row]:
    """The rows of a list that says how things stood at ``seen``.

    Raises:
        OSError: the file cannot be read, is neither CSV nor XLSX, or has no column of codes.
    """
    sheets = _sheets(path)
    reader = _Reader(mapped, seen)
    headed = False
    for where, rows in sheets:
        columns: Mapping[str, int] = {}
        for number, cells in enumerate(rows, start=1):
            if not columns:
                columns = _heading(cells, mapped)
                headed = headed or bool(columns)
                if not columns and number >= HEADING_ROWS:
                    break
                continue
            if any(cell not in (None, "") for cell in cells):
                named = {n: cells[at] for n, at in columns.items() if at < len(cells)}
                yield reader.read(f"{where}:{number}", named)
    if not headed:
        raise OSError(f"{path}: không thấy cột mã hồ sơ trong {HEADING_ROWS} dòng đầu")


class _Reader:
    def __init__(self, mapped: Mapped, seen: datetime) -> None:
        own = {key(word): state for word, state in mapped.states.items()}
        self._states: States = replace(states(), words={**states().words, **own})
        self._source = mapped.source
        self._seen = seen

    def read(self, place: str, cells: Mapping[str, Any]) -> Row:
        try:
            return Row(place, dossier=self._dossier(cells))
        except UnknownState as error:
            return Row(place, trouble=f"trạng thái '{error}' chưa biết là gì")
        except ValueError as error:
            return Row(place, trouble=str(error))

    def _dossier(self, cells: Mapping[str, Any]) -> tuple[DossierCode, Dossier]:
        code = self._code(str(cells["ma"] or ""))
        dossier = Dossier(
            code=code.text,
            state=self._states.read(str(cells.get("trang_thai") or "")),
            seen=self._seen,
            source=self._source,
            procedure=reading.text(cells.get("thu_tuc")),
            title=reading.words(cells.get("ten")),
            agency=reading.text(cells.get("don_vi")),
            received=_day(cells, "ngay_nhan"),
            promised=_day(cells, "hen_tra"),
            again=_day(cells, "hen_lai"),
            finished=_day(cells, "ngay_tra"),
            amount=reading.amount(cells.get("le_phi")),
            wanted=_papers(cells.get("can_bo_sung")),
            result_at=reading.text(cells.get("noi_tra")),
        )
        return code, dossier

    def _code(self, written: str) -> DossierCode:
        found = grammar().find(written, self._seen.date())
        if found.codes:
            return found.codes[0]
        if found.faulty is None:
            raise ValueError("không có mã hồ sơ" if not written.strip() else "mã không đúng dạng")
        raise ValueError(f"mã {_FAULTS[found.faulty.fault].format(found.faulty.count)}")


def _sheets(path: Path) -> Iterator[tuple[str, Iterator[Sequence[Any]]]]:
    if path.suffix.lower() != ".xlsx":
        yield str(path), _csv(path)
        return
    try:
        yield from workbooks.sheets(path)
    except workbooks.NoWorkbook as error:
        raise OSError(f"{path}: {error}") from error


def _csv(path: Path) -> Iterator[Sequence[str]]:
    with path.open("rb") as file:
        start = file.read(2)
    encoding = "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as file:
        try:
            head = file.read(20_000)
            file.seek(0)
            counts = {mark: head.count(mark) for mark in ",;\t"}
            yield from csv.reader(file, delimiter=max(counts, key=lambda mark: counts[mark]))
        except UnicodeDecodeError as error:
            raise OSError(f"{path}: xin lưu tệp CSV bằng bảng mã UTF-8") from error
        except csv.Error as error:
            raise OSError(f"{path}: tệp CSV hỏng: {error}") from error


def _heading(cells: Sequence[Any], mapped: Mapped) -> dict[str, int]:
    """Which column is what; empty when this row is no heading."""
    headings = [key(str(cell or "")) for cell in cells]
    found = {
        name: headings.index(key(heading))
        for name, heading in mapped.columns.items()
        if key(heading) in headings
    }
    for at, heading in enumerate(headings):
        name = next((n for n, pattern in _HEADINGS if re.search(pattern, heading)), None)
        if name and at not in found.values() and len(heading) <= 60:
            found.setdefault(name, at)
    return found if {"ma", "trang_thai"} <= found.keys() else {}


def _day(cells: Mapping[str, Any], name: str) -> date | None:
    try:
        return reading.day(cells.get(name))
    except ValueError:
        raise ValueError(f"cột {name}: '{cells[name]}' không phải ngày tháng") from None


def _papers(cell: Any) -> tuple[str, ...]:
    said = (reading.words(part) for part in re.split(r"[;\n]", str(cell or "")))
    return tuple(part for part in said if part)
