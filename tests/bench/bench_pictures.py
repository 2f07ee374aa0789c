"""How heavy drawings are, as SVG for the page and as PNG for chats, and how long a PNG takes.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_pictures.py``.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bot.pictures import Pictures
from knowledge_base import drawings


def main() -> None:
    """Print one table over all drawings."""
    known = drawings.load()
    pictures = Pictures(known)
    sizes: list[int] = []
    wall: list[float] = []
    busy: list[float] = []
    for name in known:
        start, used = time.perf_counter(), time.process_time()
        png = pictures.png(name)
        wall.append(1000 * (time.perf_counter() - start))
        busy.append(1000 * (time.process_time() - used))
        assert png is not None
        sizes.append(len(png))
    table = Table(f"{len(known)} drawings", "p50", "p95", "most")
    rows: dict[str, Sequence[float]] = {
        "SVG, kB": [len(drawing.svg) / 1000 for drawing in known.values()],
        "PNG, kB": [size / 1000 for size in sizes],
        "one PNG, processor ms": busy,
        "one PNG, ms": wall,
    }
    for what, values in rows.items():
        cut = statistics.quantiles(values, n=20)
        table.add_row(what, *(f"{value:.1f}" for value in (cut[9], cut[18], max(values))))
    Console().print(table)


if __name__ == "__main__":
    main()
