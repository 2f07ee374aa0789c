"""Tells whoever waits for a conversation that something was committed in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bot.store.listener import Listener
from bot.store.messages import NOTICES


class Notices:
    """Rings a conversation's bells, all of them after a lost connection came back.

    A waiter clears its bell, looks into the tables, and only then waits for the bell.
    """

    def __init__(self, conninfo: str) -> None:
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._listener = Listener(
            conninfo,
            [NOTICES],
            heard=lambda _, conversation: self._ring([conversation]),
            connected=lambda: self._ring(self._bells),
        )

    async def start(self) -> None:
        """Begin to listen; returns once the connection stands."""
        await self._listener.start()

    async def stop(self) -> None:
        """End the connection; waiters are left waiting."""
        await self._listener.stop()

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

    def _ring(self, conversations: Iterable[str]) -> None:
        for conversation in conversations:
            for bell in self._bells.get(conversation, ()):
                bell.set()
