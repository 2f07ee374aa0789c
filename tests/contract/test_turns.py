"""Handlers that raise, hang, lie or are interrupted; the citizen and the neighbours go on."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager

from actions.dossier_sources.port import Finding
from actions.replies import Reply
from bot import jobs
from bot import worker as worker_module
from bot.mailbox import Mailbox, open_mailbox
from bot.media import MediaRoom
from bot.messages import PHOTO, Incoming, Media, MediaRead, TurnResult
from bot.worker import Worker
from tests.mailroom import FAST, PARKED, echo, eventually, mailroom, said


@pytest.fixture(autouse=True)
def _short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "FAILURE_BACKOFF", (0.05, 0.1, 0.1))


async def test_a_handler_that_raises_once_is_tried_again_in_its_place(conninfo: str) -> None:
    calls: list[str] = []

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        calls.append(incoming.message_id)
        if state is not None:
            state["seen"].append("half done")  # must not survive the failure
        if calls.count("2") == 1 and incoming.message_id == "2":
            raise ValueError("lỗi thử")
        return echo(incoming, state and {"seen": state["seen"][:-1]}, now)

    async with mailroom(conninfo, handle) as mailbox:
        for n in (1, 2, 3):
            await mailbox.receive(said(n))
        (last,) = await mailbox.answer_to(said(3), 10)
        assert last.reply.text == "tin 3|3"
        assert calls == ["1", "2", "2", "3"]
        counts = await mailbox.counts()
        assert counts.parked == 0
        with psycopg.connect(conninfo) as con:
            found = con.execute("SELECT deaths, failures FROM messages ORDER BY id").fetchall()
        assert found == [(0, 0), (0, 1), (0, 0)]


async def test_a_handler_that_always_raises_ends_in_an_apology(conninfo: str) -> None:
    calls: Counter[str] = Counter()

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        calls[incoming.message_id] += 1
        if incoming.message_id == "2":
            raise SystemExit  # not even this ends the worker
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle) as mailbox:
        for n in (1, 2, 3):
            await mailbox.receive(said(n))
        await mailbox.receive(said(1, chat="binh"))
        assert (await mailbox.answer_to(said(1, chat="binh"), 10))[0].reply.text == "tin 1|1"
        (apology,) = await mailbox.answer_to(said(2), 10)
        assert apology.reply == PARKED
        assert calls["2"] == 4
        (last,) = await mailbox.answer_to(said(3), 10)
        assert last.reply.text == "tin 3|2"  # the state is as message 1 left it
        counts = await mailbox.counts()
        assert counts.parked == 1
        assert counts.events["parked"] == 1


@pytest.mark.parametrize("kind", ["look-up", "medium"])
async def test_a_source_that_always_breaks_ends_in_an_apology(
    embedded_conninfo: str, kind: str
) -> None:
    class Broken:
        channel = "web"

        async def fetch(self, media: Media, most: int) -> bytes:
            raise KeyError("file_path")

    async def look_up(code: str, incoming: Incoming) -> Finding:
        raise KeyError("status")

    async def read(content: bytes) -> MediaRead:
        return MediaRead()

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        if incoming.message_id == "1":
            return TurnResult({}, (), lookup="H57-260915-0042")
        return echo(incoming, state, now)

    room = MediaRoom({PHOTO: read}, [Broken()])
    async with mailroom(embedded_conninfo, handle, look_up=look_up, media=room) as mailbox:
        media = Media(PHOTO, "file-1") if kind == "medium" else None
        await mailbox.receive(replace(said(1), media=media))
        (apology,) = await mailbox.answer_to(said(1), 10)
        assert apology.reply == PARKED
        await mailbox.receive(said(2))  # the conversation goes on
        assert (await mailbox.answer_to(said(2), 10))[0].reply.text == "tin 2|1"


async def test_the_first_message_given_up_leaves_no_state(conninfo: str) -> None:
    states: list[object] = []

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        states.append(state)
        if incoming.message_id == "1":
            raise ValueError
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle) as mailbox:
        await mailbox.receive(said(1))
        await mailbox.receive(said(2))
        await mailbox.answer_to(said(2), 10)
        assert states == [None] * 5


async def test_a_handler_that_hangs_is_left_behind(conninfo: str) -> None:
    release = threading.Event()

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        if incoming.message_id == "1":
            release.wait(30)
        return echo(incoming, state, now)

    began = time.monotonic()
    async with mailroom(conninfo, handle, turn_limit=0.2) as mailbox:
        await mailbox.receive(said(1))
        await mailbox.receive(said(2))
        assert [one.reply for one in await mailbox.answer_to(said(1), 10)] == [PARKED]
        assert (await mailbox.answer_to(said(2), 10))[0].reply.text == "tin 2|1"
    assert time.monotonic() - began < 8  # leaving does not wait for the threads that hang
    release.set()


async def test_a_result_that_cannot_be_stored_is_the_handlers_error(conninfo: str) -> None:
    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        if incoming.message_id == "1":
            return TurnResult({"bad": "\x00"}, (Reply("a"),))
        if incoming.message_id == "2":
            return TurnResult({"bad": object()}, (Reply("a"),))
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle) as mailbox:
        for n in (1, 2, 3):
            await mailbox.receive(said(n))
        assert [one.reply for one in await mailbox.answer_to(said(1), 10)] == [PARKED]
        assert [one.reply for one in await mailbox.answer_to(said(2), 10)] == [PARKED]
        assert (await mailbox.answer_to(said(3), 10))[0].reply.text == "tin 3|1"


async def test_a_turn_may_say_nothing(conninfo: str) -> None:
    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        return TurnResult({}, ())

    async with mailroom(conninfo, handle) as mailbox:
        await mailbox.receive(said(1))
        assert await mailbox.answer_to(said(1), 10) == []


async def test_a_turn_that_asks_to_be_forgotten_leaves_only_itself(conninfo: str) -> None:
    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        forget = incoming.text == said(2).text
        return TurnResult({"forgot": forget}, (Reply(f"về {incoming.text}"),), erase=forget)

    async with mailroom(conninfo, handle) as mailbox:
        for number in (1, 2):
            await mailbox.receive(said(number))
            await mailbox.answer_to(said(number), 10)
        kept = await mailbox.replies(said(1).conversation)
        assert [r.reply.text for r in kept] == [f"về {said(2).text}"]
        history = await mailbox.transcript(said(1).conversation)
        assert [e.incoming.text for e in history if e.incoming] == [said(2).text]


async def test_a_message_brought_twice_to_the_worker_is_done_once(conninfo: str) -> None:
    async with mailroom(conninfo) as mailbox:
        await mailbox.receive(said(1))
        await mailbox.answer_to(said(1), 10)
        async with mailbox.store.transaction() as con:
            row = await (await con.execute("SELECT id FROM messages")).fetchone()
            assert row is not None
            for _ in range(3):
                await mailbox.jobs.enqueue_turn(con, row["id"], "web:an")
        await mailbox.receive(said(2))
        (reply,) = await mailbox.answer_to(said(2), 10)
        assert reply.reply.text == "tin 2|2"
        assert len(await mailbox.replies("web:an")) == 2


async def test_two_workers_on_one_message_save_it_once(conninfo: str) -> None:
    """What happens when a worker is taken for dead and is only slow."""
    both = threading.Barrier(2)

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        both.wait(10)
        return echo(incoming, state, now)

    async with open_mailbox(conninfo, timing=FAST) as mailbox:
        await mailbox.receive(said(1))
        async with mailbox.store.connection() as con:
            row = await (await con.execute("SELECT id FROM messages")).fetchone()
            assert row is not None
        workers = [Worker(mailbox, handle, parked_reply=PARKED) for _ in range(2)]
        await asyncio.gather(*(worker._turn(row["id"], 0) for worker in workers))
        assert len(await mailbox.replies("web:an")) == 1
        assert (await mailbox.counts()).events == {"echoed": 1}


async def test_a_state_that_moved_on_is_read_again(conninfo: str) -> None:
    calls = []

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        calls.append(state)
        if len(calls) == 2:  # somebody else changes the conversation meanwhile
            with psycopg.connect(conninfo) as con:
                con.execute(
                    'UPDATE conversations SET version = version + 1, state = \'{"seen": ["x"]}\''
                )
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle) as mailbox:
        await mailbox.receive(said(1))
        await mailbox.answer_to(said(1), 10)
        await mailbox.receive(said(2))
        (reply,) = await mailbox.answer_to(said(2), 10)
        assert reply.reply.text == "tin 2|2"
        assert calls == [None, {"seen": ["1"]}, {"seen": ["x"]}]


async def test_stopping_finishes_what_has_begun(conninfo: str) -> None:
    begun = threading.Event()

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        begun.set()
        time.sleep(0.5)
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle) as mailbox:
        await mailbox.receive(said(1))
        await asyncio.to_thread(begun.wait, 10)
    async with open_mailbox(conninfo) as mailbox:
        assert (await mailbox.answer_to(said(1), 1))[0].reply.text == "tin 1|1"


async def test_a_waiting_message_of_a_chat_follows_at_once(conninfo: str) -> None:
    """The worker is told when a lock is free; it does not wait for its next look."""
    slow = replace(FAST, poll=30.0)
    async with mailroom(conninfo, timing=slow, concurrent_turns=4) as mailbox:
        began = time.monotonic()
        await asyncio.gather(*(mailbox.receive(said(n)) for n in range(15)))
        for n in range(15):
            await mailbox.answer_to(said(n), 20)
        assert time.monotonic() - began < 5


async def test_a_message_that_comes_while_the_worker_looks_is_not_overlooked(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker finds nothing, and is told of a message before it knows that it found nothing."""
    look = JobManager.fetch_job
    ready: asyncio.Future[Mailbox] = asyncio.get_running_loop().create_future()
    looks = []

    async def slow_look(manager: JobManager, queues: Any, worker_id: int) -> Any:
        job = await look(manager, queues, worker_id)
        looks.append(job)
        if len(looks) == 1:
            await (await ready).receive(said(1))
            await asyncio.sleep(0.3)
        return job

    monkeypatch.setattr(JobManager, "fetch_job", slow_look)
    async with mailroom(conninfo, timing=replace(FAST, poll=30.0)) as mailbox:
        ready.set_result(mailbox)
        await eventually(lambda: bool(looks))
        assert looks[0] is None
        await mailbox.receive(said(1))
        assert await mailbox.answer_to(said(1), 5)


@pytest.mark.parametrize("failures", [2, 4])
async def test_a_jobs_end_that_cannot_be_written_does_not_lock_the_chat_for_ever(
    conninfo: str, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    """Two failures are written again; four make the worker begin anew, and its job come back."""
    monkeypatch.setattr(jobs, "WRITE_AGAIN_SECONDS", (0.05, 0.05, 0.05))
    finish = JobManager.finish_job_by_id_async
    left = [failures]

    async def failing(manager: JobManager, *arguments: Any, **named: Any) -> None:
        if left[0] > 0:
            left[0] -= 1
            raise ConnectorException from psycopg.OperationalError("gone")
        await finish(manager, *arguments, **named)

    monkeypatch.setattr(JobManager, "finish_job_by_id_async", failing)
    async with mailroom(conninfo) as mailbox:
        for n in (1, 2):
            await mailbox.receive(said(n))
        assert (await mailbox.answer_to(said(2), 10))[0].reply.text == "tin 2|2"
        assert left == [0]
        for _ in range(100):
            async with mailbox.store.connection() as con:
                cursor = await con.execute("SELECT count(*) AS n FROM procrastinate_jobs")
                row = await cursor.fetchone()
            if row == {"n": 0}:
                break
            await asyncio.sleep(0.05)
        assert row == {"n": 0}


async def test_a_turn_that_forgets_leaves_only_itself(conninfo: str) -> None:
    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        if incoming.message_id == "2":
            return TurnResult({}, (Reply("đã xoá"),), erase=True)
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle) as mailbox:
        await mailbox.remind_at("web", "an", datetime.now(UTC) + timedelta(days=1), "tiep")
        for chat in ("an", "binh"):
            await mailbox.receive(said(1, chat=chat))
        for n in (2, 3):
            await mailbox.receive(said(n))
        assert (await mailbox.answer_to(said(3), 10))[0].reply.text == "tin 3|1"
        lines = await mailbox.transcript("web:an")
        said_there = [line.incoming.message_id for line in lines if line.incoming]
        assert said_there == ["2", "3"]
        assert len(await mailbox.replies("web:an")) == 2
        await mailbox.answer_to(said(1, chat="binh"), 10)
        assert len(await mailbox.transcript("web:binh")) == 2
        with psycopg.connect(conninfo) as con:
            left = con.execute("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'remind'")
            assert left.fetchall() == []
