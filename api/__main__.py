"""``python -m api``: the web, the worker and the pollers in one process."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import secrets
import socket
import sys

from pydantic import ValidationError

from api.app import create_app
from api.server import bind, server_for
from api.wording import Wording, WordingError, load_wording
from bot.postgres import DatabaseError
from bot.privacy import MaskingFilter
from bot.settings import Settings
from bot.store.errors import StoreError
from bot.understanding.pipeline import NotTrained
from bot.wiring import open_services
from knowledge_base.loader import KnowledgeError
from knowledge_base.phrases import PhraseError

# What may be wrong with an installation; each says in one sentence what to do.
_KNOWN_FAILURES = (DatabaseError, KnowledgeError, NotTrained, PhraseError, StoreError, WordingError)


async def serve(settings: Settings, listener: socket.socket, words: Wording) -> None:
    """Serve until SIGINT or SIGTERM; turns under way are finished before it returns."""
    async with open_services(settings) as services:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = str(settings.public_url or f"http://{host}:{settings.port}/")
        app = create_app(services, wording=words)
        server = server_for(app, lambda: print(words("start.ready", url=url), flush=True))
        await server.serve(sockets=[listener])


def port_sentence(error: OSError, settings: Settings, words: Wording) -> str:
    """Why the port cannot be had, and what to do."""
    host, port = settings.host, settings.port
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return words("start.port_taken", host=host, port=port, other=other)
    reason = error.strerror or os.strerror(error.errno or 0)
    return words("start.bad_host", host=host, port=port, reason=reason)


def set_up_logging(level: str) -> None:
    """Log to the standard error, every record masked."""
    handler = logging.StreamHandler()
    handler.addFilter(MaskingFilter(secrets.token_hex(16)))
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=level, format=form, handlers=[handler], force=True)


def main() -> int:
    """Start; returns the exit code, 1 after one sentence on what is wrong."""
    try:
        words = load_wording()
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        settings = Settings()
    except ValidationError as error:
        where = ", ".join(str(one["loc"][0]).upper() for one in error.errors())
        print(words("start.bad_settings", where=where), file=sys.stderr)
        return 1
    set_up_logging(settings.log_level)
    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        print(port_sentence(error, settings, words), file=sys.stderr)
        return 1
    with listener:
        try:
            asyncio.run(serve(settings, listener, words))
        except _KNOWN_FAILURES as error:
            print(words("start.failed", reason=error), file=sys.stderr)
            return 1
        except KeyboardInterrupt:  # before the server had begun to answer
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
