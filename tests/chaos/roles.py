"""The processes of a storm: the door (our web server with Telegram's webhook) and workers.

All is real but the turn: it counts what it has seen in the conversation's state, so that a message
lost, doubled or out of order shows in every answer after it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from actions.replies import Reply
from api.app import create_app
from api.limits import Limits
from api.server import server_for
from bot.channels.telegram.channel import open_telegram
from bot.jobs import Timing
from bot.mailbox import open_mailbox
from bot.messages import Incoming, TurnResult
from bot.settings import Settings
from bot.speech.aloud import open_aloud
from bot.worker import Worker
from knowledge_base import phrases
from tests.emulators.bot_api import TOKEN
from tests.mailroom import PARKED
from tests.telegram_bot import PICTURES, UNITS
from tests.web_server import ScriptedServices

SECRET = "bi-mat-cua-con-bao"
KILLS, RAISES = "giết", "hỏng"  # messages that do
MANY = 100_000  # as a cap: here nobody is to be told to wait


@dataclass(frozen=True)
class Place:
    """What a process of a storm must know. ``burns``: seconds of the processor a turn costs."""

    conninfo: str
    telegram: str
    port: int
    data: Path
    timing: Timing
    burns: float

    def settings(self) -> Settings:
        """As if they had been given."""
        return Settings(
            _env_file=None,
            telegram_bot_token=TOKEN,
            telegram_base_url=self.telegram,
            public_url="https://tro-ly.example/",
            webhook_secret=SECRET,
            data_dir=self.data,
        )


def turn(place: Place, incoming: Incoming, state: dict[str, Any] | None) -> TurnResult:
    """Count, and answer with the message's number and how many were seen."""
    if incoming.text == KILLS:
        time.sleep(0.05)  # long enough for a neighbour to be under way too
        os.kill(os.getpid(), signal.SIGKILL)
    if incoming.text == RAISES:
        raise ValueError("as asked")
    until = time.thread_time() + place.burns
    while time.thread_time() < until:
        pass
    seen = (state or {}).get("seen", 0) + 1
    what = incoming.text or incoming.choice
    return TurnResult({"seen": seen}, (Reply(f"{what}|{seen}"),), ("answered",))


def door(place: Place) -> None:
    """The web server, until killed."""
    logging.disable()  # what goes wrong here is told by the checks

    async def serve() -> None:
        settings = place.settings()
        async with (
            open_mailbox(place.conninfo, timing=place.timing, cap=MANY) as mailbox,
            open_aloud(settings, phrases.load()) as aloud,
            open_telegram(
                settings, mailbox, phrases.load(), pictures=PICTURES, aloud=aloud, units=UNITS
            ) as channel,
        ):
            services = ScriptedServices(settings, mailbox, telegram=channel)
            app = create_app(services, limits=Limits(burst=1e9, per_second=1e9))
            with socket.create_server(("127.0.0.1", place.port), backlog=512) as listener:
                await server_for(app, lambda: None).serve(sockets=[listener])

    asyncio.run(serve())


def worker(place: Place) -> None:
    """A worker with Telegram's sender, until killed."""
    logging.disable()

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        return turn(place, incoming, state)

    async def work() -> None:
        settings = place.settings()
        async with (
            open_mailbox(place.conninfo, timing=place.timing) as mailbox,
            open_aloud(settings, phrases.load()) as aloud,
            open_telegram(
                settings, mailbox, phrases.load(), pictures=PICTURES, aloud=aloud, units=UNITS
            ) as channel,
        ):
            assert channel
            senders = channel.senders
            await Worker(mailbox, handle, senders, parked_reply=PARKED).run(asyncio.Event())

    asyncio.run(work())
