"""The shape of a life event: what a family has to do when something happens, in what order.

A life event points at procedures and says of each when it applies, until when, and what is done
together with it; the facts and the sources stay in the procedures' own files. Officials write
``life_events/<id>.yaml`` with Vietnamese keys; code reads the English names.
"""

from __future__ import annotations

import string
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from knowledge_base.schema import Code, Label, Line, Slug


def _short(most: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


Row = Annotated[str, _short(60)]  # a line of a list on a telephone, and a button
Aside = Annotated[str, _short(90)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Option(_Model):
    """One answer to the question that decides which procedure a step is."""

    when: Row = Field(alias="khi", description="lay words, starts with a capital letter")
    code: Code = Field(alias="ma")


class Step(_Model):
    """One thing to do: one procedure, or a question whose answer decides which one."""

    title: Row = Field(alias="viec", description="lay words, starts with a capital letter")
    code: Code | None = Field(default=None, alias="ma")
    question: Label | None = Field(default=None, alias="hoi")
    options: tuple[Option, ...] = Field(default=(), alias="chon")
    together: tuple[Code, ...] = Field(
        default=(), alias="gom", description="the procedures that are done by this one in one go"
    )
    deadline: Aside | None = Field(
        default=None, alias="han", description="lay words, fits after the title and a comma"
    )
    deadline_code: Code | None = Field(
        default=None, alias="han_theo", description="whose record says the deadline, if another's"
    )
    when: Aside | None = Field(default=None, alias="khi", description="lay words after 'nếu'")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every procedure this step may lead to, without those done together with it."""
        return (self.code,) if self.code else tuple(option.code for option in self.options)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Step:
        if (self.code is None) == (not self.options):
            raise ValueError("cần đúng một trong hai: ma, hoặc hoi kèm chon")
        if bool(self.question) is not bool(self.options):
            raise ValueError("hoi và chon phải đi cùng nhau")
        if self.options and len(self.options) < 2:
            raise ValueError("chon phải có ít nhất hai dòng; có một việc thì ghi ma")
        if self.deadline_code and self.deadline_code not in {*self.codes, *self.together}:
            raise ValueError("han_theo phải là một mã của việc này, trong ma, chon hoặc gom")
        return self


class LifeEvent(_Model):
    """Something that happens in a family's life, and the short list of what it then has to do."""

    id: Slug = Field(description="the file's name without .yaml; never looks like a code")
    title: Row = Field(alias="ten", description="lay words, starts with a capital letter")
    when: Annotated[str, _short(40)] = Field(alias="khi", description="lay words, fits after 'khi'")
    lay_names: tuple[Label, ...] = Field(default=(), alias="goi_la")
    sample_questions: tuple[Line, ...] = Field(default=(), alias="cau_hoi_mau")
    opening: Annotated[str, _short(120)] = Field(
        alias="mo_dau", description="the first sentence; {ong_ba} is what the citizen is called"
    )
    steps: tuple[Step, ...] = Field(alias="viec", min_length=1)

    @model_validator(mode="after")
    def _names_only_the_address(self) -> LifeEvent:
        named = {name for _, name, _, _ in string.Formatter().parse(self.opening) if name}
        if named - {"ong_ba", "Ong_ba"}:
            raise ValueError("trong mo_dau, ngoặc nhọn chỉ ghi {ong_ba} hoặc {Ong_ba}")
        return self

    @property
    def code(self) -> str:
        """What it is found by, as a procedure is by its code."""
        return self.id

    def place_of(self, codes: frozenset[str]) -> int | None:
        """Which step (from 0) one of ``codes`` is, or is done together with; None when none is."""
        for place, step in enumerate(self.steps):
            if codes & {*step.codes, *step.together}:
                return place
        return None
