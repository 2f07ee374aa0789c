"""What the citizen is called."""

from __future__ import annotations

import pytest

from actions import address
from actions.state import State
from knowledge_base.phrases import DEFAULT_ADDRESS
from tests.samples import Talk, meant, procedure, world


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("bác muốn hỏi làm hộ chiếu", "bác"),
        ("Cô hỏi chút: khai sinh ở đâu", "cô"),
        ("chào cháu, cho bác hỏi làm thẻ căn cước", "bác"),
        ("cháu ơi chú cần làm lại bằng lái", "chú"),
        ("hỏi giấy khai sinh", DEFAULT_ADDRESS),
        # Said of somebody else:
        ("bà mất hôm qua thì làm giấy gì", DEFAULT_ADDRESS),
        ("ông bị ngã, xin trợ cấp ở đâu", DEFAULT_ADDRESS),
        ("chú tôi muốn nhập khẩu", DEFAULT_ADDRESS),
        ("khai tử cho ông", DEFAULT_ADDRESS),
    ],
)
def test_the_word_citizens_use_of_themselves_is_noticed(text: str, word: str) -> None:
    assert address.notice(text, State()).address == word


def test_a_word_once_found_is_kept() -> None:
    assert address.notice("cô muốn hỏi", State(address="bác")).address == "bác"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("gọi tôi là bác", "bác"),
        ("gọi tôi bằng cụ", "cụ"),
        ("goi toi la bac di", "bác"),
        ("đừng gọi bà, gọi tôi là cô nhé", "cô"),
        ("cứ gọi ông bà thôi", DEFAULT_ADDRESS),
        ("kêu chú đi con", "chú"),
        ("xưng hô khác đi", None),
    ],
)
def test_the_word_asked_for_is_understood(text: str, word: str | None) -> None:
    assert address.asked_for(text) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [("bác", "bác"), ("Cô.", "cô"), ("là chú nhé", "chú"), ("goi bac di em", "bác"), ("bà", "bà"),
     ("đăng ký tạm trú cho cô chú tôi ở quê lên", None), ("thôi", None)],
)  # fmt: skip
def test_a_short_answer_is_understood(text: str, word: str | None) -> None:
    assert address.answered(text) == word


def test_the_answer_to_the_question_is_not_taken_for_a_button_of_the_menu() -> None:
    talk = Talk(world(procedure()), {"xưng hô khác đi": meant("set_address")})
    talk.say("/start")
    assert "gọi là bác, cô" in talk.say("xưng hô khác đi")
    # "bà" without its accent is also the number three.
    assert talk.say("bà").startswith("Bà cần làm việc gì?")
    assert talk.replies[0].text == "Dạ, từ giờ tôi xin gọi là bà."
    assert talk.state.address == "bà"
    assert talk.events == ("address",)
