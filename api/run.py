"""Serving: everything opened, the web around it, until a signal says stop."""

from __future__ import annotations

import asyncio
import socket

from api.app import create_app
from api.server import server_for
from api.wording import Wording
from bot.settings import Settings
from bot.troubles import told
from bot.wiring import open_services


class CannotStart(Exception):
    """The installation is not complete or not right; the message (Vietnamese) says what to do."""


async def _serve(settings: Settings, listener: socket.socket, words: Wording) -> None:
    async with open_services(settings) as services:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = str(settings.public_url or f"http://{host}:{settings.port}/")
        app = create_app(services, wording=words)
        server = server_for(app, lambda: print(words("start.ready", url=url), flush=True))
        await server.serve(sockets=[listener])


def run(settings: Settings, listener: socket.socket, words: Wording) -> None:
    """Serve until SIGINT or SIGTERM; turns under way are finished before it returns.

    Raises:
        CannotStart: before anything was served.
        KeyboardInterrupt: SIGINT came before anything was served.
    """
    try:
        asyncio.run(_serve(settings, listener, words))
    except Exception as error:
        sentence = told(error)
        if sentence is None:
            raise
        raise CannotStart(words("start.failed", reason=sentence)) from error
