"""Pictures to Telegram: with their words, once, and the words alone where they cannot be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from actions.replies import Document, Image, Reply
from bot.channels.telegram.channel import TelegramChannel
from bot.messages import RetryLater
from tests.emulators.bot_api import BotApi, Fields, bot_api
from tests.telegram_bot import BIRTH, LONG, PICTURES, assistant

Refusal = tuple[int, str, Fields] | None
DRAWN = Image("cong-dang-nhap", "Nút Đăng nhập được khoanh.")
STEP = replace(BIRTH, attachment=DRAWN)
IN_WORDS = f"{BIRTH.text}\nHình vẽ: {DRAWN.alt}\n\n{BIRTH.source}"
Line = tuple[BotApi, TelegramChannel]


@pytest.fixture
async def line(embedded_conninfo: str, tmp_path: Path) -> AsyncIterator[Line]:
    async with (
        bot_api() as api,
        assistant(embedded_conninfo, api.url, tmp_path, receive=False, work=False) as (channel, _),
    ):
        yield api, channel


def sent(api: BotApi) -> list[Fields]:
    return [fields for name, fields in api.calls if name == "sent"]


async def test_the_words_stand_below_the_picture(line: Line) -> None:
    api, channel = line
    await channel.send("1", STEP)
    [shown] = sent(api)
    assert shown["photo"] == PICTURES.png(DRAWN.name)
    assert shown["caption"] == f"{BIRTH.text}\n\n{BIRTH.source}"
    assert [entity["type"] for entity in shown["caption_entities"]] == ["italic"]
    assert len(shown["reply_markup"]["inline_keyboard"]) == 3
    assert "parse_mode" not in shown


async def test_it_is_uploaded_once_and_again_when_telegram_forgot_it(
    line: Line,
) -> None:
    api, channel = line
    for _ in range(2):
        await channel.send("1", STEP)
    api.photos.clear()
    await channel.send("2", STEP)
    png = PICTURES.png(DRAWN.name)
    assert [fields["photo"] for fields in sent(api)] == [png, "photo-0", png]


async def test_after_a_failure_of_the_long_text_the_picture_is_not_sent_again(
    line: Line,
) -> None:
    api, channel = line
    failures = Counter({"sendPhoto": 1, "sendMessage": 1})

    def rule(method: str, fields: Fields) -> Refusal:
        failures[method] -= 1
        return (502, "Bad Gateway", {}) if failures[method] >= 0 else None

    api.rule = rule
    long = Reply(LONG[:1500], BIRTH.source, BIRTH.choices, attachment=DRAWN)
    for _ in range(2):
        with pytest.raises(RetryLater):
            await channel.send("1", long)
    await channel.send("1", long)
    first, second = sent(api)
    assert "caption" not in first
    assert "reply_markup" not in first
    assert second["text"].startswith(LONG[:1400])
    assert "reply_markup" in second
    assert len(api.of("sendPhoto")) == 2  # the one that failed, and no third


@pytest.mark.parametrize(
    "refusal",
    ["Bad Request: PHOTO_INVALID_DIMENSIONS", "Bad Request: not enough rights to send photos"],
)
async def test_a_refused_picture_is_said_in_words(line: Line, refusal: str) -> None:
    api, channel = line
    api.rule = lambda method, _: (400, refusal, {}) if method == "sendPhoto" else None
    await channel.send("1", STEP)
    [shown] = sent(api)
    assert shown["text"] == IN_WORDS
    assert len(shown["reply_markup"]["inline_keyboard"]) == 3


async def test_a_picture_that_never_arrives_does_not_hold_its_words_back(line: Line) -> None:
    api, channel = line

    def rule(method: str, _: Fields) -> Refusal:
        return (500, "Internal Server Error", {}) if method == "sendPhoto" else None

    api.rule = rule
    for _ in range(2):
        with pytest.raises(RetryLater):
            await channel.send("1", STEP)
    await channel.send("1", STEP)
    assert [fields["text"] for fields in sent(api)] == [IN_WORDS]
    with pytest.raises(RetryLater):  # the next one is tried again from the start
        await channel.send("1", STEP)


async def test_a_picture_too_large_for_somebody_between_is_said_at_once(line: Line) -> None:
    api, channel = line
    too_large: Refusal = (413, "Request Entity Too Large", {})
    api.rule = lambda method, _: too_large if method == "sendPhoto" else None
    await channel.send("1", STEP)
    assert [fields["text"] for fields in sent(api)] == [IN_WORDS]


@pytest.mark.parametrize("status", [400, 413])
async def test_a_code_that_telegram_does_not_take_is_told_in_words(line: Line, status: int) -> None:
    api, channel = line
    api.rule = lambda method, _: (status, "Too Large", {}) if method == "sendPhoto" else None
    page = Document("ma-qr.png", "Mã QR", {"layout": "code", "matter": {}})
    await channel.send("1", replace(BIRTH, attachment=page))
    [shown] = sent(api)
    assert shown["text"].startswith(BIRTH.text)
    assert len(shown["reply_markup"]["inline_keyboard"]) == 3


async def test_while_nothing_arrives_the_picture_is_not_given_up(line: Line) -> None:
    api, channel = line
    api.rule = lambda method, _: (502, "Bad Gateway", {})
    for _ in range(5):
        with pytest.raises(RetryLater):
            await channel.send("1", STEP)
    api.rule = lambda method, _: None
    await channel.send("1", STEP)
    assert ["photo" in fields for fields in sent(api)] == [True]


async def test_so_is_one_that_cannot_be_drawn(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    api, channel = line
    gone = Image("khong-con", "Hình không còn.")
    await channel.send("1", replace(BIRTH, attachment=gone))
    broken = Image("vneid-doi-so", "Dòng đổi số.")
    monkeypatch.setattr("bot.pictures.resvg_py.svg_to_bytes", _breaks)
    await channel.send("1", replace(BIRTH, attachment=broken))
    texts = api.texts(1)
    assert api.of("sendPhoto") == []
    assert "Hình vẽ: Hình không còn." in texts[0]
    assert "Hình vẽ: Dòng đổi số." in texts[1]


def _breaks(**_: object) -> bytes:
    raise ValueError("no such picture")


async def test_a_link_telegram_does_not_like_becomes_text_below_the_picture(
    line: Line,
) -> None:
    api, channel = line

    def rule(method: str, fields: Fields) -> Refusal:
        if "url" in str(fields.get("reply_markup")):
            return 400, "Bad Request: BUTTON_URL_INVALID", {}
        return None

    api.rule = rule
    await channel.send("1", STEP)
    [shown] = sent(api)
    assert "Cổng Dịch vụ công: https://dichvucong.gov.vn/" in shown["caption"]
    assert len(shown["reply_markup"]["inline_keyboard"]) == 2
