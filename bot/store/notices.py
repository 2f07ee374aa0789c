"""One LISTEN connection per process, fanned out to whoever waits for a conversation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import AsyncConnection, sql

from bot.store.messages import NOTICES
from bot.store.pool import KEEPALIVE

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)


class Notices:
    """Rings a conversation's bells whenever something was committed in it.

    What is said while the connection is down is lost, so every bell rings after each reconnection:
    a waiter clears its bell, looks into the tables, and only then waits.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def listening(self) -> bool:
        """True while the connection stands."""
        return self._listening.is_set()

    async def start(self) -> None:
        """Begin to listen; returns once the connection stands."""
        self._task = asyncio.create_task(self._listen(), name="mailbox notices")
        await self._listening.wait()

    async def stop(self) -> None:
        """End the connection; waiters are left waiting."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def watching(self, conversation: str) -> Iterator[asyncio.Event]:
        """Yield a bell that is set by every commit in the conversation during the block."""
        bell = asyncio.Event()
        self._bells.setdefault(conversation, set()).add(bell)
        try:
            yield bell
        finally:
            bells = self._bells[conversation]
            bells.discard(bell)
            if not bells:
                del self._bells[conversation]

    async def _listen(self) -> None:
        attempt = 0
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._conninfo, autocommit=True, **KEEPALIVE
                ) as con:
                    await con.execute(sql.SQL("LISTEN {}").format(sql.Identifier(NOTICES)))
                    attempt = 0
                    self._listening.set()
                    self._ring(set(self._bells))
                    async for notice in con.notifies():
                        self._ring({notice.payload})
            except psycopg.Error as error:
                logger.warning("The connection for notices broke, connecting again: %s", error)
            self._listening.clear()
            await asyncio.sleep(RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)])
            attempt += 1

    def _ring(self, conversations: set[str]) -> None:
        for conversation in conversations:
            for bell in self._bells.get(conversation, ()):
                bell.set()
