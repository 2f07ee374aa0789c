"""What came of the test questions, asked once a session however many tests look at it."""

from __future__ import annotations

from functools import cache

from bot.settings import Settings
from bot.trial import Trial
from knowledge_base.evaluation.counting import Asked, Row, ask, complaint, rows, same_of
from knowledge_base.evaluation.floors import Bound, load
from knowledge_base.evaluation.questions import sets
from tests.brain import open_brain

SETS = sets()
FLOORS = load()


@cache
def asked(name: str) -> tuple[Asked, ...]:
    """What came of every question of a set."""
    brain = open_brain()
    trial = Trial(brain.understand, brain.world, Settings().model_dir)
    return tuple(ask(SETS[name], trial, same_of(trial.knowledge)))


@cache
def measured(name: str) -> dict[str, Row]:
    """The rows of a set by group; they and what went wrong are printed once."""
    found = asked(name)
    made = {row.group: row for row in rows(found)}
    print(f"\n{name}", *made.values(), sep="\n")
    print(*[complaint(a) for a in found if a.missed][:200], sep="\n")
    return made


def bounds_of(*names: str) -> list[Bound]:
    """The floors of these sets, those of ``EACH`` group by group."""
    return [
        bound
        for name in names
        for bound in FLOORS.bounds(name, sorted({q.group for q in SETS[name]}))
    ]


def title(bound: Bound) -> str:
    """A floor in the name of its test."""
    return f"{bound.set}-{bound.group}-{bound.figure}"
