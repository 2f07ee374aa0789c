"""What a message asks besides its first two questions is offered at the end of their answers."""

from __future__ import annotations

from knowledge_base.phrases import MOST_CHARACTERS
from tests.samples import Talk, letters, meant, procedure, world

A, B = "1.000001", "1.000002"
WORLD = letters("một", "hai", thoi_han=[{"so": 3, "don_vi": "ngay"}])
THREE = "giấy một cần gì, nộp ở đâu, mấy ngày có"
PARTS = {
    THREE: meant("ask_papers", A),
    "giấy một cần gì": meant("ask_papers", A),
    "nộp ở đâu": meant("ask_place"),
    "mấy ngày có": meant("ask_time"),
}
UNCLEAR = {**PARTS, **dict.fromkeys((THREE, "giấy một cần gì"), meant("ask_papers", A, B))}


def test_a_third_question_is_offered_first_at_the_end_of_the_second_answer() -> None:
    talk = Talk(WORLD, PARTS)
    talk.say(THREE)
    assert [*talk.events] == ["answered.papers", "answered.place"]
    assert "còn hỏi thời gian" in talk.replies[-1].text
    assert talk.labels[0] == "Bao lâu thì xong"
    assert len(talk.labels) == len(set(talk.labels))
    talk.say("1")
    assert [*talk.events] == ["answered.time"]
    assert "còn hỏi" not in talk.replies[-1].text
    assert talk.state.left == ()


def test_it_is_offered_when_it_is_settled_what_the_others_are_about() -> None:
    talk = Talk(WORLD, UNCLEAR)
    talk.say(THREE)
    assert [*talk.events] == ["ask_which"]
    talk.press("Xin giấy hai")
    assert [*talk.events] == ["answered.papers", "answered.place"]
    assert "còn hỏi thời gian" in talk.replies[-1].text
    talk.press("Bao lâu")
    assert "giấy hai" in talk.replies[-1].text


def test_what_was_offered_is_forgotten_with_the_next_question() -> None:
    talk = Talk(WORLD, UNCLEAR)
    talk.say(THREE)
    talk.say("nộp ở đâu")
    assert talk.state.left == ()


def test_beside_the_source_where_the_answer_is_full() -> None:
    long = "Phòng " + "rất xa " * 36
    full = world(
        procedure(A, ten="Xin giấy một", giay_to=[{"ten": "Đơn"}], noi_nop=[{"ten": long}])
    )
    talk = Talk(full, PARTS)
    talk.say(THREE)
    last = talk.replies[-1]
    assert len(last.text) <= MOST_CHARACTERS
    assert "còn hỏi" in f"{last.text} {last.source}"
    assert talk.labels[0] == "Bao lâu thì xong"
