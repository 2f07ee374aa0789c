"""``make scale``: real workers on one PostgreSQL, and what a message costs.

    python -m tests.scale [--workers 1 2 4] [--messages 400] [--png FILE]

Each round lays a backlog down and counts how fast the workers clear it, typed questions first and
then presses of the buttons they were answered with. Figures in processor time hold on a busy
machine too; messages a second and waits do only on a quiet one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import psutil
import psycopg

from actions.understanding import Understanding
from bot.conversation import Conversation
from bot.jobs import Timing
from bot.mailbox import Mailbox, open_mailbox
from bot.messages import Incoming
from bot.settings import ROOT, Settings
from bot.store import messages
from bot.times import VIETNAM
from bot.wiring import build_brain
from tests.chaos.crowd import crowd
from tests.chaos.roles import SECRET, Place, door
from tests.emulators.bot_api import BotApi
from tests.program import free_port
from tests.scale.simulate import draw, enough
from tests.servers import embedded, open_folder

CHATS = 100
NATION = 1000.0  # messages a second
_QUESTIONS = [
    json.loads(line)["question"]
    for line in (ROOT / "tests/retrieval/questions.jsonl").read_text("utf-8").splitlines()
]


@dataclass
class Round:
    """One backlog cleared: messages a second, seconds of a processor a message by who used it."""

    what: str
    workers: int
    per_second: float
    ours: float
    postgres: float


def _start(conninfo: str, data: Path) -> subprocess.Popen[str]:
    given = {"DATABASE_URL": conninfo, "DATA_DIR": str(data), "LOG_LEVEL": "ERROR"}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "worker"],
        cwd=ROOT, env=os.environ | given, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _ready(workers: Sequence[subprocess.Popen[str]]) -> None:
    for one in workers:
        assert one.stdout and one.stdout.readline(), "a worker does not start"


@contextmanager
def _measured(
    workers: Sequence[subprocess.Popen[str]], conninfo: str
) -> Iterator[tuple[list[float], list[float]]]:
    """Fills two lists with the processor seconds the block took: workers', PostgreSQL's."""
    ours: list[float] = []
    theirs: list[float] = []
    before = _used(workers), _postgres(conninfo)
    yield ours, theirs
    ours.append(_used(workers) - before[0])
    theirs.append(_postgres(conninfo) - before[1])


def _used(workers: Sequence[subprocess.Popen[str]]) -> float:
    return sum(sum(psutil.Process(one.pid).cpu_times()[:2]) for one in workers)


def _postgres(conninfo: str) -> float:
    """Seconds the server has used, those of connections that are closed included."""
    with psycopg.connect(conninfo) as con:
        top = psutil.Process(con.info.backend_pid).parent()
    assert top is not None
    while True:
        try:
            alive = sum(sum(child.cpu_times()[:2]) for child in top.children())
        except psutil.NoSuchProcess:  # it ended meanwhile: from now on its parent counts it
            continue
        mine = top.cpu_times()
        return float(mine.user + mine.system + mine.children_user + mine.children_system + alive)


async def _clear(mailbox: Mailbox, what: list[Incoming]) -> float:
    """Lay messages down and wait until all are answered; messages a second."""
    async with mailbox.store.transaction() as con, con.pipeline():
        for incoming in what:
            row, _ = await messages.insert(con, incoming, 10 * len(what))
            assert row is not None
            await mailbox.jobs.enqueue_turn(con, row, incoming.conversation)
    began = time.perf_counter()
    while True:
        async with mailbox.store.connection() as con:
            cursor = await con.execute("SELECT 1 FROM messages WHERE done_at IS NULL LIMIT 1")
            if await cursor.fetchone() is None:
                return len(what) / (time.perf_counter() - began)
        await asyncio.sleep(0.1)


def _typed(count: int, batch: str) -> list[Incoming]:
    texts = [_QUESTIONS[n % len(_QUESTIONS)] for n in range(count)]
    return [
        Incoming("api", f"{batch}-{n % CHATS}", f"{batch}-{n}", text=text)
        for n, text in enumerate(texts)
    ]


async def _presses(mailbox: Mailbox, batch: str, turn: int) -> list[Incoming]:
    """A press of the first button of each chat's last reply."""
    async with mailbox.store.connection() as con:
        cursor = await con.execute(
            "SELECT DISTINCT ON (m.chat) m.chat, r.body -> 'choices' AS choices FROM replies r"
            " JOIN messages m ON m.id = r.message WHERE m.chat LIKE %s ORDER BY m.chat, r.id DESC",
            (f"{batch}-%",),
        )
        rows = await cursor.fetchall()
    found = []
    for row in rows:
        ids = [one["id"] for one in row["choices"] or () if not one.get("url")]
        if ids:
            number = f"{batch}-p{turn}"
            found.append(Incoming("api", row["chat"], number, choice=ids[turn % len(ids)]))
    return found


async def _round(
    conninfo: str, workers: Sequence[subprocess.Popen[str]], count: int
) -> list[Round]:
    batch = f"w{len(workers)}"
    rounds = []
    async with open_mailbox(conninfo) as mailbox:
        await _clear(mailbox, _typed(4 * len(workers), f"{batch}-warm"))
        with _measured(workers, conninfo) as (ours, theirs):
            rate = await _clear(mailbox, _typed(count, batch))
        rounds.append(Round("typed", len(workers), rate, ours[0] / count, theirs[0] / count))
        rates, pressed = [], 0
        with _measured(workers, conninfo) as (ours, theirs):
            for turn in range(max(1, count // CHATS)):
                presses = await _presses(mailbox, batch, turn)
                rates.append(await _clear(mailbox, presses))
                pressed += len(presses)
        rate = statistics.harmonic_mean(rates)
        rounds.append(Round("pressed", len(workers), rate, ours[0] / pressed, theirs[0] / pressed))
    return rounds


async def _acknowledged(conninfo: str, data: Path) -> list[float]:
    """Seconds until the webhook says yes while the workers have more to do than they can."""
    place = Place(conninfo, "http://127.0.0.1:9", free_port(), data, Timing(), 0.0)
    api, took = BotApi(), []
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    url = f"http://127.0.0.1:{place.port}/webhooks/telegram"
    with crowd(place, {"door": door}):
        async with (
            open_mailbox(conninfo) as mailbox,
            httpx.AsyncClient(trust_env=False, timeout=30) as client,
        ):
            for _ in range(300):
                try:
                    await client.get(url)
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            busy = asyncio.create_task(_clear(mailbox, _typed(600, f"busy{os.getpid()}")))
            for number in range(120):
                update = api.message(10_000 + number, text="xin chào")
                began = time.perf_counter()
                answer = await client.post(url, json=update, headers=headers)
                took.append(time.perf_counter() - began)
                assert answer.status_code == 200
                await asyncio.sleep(0.02)
            assert not busy.done(), "the workers were not busy enough"
            await busy
    return sorted(took)


def _parts(count: int) -> tuple[list[float], float]:
    """Processor seconds of understanding each message, and of the rest of a turn on average."""
    brain = build_brain(Settings())
    inner: list[float] = []

    def understand(text: str) -> Understanding:
        began = time.process_time()
        found = brain.understand(text)
        inner.append(time.process_time() - began)
        return found

    conversation = Conversation(understand, brain.world)
    understood, rest = [], []
    for question in _QUESTIONS[:count]:
        inner.clear()
        incoming = Incoming("api", "parts", "1", text=question)
        began = time.process_time()
        conversation(incoming, None, datetime.now(VIETNAM))
        rest.append(time.process_time() - began - sum(inner))
        understood.append(sum(inner))
    return understood, statistics.mean(rest)


def _idle(workers: Sequence[subprocess.Popen[str]], conninfo: str) -> tuple[float, float]:
    """Share of a processor that one idle worker and PostgreSQL use."""
    time.sleep(3)
    began = time.monotonic()
    with _measured(workers, conninfo) as (ours, theirs):
        time.sleep(10)
    took = time.monotonic() - began
    return ours[0] / took / len(workers), theirs[0] / took


def main() -> int:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--messages", type=int, default=400, help="typed in each round")
    parser.add_argument("--png", type=Path, default=None, help="draw the simulation into this file")
    chosen = parser.parse_args()
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors", flush=True)
    understood, rest = _parts(min(200, chosen.messages))
    rounds: list[Round] = []
    with (
        embedded() as server,
        server.fresh() as conninfo,
        open_folder() as data,
        ExitStack() as end,
    ):
        (data / "models").symlink_to(Settings().model_dir)
        workers: list[subprocess.Popen[str]] = []
        for count in sorted(chosen.workers):
            more = [_start(conninfo, data) for _ in range(count - len(workers))]
            for one in more:
                end.callback(one.wait)
                end.callback(one.terminate)
            _ready(more)
            workers += more
            for done in asyncio.run(_round(conninfo, workers, chosen.messages)):
                rounds.append(done)
                print(_line(done), flush=True)
            if count == 1:
                idle = _idle(workers, conninfo)
                print(f"idle: a worker {idle[0]:.1%}, PostgreSQL {idle[1]:.1%} of a processor")
        took = asyncio.run(_acknowledged(conninfo, data))
    p50, p95 = took[len(took) // 2], took[len(took) * 95 // 100]
    print(f"webhook while {len(workers)} workers are saturated:"
          f" p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")  # fmt: skip
    _costs(rounds, understood, rest)
    _simulated(rounds, understood, chosen.png)
    return 0


def _line(one: Round) -> str:
    return (
        f"{one.workers} worker(s), {one.what}: {one.per_second:.0f}/s; processor a message:"
        f" worker {one.ours * 1000:.1f} ms, PostgreSQL {one.postgres * 1000:.1f} ms;"
        f" two processors would carry {2 / (one.ours + one.postgres):.0f}/s"
    )


def _costs(rounds: Sequence[Round], understood: Sequence[float], rest: float) -> None:
    typed = next(one for one in rounds if one.what == "typed")
    mean = statistics.mean(understood)
    queue = typed.ours - mean - rest
    print("processor time of a typed message, ms:")
    for name, seconds in (
        ("understanding", mean), ("deciding and rendering", rest),
        ("queue and database, in the worker", queue), ("PostgreSQL", typed.postgres),
    ):  # fmt: skip
        print(f"  {name}: {seconds * 1000:.1f}")


def _simulated(rounds: Sequence[Round], understood: Sequence[float], png: Path | None) -> None:
    """1,000 messages a second: all typed, and six in ten pressed, as measured with one worker."""
    first = {one.what: one for one in rounds[:2]}
    besides = first["typed"].ours - statistics.mean(understood)
    typed = [one + besides for one in understood]
    mixes = {
        "all typed": typed,
        "6 in 10 pressed": [*typed, *[first["pressed"].ours] * round(1.5 * len(typed))],
    }
    for name, times in mixes.items():
        print(f"simulated, {NATION:g} messages a second, {name}:")
        for one in enough(NATION, times):
            print(f"  {one.workers} processors, {one.busy:.0%} busy:"
                  f" p50 {one.p50:.2f} s, p95 {one.p95:.2f} s")  # fmt: skip
    if png:
        draw(mixes, NATION, png)


if __name__ == "__main__":
    sys.exit(main())
