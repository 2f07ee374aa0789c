"""The assistant on Zalo for tests: all is real but Zalo and the turn, which is scripted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bot.channels.zalo_bot.channel import ZaloBotChannel, open_zalo_bot
from bot.channels.zalo_oa.channel import ZaloOaChannel, open_zalo_oa
from bot.mailbox import Mailbox, open_mailbox
from bot.media import MediaRoom, Reader
from bot.messages import TurnHandler
from bot.printer import Printer
from bot.settings import Settings
from bot.store import zalo_tokens
from bot.worker import Worker
from knowledge_base import drawings, phrases
from knowledge_base.units import Units
from tests.emulators.zalo_bot_api import TOKEN, ZaloBotApi
from tests.emulators.zalo_open_api import APP_ID, APP_SECRET, OA_SECRET, ZaloOpenApi
from tests.mailroom import FAST, PARKED
from tests.telegram_bot import PICTURES, scripted
from tests.web_server import ScriptedServices, served

PUBLIC = "https://tro-ly.example/xa"
DRAWN = drawings.load()
UNITS = Units()
Zalo = ZaloOaChannel | ZaloBotChannel


def oa_settings(url: str, **more: Any) -> Settings:
    """Settings for an Official Account whose servers are at ``url``."""
    given: dict[str, Any] = {
        "zalo_app_id": APP_ID,
        "zalo_app_secret": APP_SECRET,
        "zalo_oa_secret": OA_SECRET,
        "zalo_oa_base_url": url,
        "zalo_oauth_base_url": url,
        "public_url": PUBLIC,
    }
    return Settings(_env_file=None, **(given | more))


@asynccontextmanager
async def official_account(
    conninfo: str,
    api: ZaloOpenApi,
    *,
    handler: TurnHandler = scripted,
    cap: int = 20,
    readers: Mapping[str, Reader] | None = None,
    **more: Any,
) -> AsyncIterator[tuple[ZaloOaChannel, Mailbox]]:
    """A mailbox, its worker, the channel and our server, whose webhook ``api`` calls."""
    settings = oa_settings(api.url, **more)
    async with open_mailbox(conninfo, timing=FAST, cap=cap) as mailbox:
        async with mailbox.store.connection() as con:  # what `zalo-token put` leaves behind
            await zalo_tokens.put(con, APP_ID, "access-of-before", api.refresh, 0.0)
        printer = Printer(mailbox.store, PUBLIC)
        async with open_zalo_oa(
            settings, mailbox, phrases.load(), pictures=PICTURES, printer=printer, units=UNITS
        ) as channel:
            assert channel
            services = ScriptedServices(settings, mailbox, zalo_oa=channel)
            async with (
                _working(mailbox, channel, handler, readers),
                served(services) as site,
            ):
                api.webhook = f"{site}/webhooks/zalo-oa"
                yield channel, mailbox


@asynccontextmanager
async def zalo_bot(
    conninfo: str,
    api: ZaloBotApi,
    data: Path,
    *,
    handler: TurnHandler = scripted,
    cap: int = 20,
    readers: Mapping[str, Reader] | None = None,
    **more: Any,
) -> AsyncIterator[tuple[ZaloBotChannel, Mailbox]]:
    """A mailbox, its worker, the channel and our server; updates come by webhook unless
    ``public_url`` is None."""
    given: dict[str, Any] = {
        "zalo_bot_token": TOKEN,
        "zalo_bot_base_url": api.url,
        "public_url": PUBLIC,
        "data_dir": data,
    }
    settings = Settings(_env_file=None, **(given | more))
    async with open_mailbox(conninfo, timing=FAST, cap=cap) as mailbox:
        printer = Printer(mailbox.store, settings.public_address)
        async with open_zalo_bot(
            settings, mailbox, phrases.load(), drawings=DRAWN, printer=printer
        ) as channel:
            assert channel
            services = ScriptedServices(settings, mailbox, zalo_bot=channel)
            async with (
                _working(mailbox, channel, handler, readers),
                served(services) as site,
            ):
                if settings.public_url:
                    async with asyncio.timeout(10):
                        while api.webhook is None:  # noqa: ASYNC110
                            await asyncio.sleep(0.02)
                    api.webhook = api.webhook | {"url": f"{site}/webhooks/zalo-bot"}
                yield channel, mailbox


@asynccontextmanager
async def _working(
    mailbox: Mailbox,
    channel: Zalo,
    handler: TurnHandler,
    readers: Mapping[str, Reader] | None,
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    media = MediaRoom(readers, [channel])
    worker = Worker(mailbox, handler, [channel], parked_reply=PARKED, media=media)
    working = asyncio.create_task(worker.run(stop))
    receiving = asyncio.create_task(channel.receive())
    try:
        yield
    finally:
        receiving.cancel()
        with suppress(asyncio.CancelledError):
            await receiving
        stop.set()
        await working
