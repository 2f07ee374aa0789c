"""Counting right and wrong on labelled questions, with outcomes made up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge_base.evaluation.counting import Asked, Row, ask, complaint, judge, rows
from knowledge_base.evaluation.public import line
from knowledge_base.evaluation.public import read as read_public
from knowledge_base.evaluation.questions import Also, Question, QuestionError, files, read, sets
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome

A, B, C, D = "1.000001", "1.000002", "1.000003", "1.000004"


@dataclass(frozen=True)
class Came:
    """What came of a message."""

    intent: str
    link: Link
    done: LinkOutcome
    told: tuple[tuple[str, str], ...]
    said: str = ""
    ms: float = 10.0


def came(
    intent: str = "ask_fee", *found: str, told: tuple[str, ...] = (), done: str = "", said: str = ""
) -> Came:
    """Procedures found, best first, and those shown; by default nothing is shown."""
    link = Link(LinkOutcome.ASK, tuple(Candidate(code, code, 0.5) for code in found))
    outcome = LinkOutcome(done or ("answer" if told else "decline"))
    return Came(intent, link, outcome, tuple((code, intent) for code in told), said)


def question(
    text: str = "q", *codes: str, intent: str = "", group: str = "g", nothing: bool = False
) -> Question:
    return Question(text, codes, (intent,) if intent else (), group, nothing)


def names(code: str) -> str | None:
    return "Xin giấy" if code == A else None


def same(code: str) -> frozenset[str]:
    """A and C are one procedure's codes at two levels."""
    return frozenset({A, C}) if code in (A, C) else frozenset({code})


def counted(*pairs: tuple[Question, Came]) -> dict[str, Row]:
    return {row.group: row for row in rows([judge(q, tried, same) for q, tried in pairs])}


def test_what_is_found_and_what_the_citizen_gets_are_counted_apart() -> None:
    row = counted(
        (question("right", A), came("ask_fee", A, B, told=(A,))),
        (question("asked back", A), came("ask_fee", B, A, done="ask")),
        (question("wrong", A), came("ask_fee", B, told=(B,))),
        (question("not found", A), came("ask_fee")),
    )["g"]
    assert (row.n, row.hit1, row.hit5) == (4, 0.25, 0.5)
    assert (row.right, row.asked, row.declined, row.wrong) == (0.25, 0.25, 0.25, 0.25)
    assert (row.outside, row.intent, row.both, row.numbers) == (None, None, None, None)


def test_codes_of_one_procedure_are_one() -> None:
    row = counted((question("q", A), came("ask_fee", C, told=(C,))))["ALL"]
    assert (row.hit1, row.right, row.wrong) == (1.0, 1.0, 0.0)


def test_where_nothing_is_asked_for_anything_shown_is_wrong() -> None:
    row = counted(
        (question("shown", nothing=True), came("ask_fee", A, told=(A,))),
        (question("asked back", nothing=True), came("ask_fee", A, B, done="ask")),
        (question("seen through", nothing=True), came("out_of_scope", A)),
    )["g"]
    assert row.outside == pytest.approx(1 / 3, abs=1e-3)
    assert (row.hit1, row.right, row.wrong) == (None, None, None)


def test_what_was_said_not_to_be_meant_is_wrong_when_it_is_shown() -> None:
    not_this = Question("không phải A", (), (), "g", False, not_codes=(C,))
    assert counted((not_this, came("ask_fee", A, told=(A,))))["g"].wrong == 1.0
    assert counted((not_this, came("ask_fee", B, told=(B,))))["g"].wrong == 0.0


def test_of_two_questions_both_are_to_be_answered_each_as_its_kind() -> None:
    two = Question("q", (A,), ("ask_fee",), "g", False, Also(("ask_time",), (B,)))
    told = (("1.000003", "ask_fee"), (B, "ask_time"))
    both = Came("ask_fee", Link(LinkOutcome.ASK), LinkOutcome.ANSWER, told)
    one = Came("ask_fee", Link(LinkOutcome.ASK), LinkOutcome.ANSWER, told[:1])
    astray = Came("ask_fee", Link(LinkOutcome.ASK), LinkOutcome.ANSWER, (*told, (D, "ask_fee")))
    assert [counted((two, c))["g"].both for c in (both, one, astray)] == [1.0, 0.0, 1.0]
    assert [counted((two, c))["g"].wrong for c in (both, one, astray)] == [0.0, 0.0, 1.0]
    assert counted((two, came("ask_fee", B)))["g"].hit1 == 1.0


def test_every_number_that_must_be_said_is_said() -> None:
    fire = Question("cháy", (), ("emergency",), "g", True, numbers=("114", "115"))
    assert counted((fire, came("emergency", said="Gọi 114, 115")))["g"].numbers == 1.0
    assert counted((fire, came("emergency", said="Gọi 114")))["g"].numbers == 0.0


def test_kinds_are_counted_where_one_is_given() -> None:
    found = counted(
        (question("a", A, intent="ask_fee", group="x"), came("ask_fee", A)),
        (question("b", A, intent="ask_time", group="x"), came("ask_fee", A)),
        (question("c", A, group="y"), came("ask_fee", A)),
    )
    assert (found["x"].intent, found["y"].intent, found["ALL"].intent) == (0.5, None, 0.5)


def test_only_what_went_wrong_is_complained_about() -> None:
    def missed(q: Question, tried: Came) -> bool:
        return judge(q, tried, same).missed

    assert not missed(question("q", A, intent="ask_fee"), came("ask_fee", A, told=(A,)))
    assert missed(question("q", A, intent="ask_time"), came("ask_fee", A))
    assert missed(question("q", A), came("ask_fee", B, A))
    assert missed(question("q", nothing=True), came("ask_fee", A, told=(A,)))
    assert missed(question("q", intent="emergency", nothing=True), came("ask_fee"))
    assert not missed(question("q", intent="out_of_scope", nothing=True), came("ask_fee"))
    said = complaint(judge(question("câu", A), came("ask_fee", B), same))
    assert "'câu'" in said and f"đúng: {A}" in said and f"{B} 0.50" in said


def test_no_questions_make_an_empty_sum() -> None:
    assert [(row.n, row.p50_ms) for row in rows([])] == [(0, None)]


def test_every_question_is_asked_and_told_of() -> None:
    told: list[str] = []
    found = ask(
        [question("một", A), question("hai", A)], lambda _: came(), same, lambda: told.append("x")
    )
    assert [type(a) for a in found] == [Asked, Asked]
    assert len(told) == 2


def test_times_are_the_ones_that_half_and_nearly_all_stay_within() -> None:
    times = [
        Came("x", Link(LinkOutcome.NONE), LinkOutcome.DECLINE, (), "", ms) for ms in range(100)
    ]
    row = counted(*((question(), tried) for tried in times))["ALL"]
    assert (row.p50_ms, row.p95_ms) == (49, 94)


# --- reading ---


def test_questions_are_read_and_empty_lines_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    lines = [
        {"question": "một", "codes": [A], "intent": "ask_fee", "intent_alt": ["x"], "group": "a"},
        {"question": "hai", "codes": [], "group": "b", "out_of_scope": True},
        {"question": "ba", "codes": [], "group": "c", "not_codes": [A]},
        {"question": "bốn", "codes": [], "intent": "emergency", "group": "c", "numbers": [114]},
        {"question": "năm", "codes": [A], "also": {"intent": "ask_time"}, "group": "d"},
    ]
    path.write_text("\n\n".join(json.dumps(x) for x in lines), encoding="utf-8")
    found = read(path)
    assert found == [
        Question("một", (A,), ("ask_fee", "x"), "a", False),
        question("hai", group="b", nothing=True),
        Question("ba", (), (), "c", False, not_codes=(A,)),
        Question("bốn", (), ("emergency",), "c", True, numbers=("114",)),
        Question("năm", (A,), (), "d", False, Also(("ask_time",), (A,))),
    ]
    assert [q.line for q in found] == [1, 3, 5, 7, 9]


def test_sentences_are_of_the_kind_that_names_their_file(tmp_path: Path) -> None:
    path = tmp_path / "thank.yaml"
    path.write_text('# lời\n- text: "cảm ơn"\n\n- text: cám ơn cháu\n', encoding="utf-8")
    assert read(path) == [
        question("cảm ơn", intent="thank", group="thank"),
        question("cám ơn cháu", intent="thank", group="thank"),
    ]
    assert [q.line for q in read(path)] == [2, 4]


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", '{"codes": []}', '{"question": "x", "codes": 3}',
        '{"question": "x", "intent": "ask_how", "intent_alt": "ask_fee"}',
    ],
)  # fmt: skip
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "x"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(QuestionError, match=rf"{path}:2: "):
        read(path)


@pytest.mark.parametrize("text", ["- a\n- b", "- text: [", "x", "- {nothing: x}"])
def test_bad_sentences_are_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "thank.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionError, match=rf"{path}:\d: "):
        read(path)


def test_the_sets_are_those_of_the_tests_and_none_where_these_are_not(tmp_path: Path) -> None:
    assert {"questions", "unseen", "blind", "hard", "events", "nlu"} <= files().keys()
    assert sets(tmp_path) == {}


def test_real_questions_are_read_once_each_and_told_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "real.jsonl"
    asked = [{"question": "một\nhai", "answer": "x"}, {"question": "một\nhai"}]
    path.write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    assert read_public(path) == ["một\nhai"]
    told = line("một\nhai", came("ask_fee", A, told=(A,)), names)
    assert told.split("\t") == ["answer", "ask_fee", "0.50", f"{A} Xin giấy", "một hai"]
    assert line("ba", came("greet"), names).split("\t")[3] == "–"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(QuestionError, match=rf"{path}:1: "):
        read_public(path)
