"""The whole program on both Zalos at once: a conversation by buttons, and one by numbers."""

from __future__ import annotations

import asyncio
import time

import psycopg
import pytest

from bot.zalo_token import put
from tests.emulators.zalo_bot_api import TOKEN, ZaloBotApi, zalo_bot_api
from tests.emulators.zalo_open_api import (
    APP_ID,
    APP_SECRET,
    OA_SECRET,
    ZaloOpenApi,
    zalo_open_api,
)
from tests.program import running
from tests.zalo import oa_settings

AN, BA = "2512523625412515", "6ede9afa66b88fe6d6a9"
_DONE = """
    SELECT count(*) FROM messages m WHERE channel = %s AND done_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM replies r WHERE r.message = m.id AND r.sent_at IS NULL)
"""


async def answered(con: psycopg.AsyncConnection, channel: str, count: int) -> None:
    """Wait until so many messages of a channel are answered, and the answers sent."""
    end = time.monotonic() + 30
    while True:
        row = await (await con.execute(_DONE, (channel,))).fetchone()
        if row == (count,):
            return
        assert time.monotonic() < end, row
        await asyncio.sleep(0.02)


async def by_buttons(api: ZaloOpenApi, con: psycopg.AsyncConnection) -> None:
    """An Official Account: greeted, asked, a button, a button of before, a button made up."""
    assert await api.push(api.followed(AN)) == 200
    await answered(con, "zalo_oa", 1)
    assert api.texts(AN)[0].startswith("Xin chào ông/bà.")
    first = api.buttons(AN)[0]
    assert first["title"].startswith("1. ")
    assert await api.push(api.text(AN, "làm khai sinh cho cháu hết bao nhiêu tiền")) == 200
    await answered(con, "zalo_oa", 2)
    asked = api.buttons(AN)
    assert asked[0]["payload"] != first["payload"]
    for count, payload in enumerate((asked[0]["payload"], "#b:99.9", first["payload"]), 3):
        before = len(api.to(AN))
        assert await api.push(api.text(AN, payload)) == 200
        await answered(con, "zalo_oa", count)
        assert len(api.to(AN)) > before
    assert not any("#b:" in text for text in api.texts(AN))
    assert api.misused == 0


async def by_numbers(api: ZaloBotApi, con: psycopg.AsyncConnection) -> None:
    """A bot: the first row of the home page in five ways, then a row that there is not."""
    firsts: list[str] = []
    ways = ("1", "số 1", "mot", "cái đầu", "chọn 1")
    for count, said in enumerate(way for one in ways for way in ("/start", one)):
        api.arrive(api.update(BA, text=said))
        await answered(con, "zalo_bot", count + 1)
        if said in ways:
            firsts.append(api.texts(BA)[-1])
        else:
            assert "\n1. " in api.texts(BA)[-1]
    assert len(set(firsts)) == 1
    api.arrive(api.update(BA, "unsupported"), api.update(BA, text="9"))
    await answered(con, "zalo_bot", 2 * len(ways) + 2)
    texts = api.texts(BA)
    assert any("Tôi chỉ đọc được chữ" in one for one in texts)
    assert any("không có dòng số ấy" in one for one in texts)
    assert all(one["text_styles"][0]["st"] == ["f_18"] for one in api.sent)


async def test_one_program_on_both(embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", embedded_conninfo)
    async with zalo_open_api() as oa, zalo_bot_api() as bot:
        await put(oa.refresh, oa_settings(oa.url))
        settings = {
            "ZALO_APP_ID": APP_ID,
            "ZALO_APP_SECRET": APP_SECRET,
            "ZALO_OA_SECRET": OA_SECRET,
            "ZALO_OA_BASE_URL": oa.url,
            "ZALO_OAUTH_BASE_URL": oa.url,
            "ZALO_BOT_TOKEN": TOKEN,
            "ZALO_BOT_BASE_URL": bot.url,
        }
        program = running(embedded_conninfo, **settings)
        _, url = await asyncio.to_thread(program.__enter__)
        try:
            oa.webhook = f"{url}/webhooks/zalo-oa"
            connected = psycopg.AsyncConnection.connect(embedded_conninfo, autocommit=True)
            async with await connected as con:
                await by_buttons(oa, con)
                await by_numbers(bot, con)
        finally:
            await asyncio.to_thread(program.__exit__, None, None, None)
