"""How well procedures are found: the held-out questions through the understanding of a message.

``questions.jsonl`` was looked at while thresholds and training were chosen; ``unseen.jsonl`` was
written by somebody who knew only official names, and looked at once, for two thresholds.
The floors are a little under the shares measured on 22 November 2026, so that chance does not
fail a build and a loss does; docs/benchmarks.md and docs/adr/0006 hold the tables.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.privacy import clean, mask
from knowledge_base.__main__ import app
from knowledge_base.evaluate import Row, evaluate, read
from tests.brain import open_brain

FOLDER = Path(__file__).parent
QUESTIONS = FOLDER / "questions.jsonl"
ROOT = Path(__file__).resolve().parents[2]
# file and group: (right first, among the first five)
FLOORS = {
    ("questions", "accented"): (0.88, 0.97),
    ("questions", "unaccented"): (0.91, 0.96),
    ("questions", "telex_typo"): (0.95, 0.97),
    ("questions", "dialect"): (0.79, 0.93),
    ("questions", "keyword"): (0.88, 0.93),
    ("questions", "story"): (0.56, 0.85),
    ("questions", "catalogue"): (0.65, 0.9),
    ("questions", "ALL"): (0.85, 0.96),
    ("unseen", "accented"): (0.85, 0.97),
    ("unseen", "unaccented"): (0.92, 0.97),
    ("unseen", "telex_typo"): (0.78, 0.94),
    ("unseen", "dialect_central"): (0.76, 0.93),
    ("unseen", "dialect_southern"): (0.66, 0.86),
    ("unseen", "keyword"): (0.93, 0.96),
    ("unseen", "story"): (0.79, 0.94),
    ("unseen", "neighbours"): (0.69, 0.92),
    ("unseen", "two_questions"): (0.65, 0.85),
    ("unseen", "ALL"): (0.84, 0.97),
}
INTENT = {"questions": 0.865, "unseen": 0.61}
WRONG_ANSWERED = 0.04  # in scope, and another procedure is shown as if it were meant
OUT_OF_SCOPE_ANSWERED = 0.05
Rows = dict[tuple[str, str], Row]


@pytest.fixture(scope="module")
def rows() -> Rows:
    brain = open_brain()

    def same(code: str) -> frozenset[str]:
        found = brain.world.knowledge.by_code(code)
        return frozenset(found.codes) if found else frozenset({code})

    measured: Rows = {}
    for name in INTENT:
        asked = read(FOLDER / f"{name}.jsonl")
        made, wrong = evaluate(asked, lambda t: brain.understand(mask(clean(t))), same)
        print(f"\n{name}")
        for row in made:
            print(row)
            measured[name, row.group] = row
        print("\n".join(wrong[:200]))
    return measured


@pytest.mark.parametrize(("name", "group"), FLOORS)
def test_the_right_procedure_is_found(rows: Rows, name: str, group: str) -> None:
    row = rows[name, group]
    assert row.n >= 20
    assert row.hit1 is not None
    assert row.hit5 is not None
    first, five = FLOORS[name, group]
    assert row.hit1 >= first, row
    assert row.hit5 >= five, row


def test_every_group_of_questions_has_a_floor(rows: Rows) -> None:
    assert set(rows) == {*FLOORS, *((name, "out_of_scope") for name in INTENT)}


@pytest.mark.parametrize("name", INTENT)
def test_hardly_ever_is_a_wrong_procedure_shown(rows: Rows, name: str) -> None:
    wrong = rows[name, "ALL"].wrong_answered
    assert wrong is not None
    assert wrong <= WRONG_ANSWERED, rows[name, "ALL"]


@pytest.mark.parametrize("name", INTENT)
def test_hardly_ever_is_something_out_of_scope_answered(rows: Rows, name: str) -> None:
    answered = rows[name, "out_of_scope"].out_of_scope_answered
    assert answered is not None
    assert answered <= OUT_OF_SCOPE_ANSWERED, rows[name, "out_of_scope"]


@pytest.mark.parametrize("name", INTENT)
def test_the_kind_of_question_is_heard(rows: Rows, name: str) -> None:
    share = rows[name, "ALL"].intent
    assert share is not None
    assert share >= INTENT[name]


# --- the command line ---


def test_evaluate_on_the_command_line_measures_a_file_as_json(tmp_path: Path) -> None:
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join([*lines[:4], lines[-1]]) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "knowledge_base", "evaluate", str(file), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    total = document["groups"][-1]
    assert total["group"] == "ALL"
    assert total["n"] == 5
    assert {"hit1", "hit5", "mrr", "intent", "answered", "asked", "declined", "p50_ms", "p95_ms",
            "out_of_scope_answered"} <= set(total)  # fmt: skip
    assert isinstance(document["wrong"], list)


@pytest.mark.parametrize("broken", ['{"question": ', '{"codes": []}', "[1]"])
def test_evaluate_names_the_line_it_cannot_read(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "x"}\n' + broken + "\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(file), "--json"])
    assert done.exit_code == 1
    assert f"{file}:2:" in done.output


def test_evaluate_tells_of_a_missing_file(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path / "none.jsonl")])
    assert done.exit_code == 1
    assert "Không đọc được tệp câu hỏi" in done.output
