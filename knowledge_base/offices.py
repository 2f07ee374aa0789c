"""Where to go: ``offices.yaml``, and ``offices_mau.yaml`` with invented samples to try out with.

Samples carry ``mau: true`` and "(dữ liệu mẫu)" in their names, stand in a file of their own, and
are read only where a setting asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from knowledge_base.checked import checked
from knowledge_base.loader import PACKAGE, KnowledgeError
from knowledge_base.opening import Session, Week
from knowledge_base.problems import Problem, Severity, errors_of
from knowledge_base.schema import Label, Line, Slug, Source
from knowledge_base.units import Units
from knowledge_base.yaml_lines import Document, read_yaml

FILE, SAMPLES = "offices.yaml", "offices_mau.yaml"
SAMPLE_WORDS = "(dữ liệu mẫu)"
_DAYS = ("thu_hai", "thu_ba", "thu_tu", "thu_nam", "thu_sau", "thu_bay", "chu_nhat")
_WEEKDAYS = "ngay_thuong"  # Monday to Friday, unless a day is named
_SESSION = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
Phone = Annotated[str, StringConstraints(pattern=r"^\+?\d[\d .]{6,18}$")]
UnitCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{3})?$")]


class OfficeKind(StrEnum):
    """What an office deals with."""

    CENTRE = "trung_tam_hanh_chinh_cong"
    POLICE = "cong_an"
    IDENTITY = "can_cuoc"  # where identity cards are taken up
    PASSPORT = "xuat_nhap_canh"
    INSURANCE = "bhxh"
    TAX = "thue"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Point(_Model):
    """A place on the map, in degrees; Vietnam's mainland and islands."""

    latitude: float = Field(alias="vi_do", ge=6, le=24)
    longitude: float = Field(alias="kinh_do", ge=101, le=118)


class Office(_Model):
    """One office. ``hours``: see :data:`knowledge_base.opening.Week`; empty = not known."""

    id: Slug
    name: Label = Field(alias="ten")
    kind: OfficeKind = Field(alias="loai")
    unit: UnitCode = Field(alias="don_vi", description="the province or commune it serves")
    address: Line = Field(alias="dia_chi")
    phone: Phone | None = Field(default=None, alias="dien_thoai")
    hours: Week = Field(default_factory=dict, alias="gio")
    point: Point | None = Field(default=None, alias="toa_do")
    note: Line | None = Field(default=None, alias="ghi_chu")
    source: Slug = Field(alias="nguon")
    sample: bool = Field(default=False, alias="mau")

    @field_validator("hours", mode="before")
    @classmethod
    def _read_hours(cls, hours: Any) -> Any:
        """As officials write it: ``{ngay_thuong: ["07:30-11:30"], chu_nhat: []}``."""
        return _week(hours)


class Offices(_Model):
    """A file of offices and the sources they name."""

    sources: tuple[Source, ...] = Field(alias="nguon", min_length=1)
    offices: tuple[Office, ...] = Field(alias="noi")


@dataclass(frozen=True)
class Directory:
    """The offices a deployment may name."""

    offices: tuple[Office, ...] = ()
    sources: tuple[Source, ...] = ()

    def of(self, kind: OfficeKind, unit: str) -> tuple[Office, ...]:
        """Offices of a kind that serve a unit itself, in the file's order."""
        return self._of.get((kind, unit), ())

    def has(self, kind: OfficeKind) -> bool:
        """Whether any office of a kind is known."""
        return any(office.kind is kind for office in self.offices)

    def source_of(self, office: Office) -> Source:
        """Where an office's facts come from."""
        return next(s for s in self.sources if s.id == office.source)

    @cached_property
    def _of(self) -> Mapping[tuple[OfficeKind, str], tuple[Office, ...]]:
        found: dict[tuple[OfficeKind, str], tuple[Office, ...]] = {}
        for office in self.offices:
            key = office.kind, office.unit
            found[key] = (*found.get(key, ()), office)
        return found


def load(root: Path = PACKAGE, *, samples: bool = False) -> Directory:
    """The offices of ``root``, with ``samples`` those of the sample file too.

    Raises:
        knowledge_base.loader.KnowledgeError: a file is broken; names file and line.
    """
    offices: tuple[Office, ...] = ()
    sources: tuple[Source, ...] = ()
    for name in (FILE, SAMPLES) if samples else (FILE,):
        if (root / name).exists():
            document, read, problems = _read(root / name)
            if errors := errors_of([*problems, *_slips(document, read)]):
                raise KnowledgeError(errors)
            offices += read.offices if read else ()
            sources += read.sources if read else ()
    return Directory(offices, sources)


def check_offices(root: Path) -> Iterator[Problem]:
    """Both files: their shape, units that exist, sources that are declared, samples kept apart."""
    for name in (FILE, SAMPLES):
        if (root / name).exists():
            document, read, problems = _read(root / name)
            yield from problems
            yield from _slips(document, read)
            if read is not None and name == SAMPLES:
                message = f"có {len(read.offices)} nơi là dữ liệu mẫu, chỉ dùng khi SAMPLE_OFFICES"
                yield document.problem((), message, Severity.WARNING)


def _read(path: Path) -> tuple[Document, Offices | None, list[Problem]]:
    document = read_yaml(path)
    offices, problems = checked(document, Offices)
    return document, offices, problems


def _slips(document: Document, read: Offices | None) -> Iterator[Problem]:
    if read is None:
        return
    units, seen = Units(), set()
    declared = {source.id for source in read.sources}
    samples = document.path.name == SAMPLES
    for index, office in enumerate(read.offices):
        place: tuple[str, int] = ("noi", index)
        if office.id in seen:
            yield document.problem((*place, "id"), f"id '{office.id}' đã dùng ở trên")
        seen.add(office.id)
        if units.by_code(office.unit) is None:
            message = f"'{office.unit}' không phải mã tỉnh, xã nào hiện nay"
            yield document.problem((*place, "don_vi"), message)
        if office.source not in declared:
            yield document.problem((*place, "nguon"), f"nguon '{office.source}' chưa khai")
        if office.sample is not samples:
            message = f"dữ liệu mẫu để ở {SAMPLES} và ghi mau: true; dữ liệu thật để ở {FILE}"
            yield document.problem((*place, "mau"), message)
        if office.sample and not office.name.endswith(SAMPLE_WORDS):
            yield document.problem((*place, "ten"), f"tên nơi mẫu phải kết bằng {SAMPLE_WORDS}")


def _week(hours: Any) -> Week:
    if not isinstance(hours, dict):
        raise ValueError(f"gio phải gồm các mục {_WEEKDAYS}, {', '.join(_DAYS)}")
    week: dict[int, tuple[Session, ...]] = {}
    for day in hours:
        if day not in (*_DAYS, _WEEKDAYS):
            raise ValueError(f"không có ngày tên '{day}'; dùng {_WEEKDAYS}, {', '.join(_DAYS)}")
    for number, day in enumerate(_DAYS):
        if day in hours or (_WEEKDAYS in hours and number < 5):
            week[number] = _sessions(hours.get(day, hours.get(_WEEKDAYS)))
    return week


def _sessions(spans: Any) -> tuple[Session, ...]:
    found = []
    for span in spans if isinstance(spans, list) else [spans]:
        match = _SESSION.fullmatch(str(span))
        if match is None:
            raise ValueError(f"giờ '{span}' viết chưa đúng; viết như \"07:30-11:30\"")
        start_hour, start_minute, end_hour, end_minute = map(int, match.groups())
        found.append(Session(time(start_hour, start_minute), time(end_hour, end_minute)))
    ends = [clock for session in found for clock in (session.start, session.end)]
    if any(later <= earlier for earlier, later in pairwise(ends)):
        raise ValueError("các buổi phải theo thứ tự trong ngày và không chồng nhau")
    return tuple(found)
