"""The shape of a guide: steps shown one at a time, with choices, troubles, calls and ends.

Officials write ``guides/<id>.yaml`` with Vietnamese keys; code reads the English names. A citizen
may stand on a step for weeks, so a step is known by its id, which never comes to mean another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from knowledge_base.schema import Code, Label, Line, Manner, Model, Slug, Source

MOST_TEXT = 280  # of a screen; "Bước 12/14. " stands before it
MOST_BUTTONS = 5
# Choices that the file need not name.
DONE, SKIP, SOLVED, UNSOLVED, RETURN = "xong", "bo-qua", "duoc-roi", "chua-duoc", "ve"
RESERVED = frozenset({DONE, SKIP, SOLVED, UNSOLVED, RETURN})


def _short(most: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=most)


Row = Annotated[str, _short(60)]  # a button
Title = Annotated[str, _short(38)]  # fits after "Làm tiếp bước 12/14: " on a button
Text = Annotated[str, _short(MOST_TEXT)]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.svg$")]


class Ending(StrEnum):
    """How a guide ends."""

    DONE = "xong"  # what it is for is reached
    NOT_YET = "chua"  # it cannot go on now


class Part(StrEnum):
    """What of a procedure's record is woven into a general guide."""

    NOTE = "luu_y"  # what is particular about handing it in this way
    PAPERS = "giay_to"
    PLACE = "noi_nhan"  # who takes it, at which level
    FEE = "phi"
    RESULT = "ket_qua"  # what comes, and when


class Picture(Model):
    """A drawing of the screen in question, with what it shows in words."""

    file: FileName = Field(alias="tep", description="in guides/hinh/")
    alt: Line = Field(alias="mo_ta")

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.file.removesuffix(".svg")


class Link(Model):
    """A page that is opened from a step."""

    label: Row = Field(alias="nut")
    url: str = Field(alias="duong_dan", pattern=r"^https://")
    of_procedure: bool = Field(
        default=False,
        alias="cua_thu_tuc",
        description="the page of the procedure that the guide was opened from, where there is one",
    )


class Choice(Model):
    """One answer on a screen; where it leads to is at most one of the last four."""

    id: Slug
    label: Row = Field(alias="nut")
    said: tuple[Label, ...] = Field(default=(), alias="noi", description="other ways to say it")
    otherwise: Slug | None = Field(
        default=None, alias="khong_xong", description="where to go on if the call ended with 'chua'"
    )
    to: Slug | None = Field(default=None, alias="toi")
    call: Slug | None = Field(default=None, alias="goi", description="a guide that is done before")
    pause: bool = Field(default=False, alias="dung")
    human: bool = Field(default=False, alias="gap_nguoi")

    @property
    def moves(self) -> bool:
        """Whether it leads to another screen."""
        return not (self.pause or self.human)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum((bool(self.to or self.call), self.pause, self.human)) > 1:
            raise ValueError("chỉ ghi một trong: toi (hoặc goi kèm toi), dung, gap_nguoi")
        if self.otherwise and not self.call:
            raise ValueError("khong_xong chỉ đi cùng goi")
        return self


class Onward(Model):
    """What is done after the end: another guide, or a procedure."""

    label: Row = Field(alias="nut")
    guide: Slug | None = Field(default=None, alias="huong_dan")
    procedure: Code | None = Field(default=None, alias="thu_tuc")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.guide is None) == (self.procedure is None):
            raise ValueError("cần đúng một trong hai: huong_dan hoặc thu_tuc")
        return self


class Screen(Model):
    """What is shown at once."""

    id: Slug = Field(description="never changes, and is never used again for something else")
    text: Text = Field(alias="loi")
    short: Annotated[str, _short(120)] | None = Field(default=None, alias="ngan")
    source: Slug | None = Field(default=None, alias="nguon", description="None = the first one")
    picture: Picture | None = Field(default=None, alias="hinh")
    link: Link | None = Field(default=None, alias="lien_ket")
    choices: tuple[Choice, ...] = Field(default=(), alias="chon")


class Trouble(Screen):
    """Something that goes wrong at a step, and what helps; it returns to the step."""

    label: Row = Field(alias="nut")


class Step(Screen):
    """One thing to do, a question, or an end."""

    title: Title = Field(alias="ten")
    seen: Line | None = Field(default=None, alias="thay", description="after 'sẽ thấy:'")
    done: Row | None = Field(default=None, alias="nut", description="instead of 'Xong rồi'")
    to: Slug | None = Field(default=None, alias="toi", description="None = the step below")
    skippable: bool = Field(default=False, alias="bo_qua")
    remembered: Slug | None = Field(
        default=None, alias="nho", description="the answer's name; not asked for a second time"
    )
    troubles: tuple[Trouble, ...] = Field(default=(), alias="su_co")
    hours: bool = Field(
        default=False, alias="gio_lam_viec", description="a button to the hours of their own office"
    )
    ends: Ending | None = Field(default=None, alias="ket_thuc")
    onward: tuple[Onward, ...] = Field(default=(), alias="tiep_theo", max_length=4)
    woven: tuple[Part, ...] = Field(
        default=(), alias="them_truoc", description="of the procedure's record, before this step"
    )

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if self.ends and (self.choices or self.to or self.done or self.troubles or self.skippable):
            raise ValueError("bước có ket_thuc thì không ghi chon, toi, nut, su_co, bo_qua")
        if self.ends and self.hours:
            raise ValueError("bước có ket_thuc thì không ghi gio_lam_viec")
        if self.onward and not self.ends:
            raise ValueError("tiep_theo chỉ ghi ở bước có ket_thuc")
        if self.choices and (self.done or self.skippable or self.to):
            raise ValueError("bước có chon thì không ghi nut, bo_qua, toi; mỗi dòng chon có toi")
        if len(self.choices) == 1:
            raise ValueError("chon cần ít nhất hai dòng; chỉ có một thì ghi nut")
        if self.remembered and not self.choices:
            raise ValueError("nho chỉ ghi ở bước có chon")
        if self.buttons > MOST_BUTTONS:
            raise ValueError(f"có {self.buttons} nút, nhiều nhất {MOST_BUTTONS}")
        return self

    @property
    def buttons(self) -> int:
        """How many buttons it shows."""
        own = len(self.choices) or (0 if self.ends else 1)
        return own + self.skippable + len(self.troubles) + self.hours


class Guide(Model):
    """One guide; its first step is where it begins."""

    id: Slug = Field(description="the file's name without .yaml")
    title: Row = Field(alias="ten", description="lay words, starts with a capital letter")
    lay_names: tuple[Label, ...] = Field(default=(), alias="goi_la")
    sample_questions: tuple[Line, ...] = Field(default=(), alias="cau_hoi_mau")
    procedures: tuple[Code, ...] = Field(
        default=(), alias="thu_tuc", description="carried out by this guide"
    )
    general: Manner | None = Field(
        default=None, alias="chung", description="for whatever is handed in so: truc_tuyen …"
    )
    sources: tuple[Source, ...] = Field(alias="nguon", min_length=1)
    steps: tuple[Step, ...] = Field(alias="buoc", min_length=1)

    @cached_property
    def _screens(self) -> dict[str, Screen]:
        return {screen.id: screen for step in self.steps for screen in (step, *step.troubles)}

    @cached_property
    def _steps(self) -> dict[str, Step]:
        return {screen.id: step for step in self.steps for screen in (step, *step.troubles)}

    @cached_property
    def _below(self) -> dict[str, str | None]:
        ids = [step.id for step in self.steps]
        return dict(zip(ids, [*ids[1:], None], strict=True))

    @cached_property
    def ahead(self) -> dict[str, int]:
        """From each step, the steps on the longest way to an end, itself included; an end is none.
        Only of a guide whose every way leads down the file."""
        ahead: dict[str, int] = {}
        for step in reversed(self.steps):
            onward = (ahead[way] for way in self.ways(step) if way)
            ahead[step.id] = max(onward, default=0) + (step.ends is None)
        return ahead

    def screen(self, id: str) -> Screen | None:
        """The step or trouble of an id."""
        return self._screens.get(id)

    def step(self, id: str) -> Step | None:
        """The step of an id, for a trouble's id the step that has it."""
        return self._steps.get(id)

    def below(self, step: Step) -> str | None:
        """The id of the step that follows where nothing else is said."""
        return self._below[step.id]

    def target(self, screen: Screen, choice: Choice) -> str | None:
        """Where a choice of a screen leads to (after its call): a trouble's back to its step."""
        if choice.to:
            return choice.to
        return self.below(screen) if isinstance(screen, Step) else self._steps[screen.id].id

    def ways(self, step: Step) -> Iterator[str | None]:
        """Where a step leads to, without its troubles; None where nothing follows."""
        if step.ends:
            return
        if not step.choices:
            yield step.to or self.below(step)
        for choice in step.choices:
            if choice.moves:
                yield self.target(step, choice)
                if choice.otherwise:
                    yield choice.otherwise

    def source_of(self, screen: Screen) -> Source | None:
        """What a screen rests on: what it names, else the first; a bare question rests on none."""
        if screen.source is None and isinstance(screen, Step) and screen.choices:
            return None
        return next((s for s in self.sources if s.id == screen.source), self.sources[0])

    @cached_property
    def edition(self) -> str:
        """Changes when steps or what leads where change, and not when words do."""
        shape = [(s.id, [t.id for t in s.troubles], [*self.ways(s)]) for s in self.steps]
        return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:8]
