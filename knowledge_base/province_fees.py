"""Fees that a provincial People's Council sets: a file a province, where the source is known.

A file speaks of procedures whose own record says ``tinh_quyet_dinh``: for the citizens of that
province its fees stand in their place, in the ways and situations it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from knowledge_base.schema import (
    Code,
    Exemption,
    Fee,
    Label,
    Manner,
    Model,
    Procedure,
    Source,
)

FOLDER = "province_fees"
_Line = TypeVar("_Line", "ProvinceFee", "ProvinceExemption")
_RESOLUTION = re.compile(r"\d+/(\d{4}/)?NQ-HĐND")


class ProvinceSource(Source):
    """Where a resolution was read: its number, and a page that anyone can open."""

    resolution: Label = Field(alias="nghi_quyet", description="e.g. 77/2025/NQ-HĐND")
    url: str = Field(alias="duong_dan")

    @field_validator("resolution")
    @classmethod
    def _numbered(cls, value: str) -> str:
        if not _RESOLUTION.fullmatch(value):
            raise ValueError("phải là số nghị quyết, ví dụ 77/2025/NQ-HĐND")
        return value

    @field_validator("url")
    @classmethod
    def _opens(cls, value: str) -> str:
        if not value.startswith("https://"):
            raise ValueError("phải bắt đầu bằng https://")
        return value


class _Scope(Model):
    """Which procedures a line is about: those named, and all of the fields (lĩnh vực) named."""

    codes: tuple[Code, ...] = Field(default=(), alias="ma")
    fields: tuple[Label, ...] = Field(default=(), alias="linh_vuc")

    @model_validator(mode="after")
    def _about_something(self) -> _Scope:
        if not self.codes and not self.fields:
            raise ValueError("phải ghi ma hoặc linh_vuc của các thủ tục")
        return self

    def covers(self, procedure: Procedure) -> bool:
        """Whether the line is about ``procedure``, whose fee the province decides."""
        named = procedure.field in self.fields or not {*self.codes}.isdisjoint(procedure.codes)
        return named and decided_by_province(procedure)


class ProvinceFee(Fee, _Scope):
    """One fee of a resolution."""

    @model_validator(mode="after")
    def _decided_here(self) -> ProvinceFee:
        if self.by_province:
            raise ValueError("tệp của tỉnh ghi mức thu, không ghi tinh_quyet_dinh")
        return self


class ProvinceExemption(Exemption, _Scope):
    """Who pays nothing by a resolution."""


class ProvinceFees(Model):
    """What is known of the fees of one province."""

    code: str = Field(alias="tinh", description="code of the province since 1 July 2025, 2 digits")
    name: Label = Field(alias="ten", description="without 'tỉnh' or 'thành phố'")
    fees: tuple[ProvinceFee, ...] = Field(default=(), alias="le_phi")
    exemptions: tuple[ProvinceExemption, ...] = Field(default=(), alias="mien")
    sources: tuple[ProvinceSource, ...] = Field(alias="nguon", min_length=1)

    @property
    def facts(self) -> tuple[ProvinceFee | ProvinceExemption, ...]:
        """Fees and exemptions."""
        return (*self.fees, *self.exemptions)

    @model_validator(mode="after")
    def _references_exist(self) -> ProvinceFees:
        known = {source.id for source in self.sources}
        for fact in self.facts:
            if fact.source is not None and fact.source not in known:
                raise PydanticCustomError("unknown_reference", f"nguon '{fact.source}' chưa khai")
        return self

    def applied(self, procedure: Procedure, day: date) -> Procedure:
        """``procedure`` as it holds in this province on ``day``; itself where nothing is known."""
        ways = {s.manner for s in procedure.submissions} or set(Manner)
        own = [
            self._cited(fee.model_copy(update={"manners": _among(fee.manners, ways)}))
            for fee in self.fees
            if fee.covers(procedure) and fee.holds(day) and not ways.isdisjoint(fee.manners or ways)
        ]
        exempt = [self._cited(e) for e in self.exemptions if e.covers(procedure) and e.holds(day)]
        if not own and not exempt:
            return procedure
        left = [rest for fee in procedure.fees for rest in _left(fee, own, ways)]
        cited = [s.model_copy(update={"id": self._id(s.id)}) for s in self.sources]
        return procedure.model_copy(
            update={
                "fees": (*own, *left),
                "exemptions": (*procedure.exemptions, *exempt),
                "sources": (*procedure.sources, *cited),
            }
        )

    def _cited(self, fact: _Line) -> _Line:
        source = fact.source or self.sources[0].id
        return fact.model_copy(update={"source": self._id(source)})

    def _id(self, source: str) -> str:
        """A source's id among those of a procedure."""
        return f"tinh-{self.code}-{source}"


def decided_by_province(procedure: Procedure) -> bool:
    """Whether the People's Council of the province sets a fee of the procedure."""
    return any(fee.by_province for fee in procedure.fees)


def differs(procedure: Procedure, day: date, known: Iterable[ProvinceFees]) -> bool:
    """Whether some province's fee for the procedure is known: then the province is worth asking."""
    return any(province.applied(procedure, day) is not procedure for province in known)


def _among(manners: Sequence[Manner], ways: set[Manner]) -> tuple[Manner, ...]:
    return tuple(m for m in manners if m in ways)


def _left(fee: Fee, own: Sequence[ProvinceFee], ways: set[Manner]) -> list[Fee]:
    """What the province's fees leave of a fee of the record: all of it where the province does not
    decide, else the ways of handing in of which they do not speak."""
    instead = [o for o in own if o.case in (None, fee.case)]
    if not fee.by_province or not instead:
        return [fee]
    spoken = {m for o in instead for m in (o.manners or ways)}
    manners = tuple(m for m in Manner if m in (fee.manners or ways) and m not in spoken)
    return [fee.model_copy(update={"manners": manners})] if manners else []
