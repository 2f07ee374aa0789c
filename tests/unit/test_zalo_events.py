"""Reading what both Zalos bring, and the signature of the one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.channels.zalo_bot.events import read_update
from bot.channels.zalo_oa.events import Event, signature, signed_at
from bot.listening import UNREADABLE
from bot.messages import PHOTO, VOICE, Incoming, Media
from bot.passes import digest, new_token
from knowledge_base.units import Units

UNITS = Units()
STAMP = "1790000000000"
PICTURE = "https://f6.photo.talk.zdn.vn/a.jpg"


def oa(name: str, message: dict[str, Any] | None = None, **more: Any) -> Incoming | str:
    """What an event of an Official Account becomes."""
    given = {"msg_id": "9", **(message or {})}
    event = {"event_name": name, "sender": {"id": "5"}, "message": given, "timestamp": STAMP}
    return Event.model_validate(event | more).incoming(UNITS)


def bot(event: str, **message: Any) -> Incoming | str:
    """What an update of a bot becomes."""
    given = {"message_id": "9", "chat": {"id": "5", "chat_type": "PRIVATE"}, **message}
    return read_update({"event_name": event, "message": given}).incoming()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" khai  sinh\r\n", "khai  sinh"),
        ("số 0912345678", "số [số điện thoại]"),
        ("/start", "/start"),
        ("#tracuu", "#tracuu"),
        ("#1", "#1"),
        ("\u200b\u2060\x00", UNREADABLE),
        ("😀", "😀"),
        ("x" * 10_000, "x" * 2000),
    ],
)
def test_words_are_cleaned_and_masked(text: str, kept: str) -> None:
    assert oa("user_send_text", {"text": text}) == Incoming("zalo_oa", "5", "9", text=kept)
    assert bot("message.text.received", text=text) == Incoming("zalo_bot", "5", "9", text=kept)


def test_a_button_says_its_id_and_only_its_own_form_is_one() -> None:
    assert oa("user_send_text", {"text": "#b:12.3"}) == Incoming("zalo_oa", "5", "9", choice="12.3")
    assert oa("user_send_text", {"text": "#b:"}) == Incoming("zalo_oa", "5", "9", text="#b:")


def test_a_pass_is_opened_by_its_token() -> None:
    token = new_token()
    opens = Incoming("zalo_oa", "5", "9", opens=digest(token))
    assert oa("user_send_text", {"text": token}) == opens
    found = bot("message.text.received", text=token)
    assert isinstance(found, Incoming)
    assert found.opens == digest(token)


def test_what_comes_without_words_may_be_fetched() -> None:
    picture = {"type": "image", "payload": {"thumbnail": "t", "url": PICTURE}}
    for name, kind in (("image", PHOTO), ("audio", VOICE)):
        found = oa(f"user_send_{name}", {"attachments": [{}, picture]})
        media = Media(kind, PICTURE)
        assert found == Incoming("zalo_oa", "5", "9", text=UNREADABLE, media=media)
    found = oa("user_send_image", {"text": "giấy hẹn", "attachments": [picture]})
    assert isinstance(found, Incoming)
    assert found.text == "giấy hẹn"
    for name in ("sticker", "file", "video", "business_card"):
        found = oa(f"user_send_{name}", {"attachments": [picture]})
        kind = {"business_card": "contact"}.get(name, name)
        assert found == Incoming("zalo_oa", "5", "9", text=f"{UNREADABLE} {kind}")
    for field in ("photo", "photo_url"):
        found = bot("message.image.received", caption="giấy hẹn", **{field: PICTURE})
        media = Media(PHOTO, PICTURE)
        assert found == Incoming("zalo_bot", "5", "9", text="giấy hẹn", media=media)
    found = bot("message.voice.received", voice_url="https://zdn.vn/a.aac")
    media = Media(VOICE, "https://zdn.vn/a.aac")
    assert found == Incoming("zalo_bot", "5", "9", text=UNREADABLE, media=media)
    assert bot("message.voice.received", voice_url="x" * 3000) == Incoming(
        "zalo_bot", "5", "9", text=UNREADABLE
    )


@pytest.mark.parametrize(
    ("point", "near"),
    [
        ({"latitude": "21.0365", "longitude": "105.7905"}, "/vi_tri 00166"),
        ({"latitude": 21.0365, "longitude": 105.7905}, "/vi_tri 00166"),
        ({"latitude": "48.85", "longitude": "2.35"}, "/vi_tri"),
        ({"latitude": "nan", "longitude": "1e999"}, "/vi_tri"),
        ({"latitude": None}, "/vi_tri"),
        (None, "/vi_tri"),
    ],
)
def test_a_point_becomes_the_communes_near_it(point: object, near: str) -> None:
    found = oa("user_send_location", {"attachments": [{"payload": {"coordinates": point}}]})
    assert isinstance(found, Incoming)
    assert (found.text or "").startswith(near)
    assert "21.03" not in (found.text or "")


def test_following_greets_and_leaving_is_no_message() -> None:
    event = {"event_name": "follow", "follower": {"id": 5}, "timestamp": STAMP}
    greeted = Incoming("zalo_oa", "5", f"follow-{STAMP}", text="/start")
    assert Event.model_validate(event).incoming(UNITS) == greeted
    left = Event.model_validate(event | {"event_name": "unfollow"})
    assert left.left == "5"


@pytest.mark.parametrize("name", ["oa_send_text", "user_seen_message", "user_submit_info", "x"])
def test_other_events_are_no_messages(name: str) -> None:
    assert oa(name) == "unknown"
    assert bot(name) == "unknown"


BODY = '{"timestamp": "1790000000000", "text": "Thủ tục"}'.encode()


def signed(stamp: str, *, header: str | None = None, mac: str | None = None) -> float | None:
    """When ``BODY`` was signed, as far as its headers prove it."""
    shown = mac or f"mac={signature('77', BODY, stamp, 'khoá')}"
    headers = {"X-ZEvent-Signature": shown}
    if header is not None:
        headers["X-ZEvent-Timestamp"] = header
    return signed_at(headers, BODY, json.loads(BODY), "77", "khoá")


def test_the_signature_is_a_plain_digest_over_the_bytes() -> None:
    assert signed(STAMP) == 1_790_000_000
    assert signed("1790000000007", header="1790000000007") == 1_790_000_000.007
    assert signed("1790000000", header="1790000000") == 1_790_000_000
    assert signed(STAMP, header="1780000000000") == 1_790_000_000, "the body's time is signed"
    assert signed("1780000000000") is None, "a time that is shown nowhere"
    assert signed("x", header="x") is None
    wrong = signature("77", BODY, STAMP, "khoá khác")
    assert signed(STAMP, mac=f"mac={wrong}") is None
    assert signed_at({}, BODY, json.loads(BODY), "77", "khoá") is None


KEYS = st.sampled_from(
    ["event_name", "timestamp", "sender", "follower", "message", "msg_id", "message_id", "id",
     "text", "caption", "attachments", "payload", "url", "photo", "voice_url", "chat", "chat_type",
     "from", "is_bot", "result", "ok", "user_send_text", "user_send_image", "follow", "unfollow",
     "message.text.received", "message.voice.received", "PRIVATE", "#b:1.1"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | KEYS
SURROGATES = st.text(st.characters(codec=None))
JSON = st.recursive(
    LEAVES | SURROGATES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=25
)
SHAPED = st.fixed_dictionaries(
    {"event_name": KEYS},
    optional={
        key: st.fixed_dictionaries({}, optional={"id": JSON, "msg_id": JSON, "text": SURROGATES,
                                                 "message_id": SURROGATES, "attachments": JSON,
                                                 "chat": st.fixed_dictionaries({"id": SURROGATES}),
                                                 "photo": JSON, "voice_url": SURROGATES})
        for key in ("sender", "follower", "message")
    } | {"timestamp": JSON},
)  # fmt: skip


@settings(deadline=None)  # a point on the map is compared with every commune
@given(JSON | SHAPED)
def test_anything_is_either_read_or_refused(event: Any) -> None:
    readers: list[Callable[[object], Incoming | str]] = [
        lambda one: Event.model_validate(one).incoming(UNITS),
        lambda one: read_update(one).incoming(),
    ]
    for read in readers:
        try:
            said = read(event)
        except ValidationError:
            continue
        assert isinstance(said, Incoming | str)
        if isinstance(said, Incoming) and said.text is not None:
            said.text.encode()


@settings(max_examples=30, deadline=None)
@given(JSON, st.text(), st.text())
def test_any_signature_is_refused(event: Any, shown: str, stamp: str) -> None:
    headers = {"X-ZEvent-Signature": shown, "X-ZEvent-Timestamp": stamp}
    assert signed_at(headers, b"{}", event, "77", "khoá") is None
