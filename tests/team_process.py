"""The assistant with a team in a process of its own, for tests that kill it: web, worker, Telegram
and dialogue are real, what a text means is listed.

    python -m tests.team_process CONNINFO BOT_API FOLDER PORT
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from api.app import create_app
from api.listener import bind
from api.server import server_for
from bot.channels.telegram.channel import open_telegram
from bot.mailbox import open_mailbox
from bot.settings import Settings
from bot.speech.aloud import open_aloud
from bot.worker import Worker
from knowledge_base import phrases
from tests.emulators.bot_api import TOKEN
from tests.mailroom import FAST, PARKED
from tests.team import GROUP, dialogue, plan
from tests.telegram_bot import PICTURES, UNITS
from tests.web_server import ScriptedServices


async def main(conninfo: str, bot_api: str, folder: Path, port: int) -> None:
    """Serve until killed."""
    settings = Settings(
        _env_file=None,
        telegram_bot_token=TOKEN,
        telegram_base_url=bot_api,
        team_chat=int(GROUP),
        data_dir=folder,
    )
    with bind("127.0.0.1", port) as listener:
        async with (
            open_mailbox(conninfo, timing=FAST, desk=plan()) as mailbox,
            open_aloud(settings, phrases.load()) as aloud,
            open_telegram(
                settings, mailbox, phrases.load(), pictures=PICTURES, aloud=aloud, units=UNITS
            ) as channel,
            asyncio.TaskGroup() as group,
        ):
            assert channel
            worker = Worker(mailbox, dialogue(), channel.senders, parked_reply=PARKED)
            group.create_task(worker.run(asyncio.Event()))
            group.create_task(channel.receive())
            app = create_app(ScriptedServices(settings, mailbox, telegram=channel))
            await server_for(app, lambda: print("ready", flush=True)).serve(sockets=[listener])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
