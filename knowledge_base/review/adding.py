"""Adds a question to the file it is learnt from: one line more, everything else as it was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.evaluation import questions
from knowledge_base.loader import read
from knowledge_base.overlap import beside
from knowledge_base.problems import did_you_mean, shown
from knowledge_base.review.personal import seems_personal
from knowledge_base.text import key
from knowledge_base.yaml_lines import Document, read_yaml

OFF_SUBJECT = "out_of_scope"
MOST_CHARACTERS = 300
_QUESTIONS = "cau_hoi_mau"
_ITEM = re.compile(r" *- +\S")


class Refused(Exception):
    """A question cannot be added; the message says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Added:
    """Where a question was written: file, line (from 1), the words as they stand there."""

    path: Path
    line: int
    question: str

    def __str__(self) -> str:
        return f"{shown(self.path)}:{self.line}: {self.question}"


class Data:
    """What the assistant learns from: the knowledge base under a root and, beside it,
    ``nlu_data``; and what it must not learn, ``tests``."""

    def __init__(self, root: Path) -> None:
        """Read it all, which takes some seconds.

        Raises:
            OSError, knowledge_base.evaluation.questions.QuestionError: the test questions cannot
                be read.
        """
        reading = read(root)
        self.knowledge = reading.knowledge
        tests = [path for paths in questions.files(beside(root)).values() for path in paths]
        self._held_out = {key(q.question): path for path in tests for q in questions.read(path)}
        self._intents = {p.stem: p for p in (root.parent / "nlu_data" / "intents").glob("*.yml")}
        self._files = {e.event.id: e.document.path for e in reading.events if e.event is not None}
        for file in reading.files:
            if file.procedure is not None:
                self._files |= dict.fromkeys(file.procedure.codes, file.document.path)
        documents = [f.document for f in reading.files] + [e.document for e in reading.events]
        self._asked = {key(said): d.path for d in documents for said in _listed(d.data)}
        self._examples = {
            key(said): path for path in self._intents.values() for said in _examples(path)
        }

    def add(self, question: str, target: str) -> Added:
        """Write a question into the file of a procedure or a life event (``target``: code or id),
        or of an intent such as ``out_of_scope``.

        Raises:
            Refused: there is no such file, or the question may not go into it. Nothing is written.
        """
        question = " ".join(unicodedata.normalize("NFC", question).split())
        path = self.file_of(target)
        self._admit(question, target)
        change = _with_example if target in self._intents else _with_item
        text, line = change(read_yaml(path), path.read_bytes().decode("utf-8"), question)
        path.write_bytes(text.encode("utf-8"))
        taught = self._examples if target in self._intents else self._asked
        taught[key(question)] = path
        return Added(path, line, question)

    def file_of(self, target: str) -> Path:
        """The file that a procedure, a life event or an intent is taught from.

        Raises:
            Refused: there is none.
        """
        path = self._files.get(target) or self._intents.get(target)
        if path is not None:
            return path
        if self.knowledge.by_code(target):
            raise Refused(
                f"{target} chưa có tệp biên soạn. Tạo trước: python -m knowledge_base new {target}"
            )
        near = did_you_mean(target, [*self._files, *self._intents])
        raise Refused(
            f"Không có thủ tục, việc lớn trong đời hay ý định nào mang mã {target}{near}."
        )

    def _admit(self, question: str, target: str) -> None:
        words = key(question)
        if not any(word.isalpha() for word in words.split()):
            raise Refused("Câu không có chữ nào.")
        if len(question) > MOST_CHARACTERS:
            raise Refused(f"Câu dài quá, nhiều nhất {MOST_CHARACTERS} ký tự. Viết gọn lại.")
        if seems_personal(question):
            raise Refused(
                f"Câu còn chỗ giống thông tin riêng hoặc chỗ đã che: {question}. Viết lại cho hết."
            )
        if words in self._held_out:
            raise Refused(
                f"Câu này dùng để chấm điểm ({shown(self._held_out[words])}), không được đem dạy."
            )
        same = self._taught(words, target)
        if same is not None:
            raise Refused(f"Câu này đã có trong {shown(same)}.")

    def _taught(self, words: str, target: str) -> Path | None:
        """Where the same words are taught already, and would be twice or of two things. A kind of
        question goes with a procedure; being off the subject does not."""
        example, asked = self._examples.get(words), self._asked.get(words)
        if target == OFF_SUBJECT:
            return example or asked
        if target in self._intents:
            return example
        return asked or (example if example == self._intents.get(OFF_SUBJECT) else None)


def _listed(data: Any) -> list[str]:
    """The sample questions of a procedure's or a life event's file."""
    return [str(said) for said in (data.get(_QUESTIONS) if isinstance(data, dict) else None) or ()]


def _examples(path: Path) -> Iterator[str]:
    """The examples of an intent's file."""
    data = read_yaml(path).data
    for block in data["nlu"] if isinstance(data, dict) else ():
        yield from (line.removeprefix("- ") for line in block["examples"].splitlines())


def _with_item(document: Document, text: str, question: str) -> tuple[str, int]:
    """The file with one sample question more after the last; and the line it stands on."""
    said, lines = _listed(document.data), text.split("\n")
    last = document.line((_QUESTIONS, len(said) - 1))
    if not said or not _ITEM.match(lines[last - 1]):
        raise Refused(f"{shown(document.path)} cần mục {_QUESTIONS}, mỗi câu một dòng có gạch đầu.")
    dash = lines[last - 1].index("-")
    at = last
    while at < len(lines) and lines[at].startswith(" " * (dash + 1)):
        at += 1  # the last question runs over several lines
    item: str = yaml.safe_dump([question], allow_unicode=True, width=10_000).rstrip("\n")
    wished = {**document.data, _QUESTIONS: [*document.data[_QUESTIONS], question]}
    return _inserted(document, lines, at, " " * dash + item, wished), at + 1


def _with_example(document: Document, text: str, question: str) -> tuple[str, int]:
    """The file with one example more after the last; and the line it stands on."""
    blocks, lines = document.data["nlu"], text.split("\n")
    at = max((n for n, line in enumerate(lines, 1) if _ITEM.match(line)), default=0)
    if len(blocks) != 1 or at <= document.line(("nlu", 0, "examples")):
        raise Refused(f"{shown(document.path)} cần đúng một danh sách câu mẫu.")
    examples = f"{blocks[0]['examples'].rstrip()}\n- {question}\n"
    wished = {**document.data, "nlu": [{**blocks[0], "examples": examples}]}
    line = " " * lines[at - 1].index("-") + f"- {question}"
    return _inserted(document, lines, at, line, wished), at + 1


def _inserted(document: Document, lines: list[str], at: int, line: str, wished: Any) -> str:
    """The file with a line more after the first ``at``; it must say just what is ``wished``."""
    ending = "\r" if lines[at - 1].endswith("\r") else ""
    text = "\n".join([*lines[:at], line + ending, *(lines[at:] or [""])])
    try:
        said = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        said = None
    if said != wished:
        raise Refused(f"Không ghi thêm được vào {shown(document.path)}; xin ghi bằng tay.")
    return text
