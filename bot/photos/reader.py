"""Reads photographs in processes of their own, started when first needed and kept for a while."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.messages import MediaRead
from bot.photos import LENGTH

logger = logging.getLogger(__name__)

BUSY, FAILED = "busy", "failed"
_ROOT = Path(__file__).resolve().parent.parent.parent
_PROGRAM = (sys.executable, "-m", "bot.photos.program")
_WAITING = 24  # photographs that may wait; who comes then is asked to send theirs later


class PhotoReader:
    """A :data:`bot.media.Reader` of photographs; build it with :func:`open_photo_reader`."""

    def __init__(
        self,
        *,
        limit: float = 20.0,
        idle: float = 120.0,
        starting: float = 20.0,
        at_once: int | None = None,
        program: Sequence[str] = _PROGRAM,
    ) -> None:
        """``limit``: seconds until a process that reads is killed, ``starting`` more where it only
        begins; ``idle``: until one that does not read is let go; ``at_once``: processes, by default
        one a core, four at most."""
        self._limit = limit
        self._idle_for = idle
        self._starting = starting
        self._room = asyncio.Semaphore(at_once or min(4, len(os.sched_getaffinity(0))))
        self._program = program
        self._idle: list[tuple[asyncio.subprocess.Process, asyncio.TimerHandle]] = []
        self._inside = 0

    async def __call__(self, content: bytes) -> MediaRead:
        """What was read of a file: codes, or a fault of :class:`bot.photos.eye.Seen`, ``busy``
        where too many are waiting, ``failed`` where it took too long or broke its process."""
        if self._inside >= _WAITING:
            return MediaRead(fault=BUSY)
        self._inside += 1
        try:
            async with self._room:
                return await self._read(content)
        finally:
            self._inside -= 1

    async def _read(self, content: bytes) -> MediaRead:
        try:
            process, limit = await self._process()
        except OSError as error:
            logger.error("No photograph can be read: %s", error)
            return MediaRead(fault=FAILED)
        try:
            async with asyncio.timeout(limit):
                read = await _told(process, content)
        except BaseException as error:
            await _killed(process)  # when cancelled too: its answer would be the next one's
            if not isinstance(error, (TimeoutError, OSError, EOFError, ValueError)):
                raise
            logger.warning("A photograph could not be read: %s", type(error).__name__)
            return MediaRead(fault=FAILED)
        self._keep(process)
        return read

    async def _process(self) -> tuple[asyncio.subprocess.Process, float]:
        """A process, and how long it may take: one that begins takes longer."""
        while self._idle:
            process, timer = self._idle.pop()
            timer.cancel()
            if process.returncode is None:
                return process, self._limit
        return await asyncio.create_subprocess_exec(
            *self._program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # a library may say there what it saw
            cwd=_ROOT,
            env={"PATH": os.defpath, "OMP_NUM_THREADS": "1"},  # no secrets
        ), self._starting + self._limit

    def _keep(self, process: asyncio.subprocess.Process) -> None:
        loop = asyncio.get_running_loop()
        self._idle.append((process, loop.call_later(self._idle_for, self._let_go, process)))

    def _let_go(self, process: asyncio.subprocess.Process) -> None:
        self._idle = [one for one in self._idle if one[0] is not process]
        if process.stdin is not None:
            process.stdin.close()  # it ends with its input

    async def close(self) -> None:
        """End the processes that wait."""
        while self._idle:
            process, timer = self._idle.pop()
            timer.cancel()
            await _killed(process)


@asynccontextmanager
async def open_photo_reader(**options: Any) -> AsyncIterator[PhotoReader]:
    """A reader whose processes end with the block; nothing is started before the first picture."""
    reader = PhotoReader(**options)
    try:
        yield reader
    finally:
        await reader.close()


async def _told(process: asyncio.subprocess.Process, content: bytes) -> MediaRead:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(LENGTH.pack(len(content)) + content)
    await process.stdin.drain()
    line = await process.stdout.readline()
    if not line:
        raise EOFError
    told = json.loads(line)
    return MediaRead(tuple(told["codes"]), fault=told["fault"])


async def _killed(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await process.wait()
