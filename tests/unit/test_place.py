"""Asking where the citizen lives, hearing the answer, and keeping nothing but a code."""

from __future__ import annotations

import pytest

from actions.perform import perform
from actions.state import Action, Aspect, Kind, State
from bot.conversation import Conversation
from bot.messages import Incoming
from tests.samples import NOW, Talk, meant, procedure, world

CODE = "1.000001"
WORLD = world(procedure(le_phi=[{"so_tien": 5000}]), procedure("1.000002", ten="Xin giấy khác"))
FEE = Action(kind=Kind.SHOW, code=CODE, aspect=Aspect.FEE)
PLACE = Action(kind=Kind.SHOW, code=CODE, aspect=Aspect.PLACE)
UNDERSTOOD = {
    "tôi ở xã đông hoà huyện dĩ an": meant("set_place"),
    "đổi nơi ở": meant("set_place"),
    "tôi ở xã Tân Lập": meant("set_place"),
    "thế cần giấy gì": meant("ask_papers", CODE),
    "tôi ở phường Cầu Giấy, làm giấy thử mất bao nhiêu": meant("ask_fee", CODE),
    "tui ở quận 1 làm giấy thử mất bao nhiêu": meant("ask_fee", CODE),
    "con tôi ở phường Cầu Giấy, làm giấy thử": meant("ask_fee", CODE),
    "không muốn nói": meant("deny"),
}


def asked(action: Action) -> Talk:
    """A conversation in which the citizen was just asked where they live, because of ``action``."""
    talk = Talk(WORLD, UNDERSTOOD)
    outcome = perform(action.asking_unit(), State(), WORLD, NOW)
    talk.resume(outcome)
    return talk


def test_the_place_is_asked_and_the_answer_goes_on_with_what_was_asked() -> None:
    talk = asked(FEE)
    assert "tỉnh, thành phố nào" in talk.replies[-1].text
    talk.say("xa dong hoa huyen di an")
    assert talk.replies[0].text == (
        "Phường Đông Hòa, thành phố Dĩ An nay thuộc phường Đông Hòa, thành phố Hồ Chí Minh. "
        "Tôi ghi nhớ ông/bà ở đó."
    )
    assert "5.000 đồng" in talk.replies[-1].text
    assert talk.state.unit == "25951"
    assert talk.state.current == FEE
    assert all(a.kind is not Kind.ASK_UNIT for a in talk.state.trail)


def test_a_province_is_enough_for_a_fee() -> None:
    talk = asked(FEE)
    talk.say("huyện Đông Anh")  # six communes, one province
    assert talk.state.unit == "01"
    assert "thành phố Hà Nội" in talk.replies[0].text


def test_several_places_are_offered_with_their_province() -> None:
    talk = asked(PLACE)
    assert "xã, phường nào" in talk.replies[-1].text
    talk.say("quận 1")
    assert talk.labels == [
        "Phường Bến Thành, Hồ Chí Minh", "Phường Cầu Ông Lãnh, Hồ Chí Minh",
        "Phường Sài Gòn, Hồ Chí Minh", "Phường Tân Định, Hồ Chí Minh", "Trả lời chung thôi",
    ]  # fmt: skip
    talk.say("phường tân định")
    assert talk.state.unit == "26737"
    assert talk.state.current == PLACE


def test_many_places_are_narrowed_by_a_province_or_turned_over() -> None:
    talk = asked(PLACE)
    talk.say("xã Tân Lập")
    assert "nhắn đủ tên" in talk.replies[-1].text
    assert len(talk.labels) == 5
    assert talk.labels[3].startswith("Xem tiếp (4–6 trong")
    assert talk.press("Xem tiếp").startswith("Có ")
    assert "(trước là xã Tân Lập, huyện Đan Phượng)" in talk.labels[0]
    talk.say("Lâm Đồng")
    assert talk.state.unit == "23134"


def test_a_choice_by_button() -> None:
    talk = asked(PLACE)
    talk.say("quận 1")
    talk.press("Phường Sài Gòn")
    assert talk.state.unit == "26740"
    assert talk.replies[0].text == (
        "Dạ, tôi ghi nhớ ông/bà ở phường Sài Gòn, thành phố Hồ Chí Minh."
    )


@pytest.mark.parametrize("text", ["xóm trên đồi", "đổi nơi ở"])
def test_what_is_no_place_is_asked_for_once_more_and_then_done_without(text: str) -> None:
    talk = asked(FEE)
    assert "chưa tìm thấy nơi ấy" in talk.say(text)
    talk.say(text)
    assert "trả lời chung" in talk.replies[0].text
    assert "5.000 đồng" in talk.replies[-1].text
    assert talk.state.unit is None
    assert talk.state.anywhere, "not asked again"
    assert WORLD.telling(talk.state, NOW).anywhere


def test_another_question_is_answered_instead() -> None:
    talk = asked(FEE)
    talk.say("thế cần giấy gì")
    assert talk.state.current is not None
    assert talk.state.current.aspect is Aspect.PAPERS
    assert not talk.state.anywhere


@pytest.mark.parametrize("how", ["press", "say"])
def test_who_would_not_say_gets_the_general_answer(how: str) -> None:
    talk = asked(FEE)
    text = talk.press("Trả lời chung") if how == "press" else talk.say("không muốn nói")
    assert "5.000 đồng" in text
    assert talk.state.anywhere


def test_the_place_can_be_told_at_any_time() -> None:
    talk = Talk(WORLD, UNDERSTOOD)
    talk.say("thế cần giấy gì")
    talk.say("tôi ở xã đông hoà huyện dĩ an")
    assert talk.state.unit == "25951"
    assert talk.state.current is not None
    assert talk.state.current.aspect is Aspect.PAPERS, "what was on the screen is shown again"
    assert talk.events == ("placed",)


def test_a_change_of_place_without_a_name_is_asked_for() -> None:
    talk = Talk(WORLD, UNDERSTOOD)
    assert "ở xã, phường nào" in talk.say("đổi nơi ở")
    assert talk.labels == []
    talk.say("phường Láng")
    assert talk.state.unit == "00199"
    assert talk.state.current is not None
    assert talk.state.current.kind is Kind.HOME


def test_a_place_told_of_oneself_that_is_not_found_leaves_the_conversation_open() -> None:
    talk = Talk(WORLD, {"đổi nơi ở": meant("set_place")})
    talk.say("đổi nơi ở")
    talk.say("xóm trên đồi")
    talk.say("xóm trên đồi")
    assert "cứ hỏi việc cần làm" in talk.replies[0].text
    assert not talk.state.anywhere


def test_a_question_that_begins_with_the_place_is_answered_with_it() -> None:
    talk = Talk(WORLD, UNDERSTOOD)
    talk.say("tôi ở phường Cầu Giấy, làm giấy thử mất bao nhiêu")
    assert talk.state.unit == "00166"
    assert "5.000 đồng" in talk.replies[-1].text
    talk.say("tui ở quận 1 làm giấy thử mất bao nhiêu")
    assert talk.state.unit == "79", "the province is certain, the ward is not"


def test_where_somebody_else_lives_is_not_taken_for_it() -> None:
    talk = Talk(WORLD, UNDERSTOOD)
    talk.say("con tôi ở phường Cầu Giấy, làm giấy thử")
    assert talk.state.unit is None


def test_the_address_is_not_kept_and_the_place_is_forgotten_on_demand() -> None:
    talk = asked(FEE)
    talk.say("số 5 ngõ 10 đường Láng, phường Láng, Hà Nội")
    assert talk.state.unit == "00199"
    assert "ngõ 10" not in talk.state.model_dump_json()
    talk.say("/xoa_du_lieu")
    talk.press("Xoá hết")
    assert talk.state.unit is None
    assert "00199" not in talk.state.model_dump_json()


def test_an_unknown_unit_in_an_old_button_shows_the_menu() -> None:
    outcome = perform(Action(kind=Kind.SET_UNIT, unit="99999"), State(), WORLD, NOW)
    assert outcome.state.unit is None
    assert outcome.state.current == Action(kind=Kind.HOME)


def test_the_handler_takes_the_first_message_as_a_place() -> None:
    turn = Conversation(lambda _: meant("set_place"), WORLD)
    result = turn(Incoming("test", "t", "1", "xã Tân Lập, Lâm Đồng", None), None, NOW)
    assert result.state["unit"] == "23134"
