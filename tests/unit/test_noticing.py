"""Which questions are noted as missed, how, and which are nobody's business."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from actions.understanding import Understanding
from bot.noticing import MOST_CHARACTERS
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from knowledge_base.review.book import Miss, MissKind
from tests.samples import NOW, Talk, event, meant, procedure, world

A, B, C, D = (f"1.00000{n}" for n in range(1, 5))
TODAY = NOW.date()
FOUR = meant("ask_overview", A, B, C, D)


def found(intent: str, code: str, score: float, outcome: LinkOutcome) -> Understanding:
    """An understanding with one candidate."""
    return Understanding("", intent, 0.9, Link(outcome, (Candidate(code, code, score),)))


def near(intent: str, first: str, *others: str) -> Understanding:
    """An understanding that answers with the first and had others beside it."""
    candidates = tuple(Candidate(code, code, 0.4) for code in (first, *others))
    return Understanding("", intent, 0.9, Link(LinkOutcome.ANSWER, candidates))


SAID = {
    "giấy A": meant("ask_overview", A),
    "giấy B": meant("ask_overview", B),
    "giấy nào đây": FOUR,
    "bao nhiêu tiền": meant("ask_fee"),
    "lạ quá": meant("ask_overview", outcome=LinkOutcome.DECLINE),
    "lạ nữa": meant("nlu_fallback", outcome=LinkOutcome.DECLINE, confidence=0.1),
    "tờ A lạ": meant("nlu_fallback", A, confidence=0.1),
    "ờ": meant("nlu_fallback", confidence=0.1),
    "không phải cái đó": meant("correct"),
    "không": meant("deny"),
    "vâng": meant("affirm"),
    "trời mưa": found("out_of_scope", A, 0.01, LinkOutcome.DECLINE),
    "sửa xe gần giấy A": found("out_of_scope", A, 0.3, LinkOutcome.DECLINE),
    "có chuyện": meant("ask_overview", "co-chuyen"),
    "làm lại": meant("restart"),
    "xoá": meant("erase_data"),
    "cảm ơn": meant("thank"),
    "phí giấy A bao nhiêu?": meant("ask_fee", A),
    "giấy B mấy ngày?": meant("ask_time", B),
    "gần A": near("ask_overview", A, B, C),
}


@pytest.fixture
def citizen() -> Talk:
    names = zip((A, B, C, D), ("Giấy A", "Giấy B", "Giấy C", "Giấy D"), strict=True)
    return Talk(world(*(procedure(code, ten=ten) for code, ten in names), events=(event(),)), SAID)


def noted(citizen: Talk) -> list[tuple[str, str, tuple[str, ...], str | None]]:
    """What was missed, in short."""
    assert all(miss.day == TODAY and miss.count == 1 for miss in citizen.misses)
    return [(m.question, m.kind.value, m.offered, m.chosen) for m in citizen.misses]


def test_what_is_answered_is_not_noted(citizen: Talk) -> None:
    for words in ("giấy A", "bao nhiêu tiền", "giấy B", "cảm ơn", "giấy nào đây"):
        citizen.say(words)
    citizen.press("Giấy B")
    assert noted(citizen) == []


def test_what_is_declined_is_noted_and_joined_with_what_is_found_in_other_words(
    citizen: Talk,
) -> None:
    citizen.say("lạ quá")
    assert noted(citizen) == [("lạ quá", "declined", (), None)]
    citizen.say("lạ nữa")
    citizen.say("giấy B")
    assert noted(citizen)[1:] == [
        ("lạ nữa", "declined", (), None),
        ("lạ quá", "rephrased", (), B),
        ("lạ nữa", "rephrased", (), B),
    ]
    citizen.say("giấy A")  # another matter
    assert len(citizen.misses) == 4


def test_what_is_found_through_the_menu_is_joined_too(citizen: Talk) -> None:
    citizen.say("lạ quá")
    citizen.press("Việc khác")
    citizen.press("Thử nghiệm")
    citizen.press("Giấy C")
    assert noted(citizen)[1:] == [("lạ quá", "rephrased", (), C)]


def test_an_answer_that_is_refused(citizen: Talk) -> None:
    citizen.say("giấy A")
    citizen.say("bao nhiêu tiền")
    citizen.say("không phải cái đó")
    assert noted(citizen) == [("giấy A", "corrected", (A,), None)]
    citizen.say("không phải cái đó")
    citizen.say("giấy A")  # the same words give the same answer: no advice to anybody
    assert len(citizen.misses) == 1
    citizen.say("không phải cái đó")
    citizen.say("có chuyện")
    assert noted(citizen)[-1] == ("giấy A", "rephrased", (A,), "co-chuyen")


def test_refused_and_said_better_in_one_message(citizen: Talk) -> None:
    citizen.say("giấy A")
    citizen.say("không phải giấy A mà giấy B")
    assert noted(citizen) == [
        ("giấy A", "corrected", (A,), None),
        ("giấy A", "rephrased", (A,), B),
    ]
    assert [(asked.codes, asked.missed) for asked in citizen.state.asked] == [((B,), False)]


def test_what_was_near_is_offered_after_a_refusal_and_joined_when_it_is_chosen(
    citizen: Talk,
) -> None:
    citizen.say("gần A")
    citizen.say("không phải cái đó")
    assert citizen.state.current and citizen.state.current.codes == (B, C)
    citizen.press("Giấy C")
    assert noted(citizen) == [
        ("gần A", "corrected", (A,), None),
        ("gần A", "rephrased", (A,), C),
    ]


def test_of_two_questions_in_one_message_the_first_tells_what_was_meant(citizen: Talk) -> None:
    citizen.say("lạ quá")
    citizen.say("phí giấy A bao nhiêu? giấy B mấy ngày?")
    assert citizen.events == ("answered.fee", "answered.time")
    assert noted(citizen)[1:] == [("lạ quá", "rephrased", (), A)]
    citizen.say("không phải cái đó")
    assert citizen.misses[-1].offered == (A, B)


def test_none_of_those_that_were_asked_about(citizen: Talk) -> None:
    citizen.say("giấy nào đây")
    citizen.press("Không phải các việc này")
    citizen.say("giấy nào đây")
    citizen.say("không")
    assert noted(citizen) == [("giấy nào đây", "none_of_these", (A, B, C, D), None)] * 2


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Giấy B", []), ("Giấy C", [("giấy nào đây", "late_choice", (A, B, C, D), C)])],
)
def test_the_third_choice_was_ranked_too_low(
    citizen: Talk, label: str, expected: list[object]
) -> None:
    citizen.say("giấy nào đây")
    citizen.press(label)
    assert noted(citizen) == expected
    citizen.say("không phải cái đó")
    assert citizen.misses[-1].kind is MissKind.CORRECTED
    assert citizen.misses[-1].offered == (citizen.state.procedure,)


def test_a_choice_by_its_number_and_a_choice_after_a_miss(citizen: Talk) -> None:
    citizen.say("lạ quá")
    citizen.say("giấy nào đây")
    citizen.say("số 4")
    assert noted(citizen)[1:] == [
        ("giấy nào đây", "late_choice", (A, B, C, D), D),
        ("lạ quá", "rephrased", (), D),
    ]


def test_an_answer_to_an_intent_that_was_not_understood(citizen: Talk) -> None:
    citizen.say("tờ A lạ")
    assert noted(citizen) == [("tờ A lạ", "fallback", (A,), None)]


def test_what_citizens_chat_about_is_their_own_affair(citizen: Talk) -> None:
    citizen.say("trời mưa")
    citizen.say("giấy A")
    citizen.say("ờ")
    assert noted(citizen) == []


def test_a_cry_for_help_is_never_noted(citizen: Talk) -> None:
    for cry in ("chồng tôi cầm dao đánh tôi cứu tôi với", "tôi muốn tự tử"):
        citizen.say(cry)
        assert citizen.events == ("said.emergency",)
    citizen.say("giấy A")
    assert noted(citizen) == []


def test_off_the_subject_counts_near_a_procedure_or_when_insisted_upon(citizen: Talk) -> None:
    citizen.say("sửa xe gần giấy A")
    assert noted(citizen) == [("sửa xe gần giấy A", "out_of_scope", (), None)]
    citizen.say("trời mưa")
    assert noted(citizen)[1:] == [("trời mưa", "out_of_scope", (), None)]


def test_nothing_is_joined_with_what_was_asked_another_day_or_before_a_new_start(
    citizen: Talk,
) -> None:
    citizen.say("lạ quá")
    citizen.now += timedelta(days=1)
    citizen.say("giấy B")
    citizen.now = NOW
    citizen.say("lạ quá")
    citizen.say("làm lại")
    citizen.say("giấy B")
    assert [miss.kind for miss in citizen.misses] == [MissKind.DECLINED] * 2


def test_the_wish_to_be_forgotten_leaves_no_open_question(citizen: Talk) -> None:
    citizen.say("lạ quá")
    citizen.say("xoá")
    citizen.say("vâng")
    assert citizen.state.asked == ()
    citizen.say("giấy B")
    assert len(citizen.misses) == 1


def test_names_and_numbers_do_not_get_into_a_note() -> None:
    asked = "tôi tên là Trần Thị Hoa ở thôn Đông, số sổ 46 123 456 78, xin giấy lạ"
    citizen = Talk(world(procedure(A)), {asked: meant("ask_overview", outcome=LinkOutcome.DECLINE)})
    citizen.say(asked)
    assert [m.question for m in citizen.misses] == [
        "tôi tên là [tên] ở thôn [nơi], số sổ [số], xin giấy lạ"
    ]
    assert "Hoa" not in str(citizen.state.asked)


def test_long_stories_are_cut_and_masks_alone_are_no_question() -> None:
    story, number = "chuyện dài lắm " * 40, "Nguyễn Văn An 0123456"
    declined = meant("ask_overview", outcome=LinkOutcome.DECLINE)
    citizen = Talk(world(procedure(A)), {story.strip(): declined, number: declined})
    citizen.say(number)
    assert citizen.misses == []
    citizen.say(story)
    (miss,) = citizen.misses
    assert len(miss.question) <= MOST_CHARACTERS and miss.question.endswith(
        ("dài", "lắm", "chuyện")
    )
    assert replace(miss, question="") == Miss("", MissKind.DECLINED, TODAY)
