"""Fuzz the HTTP API by its OpenAPI document: ``python -m tests.fuzzing [MINUTES] [SEED]``.

schemathesis sends the whole program requests that fit the document and requests that do not; no
answer may be a 500. The program runs on a database of its own; it is started and stopped here.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from bot.postgres import database
from tests.conftest import open_folder
from tests.program import running

TOKEN = "khoa-cua-to-ho-tro-de-thu"  # of TEAM_API_TOKEN, so that tickets are fuzzed too
OPEN = {"TEAM_API_TOKEN": TOKEN, "RATE_PER_SECOND": 1_000_000, "LOG_LEVEL": "ERROR"}


def fuzz(url: str, seconds: float, seed: int, *more: str) -> subprocess.CompletedProcess[str]:
    """Fuzz a running program for at most ``seconds``; its exit code is 1 where a 500 was found."""
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{url}/openapi.json",
        "--checks", "not_a_server_error", "--max-time", f"{seconds:g}", "--seed", str(seed),
        "--header", f"Authorization: Bearer {TOKEN}", "--warnings", "off", "--no-color",
        "--generation-database", "none", "--continue-on-failure", "--request-timeout", "40", *more,
    ]  # fmt: skip
    return subprocess.run(command, check=False, text=True, capture_output=True)


def main() -> int:
    """Fuzz for some minutes with a seed of one's own or a fresh one."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] else 10.0
    given = sys.argv[2] if len(sys.argv) > 2 else ""
    seed = int(given) if given else random.randrange(2**32)
    print(f"{minutes:g} minutes, seed {seed}", flush=True)
    with (
        open_folder() as folder,
        database(folder, None) as conninfo,
        running(conninfo, **OPEN) as (_, url),
    ):
        done = fuzz(url, minutes * 60, seed, "--max-examples", "1000000")
    print(done.stdout[-6000:], done.stderr[-2000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
