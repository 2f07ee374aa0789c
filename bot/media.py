"""Photographs and voice messages: fetched from their channel and read before the turn, in memory.

What may keep one from being read, whatever its kind (``MediaRead.fault``): ``gone``, the channel no
longer has it; ``too_large``; ``unavailable``, the channel could not be reached in time; ``failed``,
its reader broke. A reader has faults of its own besides.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace

from bot.messages import Incoming, Media, MediaError, MediaRead, MediaSource, RetryLater
from bot.privacy import clean, mask

logger = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
FETCHING = 20.0  # seconds for one attempt to get the bytes
WAITING = 45.0  # seconds after which a citizen is told that the channel cannot be reached
_LONGEST_PAUSE = 8.0

Reader = Callable[[bytes], Awaitable[MediaRead]]


class MediaRoom:
    """Where the media of messages are read: a channel gives the bytes, a reader what is in them."""

    def __init__(
        self, readers: Mapping[str, Reader] | None = None, sources: Iterable[MediaSource] = ()
    ) -> None:
        """``readers`` by kind of medium; a kind without one is answered as what cannot be read. A
        reader keeps its own time limit."""
        self._readers = readers or {}
        self._sources = {source.channel: source for source in sources}

    def reads(self, kind: str) -> bool:
        """Whether media of a kind are read here."""
        return kind in self._readers

    def awaits(self, incoming: Incoming) -> bool:
        """Whether a message has a medium that is to be read before its turn."""
        media = incoming.media
        return (
            media is not None
            and media.read is None
            and media.kind in self._readers
            and incoming.channel in self._sources
        )

    async def read(self, incoming: Incoming, age: float, attempts: int) -> Incoming:
        """The message with what its medium holds, or why that could not be read.

        Args:
            incoming: one that :meth:`awaits`.
            age: seconds since it was accepted.
            attempts: how often its turn was begun before.

        Raises:
            RetryLater: the channel is down and there is still time; ``after`` is set.
        """
        assert incoming.media is not None
        return replace(
            incoming, media=await self._read(incoming.channel, incoming.media, age, attempts)
        )

    async def read_bytes(self, kind: str, content: bytes) -> Media:
        """A medium whose bytes came with the request, read at once.

        Raises:
            KeyError: no reader for media of this kind.
        """
        return Media(kind, read=await self._understood(self._readers[kind], content))

    async def _read(self, channel: str, media: Media, age: float, attempts: int) -> Media:
        try:
            async with asyncio.timeout(FETCHING):
                content = await self._sources[channel].fetch(media, MOST_BYTES)
        except MediaError as error:
            return replace(media, read=MediaRead(fault=error.fault))
        except (RetryLater, TimeoutError) as error:
            pause = error.after if isinstance(error, RetryLater) and error.after else None
            pause = pause or min(_LONGEST_PAUSE, 0.5 * 2.0 ** min(attempts, 10))
            if age + pause <= WAITING:
                raise RetryLater(str(error) or "too slow", after=pause) from error
            logger.warning("%s did not give a %s in time", channel, media.kind)
            return replace(media, read=MediaRead(fault="unavailable"))
        return replace(media, read=await self._understood(self._readers[media.kind], content))

    async def _understood(self, reader: Reader, content: bytes) -> MediaRead:
        try:
            read = await reader(content)
        except Exception as error:  # not its words: they may tell of what is in the medium
            logger.error("A reader failed: %s", type(error).__name__)
            return MediaRead(fault="failed")
        return _masked(read)


def masked(media: Media | None) -> Media | None:
    """A medium fit to be kept."""
    if media is None or media.read is None:
        return media
    return replace(media, read=_masked(media.read))


def _masked(read: MediaRead) -> MediaRead:
    return read if read.text is None else replace(read, text=mask(clean(read.text)))
