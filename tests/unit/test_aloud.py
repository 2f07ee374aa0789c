"""Reading aloud in a conversation, and what is said of a reply."""

from __future__ import annotations

import re

import pytest

from actions.replies import Choice, Reply, Voice
from bot.listening import ASPECTS
from bot.speech.words import words_of
from knowledge_base import phrases
from knowledge_base.spoken.lexicon import Region
from tests.samples import Talk, meant, procedure, world

SOURCE = "Theo Cổng Dịch vụ công quốc gia ngày 10/06/2026, mã 1.001193."
FEE = procedure(le_phi=[{"ten": "Lệ phí", "so_tien": 8000}])


@pytest.fixture
def talk() -> Talk:
    return Talk(world(FEE), {"bao tiền": meant("ask_fee", FEE.code), "mắt mờ": meant("read_aloud")})


def voices(talk: Talk) -> set[Voice]:
    """How the last replies sound."""
    return {reply.voice for reply in talk.replies}


def test_what_is_on_the_screen_is_shown_again_to_be_heard(talk: Talk) -> None:
    shown = talk.say("bao tiền")
    labels = talk.labels
    assert voices(talk) == {Voice()}
    assert talk.say("đọc cho nghe") == shown
    assert talk.labels == labels
    assert voices(talk) == {Voice(aloud=True)}
    assert "luôn đọc" in talk.replies[0].text  # how to have that is said once
    assert talk.events == ("aloud.read",)
    talk.say("mắt mờ")
    assert len(talk.replies) == 1
    talk.say("bao tiền")
    assert voices(talk) == {Voice()}


def test_everything_is_read_until_that_is_enough(talk: Talk) -> None:
    talk.say("bao tiền")
    shown = talk.replies[-1].text
    assert talk.say("luôn đọc cho tôi nghe") == shown
    talk.say("bao tiền")
    assert voices(talk) == {Voice(aloud=True)}
    labels = talk.labels
    assert "đọc cho nghe" in talk.say("thôi đừng đọc nữa")
    assert voices(talk) == {Voice()}
    talk.say("1")  # the buttons of before are still there
    assert talk.labels != labels
    assert voices(talk) == {Voice()}


def test_a_voice_is_chosen_in_words_or_with_a_button(talk: Talk) -> None:
    talk.say("bao tiền")
    shown = talk.replies[-1].text
    assert talk.say("giọng nam") == shown
    assert voices(talk) == {Voice(Region.SOUTH, aloud=True)}
    talk.say("đổi giọng đọc")
    assert [label for label in talk.labels if "miền" in label] == talk.labels[:3]
    assert talk.press("Đọc giọng miền Trung") == shown
    assert voices(talk) == {Voice(Region.CENTRAL, aloud=True)}
    talk.say("bao tiền")
    assert voices(talk) == {Voice(Region.CENTRAL)}
    talk.say("đổi giọng đọc")
    talk.press("Câu nào cũng đọc")
    talk.say("đổi giọng đọc")
    talk.press("Đừng đọc nữa")
    assert talk.state.aloud is False
    assert talk.state.voice is Region.CENTRAL


def test_before_anything_was_said_it_is_said_that_it_can_be_heard(talk: Talk) -> None:
    assert "nghe được" in talk.say("/doc")
    assert voices(talk) == {Voice(aloud=True)}


@pytest.mark.parametrize("intent", [*ASPECTS, "thank", "human", "home", "out_of_scope"])
def test_whatever_is_answered_is_read(intent: str) -> None:
    talk = Talk(world(FEE), {"x": meant(intent, FEE.code if intent in ASPECTS else "")})
    talk.say("luôn đọc")
    talk.say("x")
    assert voices(talk) == {Voice(aloud=True)}


def test_a_reply_is_said_with_its_source_and_its_choices_last() -> None:
    choices = (Choice("1", "Cần giấy tờ gì"), Choice("2", "Nộp ở đâu?"),
               Choice("l", "Cổng Dịch vụ công", "https://dichvucong.gov.vn/"))  # fmt: skip
    said = words_of(Reply("Lệ phí: 8.000 đồng", SOURCE, choices), Region.NORTH, phrases.load())
    assert said == (
        "Lệ phí: tám nghìn đồng. Theo Cổng Dịch vụ công quốc gia ngày mùng mười tháng sáu năm hai "
        "nghìn không trăm hai mươi sáu. Trên màn hình có nút Cổng Dịch vụ công. Xin chọn một trong "
        "các dòng sau. Số một, Cần giấy tờ gì. Số hai, Nộp ở đâu?"
    )


def test_nothing_is_said_but_words_of_any_reply(talk: Talk) -> None:
    say = phrases.load()
    for text in ("/start", "bao tiền", "đổi giọng đọc", "gặp người", "1", "2"):
        talk.say(text)
        for reply in talk.replies:
            said = words_of(reply, Region.SOUTH, say)
            assert said
            assert not re.search(r"[^\w\s.,?!;:]|[\d_]", said), said
