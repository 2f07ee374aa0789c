"""How well and how fast photographs of receipts are read: 12 conditions, three ways to bear a code.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_photos.py [EACH]``, where
EACH is how many of each kind are made (9: 324 photographs).
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.photos.eye import Eye, Seen
from knowledge_base.dossiers.codes import DossierCode, grammar
from tests.receipts import Bearing, Condition, Photograph, photograph

TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Tried:
    """A photograph, what was seen on it, and the processor seconds that took."""

    photograph: Photograph
    seen: Seen
    seconds: float

    @property
    def result(self) -> str:
        """``read``, perhaps without the head that no source looks at, ``wrong`` (another code is
        offered for confirmation) or ``asked`` (for a better picture, with a tip)."""
        if not self.seen.codes:
            return "asked"
        alike = [[code.key for code in _codes(text)] for text in self.seen.codes]
        return "read" if alike == [[_codes(self.photograph.code)[0].key]] else "wrong"


def _codes(text: str) -> tuple[DossierCode, ...]:
    return grammar().find(text, TODAY).codes


def tried(each: int) -> list[Tried]:
    """``each`` photographs of every kind, read."""
    eye = Eye(lambda: TODAY)
    kinds = [(c, b) for c in Condition for b in Bearing]
    found: list[Tried] = []
    for condition, bearing in track(kinds, "Photographs", transient=True):
        for number in range(each):
            shot = photograph(number, condition, bearing)
            start = time.process_time()
            found.append(Tried(shot, eye.read(shot.content), time.process_time() - start))
    return found


def main() -> None:
    """Print a table by condition, one by bearing, and the times."""
    each = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    found = tried(each)
    console = Console()
    for what in ("condition", "bearing"):
        table = Table(what, "photographs", "read", "asked for a better one", "wrong", "tips")
        for kind in Condition if what == "condition" else Bearing:
            mine = [one for one in found if getattr(one.photograph, what) is kind]
            table.add_row(kind, *_counted(mine))
        table.add_row("together", *_counted(found))
        console.print(table)
    for one in found:
        if one.result == "wrong":
            console.print(one.photograph.condition, one.photograph.code, one.seen.codes)
    seconds = sorted(one.seconds for one in found)
    cut = statistics.quantiles(seconds, n=20)
    console.print(
        f"processor s a photograph: p50 {cut[9]:.2f}, p95 {cut[18]:.2f}, most {seconds[-1]:.2f};"
        f" memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


def _counted(found: list[Tried]) -> list[str]:
    results = Counter(one.result for one in found)
    tips = Counter(one.seen.fault for one in found if one.seen.fault)
    told = ", ".join(f"{tip} {count}" for tip, count in tips.most_common())
    return [str(len(found)), *(str(results[name]) for name in ("read", "asked", "wrong")), told]


if __name__ == "__main__":
    main()
