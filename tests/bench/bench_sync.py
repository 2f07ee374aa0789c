"""A synchronisation with a portal of 6,500 records on this machine, through the real command.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_sync.py [records]``.
The polite rate is set aside (1,000 a second), so that what is measured is ours. Four runs: all
new; nothing changed and a list that tells so; nothing changed and a list that tells nothing, with
ETags and without. p50 and p95 are of the time from one request for a record to the next.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import psutil

from tests.emulators.portal import PortalServer, make_records, portal_server

ROOT = Path(__file__).resolve().parents[2]


async def synchronise(server: PortalServer, data: Path) -> tuple[float, float, str]:
    """Run the command once: seconds, the most MiB it held, and its last line."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "knowledge_base", "sync", "--url", server.url, "--nhip", "1000",
        cwd=ROOT, env={**os.environ, "DATA_DIR": str(data)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    watching = asyncio.create_task(most_memory(process.pid))
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return time.monotonic() - began, await watching, said.decode().strip().splitlines()[-1]


async def most_memory(pid: int) -> float:
    """The most MiB a process held (unique set size), looked at every half second."""
    most = 0.0
    try:
        watched = psutil.Process(pid)
        while watched.is_running() and watched.status() != psutil.STATUS_ZOMBIE:
            most = max(most, watched.memory_full_info().uss / 2**20)
            await asyncio.sleep(0.5)
    except psutil.Error:
        pass
    return most


async def measure(label: str, server: PortalServer, data: Path) -> None:
    """One run, and one line about it."""
    server.forget()
    seconds, memory, said = await synchronise(server, data)
    records, pages = len(server.of("record")), len(server.of("list"))
    moments = [at for (what, _), at in zip(server.asked, server.at, strict=True) if what != "list"]
    gaps = [(late - early) * 1000 for early, late in pairwise(moments)]
    spread = ""
    if gaps:
        cuts = statistics.quantiles(gaps, n=20)
        spread = f", a record p50 {statistics.median(gaps):.1f} ms p95 {cuts[18]:.1f} ms"
    print(
        f"{label}: {seconds:.1f} s, {pages} pages + {records} records asked for "
        f"({server.not_modified} not modified), {records / len(server.records):.2f} requests a "
        f"record{spread}, {memory:.0f} MiB. {said}",
        flush=True,
    )


async def main(count: int, data: Path) -> None:
    """The four runs."""
    async with portal_server(make_records(count)) as server:
        await measure("all new", server, data)
        await measure("nothing changed, list with dates", server, data)
        server.stamped = False
        await measure("nothing changed, list without dates, ETags", server, data)
        server.etags = False
        await measure("nothing changed, list without dates, no ETags", server, data)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 6500, Path(folder)))
