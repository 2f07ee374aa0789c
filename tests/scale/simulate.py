"""Messages that come by chance to k workers: what citizens wait, from service times measured.

A queue with one line and k servers (M/G/k): arrivals are a Poisson process, each message takes one
of the measured times of a processor. Kept small on purpose: what it leaves out is in docs/scale.md.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MESSAGES = 60_000
_SEED = 7


@dataclass(frozen=True)
class Waits:
    """Of one simulated hour: the share of time a worker is busy, and seconds until an answer."""

    workers: int
    busy: float
    p50: float
    p95: float


def simulate(per_second: float, times: Sequence[float], workers: int, seed: int = _SEED) -> Waits:
    """What citizens wait with ``workers`` processors when ``per_second`` messages come.

    Args:
        per_second: messages that come, on average.
        times: seconds of a processor that messages take, as measured; drawn from at random.
        workers: processors that answer.
        seed: of the chance.
    """
    chance = random.Random(seed)
    free = [0.0] * workers  # when each is free again
    now, worked, took = 0.0, 0.0, []
    for _ in range(MESSAGES):
        now += chance.expovariate(per_second)
        service = chance.choice(times)
        begin = max(now, heapq.heappop(free))
        heapq.heappush(free, begin + service)
        worked += service
        took.append(begin + service - now)
    took.sort()
    busy = worked / (max(free) * workers)
    return Waits(workers, busy, took[MESSAGES // 2], took[MESSAGES * 95 // 100])


def enough(per_second: float, times: Sequence[float], within: float = 1.0) -> list[Waits]:
    """Waits for more and more workers, from the fewest that keep up until p95 is well below
    ``within`` seconds."""
    fewest = int(per_second * sum(times) / len(times)) + 1
    found = []
    for more in (0.0, 0.02, 0.05, 0.1, 0.2, 0.4):
        found.append(simulate(per_second, times, max(fewest, round(fewest * (1 + more)))))
        if found[-1].p95 < within / 5:
            break
    return found


def draw(mixes: Mapping[str, Sequence[float]], per_second: float, path: Path) -> None:
    """p50 and p95 by the number of processors, a line for each mix of messages."""
    import matplotlib  # half a second, and only for the picture

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import MaxNLocator

    figure, ax = pyplot.subplots(figsize=(8, 3.6))
    for name, times in mixes.items():
        fewest = int(per_second * sum(times) / len(times)) + 1
        counts = sorted({round(fewest * (1 + more / 100)) for more in range(0, 42, 3)})
        waits = [simulate(per_second, times, count) for count in counts]
        (line,) = ax.plot(
            counts, [one.p95 for one in waits], marker="o", ms=3, label=f"{name}: p95"
        )
        ax.plot(counts, [one.p50 for one in waits], ls=":", color=line.get_color(), label="p50")
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(f"processors of workers, {per_second:g} messages a second")
    ax.set_ylabel("seconds until the answer")
    ax.axhline(1.0, color="#999999", lw=0.8)
    ax.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
