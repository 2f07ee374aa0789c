"""Much at once: a flood from one chat, a backlog of thousands; and the whole program, killed."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import psycopg

from actions.replies import Reply
from bot.mailbox import Mailbox, Receipt, open_mailbox
from bot.messages import Incoming, TurnResult
from bot.settings import ROOT, Settings
from bot.store import messages
from bot.worker import Worker
from tests.mailroom import PARKED, mailroom, said
from tests.program import free_port
from tests.servers import open_folder

_AT_ONCE = 500  # messages a transaction while a backlog is laid down


@dataclass
class Load:
    """What came of one: lines to print, and what is not as it must be."""

    name: str
    told: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def count(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """A turn that costs nothing and says how many there were."""
    seen = (state or {}).get("seen", 0) + 1
    return TurnResult({"seen": seen}, (Reply(str(seen)),))


async def flood(conninfo: str, size: int = 400) -> Load:
    """One chat sends ``size`` messages at once, while others talk."""
    load = Load("flood from one chat")
    async with mailroom(conninfo, count) as mailbox:
        calm = await _talk(mailbox, "trước")
        flooding = asyncio.create_task(
            asyncio.to_thread(asyncio.run, _flood(conninfo, size)), name="flood"
        )
        beside = await _talk(mailbox, "trong lúc")
        receipts = await flooding
        refused = receipts.count(Receipt.CROWDED)
        for number, receipt in enumerate(receipts):
            if receipt is Receipt.ACCEPTED:
                await mailbox.answer_to(said(number, chat="lũ"), 30)
        answers = [int(one.reply.text) for one in await mailbox.replies("web:lũ", limit=size)]
    load.told.append(
        f"{size} messages, {len(answers)} taken in and answered, {refused} asked to wait; "
        f"others waited {calm * 1000:.0f} ms before and {beside * 1000:.0f} ms during"
    )
    if answers != list(range(1, len(answers) + 1)) or len(answers) + refused != size:
        load.faults.append("the flood was not answered in order")
    if beside > max(1.0, 20 * calm):
        load.faults.append(f"others waited {beside:.1f} s")
    return load


async def _flood(conninfo: str, size: int) -> list[Receipt]:
    async with open_mailbox(conninfo) as door:
        return await asyncio.gather(*(door.receive(said(n, chat="lũ")) for n in range(size)))


async def _talk(mailbox: Mailbox, name: str) -> float:
    """Seconds a citizen waits, most often (median of 10 messages)."""
    took = []
    for number in range(10):
        began = time.perf_counter()
        incoming = said(number, chat=f"người {name}")
        await mailbox.receive(incoming)
        await mailbox.answer_to(incoming, 30)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


async def backlog(conninfo: str, size: int = 20_000, chats: int = 500) -> Load:
    """``size`` messages wait in ``chats`` chats when a worker comes back."""
    load = Load(f"backlog of {size:,}")
    async with open_mailbox(conninfo) as mailbox:
        await _lay_down(mailbox, size, chats)
        stop = asyncio.Event()
        began = time.monotonic()
        working = asyncio.create_task(
            Worker(mailbox, count, parked_reply=PARKED).run(stop), name="worker"
        )
        marks: list[float] = []  # seconds at which each tenth was done
        for tenth in range(1, 11):
            while await _done(mailbox) < size * tenth // 10:
                await asyncio.sleep(0.2)
                if time.monotonic() - began > size / 10:
                    load.faults.append("it does not come to an end")
                    stop.set()
                    await working
                    return load
            marks.append(time.monotonic() - began)
        stop.set()
        await working
    first, last = size / 10 / marks[0], size / 10 / max(0.001, marks[9] - marks[8])
    load.told.append(
        f"answered in {marks[9]:.0f} s: {size / marks[9]:.0f}/s, "
        f"the first tenth at {first:.0f}/s, the last at {last:.0f}/s"
    )
    with psycopg.connect(conninfo) as con:
        wrong = con.execute(
            "SELECT count(*) FROM (SELECT (r.body ->> 'text')::int AS said, row_number()"
            " OVER (PARTITION BY m.chat ORDER BY m.id) AS place FROM messages m"
            " JOIN replies r ON r.message = m.id) AS answered WHERE said <> place"
        ).fetchone()
    if wrong != (0,):
        load.faults.append(f"{wrong} out of order")
    return load


async def _lay_down(mailbox: Mailbox, size: int, chats: int) -> None:
    """Keep messages as the door does, many in a transaction."""
    for begin in range(0, size, _AT_ONCE):
        async with mailbox.store.transaction() as con, con.pipeline():
            rows = [
                said(number // chats, chat=f"c{number % chats}")
                for number in range(begin, min(size, begin + _AT_ONCE))
            ]
            for incoming in rows:
                row, _ = await messages.insert(con, incoming, size)
                assert row is not None
                await mailbox.jobs.enqueue_turn(con, row, incoming.conversation)


async def _done(mailbox: Mailbox) -> int:
    async with mailbox.store.connection() as con:
        cursor = await con.execute("SELECT count(*) AS n FROM messages WHERE done_at IS NOT NULL")
        row = await cursor.fetchone()
    return int(row["n"]) if row else 0


async def whole_program(conninfo: str, size: int = 40) -> Load:
    """``python -m api`` with a worker beside it, the real understanding, each killed once under
    load; every message sent twice."""
    load = Load("the whole program, killed")
    lines = (ROOT / "tests/retrieval/questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][:size]
    with open_folder() as data:
        (data / "models").symlink_to(Settings().model_dir)
        ours = {"PORT": str(free_port()), "DATA_DIR": str(data), "DATABASE_URL": conninfo}
        more = {"RATE_PER_SECOND": "1000000", "LOG_LEVEL": "ERROR"}
        environment = os.environ | ours | more

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", *arguments]
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip

        running = {"api": start("api"), "bot": start("bot", "worker")}
        try:
            took = await _ask_all(f"http://127.0.0.1:{ours['PORT']}", questions, running, start)
        finally:
            for process in running.values():
                process.kill()
                process.wait()
    with psycopg.connect(conninfo) as con:
        kept = con.execute(
            "SELECT count(*), count(done_at), count(parked_at) FROM messages"
        ).fetchone()
    load.told.append(
        f"{size} questions twice each, api and worker killed once: all answered, "
        f"p50 {statistics.median(took):.1f} s, longest {max(took):.1f} s (a new start included)"
    )
    if kept != (size, size, 0):
        load.faults.append(f"kept, done, parked: {kept}")
    return load


async def _ask_all(
    url: str, questions: list[str], running: dict[str, subprocess.Popen[bytes]], start: Any
) -> list[float]:
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as client:

        async def ask(number: int) -> float:
            body = {"conversation": f"c{number % 4}", "message_id": str(number)}
            began = time.monotonic()
            while True:
                with suppress(httpx.TransportError):
                    answer = await client.post(
                        "/api/v1/messages", json=body | {"text": questions[number]}
                    )
                    if answer.status_code == 200:
                        return time.monotonic() - began
                if running["api"].poll() is not None and number == 0:
                    raise RuntimeError("the program does not start: see python -m api")
                await asyncio.sleep(0.5)

        await ask(0)  # both have started
        asking = [asyncio.create_task(ask(n)) for n in range(len(questions)) for _ in range(2)]
        for name, arguments in (("bot", ("bot", "worker")), ("api", ("api",))):
            await asyncio.sleep(1.0)
            running[name].kill()
            running[name].wait()
            running[name] = start(*arguments)
        return list(await asyncio.gather(*asking))
