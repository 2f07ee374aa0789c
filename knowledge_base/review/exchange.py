"""Missed questions as JSON lines, so that one commune may learn from another's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from knowledge_base.problems import Problem, errors_of, field_name, translate
from knowledge_base.review.adding import MOST_CHARACTERS
from knowledge_base.review.book import OFTEN, Miss, Missed, MissKind
from knowledge_base.review.personal import scrub, unmasked
from knowledge_base.text import key

_Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{3,60}$")]


class _Line(BaseModel):
    """One line: a question, one way it was missed, a day."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    question: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=2, max_length=MOST_CHARACTERS)
    ] = Field(alias="cau")
    kind: MissKind = Field(alias="kieu")
    day: date = Field(alias="ngay")
    offered: tuple[_Code, ...] = Field(default=(), alias="da_dua_ra", max_length=5)
    chosen: _Code | None = Field(default=None, alias="da_chon")
    count: int = Field(default=1, alias="so_lan", ge=1, le=1_000_000)


def write(path: Path, missed: Iterable[Missed], least: int = OFTEN) -> int:
    """Write the questions that were missed at least so often, a line for each way; returns how
    many lines.

    Raises:
        OSError: the file cannot be written.
    """
    made = [f"{line}\n" for line in _lines(missed, least)]
    path.write_text("".join(made), encoding="utf-8")
    return len(made)


def _lines(missed: Iterable[Missed], least: int) -> Iterator[str]:
    for question in missed:
        for miss in question.misses if question.count >= least else ():
            line = _Line(
                question=miss.question,
                kind=miss.kind,
                day=miss.day,
                offered=miss.offered,
                chosen=miss.chosen,
                count=miss.count,
            )
            kept = line.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            yield json.dumps(kept, ensure_ascii=False)


def read(path: Path) -> tuple[list[Miss], list[Problem]]:
    """The misses of a file, scrubbed once more, and the lines that cannot be used.

    Raises:
        OSError: the file cannot be read.
    """
    found: list[Miss] = []
    problems: list[Problem] = []
    for number, raw in enumerate(path.read_bytes().splitlines(), 1):
        if not raw.strip():
            continue
        try:
            line = _Line.model_validate_json(raw)
        except ValidationError as error:
            problems += [
                Problem(path, number, field_name(detail["loc"]), translate(detail, _Line))
                for detail in error.errors(include_url=False)
            ]
            continue
        words = scrub(line.question)
        if key(unmasked(words)):
            offered = tuple(line.offered)
            found.append(Miss(words, line.kind, line.day, offered, line.chosen, line.count))
    return found, errors_of(problems)
