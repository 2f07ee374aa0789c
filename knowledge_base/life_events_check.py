"""What a good life event has beyond its shape: enough words, deadlines its procedures know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge_base.curation import plain
from knowledge_base.life_events import LifeEvent
from knowledge_base.loader import EventFile, Knowledge, Reading
from knowledge_base.problems import Problem
from knowledge_base.schema import Procedure
from knowledge_base.yaml_lines import Document

LEAST_LAY_NAMES = 3
LEAST_QUESTIONS = 15
_NUMBER = re.compile(r"\d+")


def lacking(reading: Reading) -> Iterator[Problem]:
    """What the files under ``life_events/`` lack."""
    knowledge = reading.knowledge
    for file in reading.events:
        if file.event is not None:
            yield from _too_few(file.document, file.event)
            yield from plain(file.document)
            yield from _twice(file.document, file.event)
            yield from _deadlines(file, file.event, knowledge)


def _too_few(document: Document, event: LifeEvent) -> Iterator[Problem]:
    for key, what, least, found in (
        ("goi_la", "tên gọi", LEAST_LAY_NAMES, event.lay_names),
        ("cau_hoi_mau", "câu hỏi mẫu", LEAST_QUESTIONS, event.sample_questions),
    ):
        if len(found) < least:
            yield document.problem((key,), f"cần ít nhất {least} {what}, mới có {len(found)}")


def _twice(document: Document, event: LifeEvent) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, step in enumerate(event.steps):
        if step.code in seen:
            yield document.problem(("viec", index, "ma"), f"mã {step.code} đã có ở việc trên")
        seen.update(step.codes)


def _deadlines(file: EventFile, event: LifeEvent, knowledge: Knowledge) -> Iterator[Problem]:
    """A number of a deadline that its record does not name."""
    for index, step in enumerate(event.steps):
        codes = (step.deadline_code,) if step.deadline_code else step.codes
        known = _numbers_of(codes, knowledge) if step.deadline else set()
        for number in _NUMBER.findall(step.deadline or ""):
            if number not in known:
                yield file.document.problem(
                    ("viec", index, "han"),
                    f"số {number} không có trong tệp của thủ tục {', '.join(codes)}; "
                    "mã khác nói hạn này thì ghi ở han_theo",
                )


def _numbers_of(codes: Sequence[str], knowledge: Knowledge) -> set[str]:
    """Every number said in the records of these codes."""
    found = [knowledge.by_code(code) for code in codes]
    said = " ".join(text for procedure in found if procedure for text in _sentences(procedure))
    return set(_NUMBER.findall(said))


def _sentences(procedure: Procedure) -> Iterator[str]:
    yield procedure.summary or ""
    yield from (case.title for case in procedure.cases)
    for fact in procedure.facts:
        yield from (str(value) for value in fact.model_dump(mode="json").values() if value)
