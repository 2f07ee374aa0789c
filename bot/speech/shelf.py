"""Sounds made once and kept as files, named by a digest of what they say and how.

Several processes may share a folder: a file appears whole or not at all, and whoever finds one
gone makes it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import time
from hashlib import sha256
from pathlib import Path

from bot.speech.port import Speaker
from knowledge_base.spoken.lexicon import Region

_log = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024 * 1024  # some 5,000 sounds
_LEFT = 0.8  # of it, after clearing
_CLEAR_EVERY = 64  # sounds kept


class Shelf:
    """A speaker that remembers."""

    def __init__(
        self, speaker: Speaker, folder: Path, *, most: int = MOST_BYTES, days: float = 30.0
    ) -> None:
        """``most``: bytes kept, those unheard for longest go first; ``days``: age at which a sound
        goes even so, like the conversations it may come from."""
        self.name = speaker.name
        self._speaker = speaker
        self._folder = folder
        self._most = most
        self._seconds = days * 24 * 3600
        self._kept = 0
        self._making: dict[Path, asyncio.Task[bytes]] = {}

    async def speak(self, words: str, region: Region) -> bytes:
        """See :class:`bot.speech.port.Speaker`; the same sound is made once at a time."""
        told = f"{self.name}\0{region.value}\0{words}"
        path = self._folder / f"{sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()}.mp3"
        found = await asyncio.to_thread(_read, path)
        if found:
            return found
        making = self._making.get(path)
        if making is None:
            making = asyncio.create_task(self._make(path, words, region))
            self._making[path] = making
            making.add_done_callback(lambda _: self._making.pop(path, None))
        # Whoever asked first may go away; the others still wait for it.
        return await asyncio.shield(making)

    async def _make(self, path: Path, words: str, region: Region) -> bytes:
        sound = await self._speaker.speak(words, region)
        try:
            await asyncio.to_thread(_write, path, sound)
            if self._kept % _CLEAR_EVERY == 0:
                await asyncio.to_thread(self._clear)
            self._kept += 1
        except OSError as error:  # a full disk is no reason to be silent
            _log.warning("A sound is not kept: %s", error)
        return sound

    def _clear(self) -> None:
        """Remove what is too old (half a file of a process that died too), then the longest unheard
        until there is room."""
        found = []
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        found.sort()
        total = sum(size for _, size, _ in found)
        old = time.time() - self._seconds
        room = self._most * _LEFT if total > self._most else total
        for heard, size, path in found:
            if heard >= old and total <= room:
                break
            path.unlink(missing_ok=True)
            total -= size


def _read(path: Path) -> bytes:
    """The file, marked as heard now; empty where there is none."""
    try:
        os.utime(path)
        return path.read_bytes()
    except OSError:
        return b""


def _write(path: Path, sound: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.stem}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        fresh.write_bytes(sound)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
