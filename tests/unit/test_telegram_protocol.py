"""Reading updates."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.channels.telegram.channel import COMMANDS
from bot.commands import COMMANDS as UNDERSTOOD
from bot.commands import unread
from bot.listening import UNREADABLE
from bot.messages import Incoming
from bot.passes import opened_by
from bot.telegram_protocol import Update
from knowledge_base import phrases
from knowledge_base.units import Units

UNITS = Units()
POINT = {"latitude": 21.036, "longitude": 105.79}
CHAT = {"id": 5, "type": "private"}


def read(**content: Any) -> Incoming | str:
    """What a message with this content becomes."""
    return Update.model_validate({"update_id": 9, "message": {"chat": CHAT, **content}}).incoming(
        UNITS
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"text": " khai  sinh\r\n"}, "khai  sinh"),
        ({"text": "số 0912345678"}, "số [số điện thoại]"),
        ({"text": "/start"}, "/start"),
        ({"text": "/start@ten_bot"}, "/start"),
        ({"text": "/start giúp tôi với"}, "/start"),
        ({"text": "/help@ten_bot"}, "/help"),
        ({"text": "/không có lệnh này"}, "/không có lệnh này"),
        ({"text": "/"}, "/"),
        ({"text": "\u200b\u2060\x00"}, UNREADABLE),
        ({"photo": [], "caption": "sổ đỏ"}, "sổ đỏ"),
        ({"photo": [], "caption": "\u200b"}, UNREADABLE),
        ({"voice": {}}, UNREADABLE),
        ({"animation": {}, "document": {}}, unread("sticker")),
        ({"dice": {}}, unread("sticker")),
        ({"video_note": {}}, unread("video")),
        ({"poll": {}}, unread("poll")),
        ({"contact": {"phone_number": "0912345678"}}, unread("contact")),
        ({"location": POINT}, "/vi_tri 00166 00160 00199"),
        ({"location": {"latitude": 48.8, "longitude": 2.3}}, "/vi_tri"),
        ({"text": "😀"}, "😀"),
        ({"text": "x" * 10_000}, "x" * 2000),
    ],
)
def test_a_message_becomes_a_text(content: dict[str, Any], text: str) -> None:
    assert read(**content) == Incoming("telegram", "5", "9", text=text)


def test_an_album_is_one_message() -> None:
    assert read(photo=[], media_group_id="3") == Incoming(
        "telegram", "5", "album-3", text=UNREADABLE
    )


@pytest.mark.parametrize("text", ["/start buoc-4", "/start@ten_bot a", f"/start {'x' * 64}"])
def test_a_link_with_whatever_behind_it_opens_something(text: str) -> None:
    found = read(text=text)
    assert isinstance(found, Incoming)
    assert (found.text, found.opens) == (None, opened_by(text))
    assert found.opens


def test_a_press_becomes_a_choice_even_on_an_old_message() -> None:
    query = {"id": "1", "data": "12.3", "message": {"chat": CHAT, "message_id": 2, "date": 0}}
    update = Update.model_validate({"update_id": 9, "callback_query": query})
    assert update.incoming(UNITS) == Incoming("telegram", "5", "9", choice="12.3")


@pytest.mark.parametrize(
    ("update", "why"),
    [
        ({"message": {"chat": {"id": -5, "type": "group"}, "text": "x"}}, "group"),
        ({"callback_query": {"id": "1", "data": "x"}}, "unknown"),
        ({"callback_query": {"id": "1", "message": {"chat": CHAT}}}, "unknown"),
        ({"edited_message": {"chat": CHAT, "text": "x"}}, "edited"),
        ({"channel_post": {}}, "unknown"),
        ({"message": {"chat": CHAT, "pinned_message": {}}}, "service"),
        ({"message": {"chat": {"id": -5, "type": "group"}, "location": POINT}}, "group"),
        ({}, "unknown"),
    ],
)
def test_what_is_not_answered_says_why(update: dict[str, Any], why: str) -> None:
    assert Update.model_validate({"update_id": 9, **update}).incoming(UNITS) == why


KEYS = st.sampled_from(["update_id", "location", "latitude", "longitude", "my_chat_member",
                        "message", "callback_query", "chat", "id", "type", "text",
                        "data", "photo", "caption", "media_group_id", "private"])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | KEYS
SURROGATES = st.text(st.characters(codec=None))
JSON = st.recursive(
    LEAVES | SURROGATES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=25
)


@given(JSON)
def test_anything_is_either_read_or_refused(update: Any) -> None:
    try:
        found = Update.model_validate(update).incoming(UNITS)
    except ValidationError:
        return
    assert isinstance(found, Incoming | str)


@given(SURROGATES)
def test_any_text_is_read(text: str) -> None:
    found = read(text=text)
    assert isinstance(found, Incoming)
    assert found.text
    found.text.encode()


def test_every_command_offered_is_understood_and_described() -> None:
    say = phrases.load()
    for name in COMMANDS:
        assert f"/{name}" in UNDERSTOOD
        assert f"telegram.command_{name}" in say
    assert "ông/bà" in say("telegram.crowded")
