"""When an office is open: sessions of each weekday, public holidays, and what follows from them.

Pure: nothing here reads a clock or a file. A weekday without an entry is not known, which is not
the same as closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

_FAR = 30  # days looked ahead for the next opening; no holiday is longer


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """From one time of day to another, the end not included."""

    start: time
    end: time


# Weekday (Monday is 0) to its sessions in order; () = closed; a weekday left out is not known.
Week = Mapping[int, tuple[Session, ...]]


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off from ``first`` to ``last``. ``certain``: False while the year's list is not out.

    ``source``: id of the source in the calendar's file.
    """

    name: str
    first: date
    last: date
    source: str
    certain: bool = True


@dataclass(frozen=True)
class Calendar:
    """Public holidays; ``worked``: a day off that is worked, to the day whose hours it has;
    ``new_years``: year to the first day of its lunar new year."""

    holidays: tuple[Holiday, ...] = ()
    worked: Mapping[date, date] | None = None
    new_years: Mapping[int, date] | None = None

    def holiday(self, day: date) -> Holiday | None:
        """The holiday that a day belongs to."""
        return next((h for h in self.holidays if h.first <= day <= h.last), None)

    def reaches(self, day: date) -> bool:
        """Whether a day's year may have its holidays in it: it does not end before."""
        return not self.holidays or day.year <= max(h.last.year for h in self.holidays)

    def next_holiday(self, day: date, name: str | None = None) -> Holiday | None:
        """The holiday that is on or comes next, of a name or at all."""
        coming = (h for h in self.holidays if h.last >= day and name in (None, h.name))
        return min(coming, key=lambda h: h.first, default=None)

    def new_year(self, year: int) -> date | None:
        """The first day of the lunar new year that begins in a year."""
        return (self.new_years or {}).get(year)


class Now(StrEnum):
    """How it stands at a moment."""

    OPEN = "open"
    BREAK = "break"  # between two sessions of the day
    BEFORE = "before"  # the day's first session is still to come
    AFTER = "after"
    CLOSED = "closed"  # no session this day
    UNKNOWN = "unknown"


def sessions(day: date, week: Week, calendar: Calendar) -> tuple[Session, ...] | None:
    """The sessions of a day; () = closed, None = not known."""
    if calendar.holiday(day):
        return ()
    like = (calendar.worked or {}).get(day, day)
    return week.get(like.weekday())


def standing(moment: datetime, week: Week, calendar: Calendar) -> Now:
    """How it stands at ``moment`` (Vietnamese time)."""
    found = sessions(moment.date(), week, calendar)
    if found is None:
        return Now.UNKNOWN
    if not found:
        return Now.CLOSED
    if session_at(moment.time(), found):
        return Now.OPEN
    if moment.time() < found[0].start:
        return Now.BEFORE
    return Now.AFTER if moment.time() >= found[-1].end else Now.BREAK


def session_at(clock: time, found: Sequence[Session]) -> Session | None:
    """The session that is on at a time of day."""
    return next((s for s in found if s.start <= clock < s.end), None)


def next_opening(moment: datetime, week: Week, calendar: Calendar) -> datetime | None:
    """The next beginning of a session after ``moment``; None where an unknown day comes first."""
    for ahead in range(_FAR):
        day = moment.date() + timedelta(ahead)
        found = sessions(day, week, calendar)
        if found is None:
            return None
        for session in found:
            begins = datetime.combine(day, session.start, moment.tzinfo)
            if begins > moment:
                return begins
    return None
