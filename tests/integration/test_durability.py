"""Processes killed, crashing messages, PostgreSQL restarted: nothing lost, doubled or reordered."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from actions.replies import Reply
from bot.mailbox import Mailbox, Receipt, open_mailbox
from bot.messages import Incoming, TurnResult
from bot.store.errors import StoreUnavailable
from tests.conftest import Server
from tests.mailroom import FAST, PARKED, Pigeon, echo, eventually, mailroom, said


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

    @asynccontextmanager
    async def kept_running(self) -> AsyncIterator[list[int]]:
        """Start a worker again whenever it dies; yields a list that grows with each death."""
        deaths: list[int] = []

        async def watch() -> None:
            while True:
                process = self.start()
                deaths.append(await asyncio.to_thread(process.wait))

        watching = asyncio.create_task(watch())
        try:
            yield deaths
        finally:
            watching.cancel()
            self.end()
            with contextlib.suppress(asyncio.CancelledError):
                await watching

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


async def check_all(mailbox: Mailbox, chat: str, messages: int) -> None:
    """Every message answered once, in the order of acceptance, each seeing the one before."""
    entries = await mailbox.transcript(f"web:{chat}", 10 * messages)
    accepted = [entry.incoming.message_id for entry in entries if entry.incoming]
    replies = [entry.reply for entry in entries if entry.reply]
    assert sorted(accepted, key=int) == [str(n) for n in range(messages)]
    assert [reply.message_id for reply in replies] == accepted
    counted = [reply.reply.text.partition("|")[2] for reply in replies]
    assert counted == [str(n) for n in range(1, messages + 1)]


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


async def test_kills_under_load_lose_double_and_reorder_nothing(
    conninfo: str, journal: Path
) -> None:
    chats, messages = [f"chat{n}" for n in range(5)], 12
    deliveries = [said(n, chat=chat) for n in range(messages) for chat in chats] * 2
    chance = random.Random(3)
    chance.shuffle(deliveries)
    async with open_mailbox(conninfo, timing=FAST) as mailbox:
        with workers_on(conninfo, journal) as workers:
            for _ in range(2):
                workers.start()

            async def load() -> None:
                for delivery in deliveries:
                    await mailbox.receive(delivery)
                    await asyncio.sleep(0.02)

            loading = asyncio.create_task(load())
            for _ in range(3):
                begun = len(workers.begun())
                await eventually(lambda begun=begun: len(workers.begun()) > begun, 20)  # type: ignore[misc]
                await asyncio.sleep(chance.uniform(0, 0.1))
                workers.kill(workers.running[0])
                workers.start()
            await loading
            for delivery in deliveries:
                await mailbox.answer_to(delivery, 20)
            for chat in chats:
                await check_all(mailbox, chat, messages)


async def test_a_message_that_kills_its_process_is_parked_and_its_neighbours_go_on(
    conninfo: str, journal: Path
) -> None:
    async with open_mailbox(conninfo, timing=FAST) as mailbox:
        with workers_on(conninfo, journal) as workers:
            async with workers.kept_running() as deaths:
                await mailbox.receive(said(1, "die"))
                await mailbox.receive(said(1, "slow", chat="binh"))
                (neighbour,) = await mailbox.answer_to(said(1, chat="binh"), 40)
                assert neighbour.reply.text == "slow|1"
                (apology,) = await mailbox.answer_to(said(1), 40)
                assert apology.reply == PARKED
                assert workers.begun().count("an/1") == 4
                assert len(deaths) == 4
                await mailbox.receive(said(2))
                assert (await mailbox.answer_to(said(2), 20))[0].reply.text == "tin 2|1"
                assert (await mailbox.counts()).parked == 1


async def test_postgresql_restarted_under_load(server: Server, conninfo: str) -> None:
    chats, messages = [f"chat{n}" for n in range(4)], 15
    pigeon = Pigeon(channel="telegram")

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        time.sleep(0.01)
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle, [pigeon]) as mailbox:

        async def citizen(chat: str, channel: str) -> None:
            for number in range(messages):
                incoming = said(number, chat=chat, channel=channel)
                receipt = await persist(partial(mailbox.receive, incoming))
                assert receipt in (Receipt.ACCEPTED, Receipt.DUPLICATE)
                await persist(partial(mailbox.answer_to, incoming, 30))

        citizens = [citizen(chat, "web") for chat in chats] + [citizen("an", "telegram")]
        loading = asyncio.gather(*citizens)
        for _ in range(2):
            await asyncio.sleep(0.4)
            await asyncio.to_thread(server.restart)
        await loading
        for chat in chats:
            await check_all(mailbox, chat, messages)
        wanted = [f"tin {n}|{n + 1}" for n in range(messages)]
        await eventually(lambda: bool(pigeon.texts("an")) and pigeon.texts("an")[-1] == wanted[-1])
        once = [
            text
            for i, text in enumerate(pigeon.texts("an"))
            if i == 0 or text != pigeon.texts("an")[i - 1]
        ]
        assert once == wanted  # in order; one under way during a restart may have come twice
        with psycopg.connect(conninfo) as con:
            deaths = con.execute("SELECT sum(deaths) FROM messages").fetchone()
        assert deaths == (0,)


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
