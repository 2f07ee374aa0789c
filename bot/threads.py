"""Threads for turns: work with a time limit, and a gate for work that may kill the process."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _Outcome(Generic[T]):
    """What a call came to: its value, or the exception it raised."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._error: BaseException | None = None
        try:
            self._value = function()
        except BaseException as error:  # a thread has nobody else to tell, SystemExit included
            self._error = error

    def result(self) -> T:
        """Return the value or raise; what is no ``Exception`` becomes a RuntimeError."""
        if self._error is None:
            return self._value
        if isinstance(self._error, Exception):
            raise self._error
        raise RuntimeError(f"the call raised {type(self._error).__name__}") from self._error


class _Thread:
    """One daemon thread that runs calls one after another. Being a daemon, it never keeps the
    program from ending, as a thread of ``concurrent.futures`` would."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="turn", daemon=True).start()

    def call(self, function: Callable[[], T]) -> asyncio.Future[_Outcome[T]]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Outcome[T]] = loop.create_future()

        def deliver(outcome: _Outcome[T]) -> None:
            if not future.done():
                future.set_result(outcome)

        def work() -> None:
            outcome = _Outcome(function)
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(deliver, outcome)

        self._calls.put(work)
        return future

    def end(self) -> None:
        """Let the thread end once its present call is over."""
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


class Threads:
    """Runs calls in threads kept for the next call; a thread whose call outlives its limit is left
    alone and replaced, because Python cannot stop it."""

    def __init__(self) -> None:
        self._idle: list[_Thread] = []

    async def run(self, limit: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)``; raises what it raises, and TimeoutError after ``limit``
        seconds."""
        thread = self._idle.pop() if self._idle else _Thread()
        future = thread.call(lambda: function(*arguments))
        try:
            async with asyncio.timeout(limit):
                outcome = await future
        except BaseException:
            thread.end()
            raise
        self._idle.append(thread)
        return outcome.result()

    def close(self) -> None:
        """Let the idle threads end."""
        while self._idle:
            self._idle.pop().end()


class Gate:
    """Lets ``width`` pass at a time, or one that must be alone.

    A message that was under way when a process died may have killed it. It is tried again alone:
    were it tried beside its neighbours, they would be counted dead with it, and parked with it.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._places = asyncio.Semaphore(width)
        self._entry = asyncio.Lock()

    @asynccontextmanager
    async def passing(self, *, alone: bool) -> AsyncIterator[None]:
        """Wait for a place (for all places if ``alone``) and hold it during the block."""
        wanted = self._width if alone else 1
        held = 0
        try:
            async with self._entry:  # one at a time collects places, or two could block each other
                while held < wanted:
                    await self._places.acquire()
                    held += 1
            yield
        finally:
            for _ in range(held):
                self._places.release()
