"""No test question is trained on: what is asked in ``tests/`` must be new to the program.

Equal is what reads the same without accents, case and punctuation. A sample question or a training
sentence may not be a test question. A lay name may: what people call a thing is also what they type
as keywords; where it is another sort of test question, this is only told.
The tests are not shipped with the program: where they are not, there is nothing to compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from knowledge_base import sentences
from knowledge_base.evaluation.questions import Question, QuestionError, files, read
from knowledge_base.loader import Reading
from knowledge_base.problems import Problem, Severity, field_name, shown
from knowledge_base.text import key
from knowledge_base.yaml_lines import Document

_Tested = dict[str, tuple[Path, Question]]
_KEYWORDS = "keyword"  # the group of test questions that are names by nature
_EXAMPLE = re.compile(r"\s+- (?!intent:)(?P<said>.+)")


def beside(root: Path) -> Path:
    """The folder of the test questions beside a knowledge base."""
    return root.parent / "tests"


def overlaps(reading: Reading) -> Iterator[Problem]:
    """Everything trained on that a test question asks, told at the line that is trained on."""
    tested: _Tested = {}
    for paths in files(beside(reading.root)).values():
        for path in paths:
            try:
                tested |= {key(q.question): (path, q) for q in read(path)}
            except QuestionError as error:
                message = f"câu kiểm tra viết sai: {error.why!r}"
                yield Problem(error.path, error.line, field_name(()), message)
    if not tested:
        return
    for file in reading.files:
        yield from _of_document(file.document, tested)
    for event in reading.events:
        yield from _of_document(event.document, tested)
    for path in sentences.files(reading.root.parent / "nlu_data"):
        yield from _of_sentences(path, tested)


def _of_document(document: Document, tested: _Tested) -> Iterator[Problem]:
    for index, text in enumerate(_texts(document, "cau_hoi_mau")):
        if place := tested.get(key(text)):
            yield document.problem(("cau_hoi_mau", index), _refused(place))
    for index, text in enumerate(_texts(document, "goi_la")):
        place = tested.get(key(text))
        if place is not None and place[1].group != _KEYWORDS:
            message = f"tên gọi này cũng là câu kiểm tra {_where(place)}"
            yield document.problem(("goi_la", index), message, Severity.WARNING)


def _texts(document: Document, name: str) -> list[str]:
    said = document.data.get(name) if isinstance(document.data, dict) else None
    return [str(text) for text in said] if isinstance(said, list) else []


def _of_sentences(path: Path, tested: _Tested) -> Iterator[Problem]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = _EXAMPLE.fullmatch(line)
        place = tested.get(key(match["said"])) if match else None
        if place is not None:
            yield Problem(path, number, "examples", _refused(place))


def _refused(place: tuple[Path, Question]) -> str:
    return f"trùng câu kiểm tra {_where(place)}; bỏ câu ở đây, giữ câu kiểm tra"


def _where(place: tuple[Path, Question]) -> str:
    path, question = place
    return f"{shown(path)}:{question.line}"
