"""Opening hours and days off as sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import groupby

from actions.telling import Telling
from knowledge_base import opening
from knowledge_base.day_words import Part, When
from knowledge_base.opening import Calendar, Holiday, Now, Session, Week

_NOON, _EVENING = time(12), time(18)


def at_this_moment(week: Week, calendar: Calendar, tell: Telling) -> str:
    """Whether it is open now, and until when or when again."""
    now = tell.now
    found = opening.sessions(now.date(), week, calendar) or ()
    match opening.standing(now, week, calendar):
        case Now.OPEN:
            session = opening.session_at(now.time(), found)
            assert session is not None, "what is open has a session"
            return tell.say("office.now_open", gio=clock_said(session.end, tell))
        case Now.BREAK:
            return _then(tell.say("office.now_break"), now, week, calendar, tell)
        case Now.BEFORE:
            return tell.say("office.now_before", gio=clock_said(found[0].start, tell))
        case Now.AFTER:
            return _then(tell.say("office.now_after"), now, week, calendar, tell)
        case _:
            return on_day(now.date(), When(), week, calendar, tell)


def on_day(day: date, when: When, week: Week, calendar: Calendar, tell: Telling) -> str:
    """How it stands on a day, in the part or at the time of it that ``when`` names."""
    found = opening.sessions(day, week, calendar)
    name = day_said(day, tell)
    over = datetime.combine(day, time.max, tell.now.tzinfo)
    if holiday := calendar.holiday(day):
        said = on_holiday(day, holiday, tell)
        return _then(said, over, week, calendar, tell) if holiday.certain else said
    if found is None:
        return tell.say("office.day_unknown", ngay=capital(name))
    if when.clock is not None:
        moment = datetime.combine(day, when.clock, tell.now.tzinfo)
        return _at(moment, week, calendar, tell)
    if when.part is None:
        if found:
            return tell.say("office.works", ngay=capital(name), gio=_spans(found, tell))
        return _then(tell.say("office.closed", ngay=capital(name)), over, week, calendar, tell)
    part = tell.say(f"office.part_{when.part}")
    named = capital(tell.say("office.part_of_day", buoi=part, ngay=name))
    if wanted := _in_part(found, when.part):
        return tell.say("office.works", ngay=named, gio=_spans(wanted, tell))
    shut = tell.say("office.closed", ngay=named)
    if found:  # the rest of that day
        return f"{shut} {on_day(day, When(), week, calendar, tell)}"
    return _then(shut, over, week, calendar, tell)


def on_holiday(day: date, holiday: Holiday, tell: Telling) -> str:
    """That a day is off, as far as that is known."""
    name = capital(day_said(day, tell))
    one = holiday.first == holiday.last
    if holiday.certain or one:
        key = "holiday" if holiday.certain else "holiday_maybe_one"
        return tell.say(f"office.{key}", ngay=name, le=holiday.name)
    return tell.say("office.holiday_maybe", ngay=name, le=holiday.name, nam=day.year)


def whole_holiday(holiday: Holiday, new_year: date | None, tell: Telling) -> str:
    """How long a holiday is; ``new_year``: the first day of its lunar year, for Tết."""
    year = holiday.first.year
    first, last = _date(holiday.first, tell), _date(holiday.last, tell)
    if not holiday.certain and new_year and holiday.first <= new_year <= holiday.last:
        return tell.say("office.tet_estimated", nam=year, ngay=_date(new_year, tell))
    if holiday.first == holiday.last:
        key = "holiday_one" if holiday.certain else "holiday_estimated_one"
        return tell.say(f"office.{key}", le=holiday.name, nam=year, ngay=first)
    if not holiday.certain:
        return tell.say("office.holiday_estimated", le=holiday.name, nam=year, tu=first, den=last)
    days = (holiday.last - holiday.first).days + 1
    return tell.say("office.holiday_span", le=holiday.name, nam=year, so=days, tu=first, den=last)


def whole_week(week: Week, tell: Telling) -> str:
    """The hours of the week, days alike taken together; nothing is said of days not known."""
    parts = []
    for spans, days in groupby(sorted(week), key=lambda day: week[day]):
        numbers = list(days)
        names = [tell.say(f"office.weekday_{number}") for number in numbers]
        named = ", ".join(names)
        if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
            named = tell.say("office.week_range", tu=names[0], den=names[-1])
        hours = _spans(spans, tell) if spans else tell.say("office.week_closed")
        parts.append(tell.say("office.week_days", ngay=named, gio=hours))
    return tell.say("office.week", gio="; ".join(parts))


def day_said(day: date, tell: Telling) -> str:
    """A day as it is said today: "hôm nay chủ nhật 22/11"."""
    name = {0: "today", 1: "tomorrow"}.get((day - tell.now.date()).days, "other")
    weekday = tell.say(f"office.weekday_{day.weekday()}")
    return tell.say(f"office.day_{name}", thu=weekday, ngay=f"{day.day}/{day.month}")


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def _at(moment: datetime, week: Week, calendar: Calendar, tell: Telling) -> str:
    name, said = day_said(moment.date(), tell), clock_said(moment.time(), tell)
    found = opening.sessions(moment.date(), week, calendar) or ()
    if session := opening.session_at(moment.time(), found):
        return tell.say("office.clock_open", luc=said, ngay=name, den=clock_said(session.end, tell))
    shut = tell.say("office.clock_closed", luc=said, ngay=name)
    return _then(shut, moment, week, calendar, tell)


def _then(said: str, after: datetime, week: Week, calendar: Calendar, tell: Telling) -> str:
    """``said``, and when it opens again; nothing more where a day not known comes first."""
    begins = opening.next_opening(max(after, tell.now), week, calendar)
    if begins is None:
        return said
    day = day_said(begins.date(), tell)
    return f"{said} {tell.say('office.reopens', ngay=day, gio=clock_said(begins.time(), tell))}"


def _in_part(found: Iterable[Session], part: Part) -> list[Session]:
    match part:
        case Part.MORNING:
            return [s for s in found if s.start < _NOON]
        case Part.NOON:
            return [s for s in found if s.start <= _NOON < s.end]
        case Part.AFTERNOON:
            return [s for s in found if s.end > _NOON]
        case Part.EVENING:
            return [s for s in found if s.end > _EVENING]


def _date(day: date, tell: Telling) -> str:
    weekday = tell.say(f"office.weekday_{day.weekday()}")
    return tell.say("office.day_other", thu=weekday, ngay=f"{day.day}/{day.month}/{day.year}")


def clock_said(clock: time, tell: Telling) -> str:
    """A time of day as it is said: "7 giờ 30"."""
    if clock.minute:
        return tell.say("office.clock_minutes", gio=clock.hour, phut=f"{clock.minute:02d}")
    return tell.say("office.clock", gio=clock.hour)


def _spans(sessions: Iterable[Session], tell: Telling) -> str:
    return ", ".join(
        tell.say("office.span", tu=clock_said(s.start, tell), den=clock_said(s.end, tell))
        for s in sessions
    )
