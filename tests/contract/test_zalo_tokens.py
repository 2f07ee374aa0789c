"""The Official Account's tokens: one holder, written before use, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.channels.zalo_oa import tokens
from bot.channels.zalo_oa.client import Client
from bot.channels.zalo_oa.tokens import NoToken
from bot.settings import Settings
from bot.status import look
from bot.store import operation, zalo_tokens
from bot.store.errors import StoreUnavailable
from bot.store.pool import Store
from bot.zalo_token import NoNewToken, put, show
from tests.emulators.zalo_open_api import APP_ID, APP_SECRET, ZaloOpenApi, zalo_open_api
from tests.mailroom import eventually
from tests.zalo import oa_settings


@asynccontextmanager
async def worker(conninfo: str, api: ZaloOpenApi) -> AsyncIterator[tuple[Client, Store]]:
    """What one process has of the tokens."""
    store = Store(conninfo, max_connections=6)
    await store.open()
    async with httpx.AsyncClient() as http:
        given = {"app_id": APP_ID, "app_secret": APP_SECRET, "base_url": api.url}
        yield Client(http, store, oauth_url=api.url, **given), store
    await store.close()


async def keep(store: Store, refresh: str, lasts: float = 0.0) -> None:
    async with store.connection() as con:
        await zalo_tokens.put(con, APP_ID, "access-of-before", refresh, lasts)


async def test_many_processes_renew_once(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        zalo_open_api() as api,
        worker(conninfo, api) as (one, store),
        worker(conninfo, api) as (other, _),
    ):
        await keep(store, api.refresh)
        api.slow = 0.2
        sends = [who.send(f"u{n}", {"text": "x"}) for n in range(6) for who in (one, other)]
        await asyncio.gather(*sends)
        assert (api.renewals, api.misused, len(api.sent)) == (1, 0, 12)
        # A token that ends before its time: both are told, one renews; not if it is a moment old,
        # or whatever Zalo has against us would cost a token a message.
        api.access.clear()
        with pytest.raises(NoToken, match="a moment ago"):
            await one.send("u", {"text": "y"})
        assert api.renewals == 1
        monkeypatch.setattr(tokens, "FRESH", tokens.FRESH * 0)
        await asyncio.gather(*(who.send("u", {"text": "y"}) for who in (one, other)))
        assert (api.renewals, api.misused, len(api.sent)) == (2, 0, 14)


async def test_a_token_is_renewed_hours_ahead_and_serves_while_it_cannot_be(
    conninfo: str,
) -> None:
    async with zalo_open_api() as api, worker(conninfo, api) as (one, store):
        await keep(store, api.refresh, 6 * 3600.0)
        assert await one.tokens.current() == "access-of-before"
        await keep(store, api.refresh, 4 * 3600.0)
        api.rule = lambda path, body: (503, "")
        assert await one.tokens.current() == "access-of-before"
        api.rule = lambda path, body: None
        assert await one.tokens.current() == "access-1"


async def test_what_dies_before_it_asked_costs_nothing(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with zalo_open_api() as api, worker(embedded_conninfo, api) as (one, store):
        await keep(store, api.refresh)
        async with store.connection() as con:
            await zalo_tokens.begin(con, APP_ID)
        with pytest.raises(NoToken, match="being renewed"):  # perhaps it is still at it
            await one.tokens.current()
        monkeypatch.setattr(tokens, "OTHERS", tokens.OTHERS * 0)
        assert await one.tokens.current() == "access-1"


async def test_an_answer_that_was_lost_is_told_to_people(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tokens, "OTHERS", tokens.OTHERS * 0)
    async with zalo_open_api() as api, worker(embedded_conninfo, api) as (one, store):
        await keep(store, "used-by-one-who-died")
        async with store.connection() as con:
            await zalo_tokens.begin(con, APP_ID)
        for _ in range(3):
            with pytest.raises(NoToken, match="zalo-token put"):
                await one.tokens.current()
        assert api.misused == 1, "a refused token is not tried every time"
        assert "never ended" in caplog.text
        assert "used-by-one-who-died" not in caplog.text
        async with store.connection() as con:
            status = look(oa_settings(api.url), await operation.doing(con))
        assert any("zalo-token put" in one for one in status.attention())
        await one.tokens.start(api.refresh)
        assert await one.tokens.current() == "access-1"


async def test_a_pair_that_could_not_be_written_is_written_later(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "_WRITE_AGAIN", (0.01,))
    write = zalo_tokens.put
    failures = 4

    async def away(*given: object) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise StoreUnavailable("away")
        await write(*given)  # type: ignore[arg-type]

    async with zalo_open_api() as api, worker(embedded_conninfo, api) as (one, store):
        await keep(store, api.refresh)
        monkeypatch.setattr(zalo_tokens, "put", away)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await one.tokens.current()
        assert await one.tokens.current() == "access-1"
        assert (api.renewals, api.misused) == (1, 0)
        async with worker(embedded_conninfo, api) as (other, _):
            assert await other.tokens.current() == "access-1"


async def test_who_gives_up_waiting_costs_no_token(embedded_conninfo: str) -> None:
    async with zalo_open_api() as api, worker(embedded_conninfo, api) as (one, store):
        await keep(store, api.refresh)
        api.slow = 0.2
        sends = asyncio.create_task(one.send("u", {"text": "x"}))
        await eventually(lambda: api.renewals == 1)
        sends.cancel()
        await one.tokens.close()
        assert api.renewals == 1
        async with worker(embedded_conninfo, api) as (other, _):
            assert await other.tokens.current() == "access-1"
        assert (api.renewals, api.misused) == (1, 0)


async def test_before_the_first_token_nothing_is_sent(embedded_conninfo: str) -> None:
    async with zalo_open_api() as api, worker(embedded_conninfo, api) as (one, _):
        with pytest.raises(NoToken, match="zalo-token put"):
            await one.send("u", {"text": "x"})
        assert api.calls == []


async def test_people_put_a_new_token_in(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", embedded_conninfo)
    async with zalo_open_api() as api:
        settings = oa_settings(api.url)
        assert "zalo-token put" in await show(settings)
        told = await put(f" {api.refresh}\n", settings)
        assert told.startswith("Mã truy cập còn dùng được đến ")
        assert api.refresh not in told
        with pytest.raises(NoNewToken, match="chỉ dùng được một lần"):
            await put("refresh-0", settings)
        api.rule = lambda path, body: (500, "")
        with pytest.raises(NoNewToken, match="Chưa hỏi được Zalo"):
            await put(api.refresh, settings)
        assert await show(settings) == told
        for wrong, why in (("", "Chưa có mã làm mới"), ("x", "ZALO_APP_ID")):
            with pytest.raises(NoNewToken, match=why):
                await put(wrong, settings if not wrong else Settings(_env_file=None))
