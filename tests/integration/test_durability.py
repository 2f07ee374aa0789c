"""Processes killed, crashing messages, PostgreSQL restarted: nothing lost, doubled or reordered."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from actions.replies import Reply
from bot.mailbox import open_mailbox
from bot.messages import Incoming, TurnResult
from bot.store.errors import StoreUnavailable
from tests.chaos import loads, report
from tests.chaos.storm import Plan, storm
from tests.conftest import Server
from tests.mailroom import FAST, eventually, mailroom, said


class Workers:
    """Starts worker processes on one database and kills them."""

    def __init__(self, conninfo: str, journal: Path) -> None:
        self._conninfo = conninfo
        self.journal = journal
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, timing: str = "fast") -> subprocess.Popen[bytes]:
        """Start one more."""
        command = [sys.executable, "-m", "tests.durable_worker"]
        process = subprocess.Popen(
            [*command, self._conninfo, str(self.journal), timing], stderr=subprocess.DEVNULL
        )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End one without any warning."""
        process.kill()
        process.wait()
        self.running.remove(process)

    def begun(self) -> list[str]:
        """The turns begun so far, as chat/message."""
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    def end(self) -> None:
        """Kill whatever still runs."""
        for process in self.running:
            process.kill()
            process.wait()


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Where workers write down what they begin."""
    return tmp_path / "journal"


@contextmanager
def workers_on(conninfo: str, journal: Path) -> Iterator[Workers]:
    """Workers that are gone afterwards."""
    workers = Workers(conninfo, journal)
    try:
        yield workers
    finally:
        workers.end()


async def persist(send: Callable[[], Any]) -> Any:
    """Repeat while PostgreSQL is away, as a channel that gets no 200 does."""
    for _ in range(200):
        try:
            return await send()
        except StoreUnavailable:
            await asyncio.sleep(0.05)
    raise AssertionError("PostgreSQL did not come back")


async def test_a_killed_workers_message_is_answered_within_15_seconds(
    embedded_conninfo: str, journal: Path
) -> None:
    """With the times of production."""
    async with open_mailbox(embedded_conninfo) as mailbox:
        with workers_on(embedded_conninfo, journal) as workers:
            first = workers.start("real")
            await mailbox.receive(said(0, "slow"))
            await mailbox.receive(said(1))
            await eventually(lambda: workers.begun() == ["an/0"], 20)
            workers.kill(first)
            killed = time.monotonic()
            workers.start("real")
            (reply,) = await mailbox.answer_to(said(0), 20)
            assert time.monotonic() - killed <= 15
            assert reply.reply.text == "slow|1"
            assert (await mailbox.answer_to(said(1), 5))[0].reply.text == "tin 1|2"


@pytest.mark.timeout(240)
def test_a_storm_loses_doubles_and_reorders_nothing(server: Server) -> None:
    """30 kills, PostgreSQL stopped and crashed, a worker frozen, refusals, a message that raises,
    one that kills, timers: see ``tests/chaos``."""
    plan = Plan(
        seconds=12, seed=3, freezes=1, timing=FAST,
        most_twice=0.15,  # a kill doubles what is being sent, and here are a few messages for each
        recovery=90.0,  # other tests use this machine; the first test holds the time
    )  # fmt: skip
    with server.fresh() as conninfo:
        result = asyncio.run(storm(server, conninfo, plan))
    assert result.faults(plan) == []
    assert (result.kills, result.timers) == (30, plan.timers)
    assert "k" in report.spark(result) and server.name in report.table([result], plan)


def test_a_flood_from_one_chat_and_a_backlog(embedded_server: Server) -> None:
    for load in (partial(loads.flood, size=40), partial(loads.backlog, size=300, chats=30)):
        with embedded_server.fresh() as conninfo:
            done = asyncio.run(load(conninfo))
        assert done.faults == []
        assert done.told


async def test_after_an_outage_everything_works_again(server: Server, conninfo: str) -> None:
    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        return TurnResult({}, (Reply("vâng"),))

    async with mailroom(conninfo, handle) as mailbox:
        follower = mailbox.follow("web:an")
        await asyncio.to_thread(server.restart)
        await persist(lambda: mailbox.receive(said(1)))
        assert (await asyncio.wait_for(anext(follower), 15)).reply.text == "vâng"
        await follower.aclose()
        await persist(mailbox.check)
