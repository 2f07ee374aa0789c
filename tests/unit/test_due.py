"""Due days around weekends, Tết and days worked instead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import public_holidays
from knowledge_base.dossiers.due import (
    Due,
    after_working,
    due,
    is_working,
    next_working,
    working_between,
)

CALENDAR = public_holidays.load().calendar
DAYS = st.dates(date(2026, 1, 1), date(2027, 11, 30))


@pytest.mark.parametrize(
    ("received", "count", "expected"),
    [
        (date(2026, 11, 20), 3, date(2026, 11, 26)),  # Friday; 24 November is a holiday
        (date(2026, 11, 22), 1, date(2026, 11, 23)),  # received on a Sunday
        (date(2026, 2, 13), 1, date(2026, 2, 23)),  # the last working day before Tết
        (date(2026, 2, 14), 0, date(2026, 2, 23)),  # no days to wait, but Tết begins
        (date(2026, 8, 21), 1, date(2026, 8, 22)),  # a Saturday worked for 31 August
        (date(2026, 8, 28), 1, date(2026, 9, 3)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over New Year and a weekend
        (date(2026, 11, 16), 5, date(2026, 11, 23)),
    ],
)
def test_a_number_of_working_days_ends_where_offices_work(
    received: date, count: int, expected: date
) -> None:
    assert after_working(received, count, CALENDAR) == expected


@pytest.mark.parametrize(
    ("promised", "today", "expected"),
    [
        (date(2026, 11, 27), date(2026, 11, 23), Due(date(2026, 11, 27), 3, 0)),
        (date(2026, 11, 27), date(2026, 11, 27), Due(date(2026, 11, 27), 0, 0)),
        (date(2026, 11, 27), date(2026, 11, 28), Due(date(2026, 11, 27), 0, 0)),  # Saturday
        (date(2026, 11, 27), date(2026, 11, 30), Due(date(2026, 11, 27), 0, 1)),
        (date(2026, 11, 24), date(2026, 11, 23), Due(date(2026, 11, 25), 1, 0, True)),
        (date(2026, 2, 16), date(2026, 2, 13), Due(date(2026, 2, 23), 1, 0, True)),
        (date(2026, 2, 16), date(2026, 2, 20), Due(date(2026, 2, 23), 1, 0, True)),
        (date(2026, 2, 13), date(2026, 2, 23), Due(date(2026, 2, 13), 0, 1)),
    ],
)
def test_how_it_stands_to_the_promised_day(promised: date, today: date, expected: Due) -> None:
    assert due(promised, today, CALENDAR) == expected


def test_a_count_beyond_reason_is_refused() -> None:
    for count in (-1, 100_000):
        with pytest.raises(ValueError, match="working days"):
            after_working(date(2026, 11, 22), count, CALENDAR)


@given(DAYS, st.integers(0, 60))
def test_counting_forth_and_back_agree(day: date, count: int) -> None:
    end = after_working(day, count, CALENDAR)
    assert is_working(end, CALENDAR)
    assert working_between(day, end, CALENDAR) == count or (count == 0 and end != day)
    assert working_between(end, day, CALENDAR) == -working_between(day, end, CALENDAR)


@given(DAYS, DAYS, DAYS)
def test_working_days_add_up(one: date, two: date, three: date) -> None:
    first, middle, last = sorted((one, two, three))
    parts = working_between(first, middle, CALENDAR) + working_between(middle, last, CALENDAR)
    assert parts == working_between(first, last, CALENDAR)


@given(DAYS, DAYS)
def test_nothing_is_both_late_and_still_to_come(promised: date, seen: date) -> None:
    how = due(promised, seen, CALENDAR)
    assert not (how.left and how.late)
    assert how.day == next_working(promised, CALENDAR)
    if seen <= promised:
        assert how.late == 0
    if how.late:
        assert seen - how.day >= timedelta(how.late)
