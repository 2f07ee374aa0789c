"""Processes that are started again whenever they die, as systemd or Docker does it."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess

from tests.chaos.roles import Place

Role = Callable[[Place], None]
# Everything heavy is imported once, in the server that the processes are forked from: a process
# that takes its place is there in a tenth of a second, as often as it is killed.
_SERVER = multiprocessing.get_context("forkserver")
_PRELOADED = ["tests.chaos.roles"]


class Crowd:
    """Some processes of each role, each in its place until the end."""

    def __init__(self, place: Place, roles: dict[str, Role]) -> None:
        """``roles``: by the name of a place, such as ``worker 1``."""
        self._place = place
        self._roles = roles
        self._running: dict[str, BaseProcess] = {}
        self._frozen: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.deaths = 0
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    @property
    def names(self) -> list[str]:
        """The places."""
        return list(self._roles)

    def kill(self, name: str) -> None:
        """``kill -9``, whatever it is doing; another takes its place."""
        with self._lock:
            self._running[name].kill()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Stop one in the midst of what it does (SIGSTOP) and let it go on afterwards."""
        pid = self._stopped(name)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # it may have been killed meanwhile
                os.kill(pid, signal.SIGCONT)

    def _stopped(self, name: str) -> int:
        """The id of the one in its place, stopped. It may have died by itself this moment, while
        PostgreSQL is away: then the next one is meant, as soon as it stands there."""
        while True:
            with self._lock:
                pid = self._running[name].pid
            assert pid
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                return pid
            time.sleep(0.05)

    def _keep(self) -> None:
        while not self._over.is_set():
            with self._lock:
                for name, process in self._running.items():
                    if not process.is_alive():
                        self.deaths += 1
                        process.join()
                        self._running[name] = self._start(name)
            self._over.wait(0.05)

    def _start(self, name: str) -> BaseProcess:
        process = _SERVER.Process(target=self._roles[name], args=(self._place,), daemon=True)
        process.start()
        return process

    def begin(self) -> None:
        """Start all of them."""
        _SERVER.set_forkserver_preload(_PRELOADED)
        with self._lock:
            self._running = {name: self._start(name) for name in self._roles}
        self._keeper.start()

    def end(self) -> None:
        """Kill all of them for good."""
        self._over.set()
        self._keeper.join()
        for process in self._running.values():
            process.kill()
            process.join()


@contextmanager
def crowd(place: Place, roles: dict[str, Role]) -> Iterator[Crowd]:
    """Running processes that are gone afterwards."""
    everybody = Crowd(place, roles)
    everybody.begin()
    try:
        yield everybody
    finally:
        everybody.end()


def moments(count: int, seconds: float, chance: random.Random) -> Iterator[float]:
    """``count`` random moments within ``seconds`` from now, as pauses from one to the next."""
    began = time.monotonic()
    for at in sorted(chance.uniform(0, seconds) for _ in range(count)):
        yield max(0.0, began + at - time.monotonic())
