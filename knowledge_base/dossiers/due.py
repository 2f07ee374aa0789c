"""The mathematics of due days, in one place: working days between days, how late, how long yet.

A working day is one on which state offices work: Monday to Friday unless it is a public holiday,
and a day off that is worked instead of one (Labour Code 2019, articles 111 and 112; the holidays
are ``holidays.yaml``). The day on which a dossier is received is not counted; a period that ends on
a day off ends on the next working day (Civil Code 2015, articles 147 and 148).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from knowledge_base.opening import Calendar

_SATURDAY = 5
_FARTHEST = 10_000  # days walked before a number is taken for a mistake


def is_working(day: date, calendar: Calendar) -> bool:
    """Whether state offices work on a day."""
    if day in (calendar.worked or {}):
        return True
    return day.weekday() < _SATURDAY and calendar.holiday(day) is None


def next_working(day: date, calendar: Calendar) -> date:
    """``day``, or the first working day after it."""
    while not is_working(day, calendar):
        day += timedelta(1)
    return day


def working_before(day: date, calendar: Calendar) -> date:
    """The last working day before ``day``."""
    day -= timedelta(1)
    while not is_working(day, calendar):
        day -= timedelta(1)
    return day


def after_working(day: date, count: int, calendar: Calendar) -> date:
    """The day that is ``count`` working days after ``day``, which is not counted itself.

    Raises:
        ValueError: ``count`` is negative or beyond reason.
    """
    if not 0 <= count <= _FARTHEST:
        raise ValueError(f"{count} working days")
    while count:
        day += timedelta(1)
        count -= is_working(day, calendar)
    return next_working(day, calendar)


def working_between(first: date, last: date, calendar: Calendar) -> int:
    """Working days after ``first`` up to and with ``last``; negative where ``last`` is before."""
    if last < first:
        return -working_between(last, first, calendar)
    days = (first + timedelta(n) for n in range(1, (last - first).days + 1))
    return sum(is_working(day, calendar) for day in days)


@dataclass(frozen=True, slots=True)
class Due:
    """How a dossier stands to the day it was promised for.

    ``left``: working days still to come, 0 on the day itself and on days off right before it is
    due; ``late``: working days gone since, 0 where it is not late. ``on_day_off``: the promised day
    is no working day, and the result is to be had on ``day``.
    """

    day: date
    left: int
    late: int
    on_day_off: bool = False


def due(promised: date, seen: date, calendar: Calendar) -> Due:
    """How it stands on ``seen``: today, or the day on which the dossier ended."""
    day = next_working(promised, calendar)
    between = working_between(seen, day, calendar)
    return Due(day, max(between, 0), max(-between, 0), on_day_off=day != promised)
