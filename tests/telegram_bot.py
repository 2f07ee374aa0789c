"""The assistant on Telegram for tests: all is real but Telegram and the turn, which is scripted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from actions.replies import Choice, Reply
from bot.channels.telegram.channel import TelegramChannel, open_telegram
from bot.mailbox import Mailbox, open_mailbox
from bot.media import MediaRoom, Reader
from bot.messages import Incoming, TurnHandler, TurnResult
from bot.pictures import Pictures
from bot.settings import Settings
from bot.speech.aloud import open_aloud
from bot.team_desk import Plan
from bot.worker import Worker
from knowledge_base import drawings, phrases
from knowledge_base.units import Units
from tests.emulators.bot_api import TOKEN
from tests.mailroom import FAST, PARKED

SOURCE = "Theo dữ liệu Cổng Dịch vụ công quốc gia ngày 10/06/2026, mã 1.001193"
BIRTH = Reply(
    "Ông/bà hỏi về đăng ký khai sinh.",
    SOURCE,
    (
        Choice("1.1", "Hết bao nhiêu tiền"),
        Choice("1.2", "Cần giấy tờ gì"),
        Choice("1.link", "Cổng Dịch vụ công", "https://dichvucong.gov.vn/"),
    ),
)
PICTURES = Pictures(drawings.load())
UNITS = Units()
LONG = " ".join(f"Câu số {n} nói về việc cần làm." for n in range(300))


def scripted(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Deterministic; the turn's number in an answer shows a message handled twice or lost."""
    turn = (state or {}).get("turn", 0) + 1
    replies: tuple[Reply, ...] = (Reply(f"{turn}: {incoming.text or incoming.choice}"),)
    match incoming.text or incoming.choice:
        case "khai sinh":
            replies = (BIRTH,)
        case "1.1":
            replies = (Reply(f"{turn}: không mất tiền.", SOURCE),)
        case "dài":
            replies = (Reply(LONG, SOURCE, BIRTH.choices),)
        case "hai":
            replies = (Reply(f"{turn}: một"), Reply(f"{turn}: hai"))
        case "chậm":
            time.sleep(0.8)
    return TurnResult({"turn": turn}, replies)


@asynccontextmanager
async def assistant(
    conninfo: str,
    url: str,
    data: Path,
    *,
    handler: TurnHandler = scripted,
    receive: bool = True,
    work: bool = True,
    cap: int = 20,
    desk: Plan | None = None,
    readers: Mapping[str, Reader] | None = None,
    **more: Any,
) -> AsyncIterator[tuple[TelegramChannel, Mailbox]]:
    """A mailbox, its worker and the channel, talking to the Bot API at ``url``."""
    given = {"telegram_bot_token": TOKEN, "telegram_base_url": url, "data_dir": data, **more}
    stop = asyncio.Event()
    settings = Settings(_env_file=None, **given)
    async with (
        open_mailbox(conninfo, timing=FAST, cap=cap, desk=desk) as mailbox,
        open_aloud(settings, phrases.load()) as aloud,
        open_telegram(
            settings, mailbox, phrases.load(), pictures=PICTURES, aloud=aloud, units=UNITS
        ) as channel,
    ):
        assert channel
        media = MediaRoom(readers, [channel])
        worker = Worker(mailbox, handler, channel.senders, parked_reply=PARKED, media=media)
        working = asyncio.create_task(worker.run(stop)) if work else None
        receiving = asyncio.create_task(channel.receive()) if receive else None
        try:
            yield channel, mailbox
        finally:
            if receiving:
                receiving.cancel()
                with suppress(asyncio.CancelledError):
                    await receiving
            stop.set()
            if working:
                await working
