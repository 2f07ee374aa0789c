"""The held-out questions of ``tests/retrieval``: fair, balanced, never trained on."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base import sentences
from knowledge_base.text import has_accents, strip_accents, tokens

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = ROOT / "tests" / "retrieval" / "questions.jsonl"
INTENTS = ROOT / "nlu_data" / "intents"
GROUPS = {
    "accented": 100,
    "unaccented": 80,
    "telex_typo": 40,
    "dialect": 40,
    "keyword": 40,
    "story": 40,
    "catalogue": 50,
    "out_of_scope": 60,
}
CODE = re.compile(r"[1-4]\.\d{6}")


def _key(text: str) -> str:
    return strip_accents(" ".join(tokens(text.lower())))


@pytest.fixture(scope="module")
def questions() -> list[dict[str, Any]]:
    text = QUESTIONS.read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)
    return [json.loads(line) for line in text.splitlines()]


def test_every_group_is_large_enough(questions: list[dict[str, Any]]) -> None:
    counts = Counter(question["group"] for question in questions)
    assert set(counts) == set(GROUPS)
    assert {group: n for group, n in counts.items() if n < GROUPS[group]} == {}


def test_every_line_is_well_formed(questions: list[dict[str, Any]]) -> None:
    intents = {path.stem for path in INTENTS.glob("*.yml")}
    assert len(intents) >= 30
    for question in questions:
        fields = ["question", "codes", "intent", "group", "out_of_scope"]
        assert list(question) in (fields, [*fields, "intent_alt"])
        assert {question["intent"], *question.get("intent_alt", ())} <= intents, question
        assert all(CODE.fullmatch(code) for code in question["codes"]), question
        outside = question["group"] == "out_of_scope"
        assert question["out_of_scope"] == outside == (not question["codes"]), question
        assert (question["intent"] == "out_of_scope") == outside, question


def test_groups_are_written_as_they_say(questions: list[dict[str, Any]]) -> None:
    by_group: dict[str, list[str]] = {group: [] for group in GROUPS}
    for question in questions:
        by_group[question["group"]].append(question["question"])
    assert not any(has_accents(text) for text in by_group["unaccented"])
    assert all(has_accents(text) for text in [*by_group["accented"], *by_group["story"]])
    assert all(len(text.split()) <= 8 for text in by_group["keyword"])
    assert all(len(text.split()) >= 15 for text in by_group["story"])


def test_no_question_twice_and_none_trained_on(questions: list[dict[str, Any]]) -> None:
    keys = Counter(_key(question["question"]) for question in questions)
    assert [key for key, n in keys.items() if n > 1] == []
    trained: set[str] = set()
    for path in sentences.files(INTENTS.parent):
        examples = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"][0]["examples"]
        trained |= {_key(line.removeprefix("- ")) for line in examples.splitlines()}
    assert len(trained) > 8000
    assert sorted(trained & set(keys)) == []
