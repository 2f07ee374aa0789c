"""Updates by webhook: our real server on a real port, called as Telegram calls it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.mailbox import Mailbox
from bot.settings import Settings
from bot.store.errors import StoreUnavailable
from bot.telegram_protocol import WANTED, WEBHOOK_PATH
from tests.emulators.bot_api import BotApi, bot_api
from tests.mailroom import eventually
from tests.telegram_bot import assistant
from tests.web_server import ScriptedServices, served

SECRET = "cau-tha_than-bi-mat"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
JSON = {"Content-Type": "application/json"}


def services(channel: TelegramChannel | None, mailbox: Mailbox) -> ScriptedServices:
    """What our server needs, with this channel."""
    return ScriptedServices(Settings(_env_file=None), mailbox, telegram=channel)


@asynccontextmanager
async def hooked(
    conninfo: str, data: Path, **settings: Any
) -> AsyncIterator[tuple[BotApi, Mailbox, str]]:
    """The assistant with its webhook registered; yields the Bot API, the mailbox, the address."""
    given = {"public_url": "https://tro-ly.example/xa/", "webhook_secret": SECRET, **settings}
    async with (
        bot_api() as api,
        assistant(conninfo, api.url, data, **given) as (channel, mailbox),
        served(services(channel, mailbox)) as site,
    ):
        await eventually(lambda: bool(api.of("setMyCommands")))
        assert api.webhook
        assert api.webhook["url"] == "https://tro-ly.example/xa/webhooks/telegram"
        api.webhook["url"] = site + WEBHOOK_PATH  # as the proxy before us does
        yield api, mailbox, api.webhook["url"]


async def test_a_round_trip_by_webhook(embedded_conninfo: str, tmp_path: Path) -> None:
    async with hooked(embedded_conninfo, tmp_path) as (api, _, _):
        assert api.webhook
        assert api.webhook["secret_token"] == SECRET
        assert api.webhook["allowed_updates"] == list(WANTED)
        asked = api.message(1, text="khai sinh")
        assert [await api.push(asked), await api.push(asked)] == [200, 200]
        await eventually(lambda: len(api.texts(1)) == 1)
        assert await api.push(api.press(1, "1.1")) == 200
        await eventually(lambda: len(api.texts(1)) == 2)
        assert api.texts(1)[1].startswith("2: không mất tiền.")
        await eventually(lambda: len(api.of("answerCallbackQuery")) == 1)
        assert api.of("getUpdates") == []


async def test_nobody_else_may_bring_updates(embedded_conninfo: str, tmp_path: Path) -> None:
    async with hooked(embedded_conninfo, tmp_path) as (api, mailbox, url):
        forged = api.message(1, text="giả")
        for secret in ("", "sai", SECRET + "x", SECRET[:-1], SECRET.upper()):
            assert await api.push(forged, secret) == 403
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.post(url, json=forged)).status_code == 403
            assert (await client.get(url)).status_code == 405
        assert await mailbox.transcript("telegram:1") == []


async def test_what_is_no_update_is_never_a_500(embedded_conninfo: str, tmp_path: Path) -> None:
    async with (
        hooked(embedded_conninfo, tmp_path) as (api, mailbox, url),
        httpx.AsyncClient(trust_env=False, headers={HEADER: SECRET, **JSON}) as client,
    ):
        for broken in (b"", b"{", b"\xff\xfe", b"[" * 20_000, b'{"update_id": ' + b"9" * 5000):
            assert (await client.post(url, content=broken)).status_code == 400
        oddities: list[object] = [
            None, 7, "x", [], {}, {"update_id": "1"}, {"update_id": 1, "message": {}},
            {"update_id": 2, "poll": {"id": "1"}}, {"update_id": 3, "callback_query": []},
            {"update_id": 10**300, "message": api.message(1, text="x")["message"]},
        ]  # fmt: skip
        for odd in oddities:
            assert (await client.post(url, content=json.dumps(odd))).status_code == 200
        counted = (await mailbox.counts()).events
        assert counted == {"telegram.malformed": 9, "telegram.unknown": 1}
        surrogate = json.dumps(api.message(1, text="a\ud800b\x00 \u200b"))
        assert (await client.post(url, content=surrogate)).status_code == 200
        await eventually(lambda: api.texts(1) == ["1: ab"])


async def test_the_size_of_an_update_is_bounded(embedded_conninfo: str, tmp_path: Path) -> None:
    async with hooked(embedded_conninfo, tmp_path) as (api, _, _):
        assert await api.push(api.message(1, text="á" * 100_000)) == 200
        assert await api.push(api.message(1, text="a" * 1_100_000)) == 413
        await eventually(lambda: [len(text) for text in api.texts(1)] == [2003])


async def test_telegram_is_to_come_again_while_the_database_is_away(
    embedded_conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("away")

    async with hooked(embedded_conninfo, tmp_path) as (api, _, _):
        asked = api.message(1, text="tin")
        with monkeypatch.context() as patch:
            patch.setattr(Mailbox, "receive", away)
            assert await api.push(asked) == 503
        assert await api.push(asked) == 200
        await eventually(lambda: api.texts(1) == ["1: tin"])


async def test_there_is_no_webhook_while_updates_are_polled_for(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with (
        bot_api() as api,
        assistant(embedded_conninfo, api.url, tmp_path, public_url="http://10.0.0.5/") as (
            channel,
            mailbox,
        ),
        served(services(channel, mailbox)) as polled,
        served(services(None, mailbox)) as without,
        httpx.AsyncClient(trust_env=False, headers={HEADER: ""}) as client,
    ):
        await eventually(lambda: api.polls > 0)
        for site in (polled, without):
            answer = await client.post(site + WEBHOOK_PATH, json=api.message(1, text="x"))
            assert answer.status_code == 404


async def test_a_secret_of_our_own_is_made_once(embedded_conninfo: str, tmp_path: Path) -> None:
    secrets: list[str] = []
    for _ in range(2):
        async with hooked(embedded_conninfo, tmp_path, webhook_secret=None) as (api, _, _):
            assert api.webhook
            secrets.append(api.webhook["secret_token"])
    assert secrets[0] == secrets[1] == (tmp_path / "telegram-webhook-secret").read_text()
