"""Photographs and voice messages on their way to the turn: fetched, read, handed on, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
import pytest

from actions.replies import Reply
from bot import media as media_module
from bot.listening import UNREADABLE
from bot.mailbox import BadAddress
from bot.media import MOST_BYTES, MediaRoom
from bot.messages import (
    PHOTO,
    VOICE,
    Incoming,
    Media,
    MediaError,
    MediaRead,
    MediaTooLarge,
    RetryLater,
    TurnResult,
)
from tests.mailroom import mailroom, said

CODE = "H57.132-260804-0583"
BYTES = "nội dung tấm ảnh".encode()


@dataclass
class Album:
    """A channel that gives bytes as a test tells it."""

    rule: Callable[[int], bytes] = lambda nth: BYTES
    channel: str = "telegram"
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def fetch(self, media: Media, most: int) -> bytes:
        self.asked.append((media.handle, most))
        return self.rule(len(self.asked))


async def read(content: bytes) -> MediaRead:
    """A reader that finds a code in what it expects."""
    assert content == BYTES
    return MediaRead(codes=(CODE,))


def sent(number: int, kind: str = PHOTO, text: str = UNREADABLE) -> Incoming:
    return Incoming("telegram", "an", str(number), text=text, media=Media(kind, f"file-{number}"))


def tell(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Answers with what the turn was given."""
    found = incoming.media.read if incoming.media else None
    seen = "-" if found is None else (found.fault or found.text or " ".join(found.codes))
    return TurnResult({}, (Reply(f"{incoming.text}|{seen}"),))


def raising(error: Exception, times: int = 100) -> Callable[[int], bytes]:
    def rule(nth: int) -> bytes:
        if nth <= times:
            raise error
        return BYTES

    return rule


async def answer(conninfo: str, album: Album, readers: Any = None, kind: str = PHOTO) -> str:
    """What the turn was given of one medium."""
    room = MediaRoom({PHOTO: read} if readers is None else readers, [album])
    async with mailroom(conninfo, tell, media=room) as mailbox:
        await mailbox.receive(sent(1, kind))
        (only,) = await mailbox.answer_to(sent(1, kind), 10)
        return only.reply.text.partition("|")[2]


async def test_what_was_read_comes_to_the_turn_and_nothing_of_the_medium_stays(
    conninfo: str,
) -> None:
    album = Album()
    room = MediaRoom({PHOTO: read}, [album])
    async with mailroom(conninfo, tell, media=room) as mailbox:
        await mailbox.receive(sent(1, text="đây là giấy hẹn của tôi"))
        (only,) = await mailbox.answer_to(sent(1), 10)
        assert only.reply.text == f"đây là giấy hẹn của tôi|{CODE}"
        assert album.asked == [("file-1", MOST_BYTES)]
        with psycopg.connect(conninfo) as con:
            assert con.execute("SELECT media FROM messages").fetchall() == [({"kind": PHOTO},)]
        first, _ = await mailbox.transcript("telegram:an")
        assert first.incoming and first.incoming.media == Media(PHOTO)


async def test_a_channel_that_is_down_is_asked_again(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "_LONGEST_PAUSE", 0.05)
    album = Album(raising(RetryLater("down"), times=3))
    assert await answer(embedded_conninfo, album) == CODE
    assert len(album.asked) == 4
    with psycopg.connect(embedded_conninfo) as con:  # waiting is neither a death nor a failure
        found = con.execute("SELECT deaths, failures FROM messages").fetchall()
    assert found == [(0, 0)]


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (RetryLater("down"), "unavailable"),
        (TimeoutError(), "unavailable"),
        (MediaError("no such file"), "gone"),
        (MediaTooLarge("11 MB"), "too_large"),
    ],
)
async def test_what_cannot_be_had_is_told_to_the_turn(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch, error: Exception, fault: str
) -> None:
    monkeypatch.setattr(media_module, "WAITING", 0.0)
    assert await answer(embedded_conninfo, Album(raising(error))) == fault


async def test_a_channel_asks_for_its_own_pause(embedded_conninfo: str) -> None:
    album = Album(raising(RetryLater("busy", after=0.05), times=5))
    assert await answer(embedded_conninfo, album) == CODE


async def test_a_reader_that_breaks_is_told_to_the_turn(embedded_conninfo: str) -> None:
    async def broken(content: bytes) -> MediaRead:
        raise ValueError(content)

    assert await answer(embedded_conninfo, Album(), {PHOTO: broken}) == "failed"


async def test_words_that_were_heard_are_masked(embedded_conninfo: str) -> None:
    async def hear(content: bytes) -> MediaRead:
        return MediaRead(text="số của tôi là 0912345678")

    heard = await answer(embedded_conninfo, Album(), {VOICE: hear}, VOICE)
    assert heard == "số của tôi là [số điện thoại]"


async def test_what_a_channel_brings_twice_is_heard_once(embedded_conninfo: str) -> None:
    heard: list[bytes] = []

    async def hear(content: bytes) -> MediaRead:
        heard.append(content)
        return MediaRead(text="khai sinh")

    room = MediaRoom({VOICE: hear}, [Album()])
    async with mailroom(embedded_conninfo, tell, media=room) as mailbox:
        await asyncio.gather(*(mailbox.receive(sent(1, VOICE)) for _ in range(3)))
        await mailbox.answer_to(sent(1, VOICE), 10)
        await mailbox.receive(sent(1, VOICE))
        await mailbox.receive(said(2, channel="telegram"))  # handled after all of them
        await mailbox.answer_to(said(2, channel="telegram"), 10)
    assert heard == [BYTES]


async def test_a_kind_without_a_reader_is_answered_as_before(embedded_conninfo: str) -> None:
    album = Album()
    assert await answer(embedded_conninfo, album, kind=VOICE) == "-"
    assert album.asked == []


async def test_a_slow_channel_holds_up_its_own_conversation_only(embedded_conninfo: str) -> None:
    arrived = asyncio.Event()

    class Slow(Album):
        async def fetch(self, media: Media, most: int) -> bytes:
            await arrived.wait()
            return BYTES

    room = MediaRoom({PHOTO: read}, [Slow()])
    options: dict[str, Any] = {"media": room, "concurrent_turns": 1}
    async with mailroom(embedded_conninfo, tell, **options) as mailbox:
        await mailbox.receive(sent(1))
        await mailbox.receive(said(2, channel="telegram"))
        await mailbox.receive(said(1, chat="binh"))
        assert await mailbox.answer_to(said(1, chat="binh"), 5)
        assert await mailbox.replies("telegram:an") == []
        arrived.set()
        await mailbox.answer_to(said(2, channel="telegram"), 5)
        told = [one.reply.text for one in await mailbox.replies("telegram:an")]
        assert told == [f"{UNREADABLE}|{CODE}", "tin 2|-"]


async def test_what_was_read_at_the_door_is_kept_masked_without_its_bytes(
    embedded_conninfo: str,
) -> None:
    async def hear(content: bytes) -> MediaRead:
        return MediaRead(text="số của tôi là 0912345678", codes=(CODE,))

    room = MediaRoom({PHOTO: hear})
    async with mailroom(embedded_conninfo, tell, media=room) as mailbox:
        medium = await room.read_bytes(PHOTO, BYTES)
        message = Incoming("web", "an", "1", text=UNREADABLE, media=medium)
        await mailbox.receive(message)
        (only,) = await mailbox.answer_to(message, 10)
        assert only.reply.text.endswith("|số của tôi là [số điện thoại]")
        with psycopg.connect(embedded_conninfo) as con:
            ((kept,),) = con.execute("SELECT media FROM messages").fetchall()
        assert kept["read"]["codes"] == [CODE]
        assert "handle" not in kept
        unmasked = Incoming("web", "an", "2", text="x", media=Media(VOICE, "", await hear(b"")))
        await mailbox.receive(unmasked)
        (only,) = await mailbox.answer_to(unmasked, 10)
        assert "0912345678" not in only.reply.text


async def test_a_medium_comes_with_a_text_and_a_short_handle(embedded_conninfo: str) -> None:
    async with mailroom(embedded_conninfo, tell) as mailbox:
        for wrong in (
            Incoming("telegram", "an", "1", choice="1.1", media=Media(PHOTO, "f")),
            Incoming("telegram", "an", "1", text="a", media=Media(PHOTO, "f" * 2001)),
        ):
            with pytest.raises(BadAddress):
                await mailbox.receive(wrong)
