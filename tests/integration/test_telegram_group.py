"""The team's group on Telegram over HTTP: all is real but Telegram itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.mailbox import Mailbox
from tests.emulators.bot_api import TOKEN, BotApi, Fields, bot_api
from tests.team import dialogue, plan
from tests.telegram_bot import assistant

GROUP = -100500
BOT = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Trợ lý"}
LAN = {"id": 7, "is_bot": False, "first_name": "Lan"}
BINH = {"id": 8, "is_bot": False, "first_name": "Bình"}


def said(api: BotApi, who: Fields, text: str, about: str | None = None, chat: int = GROUP) -> Any:
    """Somebody writes in a group, perhaps in answer to a message of the bot."""
    head = {"message_id": 70, "date": 1, "chat": {"id": chat, "type": "supergroup"}}
    message: Fields = {**head, "from": who, "text": text}
    if about is not None:
        message["reply_to_message"] = {**head, "from": BOT, "text": about}
    return api.update(message=message)


def pressed(api: BotApi, who: Fields, data: str) -> Any:
    """Somebody presses a button in the group."""
    shown = {"message_id": 5, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}}
    query = {"id": "q", "from": who, "chat_instance": "1", "data": data, "message": shown}
    return api.update(callback_query=query)


async def told(api: BotApi, chat: int, words: str) -> Fields:
    """Wait until a chat is told something; the call that told it."""
    end = time.monotonic() + 20
    while True:
        for name, fields in api.calls:
            if name == "sent" and words in fields["text"] and fields["chat_id"] == str(chat):
                return fields
        assert time.monotonic() < end, api.texts(chat)
        await asyncio.sleep(0.02)


@asynccontextmanager
async def team(conninfo: str, data: Path, api: BotApi) -> AsyncIterator[Mailbox]:
    """The assistant with a team."""
    async with assistant(
        conninfo, api.url, data, handler=dialogue(), desk=plan(), team_chat=GROUP
    ) as (_, mailbox):
        yield mailbox


async def test_a_talk_by_buttons_and_answers(embedded_conninfo: str, tmp_path: Path) -> None:
    async with bot_api() as api, team(embedded_conninfo, tmp_path, api):
        api.arrive(api.message(44, text="/nguoihotro"))
        card = await told(api, GROUP, "#phieu1 ")
        rows = card["reply_markup"]["inline_keyboard"]
        assert [[button["text"] for button in row] for row in rows] == [["Nhận", "Xem lời thoại"]]
        api.arrive(pressed(api, LAN, "claim.1"), pressed(api, BINH, "claim.1"))
        taken = await told(api, GROUP, "Lan đã nhận")
        assert taken["reply_parameters"]["allow_sending_without_reply"] is True
        await told(api, GROUP, "Bình ơi, phiếu này Lan đang giữ")
        api.arrive(said(api, LAN, "Chào bác", about=taken["text"]))
        assert (await told(api, 44, "Chào bác"))["text"] == "Cán bộ hỗ trợ Lan:\nChào bác"
        api.arrive(api.message(44, text="vâng tôi nghe"))
        relayed = await told(api, GROUP, "Người dân: vâng tôi nghe")
        api.arrive(said(api, BINH, "để tôi", about=relayed["text"]))
        api.arrive(pressed(api, LAN, "transcript.1"))
        transcript = await told(api, GROUP, "Lời thoại")
        assert "Người dân: vâng tôi nghe" in transcript["text"]
        assert "Cán bộ hỗ trợ Lan: Chào bác" in transcript["text"]
        api.arrive(pressed(api, LAN, "close.1"))
        await told(api, 44, "đã xong việc")
        assert not any("để tôi" in text for text in api.texts(44))
        assert len(api.of("answerCallbackQuery")) == 4


async def test_other_groups_are_ignored_and_the_teams_own_talk_is_not_kept(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, team(embedded_conninfo, tmp_path, api) as mailbox:
        api.arrive(
            said(api, LAN, "gặp người", chat=-100999),
            said(api, LAN, "chuyện riêng của tổ"),
            api.message(44, text="/nguoihotro"),
        )
        await told(api, GROUP, "#phieu1 ")
        assert not api.texts(-100999)
        counted = (await mailbox.counts()).events
        assert (counted["telegram.group"], counted["telegram.team_talk"]) == (1, 1)
        kept = await mailbox.transcript(f"team:{GROUP}")
        assert [entry.incoming.choice for entry in kept if entry.incoming] == ["opened"]


async def test_a_group_that_does_not_let_us_in_loses_nothing(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    def out(method: str, fields: Fields) -> tuple[int, str, Fields] | None:
        if method == "sendMessage" and fields["chat_id"] == str(GROUP):
            return 403, "Forbidden: bot was kicked from the supergroup chat", {}
        return None

    async with bot_api() as api, team(embedded_conninfo, tmp_path, api) as mailbox:
        api.rule = out
        api.arrive(api.message(44, text="/nguoihotro"))
        await told(api, 44, "Tôi đã báo cán bộ")
        end = time.monotonic() + 20
        while not any(fields["chat_id"] == str(GROUP) for fields in api.of("sendMessage")):
            assert time.monotonic() < end
            await asyncio.sleep(0.02)
        while (await mailbox.counts()).undelivered != 1:  # the citizen's is marked as sent
            assert time.monotonic() < end
            await asyncio.sleep(0.02)
        assert (await mailbox.ticket_counts()).open == 1


async def test_who_leaves_the_group_gives_back_what_they_had(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, team(embedded_conninfo, tmp_path, api) as mailbox:
        api.arrive(api.message(44, text="/nguoihotro"))
        await told(api, GROUP, "#phieu1 ")
        api.arrive(pressed(api, LAN, "claim.1"))
        await told(api, GROUP, "Lan đã nhận")
        gone = said(api, LAN, "")
        del gone["message"]["text"]
        gone["message"]["left_chat_member"] = LAN
        api.arrive(gone)
        left = await told(api, GROUP, "Lan đã rời nhóm")
        buttons = left["reply_markup"]["inline_keyboard"]
        assert buttons[0][0]["text"] == "Nhận phiếu 1"
        assert (await mailbox.ticket_counts()).open == 1
