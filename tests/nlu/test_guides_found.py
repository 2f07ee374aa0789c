"""Guides asked for in citizens' own words; and that no question about a procedure is taken by one.

``tests/content/guide_questions.jsonl``: ``guides`` that are right, and the ``set``: "seen" and
"fresh" were looked at while the signs were written, "held" only afterwards.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from actions.state import Kind, State
from bot.conversation import Conversation
from bot.desk import unjoined
from bot.messages import Incoming
from bot.times import VIETNAM
from knowledge_base.guide_signs import SignError, load
from tests.brain import open_brain

TESTS = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def asked(text: str) -> tuple[str | None, set[str]]:
    """What the first message of a conversation leads to: the guide opened, and those offered."""
    brain = open_brain()
    turn = unjoined(Conversation(brain.understand, brain.world))
    state = State.restore(turn(Incoming("api", "t", "1", text), None, NOW).state)
    assert state is not None
    current = state.current
    opened = current.guide if current and current.kind is Kind.GUIDE else None
    offered = {o.action.guide for o in state.latest_offers() if o.action.kind is Kind.GUIDE}
    return opened, {guide for guide in offered if guide}


def test_guides_are_opened_or_offered_for_what_people_write() -> None:
    wanted = rows(TESTS / "content" / "guide_questions.jsonl")
    known = {guide.id for guide in open_brain().world.knowledge.guides}
    assert {guide for row in wanted for guide in row["guides"]} == known
    got: dict[str, Counter[str]] = {name: Counter() for name in ("seen", "fresh", "held")}
    for row in wanted:
        opened, offered = asked(row["question"])
        right = {opened, *offered} & set(row["guides"])
        got[row["set"]]["right" if right else "wrong" if opened else "none"] += 1
    for count in got.values():
        assert count["right"] >= 0.9 * count.total()
        assert count["wrong"] <= 0.02 * count.total()


def test_questions_about_procedures_are_not_taken() -> None:
    """Only what a sign speaks in can open a guide; nothing else is asked of the whole program."""
    signs = open_brain().world.knowledge.guide_signs
    every = [row for path in (TESTS / "retrieval").glob("*.jsonl") for row in rows(path)]
    about = [row["question"] for row in every if row["codes"]]
    named = open_brain().world.knowledge.guide_named
    taken = [
        text for text in about
        if signs.guide_of(text) and not named(text) and asked(text)[0] is not None
    ]  # fmt: skip
    assert len(about) > 1500
    assert len(taken) < 0.01 * len(about), taken
    outside = [row["question"] for row in every if not row["codes"]]
    assert [text for text in outside if signs.guide_of(text)] == []


def test_signs_name_guides_that_exist() -> None:
    knowledge = open_brain().world.knowledge
    signs = knowledge.guide_signs
    assert signs.guides <= {guide.id for guide in knowledge.guides}
    paying = knowledge.guide("thanh-toan-truc-tuyen")
    assert paying
    own = {trouble.id for step in paying.steps for trouble in step.troubles}
    assert 1 < len(signs.troubles_of(paying.id)) == len(own & {*signs.troubles_of(paying.id)})


@pytest.mark.parametrize(
    ("text", "guide"),
    [
        ("quên pass vneid", "lay-lai-mat-khau-vneid"),
        ("quen pass cua cai vneid", "lay-lai-mat-khau-vneid"),
        ("làm cái vneid", None),  # "cái" is no "cài"
        ("lam cai vneid", "cai-vneid"),
        ("quên mật khẩu wifi", None),
        ("", None),
    ],
)
def test_words_with_accents_are_those_alone(text: str, guide: str | None) -> None:
    assert load().guide_of(text) == guide


@pytest.mark.parametrize("line", ["NHOMLA + quên", "quên + + mật khẩu", "quên +"])
def test_a_sign_that_says_nothing_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "signs.yaml"
    path.write_text(f"nhom: {{MANG: [mạng]}}\ndau_hieu: {{a: ['{line}']}}\n", encoding="utf-8")
    with pytest.raises(SignError, match="a: "):
        load(path)
