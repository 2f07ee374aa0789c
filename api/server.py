"""The server on a listening socket."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from api.context import Context

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Seconds for requests under way; a caller of /api/v1/messages may be waiting for 20.
GRACE = 25


class Server(uvicorn.Server):
    """A server that tells its open streams to end, so that stopping does not wait for them."""

    def __init__(
        self, config: uvicorn.Config, context: Context, on_start: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._context = context
        self._on_start = on_start

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM. Unlike uvicorn's own this does not raise the signal again
        afterwards, which would end the process before the services around it are closed."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, then tell whoever waits for it."""
        await super().startup(sockets)
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, let the other requests finish, close."""
        self._context.closing.set()
        await super().shutdown(sockets)


def server_for(app: FastAPI, on_start: Callable[[], None]) -> Server:
    """A server for an application of :func:`api.app.create_app`; ``on_start`` is called once it
    answers."""
    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",  # the services are opened and closed around the server
        proxy_headers=False,  # the forwarded address is read in one place: api.limits
        server_header=False,
        access_log=False,  # no addresses of citizens; the numbers are in /metrics
        log_config=None,  # the program's own logging, which masks
        timeout_graceful_shutdown=GRACE,
    )
    return Server(config, app.state.context, on_start)
