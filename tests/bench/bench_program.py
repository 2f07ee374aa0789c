"""The whole program as citizens meet it: start, memory, typed questions and buttons over HTTP.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_program.py``.
Starts ``python -m api`` on a free port with the set-up model and a database of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from knowledge_base import loader

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [
    json.loads(line)["question"]
    for line in (ROOT / "tests/retrieval/questions.jsonl").read_text("utf-8").splitlines()
]
ROUNDS = 60  # typed questions a user


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def spread(label: str, seconds: list[float]) -> None:
    """Print p50 and p95 in milliseconds."""
    ms = sorted(s * 1000 for s in seconds)
    p95 = ms[max(0, round(0.95 * len(ms)) - 1)]
    print(f"{label:44} n={len(ms):5}  p50 {statistics.median(ms):7.1f} ms  p95 {p95:7.1f} ms")


def postgres(data: Path, read: Callable[[psutil.Process], float]) -> float:
    """What ``read`` says of the processes of its PostgreSQL, added up."""
    total = 0.0
    for other in psutil.process_iter():
        try:
            if other.name() == "postgres" and other.cwd().startswith(str(data)):
                total += read(other)
        except psutil.Error:
            continue
    return total


def mebibytes(process: psutil.Process) -> float:
    """Its memory (proportional set size: shared pages once)."""
    return float(process.memory_full_info().pss / 2**20)


def seconds(process: psutil.Process) -> float:
    """The processor time that it has taken."""
    times = process.cpu_times()
    return float(times.user + times.system)


def spent(process: psutil.Process, data: Path) -> float:
    """Seconds of processor time of the program and its PostgreSQL, which other work on the machine
    does not lengthen."""
    return seconds(process) + postgres(data, seconds)


async def ask(client: httpx.AsyncClient, who: str, **message: str) -> tuple[float, list[dict]]:  # type: ignore[type-arg]
    """Send one message; seconds until its replies were there, and the replies."""
    body = {"conversation": who, "message_id": uuid4().hex, **message}
    start = time.perf_counter()
    response = await client.post("/api/v1/messages", json=body)
    took = time.perf_counter() - start
    response.raise_for_status()
    return took, response.json()["replies"]


async def user(
    client: httpx.AsyncClient, number: int, rounds: int
) -> tuple[list[float], list[float]]:
    """A citizen who types questions and presses a button after each."""
    who, typed, pressed = f"bench-{number}-{uuid4().hex[:6]}", [], []
    for turn in range(rounds):
        question = QUESTIONS[(number * 31 + turn) % len(QUESTIONS)]
        took, replies = await ask(client, who, text=question)
        typed.append(took)
        buttons = [c for c in replies[-1]["choices"] if not c.get("url")]
        if buttons:
            took, _ = await ask(client, who, choice=buttons[0]["id"])
            pressed.append(took)
    return typed, pressed


async def guided(client: httpx.AsyncClient, titles: Sequence[str]) -> list[float]:
    """A citizen who opens each of these guides and goes to its end by first buttons; the seconds
    of each step."""
    took: list[float] = []
    for title in titles:
        who = f"bench-guide-{uuid4().hex[:8]}"
        _, replies = await ask(client, who, text=title)
        while (last := replies[-1])["text"].startswith("Bước"):
            step, replies = await ask(client, who, choice=last["choices"][0]["id"])
            took.append(step)
    return took


async def measure(url: str, started: float, process: psutil.Process, data: Path) -> None:
    """Everything that is printed."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        while True:
            try:
                if (await client.get("/ready")).status_code == 200:
                    break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
        await ask(client, "bench-first", text="làm giấy khai sinh cho cháu cần gì")
        print(f"start to first answer: {time.perf_counter() - started:.1f} s")
        for users in (1, 16):
            results = await asyncio.gather(
                *(user(client, n, ROUNDS if users == 1 else 12) for n in range(users))
            )
            spread(f"typed question, {users} user(s)", [s for typed, _ in results for s in typed])
            spread(f"button press, {users} user(s)", [s for _, press in results for s in press])
        titles = [guide.title for guide in loader.load().guides]
        for users in (1, 8):
            before = spent(process, data)
            walks = await asyncio.gather(*(guided(client, titles[n::users]) for n in range(users)))
            steps = [step for walk in walks for step in walk]
            spread(f"step of a guide, {users} user(s)", steps)
            each = 1000 * (spent(process, data) - before) / (len(steps) + len(titles))
            print(f"    processor time of program and PostgreSQL a step: {each:.1f} ms")
        ours, database = mebibytes(process), postgres(data, mebibytes)
        print(f"memory: program {ours:.0f} MiB + PostgreSQL {database:.0f} MiB")
        process.cpu_percent()
        await asyncio.sleep(10)
        print(f"idle: {process.cpu_percent():.1f} % CPU")


def main() -> None:
    """Start the program, measure, stop it."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "models").symlink_to(ROOT / ".data" / "models")
        environment = {
            **os.environ, "PORT": str(port), "DATA_DIR": folder, "LOG_LEVEL": "WARNING",
            "RATE_PER_SECOND": "10000", "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        started = time.perf_counter()
        with subprocess.Popen([sys.executable, "-m", "api"], cwd=ROOT, env=environment) as program:
            try:
                process = psutil.Process(program.pid)
                asyncio.run(measure(f"http://127.0.0.1:{port}", started, process, data))
            finally:
                program.terminate()
                program.wait(30)


if __name__ == "__main__":
    main()
