"""Voice messages heard by a server: what is asked, what is read of the answer, what goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import httpx
import pytest

from bot.media import MediaRoom, Reader
from bot.messages import VOICE
from bot.settings import Settings
from bot.speech import ears
from bot.speech.ears import open_ears
from tests.emulators.speech import KEY, AudioServer, audio_server
from tests.recordings import hum, webm

SOUND = hum(2)


@pytest.fixture
async def server() -> AsyncIterator[AudioServer]:
    async with audio_server() as server:
        server.words = "làm giấy khai sinh"
        yield server


@pytest.fixture
async def hear(server: AudioServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Reader]:
    """The reader that the settings make."""
    monkeypatch.setattr(ears, "PAUSES", (0.01, 0.01))
    given: dict[str, Any] = {"hearing_url": server.url, "hearing_key": KEY, "hearing_model": "to"}
    async with open_ears(Settings(_env_file=None, **given)) as readers:
        yield readers[VOICE]


async def test_without_the_setting_there_is_nobody_to_hear() -> None:
    async with open_ears(Settings(_env_file=None)) as readers:
        assert not readers


@pytest.mark.parametrize(("sound", "kind"), [(SOUND, "ogg"), (webm(3), "webm")])
async def test_the_words_come_back(
    hear: Reader, server: AudioServer, sound: bytes, kind: str
) -> None:
    server.words = " làm giấy\nkhai sinh "
    read = await hear(sound)
    assert (read.text, read.fault) == ("làm giấy khai sinh", None)
    [asked] = server.asked
    assert asked["file"] == sound
    assert asked["filename"] == f"loi-noi.{kind}"
    assert (asked["model"], asked["language"]) == ("to", "vi")


@pytest.mark.parametrize("words", ["", " \n ", "…", "[♪♪]"])
async def test_silence_is_silence(hear: Reader, server: AudioServer, words: str) -> None:
    server.words = words
    assert (await hear(SOUND)).fault == "silent"


@pytest.mark.parametrize(
    ("sound", "fault"),
    [(hum(65), "too_long"), (SOUND + b"." * ears.MOST_BYTES, "too_large"), (b"%PDF", "no_sound")],
    ids=["long", "large", "other"],
)
async def test_what_is_beyond_the_limits_is_not_sent(
    hear: Reader, server: AudioServer, sound: bytes, fault: str
) -> None:
    assert (await hear(sound)).fault == fault
    assert server.asked == []


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_sick_server_is_asked_three_times(
    hear: Reader, server: AudioServer, status: int
) -> None:
    server.status = status
    assert (await hear(SOUND)).fault == "unavailable"
    assert len(server.asked) == 3


async def test_an_ill_server_rests_and_one_message_finds_out_whether_it_is_well(
    hear: Reader, server: AudioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.status = 503
    await hear(SOUND)
    server.asked.clear()
    began = monotonic()
    assert {(await hear(SOUND)).fault for _ in range(5)} == {"unavailable"}
    assert server.asked == []
    monkeypatch.setattr(ears, "REST", 0.0)
    monkeypatch.setattr(ears, "monotonic", lambda: began + 30)
    assert (await hear(SOUND)).fault == "unavailable"
    assert len(server.asked) == 1
    server.status, server.wait = 200, 0.2
    first, *others = await asyncio.gather(*(hear(SOUND) for _ in range(4)))
    assert first.text == "làm giấy khai sinh"
    assert {read.fault for read in others} == {"unavailable"}
    assert len(server.asked) == 2
    assert (await hear(SOUND)).text == "làm giấy khai sinh"


@pytest.mark.parametrize(
    ("status", "body"),
    [(401, b""), (400, b"no"), (200, b"{"), (200, b"[]"), (200, b"{}"), (200, b'{"text": 7}')],
)
async def test_a_server_that_refuses_or_babbles_is_asked_once(
    hear: Reader, server: AudioServer, status: int, body: bytes
) -> None:
    server.status, server.body = status, body
    assert (await hear(SOUND)).fault == "unavailable"
    assert len(server.asked) == 1


async def test_a_slow_server_is_waited_for_so_long_only(server: AudioServer) -> None:
    server.wait = 5.0
    async with httpx.AsyncClient(trust_env=False) as client:
        slow = ears.Ears(client, server.url, model="m", limit=0.2)
        began = monotonic()
        assert (await slow(SOUND)).fault == "unavailable"
        assert monotonic() - began < 2


async def test_what_was_heard_is_masked_and_in_no_log(
    hear: Reader, server: AudioServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.words = "số tôi là 0912345678, làm giấy khai sinh"
    media = await MediaRoom({VOICE: hear}).read_bytes(VOICE, SOUND)
    assert media.read is not None
    assert media.read.text == "số tôi là [số điện thoại], làm giấy khai sinh"
    server.body = json.dumps({"error": "lời riêng của tôi"}).encode()
    assert (await hear(SOUND)).fault == "unavailable"
    await asyncio.sleep(0)
    for words in ("khai sinh", "0912345678", "lời riêng", KEY):
        assert words not in caplog.text
