"""``evaluate`` on the command line, over a program made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from knowledge_base import measuring
from knowledge_base.__main__ import app
from knowledge_base.evaluation import floors, page
from knowledge_base.evaluation.counting import Tried
from knowledge_base.loader import Knowledge
from tests.samples import procedure
from tests.unit.test_evaluate import A, B, came, question

FLOORS = "wanted: {}\nfloors: {blind: {accented: {hit1: %s}}}\n"


class Made:
    """A program that hears everything as a question about B."""

    folder = Path()
    knowledge = Knowledge((procedure(A), procedure(B)), ())

    def __call__(self, text: str) -> Tried:
        return came("ask_fee", B, told=(B,))


def open_made() -> Made:
    return Made()


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = [question("một", A, group="accented"), question("hai", B, group="accented")]
    monkeypatch.setattr(measuring, "TRIAL", f"{__name__}:open_made")
    monkeypatch.setattr(measuring, "sets", lambda: {"blind": asked})
    monkeypatch.setattr(floors, "FILE", tmp_path / "floors.yaml")
    hold(tmp_path, 0.5)


def hold(folder: Path, least: float) -> None:
    (folder / "floors.yaml").write_text(FLOORS % least, encoding="utf-8")


def run(*options: str) -> Result:
    return CliRunner().invoke(app, ["evaluate", *options])


def test_all_sets_are_tabled_and_hold(tmp_path: Path) -> None:
    done = run("--quick")
    assert done.exit_code == 0, done.output
    assert "Theo nhóm câu hỏi" in done.output
    assert "Nhầm thủ tục" in done.output
    assert "0.500" in done.output
    assert "'một'" not in done.output
    assert "'một'" in run("--quick", "--wrong").output


def test_under_a_floor_it_ends_with_one_and_names_set_group_and_figure(tmp_path: Path) -> None:
    hold(tmp_path, 0.6)
    done = run("--quick")
    assert done.exit_code == 1
    assert "blind · accented: Hit@1 0.5 dưới sàn 0.6" in done.output


def test_broken_floors_are_told(tmp_path: Path) -> None:
    (tmp_path / "floors.yaml").write_text("floors: 3", encoding="utf-8")
    done = run("--quick")
    assert done.exit_code == 1
    assert "floors.yaml:1" in done.output


def test_without_tests_a_file_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "sets", dict)
    done = run("--quick")
    assert done.exit_code == 1
    assert "xin cho tên một tệp câu hỏi" in done.output


def test_a_file_is_measured_without_floors(tmp_path: Path) -> None:
    hold(tmp_path, 0.9)
    file = tmp_path / "q.jsonl"
    file.write_text(json.dumps({"question": "ba", "codes": [A], "group": "accented"}), "utf-8")
    done = run(str(file), "--json")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert (document["groups"][0]["wrong"], document["shortfalls"]) == (1.0, [])


def test_the_page_is_written_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "DOCS", tmp_path)
    assert run("--quick").exit_code == 0
    assert not (tmp_path / "evaluation.md").exists()
    assert run("--quick", "--write").exit_code == 0
    assert "2 câu hỏi" in (tmp_path / "evaluation.md").read_text(encoding="utf-8")


def test_real_questions_are_run_without_being_judged(tmp_path: Path) -> None:
    file = tmp_path / "real.jsonl"
    file.write_text('{"question": "bốn"}\n{"question": "ba"}\n', encoding="utf-8")
    lines = run("--public", str(file)).stdout.splitlines()
    assert [line.split("\t")[-1] for line in lines] == ["ba", "bốn"]
    assert run("--public", str(tmp_path / "none")).exit_code == 1
