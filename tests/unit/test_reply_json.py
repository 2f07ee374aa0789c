"""A reply is kept as JSON and comes back as it was, whatever is attached to it."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from actions.perform import reply
from actions.replies import (
    Attachment,
    Choice,
    Document,
    Forwarded,
    Image,
    Partner,
    Place,
    Reply,
    Voice,
)
from actions.state import Message, State
from bot.rendering import spelled
from bot.reply_json import reply_from_json, reply_to_json
from knowledge_base import phrases
from knowledge_base.spoken.lexicon import Region

IMAGE = Image("vneid-dang-nhap", "Màn hình VNeID, nút Đăng nhập được khoanh đỏ.")
ATTACHED: tuple[Attachment, ...] = (
    IMAGE,
    Document("ho-so.pdf", "Hồ sơ khai sinh", {"lines": [{"text": "Tờ khai", "done": True}]}),
    Place(18.6796, 105.6813, "Uỷ ban nhân dân phường", "Số 1, đường A"),
    Forwarded("AgACAgUAAxkBAAI"),
)


def test_every_kind_is_tried() -> None:
    assert {type(one) for one in ATTACHED} == set(get_args(Attachment))


@pytest.mark.parametrize("attachment", [None, *ATTACHED])
def test_it_comes_back_as_it_was(attachment: Attachment | None) -> None:
    said = Reply("Bước 1.", "Theo Cổng", (Choice("a", "Xong"),), True, attachment)
    assert reply_from_json(json.loads(json.dumps(reply_to_json(said)))) == said


def test_who_says_it_and_who_answers_from_here_on_come_back() -> None:
    said = Reply("Chào bác.", by="Cán bộ hỗ trợ Lan", partner=Partner.PERSON)
    assert reply_from_json(json.loads(json.dumps(reply_to_json(said)))) == said


@pytest.mark.parametrize("voice", [Voice(), Voice(Region.SOUTH, aloud=True)])
def test_how_it_sounds_comes_back_as_it_was(voice: Voice) -> None:
    said = Reply("Bước 1.", voice=voice)
    assert reply_from_json(json.loads(json.dumps(reply_to_json(said)))) == said


def test_a_region_of_later_releases_is_the_usual_one() -> None:
    body = {**reply_to_json(Reply("Dạ")), "voice": {"region": "tay", "aloud": True}}
    assert reply_from_json(body) == Reply("Dạ", voice=Voice(aloud=True))


def test_what_earlier_releases_kept_is_read() -> None:
    body = {"text": "Dạ", "source": None, "choices": [{"id": "a", "label": "Có", "url": None}]}
    said = Reply("Dạ", choices=(Choice("a", "Có"),))
    assert reply_from_json(body) == said
    assert reply_from_json({**body, "afresh": False}) == said


@pytest.mark.parametrize("unknown", [{"kind": "film", "name": "a"}, {"kind": "image", "file": "a"}])
def test_of_what_later_releases_kept_the_text_is_read(unknown: dict[str, str]) -> None:
    body = {**reply_to_json(Reply("Dạ")), "attachment": unknown}
    assert reply_from_json(body) == Reply("Dạ")


def test_a_message_hands_its_attachment_on() -> None:
    said = reply(State(), [Message("Một"), Message("Hai", attachment=IMAGE)], "test").replies
    assert [one.attachment for one in said] == [None, IMAGE]


def test_a_picture_is_said_in_words_where_it_cannot_be_shown() -> None:
    say = phrases.load()
    shown = spelled(Reply("Bước 1.", "Theo Cổng", attachment=IMAGE), say)
    assert shown == Reply(f"Bước 1.\nHình vẽ: {IMAGE.alt}", "Theo Cổng")
    assert spelled(Reply("Dạ"), say) == Reply("Dạ")
