"""The shape of what we know: one model for curated files and for the catalogue.

Officials write YAML with Vietnamese keys that mirror the official form; code reads the
English names. A catalogue line is the same model with fewer fields filled, so that every
answer is computed one way. All models are frozen and refuse unknown keys.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
# Codes that begin with 5 or 6 are internal to the administration and are never served.
Code = Annotated[str, StringConstraints(pattern=r"^[1-4]\.\d{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Manner(StrEnum):
    """How a dossier is handed in (cách thức thực hiện)."""

    DIRECT = "truc_tiep"
    ONLINE = "truc_tuyen"
    POSTAL = "buu_chinh"


class Level(StrEnum):
    """Which tier of government receives the dossier (cấp thực hiện)."""

    COMMUNE = "xa"
    PROVINCE = "tinh"
    MINISTRY = "bo"
    OTHER = "khac"


class TimeUnit(StrEnum):
    """Unit of a processing time; a bare number on the portal means days."""

    WORKING_DAY = "ngay_lam_viec"
    DAY = "ngay"
    HOUR = "gio"
    WORKING_HOUR = "gio_lam_viec"
    MINUTE = "phut"
    MONTH = "thang"
    YEAR = "nam"


class Handing(StrEnum):
    """What is done with a paper at the desk."""

    SUBMIT = "nop"
    SHOW = "xuat_trinh"


class Confidence(StrEnum):
    """How far a source may be trusted; anything but OFFICIAL is said in the answer."""

    OFFICIAL = "chinh_thuc"
    SECONDARY = "thu_cap"


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Source(Model):
    """Where facts come from and the day they were read."""

    id: Slug = Field(description="short name that facts refer to; the first one is the default")
    title: Label = Field(alias="ten")
    day: date = Field(alias="ngay")
    url: str | None = Field(default=None, alias="duong_dan")
    confidence: Confidence = Field(default=Confidence.OFFICIAL, alias="do_tin_cay")


class Case(Model):
    """A citizen's situation that changes fees, papers or times (trường hợp)."""

    id: Slug
    title: Label = Field(alias="ten", description="lay words, fits after 'Trường hợp'")


class Fact(Model):
    """A statement with its source; ``source`` is a :class:`Source` id, None = the first one."""

    case: Slug | None = Field(default=None, alias="truong_hop")
    source: Slug | None = Field(default=None, alias="nguon")
    note: Line | None = Field(default=None, alias="ghi_chu")
    valid_from: date | None = Field(
        default=None, alias="hieu_luc_tu", description="first day it holds; None = always did"
    )
    valid_to: date | None = Field(
        default=None, alias="hieu_luc_den", description="last day it holds; None = no end known"
    )

    def holds(self, day: date) -> bool:
        """Whether the statement is true on ``day``, both ends included."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError("hieu_luc_tu không được sau hieu_luc_den")
        return self


class Paper(Fact):
    """One paper of the dossier (thành phần hồ sơ)."""

    name: Line = Field(alias="ten")
    handing: Handing = Field(default=Handing.SUBMIT, alias="hinh_thuc")
    quantity: Label | None = Field(default=None, alias="so_luong")
    form: Label | None = Field(default=None, alias="mau", description="form number, e.g. CT01")
    when: Line | None = Field(
        default=None, alias="khi", description="only needed when …; lay words"
    )


class Fee(Fact):
    """One fee. ``amount`` in đồng; 0 = free; None = set elsewhere (say where in ``note``)."""

    # Strict: YAML reads the Vietnamese "10.000" as ten, which must not pass for a fee.
    amount: int | None = Field(alias="so_tien", ge=0, strict=True)
    max_amount: int | None = Field(default=None, alias="den", ge=0, strict=True)
    unit: Label | None = Field(
        default=None, alias="don_vi", description="e.g. 'bản', 'lần', 'trang'"
    )
    name: Label | None = Field(default=None, alias="ten", description="what the fee is for")
    when: Label | None = Field(default=None, alias="khi", description="only when …; lay words")
    manners: tuple[Manner, ...] = Field(
        default=(), alias="cach", description="empty = every manner"
    )
    by_province: bool = Field(
        default=False, alias="tinh_quyet_dinh", description="set by the provincial People's Council"
    )

    @model_validator(mode="after")
    def _explained(self) -> Fee:
        if self.amount is None and not self.by_province and not self.note:
            raise ValueError("so_tien để trống thì phải có tinh_quyet_dinh hoặc ghi_chu")
        if self.max_amount is not None and (self.amount is None or self.max_amount <= self.amount):
            raise ValueError("den phải lớn hơn so_tien")
        return self


class Exemption(Fact):
    """Who pays nothing (miễn lệ phí)."""

    who: Line = Field(alias="ai", description="lay words, fits after 'Không mất tiền:'")


class ProcessingTime(Fact):
    """One processing time (thời hạn giải quyết); None = not fixed (say why in ``note``)."""

    amount: float | None = Field(alias="so", ge=0, strict=True)
    max_amount: float | None = Field(default=None, alias="den", ge=0, strict=True)
    unit: TimeUnit = Field(default=TimeUnit.WORKING_DAY, alias="don_vi")
    name: Label | None = Field(default=None, alias="ten", description="what is done by then")
    when: Label | None = Field(default=None, alias="khi", description="only when …; lay words")
    manners: tuple[Manner, ...] = Field(
        default=(), alias="cach", description="empty = every manner"
    )

    @model_validator(mode="after")
    def _explained(self) -> ProcessingTime:
        if self.amount is None and not self.note:
            raise ValueError("so để trống thì phải có ghi_chu")
        return self


class Submission(Fact):
    """A way to hand the dossier in; the note says what is particular about it."""

    manner: Manner = Field(alias="cach")
    url: str | None = Field(default=None, alias="duong_dan")


class Place(Fact):
    """Where to go (nơi nộp)."""

    name: Line = Field(alias="ten")


class Statement(Fact):
    """A plain sentence: a condition or a result."""

    text: Line = Field(alias="noi_dung")


class LegalDocument(Model):
    """A legal document by its number; the title may be left out."""

    number: Label = Field(alias="so")
    title: Line | None = Field(default=None, alias="ten")


class Neighbour(Model):
    """A procedure this one is confused with, and what tells them apart."""

    code: Code = Field(alias="ma")
    when: Line = Field(alias="khi", description="lay words: choose the other one when …")


# The parts of a procedure that are lists of facts.
FACTS = (
    "conditions", "papers", "fees", "exemptions", "times", "places", "submissions", "results",
)  # fmt: skip


class Procedure(Model):
    """One administrative procedure (thủ tục hành chính), curated or from the catalogue."""

    codes: tuple[Code, ...] = Field(
        alias="ma", min_length=1, description="the first is the main one"
    )
    name: Label = Field(alias="ten", description="plain name, starts with a capital letter")
    official_name: str = Field(alias="ten_chinh_thuc", min_length=1)
    field: Label = Field(alias="linh_vuc")
    levels: tuple[Level, ...] = Field(alias="cap", min_length=1)
    agency: Line | None = Field(default=None, alias="co_quan", description="who decides, lay words")
    link: str | None = Field(default=None, alias="lien_ket", pattern=r"^https://")
    lay_names: tuple[Label, ...] = Field(default=(), alias="goi_la")
    sample_questions: tuple[Line, ...] = Field(default=(), alias="cau_hoi_mau")
    neighbours: tuple[Neighbour, ...] = Field(default=(), alias="khac_voi")
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] | None = (
        Field(default=None, alias="tom_tat")
    )
    who: tuple[Line, ...] = Field(default=(), alias="cho_ai")
    cases: tuple[Case, ...] = Field(default=(), alias="truong_hop")
    conditions: tuple[Statement, ...] = Field(default=(), alias="dieu_kien")
    papers: tuple[Paper, ...] = Field(default=(), alias="giay_to")
    fees: tuple[Fee, ...] = Field(default=(), alias="le_phi")
    exemptions: tuple[Exemption, ...] = Field(default=(), alias="mien")
    times: tuple[ProcessingTime, ...] = Field(default=(), alias="thoi_han")
    places: tuple[Place, ...] = Field(default=(), alias="noi_nop")
    submissions: tuple[Submission, ...] = Field(default=(), alias="cach_nop")
    results: tuple[Statement, ...] = Field(default=(), alias="ket_qua")
    legal_basis: tuple[LegalDocument, ...] = Field(default=(), alias="can_cu")
    see_also: tuple[Code, ...] = Field(default=(), alias="xem_them")
    sources: tuple[Source, ...] = Field(alias="nguon", min_length=1)
    curated: bool = Field(default=True, alias="bien_soan")

    @property
    def code(self) -> str:
        """The main code, e.g. ``1.001193``."""
        return self.codes[0]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact, whatever it is about."""
        return tuple(fact for name in FACTS for fact in getattr(self, name))

    def on(self, day: date) -> Procedure:
        """The same procedure with only what holds on ``day``; itself where nothing changes."""
        if all(fact.holds(day) for fact in self.facts):
            return self
        kept = {name: tuple(f for f in getattr(self, name) if f.holds(day)) for name in FACTS}
        return self.model_copy(update=kept)

    def source_of(self, fact: Fact) -> Source:
        """The source a fact rests on: its own, else the file's first one."""
        return next((s for s in self.sources if s.id == fact.source), self.sources[0])

    @model_validator(mode="after")
    def _references_exist(self) -> Procedure:
        cases = {c.id for c in self.cases}
        sources = {s.id for s in self.sources}
        for fact in self.facts:
            if fact.case is not None and fact.case not in cases:
                raise PydanticCustomError(
                    "unknown_reference", f"chưa khai trường hợp '{fact.case}'"
                )
            if fact.source is not None and fact.source not in sources:
                raise PydanticCustomError("unknown_reference", f"nguon '{fact.source}' chưa khai")
        return self
