"""Opening hours: any moment, any week, any holidays."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.opening import (
    Calendar,
    Holiday,
    Now,
    Session,
    Week,
    next_opening,
    session_at,
    sessions,
    standing,
)

ZONE = timezone(timedelta(hours=7))
MORNING = Session(time(7, 30), time(11, 30))
AFTERNOON = Session(time(13, 30), time(17))
WEEK: Week = {**dict.fromkeys(range(5), (MORNING, AFTERNOON)), 5: (MORNING,), 6: ()}
MONDAY = date(2026, 11, 23)


def at(day: date, clock: str) -> datetime:
    hour, _, minute = clock.partition(":")
    return datetime.combine(day, time(int(hour), int(minute)), ZONE)


@pytest.mark.parametrize(
    ("days", "clock", "stands", "again"),
    [
        (0, "7:29", Now.BEFORE, (0, "7:30")),
        (0, "7:30", Now.OPEN, (0, "13:30")),
        (0, "11:29", Now.OPEN, (0, "13:30")),
        (0, "11:30", Now.BREAK, (0, "13:30")),
        (0, "13:30", Now.OPEN, (1, "7:30")),
        (0, "17:00", Now.AFTER, (1, "7:30")),
        (4, "18:00", Now.AFTER, (5, "7:30")),
        (5, "12:00", Now.AFTER, (7, "7:30")),
        (6, "10:00", Now.CLOSED, (7, "7:30")),
    ],
)
def test_the_bounds_of_a_day(days: int, clock: str, stands: Now, again: tuple[int, str]) -> None:
    moment = at(MONDAY + timedelta(days), clock)
    assert standing(moment, WEEK, Calendar()) is stands
    assert next_opening(moment, WEEK, Calendar()) == at(MONDAY + timedelta(again[0]), again[1])


def test_a_holiday_is_closed_and_passed_over() -> None:
    tet = Holiday("Tết", MONDAY, MONDAY + timedelta(8), "luat")
    calendar = Calendar((tet,))
    assert standing(at(MONDAY, "9:00"), WEEK, calendar) is Now.CLOSED
    assert next_opening(at(MONDAY, "9:00"), WEEK, calendar) == at(MONDAY + timedelta(9), "7:30")


def test_a_day_worked_instead_has_the_hours_of_the_day_off() -> None:
    saturday = MONDAY + timedelta(5)
    calendar = Calendar((Holiday("Nghỉ", MONDAY, MONDAY, "luat"),), {saturday: MONDAY})
    assert sessions(saturday, WEEK, calendar) == (MORNING, AFTERNOON)
    assert sessions(MONDAY, WEEK, calendar) == ()


def test_what_is_not_known_is_not_closed() -> None:
    week = {day: WEEK[day] for day in range(5)}
    saturday = MONDAY + timedelta(5)
    assert sessions(saturday, week, Calendar()) is None
    assert standing(at(saturday, "9:00"), week, Calendar()) is Now.UNKNOWN
    friday_evening = at(MONDAY + timedelta(4), "18:00")
    assert next_opening(friday_evening, week, Calendar()) is None, "perhaps on Saturday"


CLOCKS = st.times(max_value=time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))


@st.composite
def days(draw: st.DrawFn) -> tuple[Session, ...]:
    ends = sorted(draw(st.sets(CLOCKS, max_size=6)))
    return tuple(Session(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False))


WEEKS = st.dictionaries(st.integers(0, 6), days())
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(ZONE))  # noqa: DTZ001
SPANS = st.tuples(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.integers(0, 9))
CALENDARS = st.builds(
    Calendar,
    st.lists(
        SPANS.map(lambda s: Holiday("Lễ", s[0], s[0] + timedelta(s[1]), "luat")), max_size=5
    ).map(tuple),
    st.dictionaries(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.just(MONDAY), max_size=3),
)


@given(MOMENTS, WEEKS, CALENDARS)
def test_the_standing_agrees_with_the_sessions(
    moment: datetime, week: Week, calendar: Calendar
) -> None:
    found = sessions(moment.date(), week, calendar)
    stands = standing(moment, week, calendar)
    assert (stands is Now.UNKNOWN) == (found is None)
    assert (stands is Now.CLOSED) == (found == ())
    assert (stands is Now.OPEN) == (session_at(moment.time(), found or ()) is not None)


@given(MOMENTS, WEEKS, CALENDARS)
def test_the_next_opening_is_the_first_one_and_is_open(
    moment: datetime, week: Week, calendar: Calendar
) -> None:
    begins = next_opening(moment, week, calendar)
    if begins is None:
        return
    assert begins > moment
    assert standing(begins, week, calendar) is Now.OPEN
    assert calendar.holiday(begins.date()) is None
    for ahead in range((begins.date() - moment.date()).days + 1):
        day = moment.date() + timedelta(ahead)
        for session in sessions(day, week, calendar) or ():
            start = datetime.combine(day, session.start, ZONE)
            assert start <= moment or start >= begins


def test_the_next_holiday_may_be_on_already() -> None:
    tet = Holiday("Tết", MONDAY, MONDAY + timedelta(8), "luat")
    later = Holiday("Lễ", MONDAY + timedelta(20), MONDAY + timedelta(20), "luat")
    calendar = Calendar((later, tet), new_years={2026: MONDAY})
    assert calendar.next_holiday(MONDAY + timedelta(3)) is tet
    assert calendar.next_holiday(MONDAY, "Lễ") is later
    assert calendar.next_holiday(MONDAY + timedelta(30)) is None
    assert calendar.new_year(2026) == MONDAY
    assert calendar.new_year(2027) is None
