"""Public holidays and days worked instead: ``holidays.yaml``, each with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from knowledge_base.checked import checked
from knowledge_base.loader import PACKAGE, KnowledgeError
from knowledge_base.opening import Calendar, Holiday
from knowledge_base.problems import Problem, Severity, errors_of
from knowledge_base.schema import Label, Slug, Source
from knowledge_base.yaml_lines import Document, read_yaml

FILE = "holidays.yaml"
_LONGEST = 16  # days; more is a slip of the pen
_NEXT_YEAR_FROM = 11  # the month in which next year's holidays are looked for
_SOON = 60  # days before a holiday by which its list is usually out


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class DaysOff(_Model):
    """One holiday of one year; ``last`` is left out for a single day."""

    name: Label = Field(alias="ten")
    first: date = Field(alias="tu")
    last: date | None = Field(default=None, alias="den")
    source: Slug = Field(alias="nguon")
    estimated: bool = Field(default=False, alias="du_kien")

    @model_validator(mode="after")
    def _in_order(self) -> DaysOff:
        if self.last is not None and not 0 < (self.last - self.first).days < _LONGEST:
            raise ValueError("den phải sau tu, và không quá nửa tháng")
        return self


class Swap(_Model):
    """A day off that is worked for another one."""

    worked: date = Field(alias="ngay")
    instead: date = Field(alias="thay")


class _File(_Model):
    sources: tuple[Source, ...] = Field(alias="nguon", min_length=1)
    new_years: Mapping[int, date] = Field(alias="mung_mot")
    holidays: tuple[DaysOff, ...] = Field(alias="nghi", min_length=1)
    swaps: tuple[Swap, ...] = Field(default=(), alias="lam_bu")
    general: Source = Field(alias="gio_chung", description="what holds of hours everywhere")


@dataclass(frozen=True)
class HolidayList:
    """The calendar and the sources it rests on; ``general``: of the hours of all offices."""

    calendar: Calendar = field(default_factory=Calendar)
    sources: tuple[Source, ...] = ()
    general: Source | None = None

    def source_of(self, holiday: Holiday) -> Source:
        """Where a holiday is laid down."""
        return next(s for s in self.sources if s.id == holiday.source)


def load(root: Path = PACKAGE) -> HolidayList:
    """The holidays of ``root``; an empty list where there is no file.

    Raises:
        knowledge_base.loader.KnowledgeError: the file is broken; names file and line.
    """
    if not (root / FILE).exists():
        return HolidayList()
    document = read_yaml(root / FILE)
    read, problems = checked(document, _File)
    if errors := errors_of([*problems, *_slips(document, read)]):
        raise KnowledgeError(errors)
    assert read is not None, "without an error there is something read"
    holidays = (
        Holiday(h.name, h.first, h.last or h.first, h.source, not h.estimated)
        for h in read.holidays
    )
    worked = {swap.worked: swap.instead for swap in read.swaps}
    calendar = Calendar(tuple(holidays), worked, read.new_years)
    return HolidayList(calendar, read.sources, read.general)


def check_holidays(root: Path, today: date) -> Iterator[Problem]:
    """The file's shape, and a reminder when this year, or soon the next, has no holidays in it."""
    path = root / FILE
    if not path.exists():
        return
    document = read_yaml(path)
    read, problems = checked(document, _File)
    yield from problems
    yield from _slips(document, read)
    if read is None:
        return
    known = {h.first.year for h in read.holidays}
    wanted = {today.year, today.year + (today.month >= _NEXT_YEAR_FROM)}
    for year in sorted(wanted - known):
        message = f"chưa có ngày nghỉ lễ của năm {year}"
        yield document.problem(("nghi",), message, Severity.WARNING)
    for index, holiday in enumerate(read.holidays):
        if holiday.estimated and 0 <= (holiday.first - today).days <= _SOON:
            message = f"'{holiday.name}' {holiday.first.year} sắp đến mà còn ghi du_kien"
            yield document.problem(("nghi", index, "du_kien"), message, Severity.WARNING)


def _slips(document: Document, read: _File | None) -> Iterator[Problem]:
    if read is None:
        return
    declared = {source.id for source in read.sources}
    for index, holiday in enumerate(read.holidays):
        if holiday.source not in declared:
            message = f"nguon '{holiday.source}' chưa khai"
            yield document.problem(("nghi", index, "nguon"), message)
    for year, day in read.new_years.items():
        if day.year != year:
            yield document.problem(("mung_mot", str(year)), f"ngày không thuộc năm {year}")
