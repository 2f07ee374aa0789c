"""How well procedures are found and citizens are answered: test questions through the program.

How blind each set is stands in ``floors.yaml`` beside what it is held to; ``make evaluate`` prints
the same figures and docs/evaluation.md keeps them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge_base.__main__ import app
from knowledge_base.evaluation.floors import EACH, Bound, shortfall
from knowledge_base.evaluation.questions import KINDS
from tests.measured import FLOORS, SETS, bounds_of, measured, title

FOLDER = Path(__file__).parent
QUESTIONS = FOLDER / "questions.jsonl"
ROOT = Path(__file__).resolve().parents[2]
HERE = [name for name in SETS if name not in ("events", KINDS)]  # those have tests of their own


@pytest.mark.timeout(600)  # the first of a set asks all of it
@pytest.mark.parametrize("bound", bounds_of(*HERE), ids=title)
def test_nothing_is_worse_than_its_floor(bound: Bound) -> None:
    assert shortfall(bound, measured(bound.set)) is None


@pytest.mark.parametrize("name", SETS)
def test_every_group_of_questions_has_a_floor_and_a_name(name: str) -> None:
    groups = {q.group for q in SETS[name]}
    held = FLOORS.floors[name]
    assert EACH in held or groups <= held.keys()
    assert name == KINDS or groups <= FLOORS.names.keys()
    assert FLOORS.sets[name]
    assert all(len(said) <= 20 for said in FLOORS.names.values())  # they stand beside bars


@pytest.mark.parametrize("name", HERE)
def test_no_group_is_too_small_to_be_counted(name: str) -> None:
    counts = {q.group: 0 for q in SETS[name]}
    for question in SETS[name]:
        counts[question.group] += 1
    assert min(counts.values()) >= 20, counts


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
    assert {"hit1", "hit5", "intent", "right", "asked", "declined", "wrong", "outside", "p50_ms",
            "p95_ms"} <= set(total)  # fmt: skip
    assert total["outside"] is not None
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
