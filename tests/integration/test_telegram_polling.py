"""Updates by long polling: each taken once, whatever happens to the network, Telegram or us."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import client
from bot.channels.telegram.channel import COMMANDS, TelegramChannel
from bot.commands import unread
from bot.listening import UNREADABLE
from bot.mailbox import Mailbox, Receipt
from bot.messages import Incoming
from bot.store.errors import StoreUnavailable
from bot.telegram_protocol import WANTED
from tests.emulators.bot_api import TOKEN, BotApi, Fields, bot_api
from tests.mailroom import eventually
from tests.telegram_bot import assistant

FILE = {"file_id": "f", "file_unique_id": "u"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long pauses."""
    monkeypatch.setattr(client, "LONGEST_WAIT", 0.1)


async def settled(api: BotApi, taken: int) -> None:
    """Wait until the poller has acknowledged everything and so many messages were sent."""
    await eventually(lambda: not api.pending and len(api.of("sent")) >= taken)


async def test_an_update_delivered_twice_is_answered_once(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (channel, _):
        first, second = api.message(1, text="một"), api.message(1, text="đôi")
        pressed = api.press(1, "1.1")
        api.arrive(first, first, second, first, pressed, pressed)
        await asyncio.gather(channel.handle(first), channel.handle(pressed))
        await settled(api, 3)
        await asyncio.sleep(0.3)
        answers = sorted(text.split("\n")[0].partition(" ")[2] for text in api.texts(1))
        assert answers == ["không mất tiền.", "một", "đôi"]
        assert len(api.of("answerCallbackQuery")) == 3  # each press, the repeated ones too


async def test_a_stale_or_forged_button_is_acknowledged_and_answered(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        forged = api.press(1, "'; DROP TABLE messages; --")
        broken = api.update(callback_query={"id": "broken", "message": {"chat": "nonsense"}})
        api.arrive(forged, broken, api.press(-5, "1.1") | {"callback_query": {"id": "inline"}})
        await settled(api, 1)
        assert api.texts(1) == ["1: '; DROP TABLE messages; --"]
        await eventually(lambda: len(api.of("answerCallbackQuery")) == 3)
        asked = [fields["callback_query_id"] for fields in api.of("answerCallbackQuery")]
        assert sorted(asked) == sorted([forged["callback_query"]["id"], "inline", "broken"])


async def test_an_edited_message_a_group_and_a_service_message_are_counted_only(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (_, mailbox):
        edited = api.message(1, text="sửa")
        edited["edited_message"] = edited.pop("message")
        api.arrive(
            edited,
            api.message(-7, kind="supergroup", text="khai sinh"),
            api.message(1, pinned_message={"message_id": 3}),
            api.update(poll_answer={"poll_id": "1"}),
            api.update(message={"chat": "nonsense"}),
            api.message(1, text="xong"),
        )
        await settled(api, 1)
        assert api.of("sent")[0]["text"] == "1: xong"
        assert len(api.of("sent")) == 1
        counted = (await mailbox.counts()).events
        kinds = ("edited", "group", "service", "unknown", "malformed")
        assert {kind: counted.get(f"telegram.{kind}") for kind in kinds} == dict.fromkeys(kinds, 1)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"photo": [{**FILE, "width": 1, "height": 1}]}, UNREADABLE),
        ({"voice": {**FILE, "duration": 3}}, UNREADABLE),
        ({"sticker": {**FILE, "width": 1, "height": 1, "type": "regular"}}, unread("sticker")),
        ({"contact": {"phone_number": "0912345678", "first_name": "Ba"}}, unread("contact")),
        ({"document": FILE}, unread("file")),
        ({"video": {**FILE, "width": 1, "height": 1, "duration": 1}}, unread("video")),
    ],
    ids=lambda content: next(iter(content)),
)
async def test_what_cannot_be_read_gets_a_kind_sentence(
    embedded_conninfo: str, tmp_path: Path, content: dict[str, Any], text: str
) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (_, mailbox):
        api.arrive(
            api.message(1, **content),
            api.message(1, **content, caption="khai tử"),
            *(api.message(1, **content, media_group_id="77") for _ in range(4)),
        )
        await settled(api, 3)
        await asyncio.sleep(0.2)
        assert api.texts(1) == [f"1: {text}", "2: khai tử", f"3: {text}"]
        kept = [entry.incoming for entry in await mailbox.transcript("telegram:1")]
        assert "0912345678" not in str(kept)


async def test_private_numbers_are_masked_before_the_mailbox_sees_them(
    embedded_conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Incoming] = []
    real = Mailbox.receive

    async def receive(self: Mailbox, incoming: Incoming) -> Receipt:
        seen.append(incoming)
        return await real(self, incoming)

    monkeypatch.setattr(Mailbox, "receive", receive)
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        api.arrive(api.message(1, text="số tôi là 0912345678"))
        await settled(api, 1)
        assert [incoming.text for incoming in seen] == ["số tôi là [số điện thoại]"]


async def test_a_restart_loses_nothing_and_repeats_nothing(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api:
        async with assistant(embedded_conninfo, api.url, tmp_path):
            api.arrive(api.message(1, text="một"), api.message(2, text="một"))
            await eventually(lambda: len(api.of("sent")) == 2)
        api.pending += [api.message(1, text="đôi")]  # while nobody listens
        unconfirmed = api.message(2, text="đôi")
        api.arrive(unconfirmed)
        async with assistant(embedded_conninfo, api.url, tmp_path, receive=False) as (channel, _):
            await channel.handle(unconfirmed)  # taken, but killed before it was acknowledged
            await eventually(lambda: len(api.texts(2)) == 2)
        async with assistant(embedded_conninfo, api.url, tmp_path):
            api.arrive(api.message(1, text="ba"))
            await settled(api, 5)
        assert api.texts(1) == ["1: một", "2: đôi", "3: ba"]
        assert api.texts(2) == ["1: một", "2: đôi"]


async def test_the_network_is_cut_and_comes_back(embedded_conninfo: str, tmp_path: Path) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        for number in range(1, 3):
            api.arrive(api.message(1, text="tin"))
            await eventually(lambda number=number: len(api.texts(1)) == number)  # type: ignore[misc]
            await api.stop()
            await asyncio.sleep(0.3)
            await api.start()
        api.arrive(api.message(1, text="cuối"))
        await eventually(lambda: api.texts(1) == ["1: tin", "2: tin", "3: cuối"])


async def test_nothing_is_acknowledged_while_the_database_is_away(
    embedded_conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True
    real = Mailbox.receive

    async def receive(self: Mailbox, incoming: Incoming) -> Receipt:
        if away and incoming.text != "một":
            raise StoreUnavailable("away")
        return await real(self, incoming)

    monkeypatch.setattr(Mailbox, "receive", receive)
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        for text in ("một", "đôi", "ba"):
            api.arrive(api.message(1, text=text))
        await eventually(lambda: api.texts(1) == ["1: một"] and api.polls > 3)
        assert [update["message"]["text"] for update in api.pending] == ["đôi", "ba"]
        away = False
        await settled(api, 3)
        assert api.texts(1) == ["1: một", "2: đôi", "3: ba"]


async def test_an_update_that_breaks_us_does_not_hold_up_the_next(
    embedded_conninfo: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    real = TelegramChannel._take

    async def take(self: TelegramChannel, read: Any, update: object) -> None:
        if read.message.text == "hỏng":
            raise ValueError(f"not a number: {read.message.text}")
        await real(self, read, update)

    monkeypatch.setattr(TelegramChannel, "_take", take)
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (_, mailbox):
        api.arrive(api.message(1, text="hỏng"), api.message(1, text="lành"))
        await settled(api, 1)
        assert api.texts(1) == ["1: lành"]
        assert (await mailbox.counts()).events["telegram.failed"] == 1
        assert "ValueError" in caplog.text
        assert "hỏng" not in caplog.text, "an error may hold a citizen's words"


async def test_a_second_program_with_the_same_token_is_named_in_the_log(
    embedded_conninfo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = [3]

    def rule(method: str, fields: Fields) -> tuple[int, str, Fields] | None:
        if method == "getUpdates" and left[0]:
            left[0] -= 1
            return 409, "Conflict: terminated by other getUpdates request", {}
        return None

    async with bot_api() as api:
        api.rule = rule
        async with assistant(embedded_conninfo, api.url, tmp_path):
            api.arrive(api.message(1, text="tin"))
            await settled(api, 1)
    assert "Another program takes this bot's updates" in caplog.text


async def test_the_token_is_in_no_log(
    embedded_conninfo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        api.arrive(api.message(1, text="lời riêng của tôi"))
        await settled(api, 1)
        api.rule = lambda method, fields: (401, "Unauthorized", {})
        api.arrive(api.message(1, text="tin"))
        await asyncio.sleep(0.2)
        await api.stop()
        await asyncio.sleep(0.2)
    assert "Telegram refuses TELEGRAM_BOT_TOKEN" in caplog.text
    assert "getUpdates will be tried again" in caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
    from_telegram = [r for r in caplog.records if r.name.startswith(("telegram", "bot", "http"))]
    assert "lời riêng" not in str([record.getMessage() for record in from_telegram])


async def test_who_sends_too_much_is_asked_to_wait_once_a_minute(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path, cap=2) as (_, box):
        api.arrive(*(api.message(1, text="chậm") for _ in range(6)), api.message(2, text="tin"))
        await eventually(lambda: len(api.texts(1)) == 3 and len(api.texts(2)) == 1)
        asked = [text for text in api.texts(1) if "chờ tôi một lát" in text]
        assert len(asked) == 1
        assert (await box.counts()).events["telegram.crowded"] == 4


async def test_commands_typing_and_start_with_a_payload(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path):
        api.arrive(api.message(1, text="/start buoc-4"), api.message(1, text="/help@ten_bot ạ"))
        await settled(api, 2)
        assert api.texts(1) == ["1: None", "2: /help ạ"]  # a pass, which the worker looks up
        [menu] = api.of("setMyCommands")
        assert menu["scope"] == {"type": "all_private_chats"}
        assert api.of("setChatMenuButton") == [{"menu_button": {"type": "commands"}}]
        assert [command["command"] for command in menu["commands"]] == list(COMMANDS)
        assert all(3 <= len(command["description"]) <= 256 for command in menu["commands"])
        await eventually(lambda: len(api.of("sendChatAction")) == 2)
        assert api.of("getUpdates")[0]["allowed_updates"] == list(WANTED)
        assert len(api.of("deleteWebhook")) == 1
