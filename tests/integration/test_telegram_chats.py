"""Chats on Telegram: who blocks the bot and comes back, groups, the keyboard below a chat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.emulators.bot_api import BotApi, Fields, bot_api
from tests.mailroom import eventually
from tests.telegram_bot import assistant

GROUP = -100500


def moved(api: BotApi, chat: int, now: str, *, before: str = "left", kind: str = "private") -> Any:
    """The bot becomes something else in a chat."""
    change = {"old_chat_member": {"status": before}, "new_chat_member": {"status": now}}
    return api.update(my_chat_member={"chat": {"id": chat, "type": kind}, "date": 1, **change})


async def test_who_blocks_the_bot_gets_nothing_more_until_they_come_back(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    def rule(method: str, fields: Fields) -> tuple[int, str, Fields] | None:
        waits = method == "sendMessage" and fields["chat_id"] == "1" and not open_again
        return (429, "Too Many Requests", {"retry_after": 1}) if waits else None

    def blocked() -> bool:
        with psycopg.connect(embedded_conninfo) as con:
            found = con.execute("SELECT blocked_at IS NOT NULL FROM conversations").fetchone()
        return bool(found and found[0])

    open_again = False
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (_, mailbox):
        api.rule = rule
        api.arrive(api.message(1, text="hai"))
        await eventually(lambda: bool(api.of("sendMessage")))
        api.arrive(moved(api, 1, "kicked", before="member"))
        await eventually(blocked)
        open_again = True
        assert (await mailbox.counts()).undelivered == 0
        api.arrive(moved(api, 1, "member", before="kicked"))
        await eventually(lambda: not blocked())
        api.arrive(api.message(1, text="lại đây"))
        await eventually(lambda: api.texts(1) == ["2: lại đây"])
        counted = (await mailbox.counts()).events
        assert (counted["telegram.blocked"], counted["telegram.unblocked"]) == (1, 1)


async def test_in_groups_it_tells_their_number_once_and_is_silent_and_it_leaves_channels(
    embedded_conninfo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        bot_api() as api,
        assistant(embedded_conninfo, api.url, tmp_path, work=False, team_chat=GROUP) as (_, box),
    ):
        api.arrive(
            moved(api, -7, "member", kind="supergroup"),
            moved(api, -7, "administrator", before="member", kind="supergroup"),
            moved(api, -8, "administrator", kind="channel"),
            moved(api, GROUP, "administrator", kind="supergroup"),
            moved(api, -9, "kicked", before="member", kind="group"),
            moved(api, GROUP, "left", before="member", kind="supergroup"),
            api.message(-7, kind="supergroup", text="khai sinh"),
        )
        await eventually(lambda: not api.pending and bool(api.of("leaveChat")) and api.polls > 1)
        await eventually(lambda: bool(api.texts(-7)))
        assert [fields["chat_id"] for fields in api.of("leaveChat")] == ["-8"]
        [said] = api.texts(-7)
        assert "TEAM_CHAT=-7" in said
        assert not any(api.texts(chat) for chat in (-8, -9, GROUP))
        counted = (await box.counts()).events
        assert (counted["telegram.group_joined"], counted["telegram.group"]) == (2, 1)
    assert "put out of the group of TEAM_CHAT" in caplog.text


async def test_the_menu_is_below_what_has_no_buttons_and_its_keys_are_commands(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (channel, _):
        api.arrive(api.message(1, text="chào"), api.message(1, text="khai sinh"))
        await eventually(lambda: len(api.texts(1)) == 2)
        first, second = (fields["reply_markup"] for fields in api.of("sent"))
        keys = [key for row in first["keyboard"] for key in row]
        assert first["is_persistent"]
        assert first["resize_keyboard"]
        assert [bool(key.get("request_location")) for key in keys] == [False] * 4 + [True]
        assert "inline_keyboard" in second
        api.arrive(*(api.message(1, text=key["text"]) for key in keys[:4]))
        await eventually(lambda: len(api.texts(1)) == 6)
        said = [text.partition(" ")[2] for text in api.texts(1)[2:]]
        assert said == ["/home", "/tracuu", "/huongdan", "/nguoihotro"]
        assert channel.secret is None


async def test_a_point_on_the_map_is_kept_as_the_communes_near_it(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    point = {"latitude": 21.036123, "longitude": 105.790456}
    async with bot_api() as api, assistant(embedded_conninfo, api.url, tmp_path) as (_, mailbox):
        api.arrive(
            api.message(1, location=point),
            api.message(1, venue={"location": point, "title": "Nhà"}, location=point),
        )
        await eventually(lambda: len(api.texts(1)) == 2)
        assert api.texts(1)[0] == "1: /vi_tri 00166 00160 00199"
        kept = str(await mailbox.transcript("telegram:1"))
        assert "21.03" not in kept
        assert "105.79" not in kept
