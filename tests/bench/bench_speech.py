"""How long it takes to make the sound of a reply with the voice that comes along, and its size;
how long one that is kept takes; how long it takes to find the words.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_speech.py``.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from actions import menu
from actions.perform import World
from actions.rehearsal import rehearse
from actions.replies import Reply
from bot.speech import mp3
from bot.speech.espeak import Espeak
from bot.speech.shelf import Shelf
from bot.speech.words import words_of
from knowledge_base import loader, phrases
from knowledge_base.spoken.lexicon import Region

MOST = 60  # replies


def replies(say: phrases.Phrases) -> Iterator[Reply]:
    """Answers about procedures, from all over the knowledge base."""
    knowledge = loader.load()
    world = World(knowledge, say, menu.load(), "18001096")
    for procedure in knowledge.curated[:: max(1, len(knowledge.curated) // 12)]:
        asked = rehearse(procedure.code, world, datetime.now(UTC), None)
        yield from (reply for _, reply in asked)


def spent() -> float:
    """Seconds of processor time of the processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def measured(said: list[str], folder: Path) -> dict[str, list[float]]:
    """By what is measured, a number for each text."""
    shelf = Shelf(Espeak(0.8), folder)
    found: dict[str, list[float]] = {}

    def note(what: str, number: float) -> None:
        found.setdefault(what, []).append(number)

    for words in said:
        began, before = time.perf_counter(), spent()
        sound = await shelf.speak(words, Region.SOUTH)
        note("made, ms", (time.perf_counter() - began) * 1000)
        note("made, ms of processor time", (spent() - before) * 1000)
        began = time.perf_counter()
        await shelf.speak(words, Region.SOUTH)
        note("kept, ms", (time.perf_counter() - began) * 1000)
        note("size, kB", len(sound) / 1000)
        note("lasts, s", mp3.seconds(sound))
    return found


def main() -> None:
    """Print one table."""
    say = phrases.load()
    said: list[str] = []
    words: list[float] = []
    for reply in list(replies(say))[:MOST]:
        began = time.perf_counter()
        said.append(words_of(reply, Region.SOUTH, say))
        words.append((time.perf_counter() - began) * 1000)
    with TemporaryDirectory() as folder:
        found = {"words, ms": words, **asyncio.run(measured(said, Path(folder)))}
    table = Table(f"{len(said)} replies", "p50", "p95", "most")
    for what, numbers in found.items():
        p95 = statistics.quantiles(numbers, n=20)[-1]
        row = (statistics.median(numbers), p95, max(numbers))
        table.add_row(what, *(f"{number:.3g}" for number in row))
    Console().print(table)


if __name__ == "__main__":
    main()
