"""Dossiers: looked up through the whole pipeline from a small table and one of a million, imported,
answered in the same time whether or not they exist, and 100,000 of them watched.

    PYTHONPATH=. .venv/bin/python tests/bench/bench_dossiers.py [lookup|import|watch …]

The embedded PostgreSQL in a temporary folder is used; the watching is simulated on a clock of its
own with the program's planning (``actions/dossier_sources/rhythm.py``).
"""

from __future__ import annotations

import asyncio
import heapq
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from actions.dossier_sources.rhythm import Plan, next_look
from actions.dossier_sources.table import Mapped, read_list
from actions.replies import Reply
from bot.desk import Desk
from bot.mailbox import Mailbox, open_mailbox
from bot.messages import Incoming
from bot.postgres import database
from bot.store import dossiers
from bot.store.guesses import keep_salts
from bot.times import VIETNAM
from bot.worker import Worker
from knowledge_base import public_holidays
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.states import DossierState
from tests.brain import open_brain

LARGE = 1_000_000
ROWS = 100_000
WATCHED, SYSTEMS, DAYS = 100_000, 20, 7


def code(number: int) -> str:
    """The code of the dossier of a number."""
    month, day = number // 10_000 % 9 + 1, number // 90_000 % 27 + 1
    return f"H57.132-26{month:02}{day:02}-{number % 10_000:04}"


def show(what: str, took: list[float], unit: str = "ms") -> None:
    """Print one line of figures."""
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[18]
    figures = f"p50 {p50:.1f} {unit}, p95 {p95:.1f} {unit}, most {max(took):.1f} {unit}"
    print(f"{what}: {figures} ({len(took):,})", flush=True)


def fill(conninfo: str, count: int) -> None:
    """A table of so many dossiers, written by COPY."""
    columns = "key, code, state, facts, moments, source, seen_at"
    with psycopg.connect(conninfo) as con, con.cursor() as cursor:
        cursor.execute("TRUNCATE dossiers")
        with cursor.copy(f"COPY dossiers ({columns}) FROM STDIN") as copy:
            for number in range(count):
                bare = code(number).replace(".", "").replace("-", "")
                facts = '{"procedure": "1.001193", "promised": "2026-11-27"}'
                row = (bare, code(number), "dang_xu_ly", facts, "[]", "bảng thử", "2026-11-20")
                copy.write_row(row)
    with psycopg.connect(conninfo, autocommit=True) as con:
        con.execute("ANALYZE dossiers")


async def ask(mailbox: Mailbox, numbers: list[int], run: str) -> list[float]:
    """Look dossiers up as citizens do, ten each; milliseconds from the door to the answer."""
    took = []
    for place, number in enumerate(numbers):
        text = f"ho so {code(number)} toi dau roi"
        incoming = Incoming("api", f"{run}-{place // 10}", str(place), text=text)
        began = time.perf_counter()
        await mailbox.receive(incoming)
        replies = await mailbox.answer_to(incoming, 30)
        took.append((time.perf_counter() - began) * 1000)
        assert code(number) in replies[-1].reply.text, replies[-1].reply.text
    return took


async def look_up(conninfo: str) -> None:
    """The whole pipeline, on tables of two sizes; then the desk alone."""
    brain = open_brain()
    async with open_mailbox(conninfo) as mailbox:
        async with mailbox.store.connection() as con:
            await keep_salts(con)
        desk, stop = Desk(mailbox.store, {}), asyncio.Event()
        parked = Reply("xin lỗi")
        worker = Worker(mailbox, brain.conversation, parked_reply=parked, look_up=desk.look_up)
        running = asyncio.create_task(worker.run(stop))
        for count in (1000, LARGE):
            await asyncio.to_thread(fill, conninfo, count)
            chosen = random.Random(1).sample(range(count), 310)
            await ask(mailbox, chosen[:10], f"warm-{count}")
            show(f"looked up among {count:,}", await ask(mailbox, chosen[10:], str(count)))
        await same_time(desk)
        stop.set()
        await running


async def same_time(desk: Desk) -> None:
    """How long the desk takes for codes that exist and codes that do not, in turns."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(400):
        there = number % 2 == 0
        wanted = code(number) if there else f"H58.1-260804-{number:04}"
        began = time.perf_counter()
        await desk.look_up(wanted, Incoming("api", f"t{number}", "1", text=wanted))
        took[there].append((time.perf_counter() - began) * 1000)
    show("the desk, a code that exists", took[True])
    show("the desk, a code that does not", took[False])


async def import_list(conninfo: str, folder: Path) -> None:
    """A list in CSV read, checked and taken in, and again with half of its states changed."""
    async with open_mailbox(conninfo) as mailbox:
        for run, state in enumerate(("Đang xử lý", "Đã có kết quả")):
            path = folder / f"danh-sach-{run}.csv"
            with path.open("w", encoding="utf-8") as file:
                file.write("Mã hồ sơ,Tên thủ tục,Chủ hồ sơ,Ngày nhận,Ngày hẹn trả,Trạng thái\n")
                for number in range(ROWS):
                    name = state if number % 2 else "Đang xử lý"
                    line = (
                        f"{code(number)},Đăng ký khai sinh,Người Thử,01/11/2026,27/11/2026,{name}"
                    )
                    file.write(f"{line}\n")
            began, busy = time.perf_counter(), time.process_time()
            seen = datetime(2026, 11, 20 + run, tzinfo=VIETNAM)
            rows: list[tuple[DossierCode, Dossier]] = [
                row.dossier for row in read_list(path, Mapped(), seen) if row.dossier
            ]
            async with mailbox.store.transaction() as con:
                counted = await dossiers.take_in(con, rows)
            wall, busy = time.perf_counter() - began, time.process_time() - busy
            speed = f"{ROWS / wall:,.0f}/s, {busy:.1f} s of processor"
            print(f"import of {ROWS:,} rows: {speed}, {counted}", flush=True)


@dataclass
class Waited:
    """One watched dossier of the simulation: its states with the moments they begin."""

    dossier: Dossier
    changes: list[tuple[datetime, DossierState]]
    told: int = 0


def made(rng: random.Random, number: int, start: datetime) -> Waited:
    """A dossier that changes once to three times in the days of the simulation or soon after, in
    office hours, the last time to its end."""
    promised = start.date() + timedelta(days=rng.randrange(41))
    base = Dossier(code(number), DossierState.RECEIVED, start, "mô phỏng", promised=promised)
    count = rng.randrange(1, 4)
    moments = sorted(
        start + timedelta(days=rng.randrange(DAYS * 3), hours=rng.uniform(-1, 8))
        for _ in range(count)
    )
    states = [DossierState.PROCESSING, DossierState.SUPPLEMENT, DossierState.DONE][-count:]
    return Waited(base, [(at, s) for at, s in zip(moments, states, strict=True) if at > start])


def system(rng: random.Random, first: int, count: int) -> tuple[Counter[str], list[float]]:
    """Ask one system about its dossiers for some days; counts, and hours until each was told."""
    start = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
    end, calendar = start + timedelta(days=DAYS), public_holidays.load().calendar
    plan = Plan(_Nobody(), per_minute=60.0, cost=1)
    all_ = [made(rng, first + n, start) for n in range(count)]
    queue = [
        (start + timedelta(hours=rng.uniform(0, 12)), n) for n, _ in enumerate(all_)
    ]  # asked for over half a day
    heapq.heapify(queue)
    counted: Counter[str] = Counter()
    late: list[float] = []
    now, minute, asked = start, start, 0
    while queue and now < end:
        due, number = heapq.heappop(queue)
        now = max(now, due)
        if now >= end:
            break
        if now - minute >= timedelta(minutes=1):
            minute, asked = now, 0
        asked += 1
        counted["most in a minute"] = max(counted["most in a minute"], asked)
        counted["looks"] += 1
        one = all_[number]
        known = sum(at <= now for at, _ in one.changes)
        if known > one.told:
            counted["messages"] += 1
            counted["changes told"] += 1
            counted["changes overtaken by the next"] += known - one.told - 1
            late.append((now - one.changes[known - 1][0]).total_seconds() / 3600)
            one.told = known
        state = one.changes[known - 1][1] if known else one.dossier.state
        if state is DossierState.DONE:
            counted["ended"] += 1
        else:
            seen = replace(one.dossier, state=state)
            heapq.heappush(queue, (next_look(seen, now, calendar, rng.random()), number))
        now += timedelta(seconds=plan.pause)
    grace = timedelta(days=2)
    counted["older than two days and not told"] = sum(
        sum(at <= end - grace for at, _ in one.changes) > one.told for one in all_
    )
    return counted, late


class _Nobody:
    name = "mô phỏng"

    async def find(self, code: DossierCode) -> Dossier | None:
        """Nothing: the simulation knows the states itself."""
        raise AssertionError(code)


def watch() -> None:
    """100,000 subscriptions at twenty systems that allow 60 requests a minute each."""
    total: Counter[str] = Counter()
    late: list[float] = []
    most = 0
    for number in range(SYSTEMS):
        counted, hours = system(random.Random(number), number * 5000, WATCHED // SYSTEMS)
        most = max(most, counted.pop("most in a minute"))
        for what, count in counted.items():
            total[what] += count
        late += hours
    print(f"{WATCHED:,} watched at {SYSTEMS} systems for {DAYS} days")
    print(f"  most requests a minute to one: {most}")
    for what, count in total.items():
        print(f"  {what}: {count:,}")
    show("  until told", late, "h")


def main(parts: list[str]) -> None:
    """Run the parts, all where none is named."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with database(Path(folder), None) as address:
            run: dict[str, Callable[[], object]] = {
                "import": lambda: asyncio.run(import_list(address, Path(folder))),
                "lookup": lambda: asyncio.run(look_up(address)),
                "watch": watch,
            }
            for part in parts or list(run):
                run[part]()


if __name__ == "__main__":
    main(sys.argv[1:])
