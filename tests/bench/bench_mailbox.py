"""How long a message takes from the door to its answer when the turn itself costs nothing.

    python tests/bench/bench_mailbox.py [messages]

Prints p50 and p95 in milliseconds for one citizen and for 16 at a time, messages a second, and the
processor's share while nothing happens. The embedded PostgreSQL in a temporary folder is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from actions.replies import Reply
from bot.mailbox import Mailbox, open_mailbox
from bot.messages import Incoming, TurnResult
from bot.postgres import database
from bot.worker import Worker

IDLE_SECONDS = 10.0


def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """A turn that does nothing but answer."""
    return TurnResult({"n": (state or {}).get("n", 0) + 1}, (Reply("vâng"),), ("bench",))


async def citizen(mailbox: Mailbox, name: str, messages: int) -> list[float]:
    """Send messages one after the other, each after the answer; returns milliseconds each."""
    took = []
    for number in range(messages):
        incoming = Incoming("api", name, str(number), text="làm giấy khai sinh")
        began = time.perf_counter()
        await mailbox.receive(incoming)
        (reply,) = await mailbox.answer_to(incoming, 30)
        took.append((time.perf_counter() - began) * 1000)
        assert reply.reply.text == "vâng"
    return took


def show(what: str, took: list[float], seconds: float) -> None:
    """Print one line of figures."""
    cuts = statistics.quantiles(took, n=20)
    print(
        f"{what}: p50 {statistics.median(took):.1f} ms, p95 {cuts[18]:.1f} ms, "
        f"max {max(took):.1f} ms, {len(took) / seconds:.0f} messages/s"
    )


def processor_seconds(data: Path) -> float:
    """Processor time used so far by this program and by the server in ``data``."""
    ticks = os.sysconf("SC_CLK_TCK")
    server = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, _, rest = stat.read_text().partition(" (")
            fields = rest.rpartition(") ")[2].split()
            if int(number) in (os.getpid(), server) or int(fields[1]) == server:
                total += (int(fields[11]) + int(fields[12])) / ticks
    return total


async def main(messages: int, data: Path, conninfo: str) -> None:
    """Run the three measurements."""
    stop = asyncio.Event()
    async with open_mailbox(conninfo) as mailbox:
        worker = Worker(mailbox, handle, parked_reply=Reply("xin lỗi"))
        running = asyncio.create_task(worker.run(stop))
        await citizen(mailbox, "warm-up", 20)
        for users in (1, 16):
            began = time.perf_counter()
            each = max(1, messages // users)
            took = await asyncio.gather(
                *(citizen(mailbox, f"{users}-{user}", each) for user in range(users))
            )
            flat = [one for many in took for one in many]
            show(f"{users} at a time", flat, time.perf_counter() - began)
        await asyncio.sleep(2)
        before = processor_seconds(data)
        await asyncio.sleep(IDLE_SECONDS)
        share = (processor_seconds(data) - before) / IDLE_SECONDS * 100
        print(f"idle: {share:.1f} % of one processor")
        stop.set()
        await running


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with database(Path(folder), None) as address:
            asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, Path(folder), address))
