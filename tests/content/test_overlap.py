"""No test question is trained on: what ``check`` refuses, and at which lines it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge_base.__main__ import app
from knowledge_base.evaluation.questions import sets
from knowledge_base.loader import PACKAGE, read
from knowledge_base.overlap import beside, overlaps
from knowledge_base.problems import Severity
from tests.content.test_check import GOOD, make

TRAINED = """version: "3.1"

nlu:
  - intent: ask_how
    examples: |
      - nộp qua mạng được không
      - làm thế nào
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A knowledge base with one good file, training sentences and tests beside it."""
    folder = tmp_path / "knowledge_base"
    folder.mkdir()
    (tmp_path / "nlu_data" / "intents").mkdir(parents=True)
    (tmp_path / "nlu_data" / "intents" / "ask_how.yml").write_text(TRAINED, encoding="utf-8")
    return make(folder, a=GOOD)


def ask(root: Path, *questions: tuple[str, str]) -> None:
    """Test questions and their groups."""
    folder = root.parent / "tests" / "retrieval"
    folder.mkdir(parents=True)
    lines = (json.dumps({"question": q, "codes": [], "group": g}) for q, g in questions)
    (folder / "unseen.jsonl").write_text("\n".join(lines), encoding="utf-8")


def told(root: Path) -> list[tuple[str, int, str, Severity]]:
    found = overlaps(read(root))
    return [(p.path.name, p.line, p.message, p.severity) for p in found]


def line_of(root: Path, words: str) -> int:
    text = (root / "procedures" / "thu" / "a.yaml").read_text(encoding="utf-8")
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_sample_question_that_is_a_test_question_is_refused_with_both_lines(root: Path) -> None:
    ask(root, ("gì cũng được", "story"), ("XIN giay thu, mat tien khong?", "unaccented"))
    ((name, line, message, severity),) = told(root)
    assert (name, line) == ("a.yaml", line_of(root, "mất tiền không"))
    assert "tests/retrieval/unseen.jsonl:2" in message
    assert severity is Severity.ERROR


def test_every_training_sentence_is_compared(root: Path) -> None:
    ask(root, ("Nộp qua mạng được không?", "accented"), ("lam the nao", "keyword"))
    assert [(name, line, s) for name, line, _, s in told(root)] == [
        ("ask_how.yml", 6, Severity.ERROR),
        ("ask_how.yml", 7, Severity.ERROR),
    ]


def test_the_procedures_own_questions_are_trained_on_too(root: Path) -> None:
    asked = root.parent / "nlu_data" / "asked"
    asked.mkdir()
    (asked / "ask_fee.yml").write_text(TRAINED.replace("làm thế nào", "tốn mấy đồng"), "utf-8")
    ask(root, ("tốn mấy đồng", "accented"))
    assert [(name, line) for name, line, *_ in told(root)] == [("ask_fee.yml", 7)]


def test_sentences_of_the_nlu_tests_count_as_well(root: Path) -> None:
    folder = root.parent / "tests" / "nlu"
    folder.mkdir(parents=True)
    (folder / "ask_how.yaml").write_text('- text: "x"\n- text: "lam the nao"\n', encoding="utf-8")
    ((name, line, message, _),) = told(root)
    assert (name, line) == ("ask_how.yml", 7)
    assert "ask_how.yaml:2" in message


@pytest.mark.parametrize(("group", "count"), [("keyword", 0), ("accented", 1)])
def test_a_lay_name_may_be_typed_as_keywords(root: Path, group: str, count: int) -> None:
    ask(root, ("xin tờ thử", group))
    found = told(root)
    assert [(name, line) for name, line, *_ in found] == [
        ("a.yaml", line_of(root, "xin tờ thử"))
    ] * count
    assert all(severity is Severity.WARNING for *_, severity in found)


def test_other_words_are_no_overlap(root: Path) -> None:
    ask(root, ("xin giấy thử ở đâu ạ", "accented"), ("nộp được không", "accented"))
    assert told(root) == []


def test_a_broken_test_file_is_told_and_not_passed_over(root: Path) -> None:
    ask(root, ("lam the nao", "accented"))
    path = root.parent / "tests" / "retrieval" / "zzz.jsonl"
    path.write_text("\n{", encoding="utf-8")
    assert [(name, line) for name, line, *_ in told(root)] == [
        ("zzz.jsonl", 2), ("ask_how.yml", 7)
    ]  # fmt: skip


def test_check_says_when_there_are_no_tests_to_compare_with(root: Path) -> None:
    def output() -> str:
        return CliRunner().invoke(app, ["check", "--root", str(root)]).output

    assert "Không có thư mục tests" in output()
    ask(root, ("lam the nao", "accented"))
    assert "Không có thư mục tests" not in output()
    assert "ask_how.yml:7: examples: trùng câu kiểm tra" in output()


def test_nothing_of_ours_is_trained_on() -> None:
    assert sum(map(len, sets(beside(PACKAGE)).values())) >= 1500
    assert [str(p) for p in overlaps(read(PACKAGE)) if p.severity is Severity.ERROR] == []
