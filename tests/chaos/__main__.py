"""``make chaos``: break everything at length and say what came of it.

    python -m tests.chaos [--minutes 1] [--seed N] [--database-url URL] [--quick] [--png FILE]

Without an address it runs on the embedded PostgreSQL and on Debian's; with one, a database is made
on that server and removed afterwards, and the server itself is left in peace.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos import loads, report
from tests.chaos.storm import Plan, Result, storm
from tests.servers import Server, debian, embedded, given


@contextmanager
def servers(url: str | None) -> Iterator[list[Server]]:
    """Those that are to be tried."""
    if url:
        yield [given(url)]
        return
    with embedded() as ours, debian() as theirs:
        yield [ours, theirs]


def main() -> int:
    """Run everything; the exit code is 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of the storm on each server")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--database-url", default=None)
    parser.add_argument("--quick", action="store_true", help="the storm alone")
    parser.add_argument("--png", type=Path, default=None, help="draw the storm into this file")
    chosen = parser.parse_args()
    seed = random.randrange(2**32) if chosen.seed is None else chosen.seed
    plan = Plan(seconds=chosen.minutes * 60, seed=seed, outages=max(1, round(chosen.minutes)))
    print(f"seed {seed}", flush=True)
    faults: list[str] = []
    results: list[Result] = []
    with servers(chosen.database_url) as all_servers:
        for server in all_servers:
            with server.fresh() as conninfo:
                print(f"storm on {server.name} ...", flush=True)
                result = asyncio.run(storm(server, conninfo, plan))
            results.append(result)
            faults += [f"{server.name}: {one}" for one in result.faults(plan)]
            print(report.spark(result), flush=True)
        if not chosen.quick:
            faults += _loads(all_servers[0])
    print(report.table(results, plan))
    if chosen.png:
        report.draw(results, chosen.png)
    print("\n".join(f"NOT HELD: {one}" for one in faults) or "everything held")
    return 1 if faults else 0


def _loads(server: Server) -> list[str]:
    faults: list[str] = []
    for run in (loads.flood, loads.backlog, loads.whole_program):
        with server.fresh() as conninfo:
            load = asyncio.run(run(conninfo))
        print(f"{load.name}: {'; '.join(load.told)}", flush=True)
        faults += [f"{load.name}: {one}" for one in load.faults]
    return faults


if __name__ == "__main__":
    sys.exit(main())
