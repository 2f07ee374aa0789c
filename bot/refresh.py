"""Keeps a running program's knowledge up with the synchronised records."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from operator import eq

from bot.brain import Brain, Mind
from bot.store.errors import StoreUnavailable
from bot.store.listener import Listener
from bot.store.pool import Store
from bot.store.portal import read_portal
from bot.store.portal_records import NOTICES
from bot.threads import Threads
from knowledge_base.overlay import Synchronised

logger = logging.getLogger(__name__)

AGAIN_SECONDS = (1.0, 5.0, 30.0, 120.0)  # after a failure; the next notice tries at once
# While an index is built, the interpreter changes threads this often: a question that needs the
# interpreter twenty times then waits milliseconds for it, not twenty times five.
_SWITCH_SECONDS = 0.0005
_GARBAGE = (50_000, 20, 100)  # as gc.set_threshold: young garbage is still found, the rest later
_LIMIT_SECONDS = 3600.0

# The minds that follow from what is known and what the portal says: a first one may come soon,
# the last one is whole.
Build = Callable[[Mind, Synchronised], Iterator[Mind]]


class Refresh:
    """Listens for the end of a synchronisation or an import, builds beside the answers, exchanges.

    Whatever goes wrong, the program goes on with what it knows, says why in the log and tries
    again.
    """

    def __init__(self, store: Store, brain: Brain, build: Build, known: Synchronised) -> None:
        """``known``: what ``brain`` was built on; ``build`` is called in a thread."""
        self._store = store
        self._brain = brain
        self._build = build
        self._known = known
        self._told = asyncio.Event()
        self._threads = Threads()  # daemons: a long build does not keep the program from ending

    async def run(self) -> None:
        """Until cancelled. The database may come and go meanwhile."""
        listener = Listener(
            self._store.conninfo,
            [NOTICES],
            heard=lambda *_: self._told.set(),
            connected=self._told.set,  # what was said while there was no connection
        )
        listener.begin()
        try:
            failures = 0
            while True:
                await self._wait(failures)
                self._told.clear()
                failures = 0 if await self._refreshed() else failures + 1
        finally:
            await listener.stop()
            self._threads.close()

    async def _wait(self, failures: int) -> None:
        """For a notice, or for the time to try again."""
        if not failures:
            await self._told.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS)) - 1]):
                await self._told.wait()

    async def _refreshed(self) -> bool:
        """Whether what is known is what the database holds."""
        try:
            portal = await read_portal(self._store, self._brain.world.knowledge.curated)
            if await asyncio.to_thread(eq, portal, self._known):
                return True
            logger.info(
                "%s synchronised records, %s withdrawn: building what is known anew",
                len(portal.records), len(portal.withdrawn),
            )  # fmt: skip
            await self._threads.run(_LIMIT_SECONDS, self._exchange, portal)
        except StoreUnavailable as error:
            logger.warning("The synchronised records cannot be read now: %s", error)
            return False
        except Exception:
            logger.exception("The new records could not be taken in; the old ones go on answering")
            return False
        self._known = portal
        return True

    def _exchange(self, portal: Synchronised) -> None:
        began = time.monotonic()
        with beside_answers():
            for mind in self._build(self._brain.mind, portal):
                self._brain.change(mind)
                settle()
                logger.info(
                    "Answers come from %s procedures now, after %.1f s",
                    len(mind.world.knowledge.procedures), time.monotonic() - began,
                )  # fmt: skip


@contextmanager
def beside_answers() -> Iterator[None]:
    """During the block, whoever builds much holds up the threads that answer for moments only: the
    interpreter is passed on soon, and is seldom stopped to look for garbage."""
    usual, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.set_threshold(*_GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(usual)


def settle() -> None:
    """What was built is here to stay: no later search for garbage goes through it, which would
    stop every thread for a second. It is freed all the same when nothing holds it. What building
    needed besides is given back to the system, which glibc alone does not do."""
    gc.collect()
    gc.freeze()
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
