"""Replies heard on Telegram."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from actions.replies import Choice, Image, Reply, Voice
from bot.channels.telegram.channel import TelegramChannel
from bot.messages import ChatBlocked, RetryLater
from bot.speech import espeak
from knowledge_base.spoken.lexicon import Region
from tests.emulators.bot_api import BotApi, bot_api
from tests.telegram_bot import SOURCE, assistant

ALOUD = Voice(Region.SOUTH, aloud=True)
FEE = Reply("Lệ phí là 8.000 đồng.", SOURCE, (Choice("1.1", "Cần giấy tờ gì"),), voice=ALOUD)
AN = "77"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with bot_api() as api:
        yield api


@pytest.fixture
async def channel(conninfo: str, api: BotApi, tmp_path: Path) -> AsyncIterator[TelegramChannel]:
    async with assistant(conninfo, api.url, tmp_path, receive=False, work=False) as (channel, _):
        yield channel


def methods(api: BotApi) -> list[str]:
    """What was called, in order."""
    return [name for name, _ in api.calls if name != "sent"]


async def test_a_reply_to_be_heard_is_a_voice_message_and_then_its_words(
    api: BotApi, channel: TelegramChannel
) -> None:
    await channel.send(AN, FEE)
    assert methods(api) == ["sendVoice", "sendMessage"]
    voice = api.of("sendVoice")[0]
    assert voice["chat_id"] == AN
    samples, rate = soundfile.read(io.BytesIO(voice["voice"]))
    assert len(samples) / rate == pytest.approx(float(voice["duration"]), abs=0.6)
    assert len(voice["voice"]) < 100_000
    assert api.texts(77) == [f"{FEE.text}\n\n{SOURCE}"]
    await channel.send(AN, Reply("Dạ."))
    assert methods(api)[2:] == ["sendMessage"]


async def test_a_picture_is_heard_too(api: BotApi, channel: TelegramChannel) -> None:
    image = Image("vneid-trang-chu", "Màn hình VNeID.")
    await channel.send(AN, Reply("Bấm nút xanh.", attachment=image, voice=ALOUD))
    assert methods(api)[0] == "sendVoice"
    assert len(methods(api)) == 2


async def test_what_was_heard_is_not_heard_twice_when_its_words_had_to_wait(
    api: BotApi, channel: TelegramChannel
) -> None:
    def busy(method: str, fields: object) -> tuple[int, str, dict[str, int]] | None:
        wait = len(api.of("sendMessage")) == 1 and method == "sendMessage"
        return (429, "Too Many Requests", {"retry_after": 1}) if wait else None

    api.rule = busy
    with pytest.raises(RetryLater):
        await channel.send(AN, FEE)
    await channel.send(AN, FEE)
    assert methods(api) == ["sendVoice", "sendMessage", "sendMessage"]
    await channel.send(AN, FEE)
    assert methods(api)[3:] == ["sendVoice", "sendMessage"]


async def test_who_forbids_voice_messages_reads_and_who_blocks_us_gets_nothing(
    api: BotApi, channel: TelegramChannel
) -> None:
    forbidden: tuple[int, str, dict[str, Any]] = (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", {})
    api.rule = lambda method, _: forbidden if method == "sendVoice" else None
    await channel.send(AN, FEE)
    assert "chưa đọc thành tiếng được" in api.texts(77)[0]
    api.rule = lambda method, _: (403, "Forbidden: bot was blocked by the user", {})
    with pytest.raises(ChatBlocked):
        await channel.send(AN, FEE)


async def test_a_sound_that_never_arrives_does_not_hold_its_words_back(
    api: BotApi, channel: TelegramChannel
) -> None:
    broken: tuple[int, str, dict[str, Any]] = (500, "Internal Server Error", {})
    api.rule = lambda method, _: broken if method == "sendVoice" else None
    for _ in range(2):
        with pytest.raises(RetryLater):
            await channel.send(AN, FEE)
    await channel.send(AN, FEE)
    assert "chưa đọc thành tiếng được" in api.texts(77)[0]


async def test_without_a_voice_the_words_come_all_the_same(
    conninfo: str, api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(espeak, "_PROGRAM", tmp_path / "gone.py")
    monkeypatch.setattr(espeak.Espeak.__init__, "__kwdefaults__",
                        {"limit": 5.0, "program": tmp_path / "gone.py"})  # fmt: skip
    async with assistant(conninfo, api.url, tmp_path, receive=False, work=False) as (channel, _):
        await channel.send(AN, FEE)
    assert methods(api) == ["sendMessage"]
    assert "chưa đọc thành tiếng được" in api.texts(77)[0]
