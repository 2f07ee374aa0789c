"""A LISTEN connection that comes back by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

import psycopg
from psycopg import AsyncConnection, sql

from bot.store.pool import KEEPALIVE

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)


class Listener:
    """Calls ``heard(channel, payload)`` for every notice on ``channels``, and ``connected()`` after
    each connection: what was said while there was none is lost, so look at the tables then.

    One connection serves many waiters. That also spares attempts to connect from being cancelled:
    psycopg leaves the socket of such an attempt open until it is garbage, and a PostgreSQL that
    is shutting down waits up to a minute for it.
    """

    def __init__(
        self,
        conninfo: str,
        channels: Iterable[str],
        heard: Callable[[str, str], None],
        connected: Callable[[], None],
    ) -> None:
        self._conninfo = conninfo
        self._channels = list(channels)
        self._heard = heard
        self._connected = connected
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin to listen, as soon as there is a connection."""
        self._task = asyncio.create_task(self._listen(), name="listener")

    async def start(self) -> None:
        """Begin to listen; returns once the connection stands."""
        self.begin()
        await self._listening.wait()

    async def stop(self) -> None:
        """Close the connection."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True, **KEEPALIVE
                ) as con:
                    for channel in self._channels:
                        await con.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    failures = 0
                    self._listening.set()
                    self._connected()
                    async for notice in con.notifies():
                        self._heard(notice.channel, notice.payload)
            except psycopg.Error as error:
                logger.warning("The connection for notices broke, connecting again: %s", error)
            self._listening.clear()
            await asyncio.sleep(RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)])
            failures += 1
