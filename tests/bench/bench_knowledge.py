"""The knowledge: reading and checking it, indexing 6,500 records, taking in new ones meanwhile.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_knowledge.py [part …]``;
the parts are the keys of :data:`PARTS`. Each runs in a process of its own on copies of what set-up
made. Wall-clock seconds: run it on a quiet machine. ``cold`` leaves the vectors of 6,500 records
for the parts after it; a part run without it embeds what it lacks first.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import psutil

from actions.understanding import Understanding
from bot.brain import Brain, Mind
from bot.refresh import beside_answers, settle
from bot.settings import ROOT, Settings
from bot.understanding import resources
from bot.wiring import build_brain, build_world, minds_after
from knowledge_base.loader import Knowledge, load
from knowledge_base.overlay import Synchronised
from knowledge_base.retrieval.encoders import open_encoder
from knowledge_base.retrieval.index import VECTORS, open_retriever
from knowledge_base.schema import Procedure
from tests.bench.bench_program import QUESTIONS, spread

RECORDS = 6500
CHANGED = 50


def records(count: int = RECORDS) -> Knowledge:
    """The real files, and the catalogue grown to ``count`` records: each new one has the beginning
    of one real name and the end of another."""
    known = load()
    real = known.catalogue
    made: list[Procedure] = []
    for n in range(count - len(real)):
        one, other = real[n % len(real)], real[(n * 7 + 3) % len(real)]
        words, more = one.official_name.split(), other.official_name.split()
        name = " ".join([*words[: len(words) * 2 // 3], *more[len(more) * 2 // 3 :]])[:400]
        made.append(
            one.model_copy(
                update={"codes": (f"4.{n:06}",), "official_name": name, "name": name[:120]}
            )
        )
    return replace(known, catalogue=(*real, *made))


def changed(knowledge: Knowledge) -> Knowledge:
    """The same with :data:`CHANGED` catalogue records renamed."""
    covered = {code for p in knowledge.curated for code in p.codes}
    places = [i for i, p in enumerate(knowledge.catalogue) if p.code not in covered][:CHANGED]
    catalogue = list(knowledge.catalogue)
    for n, i in enumerate(places):
        name = f"{catalogue[i].name[:90]} theo quy định mới số {n}"
        catalogue[i] = catalogue[i].model_copy(update={"name": name, "official_name": name})
    return replace(knowledge, catalogue=tuple(catalogue))


@contextmanager
def models(vectors: Path | None) -> Iterator[Path]:
    """A data folder with the set-up models, and with this file of vectors or none."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "models")
        shutil.copytree(Settings().model_dir, made, ignore=shutil.ignore_patterns(VECTORS))
        if vectors is not None and vectors.exists():
            shutil.copy(vectors, made / VECTORS)
        yield Path(folder)


def shared() -> Path:
    """The vectors that parts of one run leave for each other."""
    return Path(os.environ.get("BENCH_VECTORS", Settings().model_dir / VECTORS))


class Peak:
    """The most memory the process had above what it had at the start: proportional set size, so
    that the encoder's file, mapped twice, counts once."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._begin = self._most = self._now()
        self._over = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _now(self) -> float:
        return float(self._process.memory_full_info().pss) / 2**20

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self._most = max(self._most, self._now())

    def end(self) -> float:
        """MiB."""
        self._over.set()
        return max(self._most, self._now()) - self._begin


def timed(label: str, work: Callable[[], object]) -> None:
    """Print wall and processor seconds and the peak of memory."""
    peak, began, cpu = Peak(), time.perf_counter(), time.process_time()
    work()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    print(f"{label:58} {wall:6.1f} s  (CPU {used:6.1f} s)  +{peak.end():4.0f} MiB", flush=True)


def bench_check() -> None:
    """``check`` over everything as a command, and reading alone."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        command = [sys.executable, "-m", "knowledge_base", "check", "--no-warnings"]
        subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        seconds.append(time.perf_counter() - began)
    print(f"{'check over everything (command, 3 runs)':58} {statistics.median(seconds):6.1f} s")
    timed("loading files and catalogue", load)


def _build(knowledge: Knowledge, data: Path) -> None:
    told = [0.0]

    def progress(what: str, done: int, total: int) -> None:
        if done == total or time.monotonic() > told[0]:
            print(f"    {what} {done} of {total}", file=sys.stderr)
            told[0] = time.monotonic() + 10

    encoder = open_encoder(Settings().encoder)
    open_retriever(knowledge, data / "models", encoder, resources.lay(), progress)


def bench_cold() -> None:
    """The index with every text embedded."""
    knowledge = records()
    with models(None) as data:
        timed(f"index, {RECORDS} records, every text embedded", lambda: _build(knowledge, data))
        if "BENCH_VECTORS" in os.environ:
            shutil.copy(data / "models" / VECTORS, shared())


def bench_warm() -> None:
    """The index with every vector there already."""
    knowledge = records()
    with models(shared()) as data:
        _build(knowledge, data)
        timed(f"index, {RECORDS} records, every vector kept", lambda: _build(knowledge, data))


def _asked(understand: Callable[[str], Understanding], over: threading.Event) -> list[float]:
    """Ask one question after the other until told to stop, as a lone citizen would: seconds."""
    seconds: list[float] = []
    while not over.is_set():
        text = QUESTIONS[len(seconds) % len(QUESTIONS)]
        began = time.perf_counter()
        understand(text)
        seconds.append(time.perf_counter() - began)
        time.sleep(0.05)
    return seconds


def _while(understand: Callable[[str], Understanding], work: Callable[[], object]) -> list[float]:
    over, found = threading.Event(), list[float]()
    asking = threading.Thread(target=lambda: found.extend(_asked(understand, over)))
    asking.start()
    work()
    over.set()
    asking.join()
    return found


def _live(before: Knowledge, after: Knowledge, vectors: Path, label: str) -> None:
    """Take in ``after`` while answering from ``before``: how long, and what citizens feel of it."""
    with models(vectors) as data:
        settings = Settings(data_dir=data)
        brain = build_brain(settings, replace(build_world(settings), knowledge=before))
        settle()
        spread("  understanding before", _while(brain.understand, lambda: time.sleep(15)))
        steps = minds_after(settings, after, lambda *_: None, brain.mind, Synchronised())
        peak = Peak()
        while _step(brain, steps, label):
            pass
        print(f"  most memory above what answering needed: {peak.end():.0f} MiB")
        spread("  understanding after", _while(brain.understand, lambda: time.sleep(15)))


def _step(brain: Brain, steps: Iterator[Mind], label: str) -> bool:
    """Let the next mind come while questions are asked; False when there is none."""
    made: list[Mind] = []

    def build() -> None:
        with beside_answers():
            made.extend(islice(steps, 1))

    began = time.perf_counter()
    felt = _while(brain.understand, build)
    if not made:
        return False
    how = "wholly" if made[0].retriever.whole else "by their words alone"
    print(f"{label}: found {how} after {time.perf_counter() - began:.1f} s", flush=True)
    spread("  understanding meanwhile", felt)
    brain.change(made[0])
    settle()
    return True


def bench_changed() -> None:
    """A later synchronisation: some records changed."""
    before = records()
    _live(before, changed(before), shared(), f"rebuild, {CHANGED} of {RECORDS} records changed")


def bench_facts() -> None:
    """A later synchronisation that changed fees alone."""
    before = records()
    after = replace(before, catalogue=tuple(p.model_copy() for p in before.catalogue))
    _live(before, after, shared(), "rebuild, no text changed")


def bench_first() -> None:
    """The first synchronisation of a program that was set up: the catalogue grows."""
    ours = Settings().model_dir / VECTORS
    _live(load(), records(), ours, f"rebuild, from the catalogue to {RECORDS} records")


PARTS: dict[str, Callable[[], None]] = {
    "check": bench_check,
    "cold": bench_cold,
    "warm": bench_warm,
    "facts": bench_facts,
    "changed": bench_changed,
    "first": bench_first,
}


def main(parts: Sequence[str]) -> None:
    """Run the parts, each in a process of its own, so that none measures another's memory."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if "cold" in (parts or PARTS):
            environment["BENCH_VECTORS"] = str(Path(folder, VECTORS))
        load_average = " ".join(f"{x:.1f}" for x in os.getloadavg())
        print(f"{os.cpu_count()} cores, load average {load_average}", flush=True)
        for part in parts or PARTS:
            command = [sys.executable, __file__, "--one", part]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        PARTS[sys.argv[2]]()
    else:
        main(sys.argv[1:])
