"""Counting right and wrong on labelled questions, with an understanding made up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from actions.understanding import Understanding
from knowledge_base.evaluate import Question, QuestionError, Row, as_json, evaluate, read
from knowledge_base.retrieval.link import LinkOutcome
from tests.samples import meant

A, B, C = "1.000001", "1.000002", "1.000003"


def question(
    text: str, *codes: str, intent: str | None = None, group: str = "g", out: bool = False
) -> Question:
    return Question(text, codes, (intent,) if intent else (), group, out)


def rows(asked: list[tuple[Question, Understanding]]) -> tuple[dict[str, Row], list[str]]:
    heard = {q.question: understood for q, understood in asked}
    same = {A: frozenset({A, C}), C: frozenset({A, C})}
    found, wrong = evaluate(
        [q for q, _ in asked], heard.__getitem__, lambda code: same.get(code, frozenset({code}))
    )
    return {row.group: row for row in found}, wrong


def test_hits_ranks_and_outcomes_are_counted() -> None:
    found, wrong = rows(
        [
            (question("first", A), meant("ask_fee", A)),
            (question("second", A), meant("ask_fee", B, A)),
            (question("wrong", A), meant("ask_fee", B)),
            (question("none", A), meant("ask_fee", outcome=LinkOutcome.DECLINE)),
        ]
    )
    row = found["g"]
    assert (row.n, row.hit1, row.hit5, row.mrr) == (4, 0.25, 0.5, 0.375)
    assert (row.answered, row.asked, row.declined) == (0.5, 0.25, 0.25)
    assert row.wrong_answered == 0.25
    assert row.out_of_scope_answered is None
    assert row.intent is None
    assert len(wrong) == 3
    assert found["ALL"].n == 4


def test_codes_of_one_procedure_are_one() -> None:
    found, wrong = rows([(question("q", A), meant("ask_fee", C))])
    assert found["g"].hit1 == 1.0
    assert wrong == []


def test_out_of_scope_is_wrong_only_when_a_procedure_is_shown() -> None:
    found, wrong = rows(
        [
            (question("shown", out=True), meant("ask_fee", A)),
            (question("asked", out=True), meant("ask_fee", A, B)),
            (question("seen through", out=True), meant("out_of_scope", A)),
        ]
    )
    assert found["g"].out_of_scope_answered == pytest.approx(1 / 3, abs=1e-3)
    assert found["g"].hit1 is None
    assert len(wrong) == 1
    assert "shown" in wrong[0]


def test_intents_are_counted_where_one_is_given() -> None:
    found, wrong = rows(
        [
            (question("a", A, intent="ask_fee", group="x"), meant("ask_fee", A)),
            (question("b", A, intent="ask_time", group="x"), meant("ask_fee", A)),
            (question("c", A, group="y"), meant("ask_fee", A)),
        ]
    )
    assert found["x"].intent == 0.5
    assert found["y"].intent is None
    assert found["ALL"].intent == 0.5
    assert len(wrong) == 1


def test_no_questions_make_an_empty_sum() -> None:
    found, wrong = evaluate([], lambda _: meant("x"), lambda code: frozenset({code}))
    assert [row.n for row in found] == [0]
    assert wrong == []


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    evaluate(
        [question("q", A)] * 3,
        lambda _: meant("ask_fee", A),
        lambda code: frozenset({code}),
        lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_questions_are_read_and_empty_lines_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"question": "một", "codes": ["1.000001"], "intent": "ask_fee", "group": "a"}\n\n'
        '{"question": "hai", "codes": [], "intent": null, "group": "b", "out_of_scope": true}\n',
        encoding="utf-8",
    )
    assert read(path) == [
        question("một", A, intent="ask_fee", group="a"),
        question("hai", group="b", out=True),
    ]


@pytest.mark.parametrize("line", ["{", "[]", '{"codes": []}', '{"question": "x", "codes": 3}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "x"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(QuestionError, match=rf"{path}:2: "):
        read(path)


def test_rows_as_json() -> None:
    found, wrong = evaluate(
        [question("câu", A)], lambda _: meant("x", B), lambda code: frozenset({code})
    )
    document = json.loads(as_json(found, wrong))
    assert document["groups"][-1]["group"] == "ALL"
    assert document["groups"][0]["hit1"] == 0.0
    assert "câu" in document["wrong"][0]
