"""Replies as server-sent events: resumed by id, kept alive, ended when the server stops."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress

from fastapi.sse import format_sse_event

from api.attachments import reply_body
from bot.messages import StoredReply
from knowledge_base.drawings import Drawing

PING_SECONDS = 15.0
_RETRY_MS = 2_000


class Streams:
    """Counts the open streams of every chat and says whether one more may be opened."""

    def __init__(self, *, per_chat: int, total: int) -> None:
        self._per_chat = per_chat
        self._total = total
        self._open: Counter[str] = Counter()

    @property
    def count(self) -> int:
        """How many are open."""
        return self._open.total()

    def room_for(self, chat: str) -> bool:
        """Whether one more stream of ``chat`` may be opened."""
        return self._open[chat] < self._per_chat and self.count < self._total

    def opened(self, chat: str) -> None:
        """Count one more."""
        self._open[chat] += 1

    def closed(self, chat: str) -> None:
        """Count one less; a chat without streams is forgotten."""
        self._open[chat] -= 1
        if self._open[chat] <= 0:
            del self._open[chat]


async def events(
    replies: AsyncIterator[StoredReply],
    closing: asyncio.Event,
    drawings: Mapping[str, Drawing],
    *,
    ping_seconds: float = PING_SECONDS,
) -> AsyncIterator[bytes]:
    """Each reply as one event with its id, a ping when nothing happens, an end on ``closing``.

    The first bytes go out at once, so that the browser knows that the line stands.
    """
    yield format_sse_event(event="ping", data_str="", retry=_RETRY_MS)
    closed = asyncio.ensure_future(closing.wait())
    coming = asyncio.ensure_future(anext(replies))
    try:
        while not closing.is_set():
            await asyncio.wait(
                {coming, closed}, timeout=ping_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if not coming.done():
                yield format_sse_event(event="ping", data_str="")
                continue
            try:
                stored = coming.result()
            except StopAsyncIteration:
                return
            yield format_sse_event(
                event="reply",
                data_str=json.dumps(reply_body(stored, drawings), ensure_ascii=False),
                id=str(stored.id),
            )
            coming = asyncio.ensure_future(anext(replies))
    finally:
        for task in (closed, coming):
            task.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await task
