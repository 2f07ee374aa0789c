"""How often a system is asked about a dossier that a citizen waits for, and how fast after one
another. Pure: the moment and a random number come from the caller.

The nearer the promised day, the oftener; by day only, since offices change nothing at night; never
in step, so that what was asked for together does not come together for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from actions.dossier_sources.port import DossierSource
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.due import due
from knowledge_base.opening import Calendar

_FIRST, _LAST = time(6), time(20)
_MORNING = timedelta(hours=4)  # over which what would have been asked by night is spread
# Hours from one look to the next: up to so many working days before the promised day, or late.
_BEFORE = ((1, 2.0), (3, 4.0), (10, 8.0))
_LATE = ((5, 2.0), (30, 8.0))
_SELDOM = 10.0
_UNPROMISED = 12.0  # nobody said when
_AGAIN, _LONGEST = timedelta(minutes=10), timedelta(hours=24)  # after a failure, doubled each time
BATCH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A system to be asked: at most ``per_minute`` requests, of which one look takes ``cost``."""

    source: DossierSource
    per_minute: float
    cost: int = 1

    @property
    def pause(self) -> float:
        """Seconds from one look to the next."""
        return 60.0 * self.cost / self.per_minute

    @property
    def batch(self) -> int:
        """How many are taken at a time."""
        return max(1, int(BATCH_SECONDS / self.pause))


def next_look(dossier: Dossier, now: datetime, calendar: Calendar, spread: float) -> datetime:
    """When to ask again about a dossier that is not at an end; ``spread``: evenly from 0 to 1;
    ``now`` in Vietnamese time."""
    hours = _UNPROMISED
    if dossier.due is not None:
        stands = due(dossier.due, now.date(), calendar)
        steps, days = (_LATE, stands.late) if stands.late else (_BEFORE, stands.left)
        hours = next((often for most, often in steps if days <= most), _SELDOM)
    return by_day(now + timedelta(hours=hours * (0.8 + 0.4 * spread)), spread)


def after_failure(failures: int, now: datetime, spread: float) -> datetime:
    """When to ask again where ``failures`` looks one after another told nothing."""
    wait = min(_LONGEST, _AGAIN * 2.0 ** min(failures - 1, 10))
    return by_day(now + wait * (0.8 + 0.4 * spread), spread)


def by_day(moment: datetime, spread: float) -> datetime:
    """The moment itself, or one of the next morning."""
    if _FIRST <= moment.time() < _LAST:
        return moment
    day = moment.date() + timedelta(days=moment.time() >= _LAST)
    return datetime.combine(day, _FIRST, moment.tzinfo) + _MORNING * spread
