"""How "bao nhiêu tiền" and "bao lâu" are answered for every curated procedure, counted.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_amounts.py``.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

from rich.console import Console
from rich.table import Table

from actions import menu
from actions.perform import World, perform
from actions.state import Action, Aspect, Kind, State
from knowledge_base import loader, phrases
from knowledge_base.schema import Fee, ProcessingTime

NOW = datetime.now(UTC).astimezone(timezone(timedelta(hours=7)))
WHERE = {None: "unknown", "01": "Hà Nội, known file", "79": "HCMC, known file", "37": "no file"}
KINDS = (
    "an amount at once", "one question: the province", "one question: the situation",
    "who sets it, where to ask", "not in the record, where to ask",
)  # fmt: skip


def kind(world: World, code: str, aspect: Aspect, unit: str | None) -> str:
    """What the first answer is."""
    action = Action(kind=Kind.SHOW, code=code, aspect=aspect)
    outcome = perform(action, State(unit=unit), world, NOW)
    if outcome.events == ("ask_unit",):
        return KINDS[1]
    if outcome.events == ("ask_case",):
        return KINDS[2]
    found = world.procedure(code, world.telling(State(unit=unit), NOW))
    assert found is not None
    facts: tuple[Fee | ProcessingTime, ...] = found.fees if aspect is Aspect.FEE else found.times
    if any(fact.amount is not None for fact in facts):
        return KINDS[0]
    return KINDS[3] if any(isinstance(f, Fee) and f.by_province for f in facts) else KINDS[4]


def main() -> None:
    """Print one table."""
    world = World(loader.load(), phrases.load(), menu.load(), "")
    curated = world.knowledge.curated
    table = Table("asked", "where they live", *KINDS, title=f"{len(curated)} curated procedures")
    for aspect in (Aspect.FEE, Aspect.TIME):
        for unit in WHERE if aspect is Aspect.FEE else (None,):
            counted = Counter(kind(world, p.code, aspect, unit) for p in curated)
            table.add_row(aspect.value, WHERE[unit], *(str(counted[k]) for k in KINDS))
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
