"""Replies to Telegram: refusals, waits, a broken network, long texts."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from time import monotonic

import pytest

from actions.replies import Choice, Reply
from bot import delivery
from bot.channels.telegram import client
from bot.messages import ChatBlocked, ReplyRefused, RetryLater
from tests.emulators.bot_api import Fields, bot_api
from tests.mailroom import eventually
from tests.telegram_bot import BIRTH, LONG, assistant

Refusal = tuple[int, str, Fields] | None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long pauses."""
    monkeypatch.setattr(delivery, "_backoff", lambda attempts: 0.05)
    monkeypatch.setattr(client, "LONGEST_WAIT", 0.1)


async def test_the_words_arrive_as_they_are(embedded_conninfo: str, tmp_path: Path) -> None:
    text = "<b>x</b> &lt; _a_ *b* [c](http://d) `e` 👴🏽 ẹ̀ /start"
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        api.arrive(api.message(1, text=text))
        await eventually(lambda: api.texts(1) == [f"1: {text}"])
        [sent] = api.of("sendMessage")
        assert "parse_mode" not in sent
        assert sent["link_preview_options"] == {"is_disabled": True}


async def test_a_chat_that_must_wait_does_not_hold_up_the_others(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    refused: list[float] = []

    def rule(method: str, fields: Fields) -> Refusal:
        if method == "sendMessage" and fields["chat_id"] == "1" and not refused:
            refused.append(monotonic())
            return 429, "Too Many Requests: retry after 2", {"retry_after": 2}
        return None

    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        api.rule = rule
        api.arrive(api.message(1, text="hai"))
        await eventually(lambda: bool(refused))
        api.arrive(*(api.message(chat, text="hai") for chat in (2, 3)))
        await eventually(lambda: len(api.texts(2)) == len(api.texts(3)) == 2, 1.5)
        assert api.texts(1) == []
        await eventually(lambda: api.texts(1) == ["1: một", "1: hai"])
        assert monotonic() - refused[0] >= 2


@pytest.mark.parametrize(
    ("status", "description"),
    [(403, "Forbidden: bot was blocked by the user"), (400, "Bad Request: chat not found")],
)
async def test_who_blocked_us_is_left_in_peace(
    embedded_conninfo: str, tmp_path: Path, status: int, description: str
) -> None:
    def rule(method: str, fields: Fields) -> Refusal:
        blocked = method == "sendMessage" and fields["chat_id"] == "1"
        return (status, description, {}) if blocked else None

    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (_, mailbox):
        api.rule = rule
        api.arrive(api.message(1, text="hai"), api.message(2, text="hai"))
        await eventually(lambda: len(api.texts(2)) == 2)
        async with asyncio.timeout(10):
            while (counts := await mailbox.counts()).undelivered or not counts.events:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert counts.events == {"reply.telegram.blocked": 1}
        assert len([f for f in api.of("sendMessage") if f["chat_id"] == "1"]) == 1
        api.rule = lambda method, fields: None  # the citizen came back
        api.arrive(api.message(1, text="lại đây"))
        await eventually(lambda: api.texts(1) == ["2: lại đây"])


async def test_a_refused_reply_is_dropped_alone(embedded_conninfo: str, tmp_path: Path) -> None:
    def rule(method: str, fields: Fields) -> Refusal:
        refused = method == "sendMessage" and fields["text"] == "1: một"
        return (400, "Bad Request: message text is odd", {}) if refused else None

    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        api.rule = rule
        api.arrive(api.message(1, text="hai"))
        await eventually(lambda: api.texts(1) == ["1: hai"])


@pytest.mark.parametrize("status", [500, 502, 401, 429])
async def test_a_sick_telegram_is_tried_again(
    embedded_conninfo: str, tmp_path: Path, status: int
) -> None:
    left = Counter({"sendMessage": 2, "getUpdates": 2, "deleteWebhook": 1, "setMyCommands": 1})

    def rule(method: str, fields: Fields) -> Refusal:
        left[method] -= 1
        return (status, "It is ill", {}) if left[method] >= 0 else None

    async with bot_api() as api:
        api.rule = rule
        async with assistant(embedded_conninfo, api.url, tmp_path):
            api.arrive(api.message(1, text="hai"))
            await eventually(lambda: api.texts(1) == ["1: một", "1: hai"])


async def test_a_long_text_comes_in_parts_none_of_them_twice(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    failures = Counter({2: 1})

    def rule(method: str, fields: Fields) -> Refusal:
        part = len(api.texts(1)) + 1
        if method == "sendMessage" and failures[part]:
            failures[part] -= 1
            return 502, "Bad Gateway", {}
        return None

    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        api.rule = rule
        api.arrive(api.message(1, text="dài"))
        await eventually(lambda: bool(api.texts(1)) and "mã 1.001193" in api.texts(1)[-1])
        parts = [fields for name, fields in api.calls if name == "sent"]
        assert failures[2] == 0
        assert len(parts) == 3
        assert all(str(part["text"]).rstrip().endswith(".") for part in parts[:-1])
        whole = " ".join(str(part["text"]) for part in parts)
        assert whole.split("\n\n")[0] == LONG
        assert ["reply_markup" in part for part in parts] == [False, False, True]


async def test_a_link_telegram_does_not_like_becomes_text(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    def rule(method: str, fields: Fields) -> Refusal:
        if "url" in str(fields.get("reply_markup")):
            return 400, "Bad Request: BUTTON_URL_INVALID", {}
        return None

    async with (
        bot_api() as api,
        assistant(embedded_conninfo, api.url, tmp_path, receive=False, work=False) as (channel, _),
    ):
        api.rule = rule
        await channel.send("1", BIRTH)
        assert "Cổng Dịch vụ công: https://dichvucong.gov.vn/" in api.texts(1)[0]
        [sent] = [fields for name, fields in api.calls if name == "sent"]
        assert len(sent["reply_markup"]["inline_keyboard"]) == 2


async def test_what_a_sender_raises(embedded_conninfo: str, tmp_path: Path) -> None:
    async with (
        bot_api() as api,
        assistant(embedded_conninfo, api.url, tmp_path, receive=False, work=False) as (channel, _),
    ):
        with pytest.raises(ReplyRefused):
            await channel.send("1", Reply("?", choices=(Choice("đ" * 33, "Dài quá"),)))
        api.rule = lambda method, fields: (403, "Forbidden: user is deactivated", {})
        with pytest.raises(ChatBlocked):
            await channel.send("1", BIRTH)
        api.rule = lambda method, fields: (429, "Too Many Requests", {"retry_after": 7})
        with pytest.raises(RetryLater) as slow:
            await channel.send("1", BIRTH)
        assert slow.value.after == 7.0
        await api.stop()
        with pytest.raises(RetryLater) as cut:
            await channel.send("1", BIRTH)
        assert cut.value.after is None


async def test_long_names_are_written_out_above_their_buttons(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    long = "Cấp lại giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất"
    reply = Reply("Việc nào ạ?", choices=(Choice("1", long), Choice("2", "Không phải")))
    async with (
        bot_api() as api,
        assistant(embedded_conninfo, api.url, tmp_path, receive=False, work=False) as (channel, _),
    ):
        await channel.send("1", reply)
        assert api.texts(1) == [f"Việc nào ạ?\n\n1. {long}\n2. Không phải"]
        [sent] = api.of("sendMessage")
        first, second = (row[0]["text"] for row in sent["reply_markup"]["inline_keyboard"])
        assert first.startswith("1. Cấp lại giấy")
        assert first.endswith("…")
        assert len(first) <= 60
        assert second == "2. Không phải"
