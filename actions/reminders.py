"""A reminder of what was put aside: when it falls due, and the choice it comes back as."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

AFTER = timedelta(days=2)
_FIRST, _LAST = time(8), time(20)  # nobody is rung up at night
_SUNDAY = 6
_MARK = "nhac"  # no button's id begins so: those are numbers


@dataclass(frozen=True, slots=True)
class Reminder:
    """``choice`` comes in at the door at ``due`` (Vietnamese time), as if it were pressed."""

    choice: str
    due: datetime


def of(guide: str, due: datetime) -> Reminder:
    """The reminder of a guide."""
    return Reminder(f"{_MARK}/{guide}/{due.date().isoformat()}", due)


def read(choice: str) -> tuple[str, date] | None:
    """The guide and the day of a reminder's choice; None where it is another choice."""
    mark, _, rest = choice.partition("/")
    guide, _, day = rest.rpartition("/")
    try:
        return (guide, date.fromisoformat(day)) if mark == _MARK else None
    except ValueError:
        return None


def fit(moment: datetime) -> datetime:
    """The moment itself, or the next one by day and not on a Sunday."""
    if moment.time() >= _LAST:
        moment = datetime.combine(moment.date() + timedelta(days=1), _FIRST, moment.tzinfo)
    elif moment.time() < _FIRST:
        moment = datetime.combine(moment.date(), _FIRST, moment.tzinfo)
    return moment + timedelta(days=moment.weekday() == _SUNDAY)
