"""Where to go and when it is open: the office of the citizen's unit, its hours, holidays.

Where no office is known, what holds everywhere is said, and whom to ask; never "closed" for
certain without a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import quote

from actions import cases, hours
from actions.answer import noticed
from actions.place import Places
from actions.state import Action, Button, Kind, Message, State
from actions.telling import Telling, home
from knowledge_base import day_words
from knowledge_base.day_words import When
from knowledge_base.offices import Office, OfficeKind
from knowledge_base.phrases import MOST_CHARACTERS
from knowledge_base.schema import Confidence, Level, Procedure, Source
from knowledge_base.text import fold, key, strip_accents, tokens
from knowledge_base.unit_finder import Found, Match

_MOST_BUTTONS = 5
_KINDS = (
    (re.compile(r"\bho chieu\b|\bxuat nhap canh\b"), OfficeKind.PASSPORT),
    (re.compile(r"\bcan cuoc\b|\bcccd\b"), OfficeKind.IDENTITY),
    (re.compile(r"\bcong an\b"), OfficeKind.POLICE),
    (re.compile(r"\bbao hiem\b|\bbhxh\b"), OfficeKind.INSURANCE),
    (re.compile(r"\b(?:chi cuc|co quan|can bo|ben|phong) thue\b|\bthue co so\b"), OfficeKind.TAX),
)
# How a record names who takes the papers; the first one named counts.
_NAMED = (
    ("trung tâm phục vụ hành chính công", OfficeKind.CENTRE),
    ("cấp xã", OfficeKind.CENTRE),
    ("công an", OfficeKind.POLICE),
    ("bảo hiểm xã hội", OfficeKind.INSURANCE),
    ("cơ quan thuế", OfficeKind.TAX),
    ("thuế cơ sở", OfficeKind.TAX),
)
_NOT_KEPT = re.compile(r"\bbuu dien\b|\bngan hang\b|\bbenh vien\b|\btram y te\b|\btruong hoc\b")


def asked(text: str, state: State, places: Places, now: datetime) -> Action:
    """What a question about opening hours asks: which office, which unit, which day and hour."""
    plain = key(text)
    kind = next((kind for pattern, kind in _KINDS if pattern.search(plain)), OfficeKind.CENTRE)
    if "thuế" in fold(text).split():  # without its accent it may be another word
        kind = OfficeKind.TAX
    matches = places.find(text, state).matches
    return Action(
        kind=Kind.HOURS,
        office=None if _NOT_KEPT.search(plain) else kind,
        unit=matches[0].code if len(matches) == 1 else None,
        when=day_words.read(
            _besides(matches, text, places), now.date(), places.holidays.calendar.new_year
        ),
    )


def _besides(matches: Iterable[Match], text: str, places: Places) -> str:
    """The words without the places they name: "Hoàng Mai" is no tomorrow."""
    words = tokens(fold(text))
    for match in matches:
        unit = places.units.by_code(match.code)
        name = match.former.short if match.former else unit.name.partition(" ")[2] if unit else ""
        named = key(name).split()
        plain = [strip_accents(word) for word in words]
        for start in range(len(words) if named else 0):
            if plain[start : start + len(named)] == named:
                del words[start : start + len(named)]
                break
    return " ".join(words)


def elsewhere(current: Action | None, found: Found) -> Action | None:
    """The hours on the screen for another place: "còn phường Láng thì sao"."""
    if current is None or len(found.matches) != 1:
        return None
    return current.model_copy(update={"unit": found.matches[0].code})


def needs_unit(action: Action, places: Places, tell: Telling) -> bool:
    """Whether to ask where the citizen lives: hours are kept at all, but for which place?"""
    unit = places.units.by_code(action.unit or tell.unit or "")
    if tell.anywhere or _is_of_holiday(action.when) or (unit and not unit.is_province):
        return False
    return any(o.hours for o in places.directory.offices if o.kind is action.office)


def opening_hours(action: Action, places: Places, phone: str, tell: Telling) -> Message:
    """The answer to a question about opening hours (an action of kind HOURS)."""
    when = action.when or When()
    if _is_of_holiday(when):
        return _of_holiday(when, places, phone, tell)
    known = places.offices(action.office, action.unit or tell.unit)
    with_hours = next((office for office in known if office.hours), None)
    if with_hours is not None:
        return _of_office(with_hours, when, places, tell)
    return _in_general(action, places, phone, tell)


def near(
    message: Message, action: Action, procedure: Procedure, places: Places, tell: Telling
) -> Message:
    """The answer to "nộp ở đâu" with the office of the citizen's unit, where one is known.

    Args:
        message: the answer of the record alone; what ``action.detail`` asks for.
        action: what it answers (SHOW, aspect PLACE).
        procedure: what is to be handed in.
        places: units and offices.
        tell: how to say it.
    """
    procedure = cases.placed(procedure, action.case)
    kind = _takes(procedure)
    if kind is None or action.detail:
        return message
    at_commune = _is_at_commune(kind, procedure)
    offices = serving(procedure, places, tell)
    if not offices:
        asking = Button(tell.say("office.button_near"), action.asking_unit())
        if at_commune and (unit := places.units.by_code(tell.unit or "")) and not unit.is_province:
            unknown = tell.say("office.near_unknown", noi=places.units.said(unit))
            return replace(message, text=_fitted(message.text, [unknown]))
        if tell.anywhere or not at_commune or not places.directory.has(kind):
            return message
        return replace(message, buttons=(asking, *message.buttons)[:_MOST_BUTTONS])
    first = offices[0]
    cards = [
        tell.say("office.near_office", noi=o.name, dia_chi=o.address.rstrip(".")) for o in offices
    ]
    extra = [
        tell.say("office.sample") if first.sample else "",
        tell.say("office.phone", so=first.phone) if first.phone else "",
        hours.at_this_moment(first.hours, places.holidays.calendar, tell) if first.hours else "",
    ]
    if kind is OfficeKind.CENTRE and (province := places.units.by_code(tell.province or "")):
        extra.append(tell.say("office.any_centre", tinh=places.units.said(province)))
    rule = action.model_copy(update={"detail": True, "page": 0})
    heading = tell.say("office.near", tell.address, ten=procedure.name)
    source = _source_line([places.directory.source_of(first)], tell)
    told = Message(
        _fitted("\n".join([heading, *(f"• {card}" for card in cards)]), extra),
        f"{message.source} {source}" if message.source else source,
        (Button(tell.say("office.button_rule"), rule), *message.buttons[: _MOST_BUTTONS - 1]),
        _map(first, tell),
    )
    return noticed(told, tell)


def serving(procedure: Procedure, places: Places, tell: Telling) -> tuple[Office, ...]:
    """The known offices that take a procedure's papers where the citizen lives."""
    kind = _takes(procedure)
    if kind is None:
        return ()
    if _is_at_commune(kind, procedure):
        return places.offices(kind, tell.unit)
    return places.directory.of(kind, tell.province) if tell.province else ()


def _is_at_commune(kind: OfficeKind, procedure: Procedure) -> bool:
    """Whether the commune's own office is meant, and not the province's centre."""
    return Level.COMMUNE in procedure.levels or kind is not OfficeKind.CENTRE


def _takes(procedure: Procedure) -> OfficeKind | None:
    """Which office takes a procedure's papers; None where it is another in another situation."""
    situations = {place.case for place in procedure.places} - {None} or {None}
    kinds = {_kind(cases.placed(procedure, case)) for case in situations}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(procedure: Procedure) -> OfficeKind | None:
    """Which office the record names, whatever the situation."""
    said = fold(" ".join([*(place.name for place in procedure.places), procedure.agency or ""]))
    named = [(said.find(word), kind) for word, kind in _NAMED if word in said]
    kind = min(named, default=(0, None), key=lambda found: found[0])[1]
    if kind is OfficeKind.POLICE and "cấp hộ chiếu" in fold(procedure.official_name):
        return OfficeKind.PASSPORT
    if kind is OfficeKind.POLICE and "căn cước" in fold(procedure.field):
        return OfficeKind.IDENTITY
    if Level.COMMUNE not in procedure.levels:
        return None if kind is OfficeKind.POLICE else kind
    return kind if said.strip() else OfficeKind.CENTRE


def _is_of_holiday(when: When | None) -> bool:
    """Whether a holiday as a whole is asked about, rather than an office."""
    return when is not None and bool(when.holiday or (when.length and when.day is None))


def _of_office(office: Office, when: When, places: Places, tell: Telling) -> Message:
    calendar, week = places.holidays.calendar, office.hours
    day = when.day or tell.now.date()
    sources = [places.directory.source_of(office)]
    if holiday := calendar.holiday(day):
        sources.append(places.holidays.source_of(holiday))
    if when.day is None and when.clock is None and when.part is None:
        status = hours.at_this_moment(week, calendar, tell)
    else:
        status = hours.on_day(day, when, week, calendar, tell)
    said = [status] if when.day else [hours.whole_week(week, tell), status]
    if when.now or when.clock:
        said.reverse()  # the moment that is asked about first
    said = [*said, _year_unknown(day, places, tell)]
    said.insert(1, tell.say("office.sample") if office.sample else "")
    said.append(tell.say("office.phone", so=office.phone) if office.phone else "")
    text = _fitted(tell.say("office.heading", noi=office.name), said)
    return Message(text, _source_line(sources, tell), (home(tell.say),), _map(office, tell))


def _year_unknown(day: date, places: Places, tell: Telling) -> str:
    """That a day may be a holiday for all that is known, where its year's are not listed."""
    if places.holidays.calendar.reaches(day):
        return ""
    return tell.say("office.year_unknown", nam=day.year)


def _in_general(action: Action, places: Places, phone: str, tell: Telling) -> Message:
    """What is known without an office's hours, and whom to ask."""
    when = action.when or When()
    known = places.offices(action.office, action.unit or tell.unit)
    day = tell.now.date() if when.now else when.day
    sources = [places.holidays.general] if places.holidays.general else []
    if day is None:
        fact = tell.say("office.general")
    elif holiday := places.holidays.calendar.holiday(day):
        fact, sources = (
            hours.on_holiday(day, holiday, tell),
            [places.holidays.source_of(holiday)],
        )
    else:
        named = hours.capital(hours.day_said(day, tell))
        kind = {5: "saturday", 6: "sunday"}.get(day.weekday(), "weekday")
        fact = tell.say(f"office.general_{kind}", ngay=named)
        fact = f"{fact} {_year_unknown(day, places, tell)}".rstrip()
    ask = tell.say("office.ask_first", tell.address, dien_thoai=phone)
    if (unit := places.units.by_code(action.unit or "")) and not unit.is_province:
        ask = tell.say("office.ask_there", noi=places.units.said(unit), dien_thoai=phone)
    if office := next((o for o in known if o.phone), None):
        ask = tell.say("office.ask_office", noi=office.name, dien_thoai=office.phone)
        sources.append(places.directory.source_of(office))
    buttons: tuple[Button, ...] = (home(tell.say),)
    if (action.unit or tell.unit) is None and action.office and places.directory.has(action.office):
        mine = Button(tell.say("office.button_my_unit"), action.asking_unit())
        buttons = (mine, *buttons)
    return Message(f"{fact} {ask}", _source_line(sources, tell), buttons)


def _of_holiday(when: When, places: Places, phone: str, tell: Telling) -> Message:
    """How long a holiday is: the next one of the name asked for, or the next one at all."""
    calendar = places.holidays.calendar
    holiday = calendar.next_holiday(tell.now.date(), when.holiday)
    if holiday is None:
        ask = tell.say("office.ask_first", tell.address, dien_thoai=phone)
        return Message(f"{tell.say('office.holiday_unknown')} {ask}", buttons=(home(tell.say),))
    text = hours.whole_holiday(holiday, calendar.new_year(holiday.first.year), tell)
    return Message(
        text, _source_line([places.holidays.source_of(holiday)], tell), (home(tell.say),)
    )


def _map(office: Office, tell: Telling) -> tuple[tuple[str, str], ...]:
    """A link that shows the way; none for an invented place."""
    if office.sample:
        return ()
    where = quote(f"{office.name}, {office.address}", safe="")
    if office.point:
        where = f"{office.point.latitude},{office.point.longitude}"
    url = f"https://www.google.com/maps/search/?api=1&query={where}"
    return ((tell.say("office.button_map"), url),)


def _fitted(text: str, extra: Iterable[str]) -> str:
    """The text and as many of the extra sentences as a message holds, the first ones first."""
    for sentence in filter(None, extra):
        if len(text) + 1 + len(sentence) <= MOST_CHARACTERS:
            text = f"{text}\n{sentence}"
    return text


def _source_line(sources: Iterable[Source], tell: Telling) -> str:
    said = []
    for source in dict.fromkeys(sources):
        name = "source" if source.confidence is Confidence.OFFICIAL else "source_secondary"
        day = source.day.strftime("%d/%m/%Y")
        said.append(tell.say(f"office.{name}", nguon=source.title, ngay=day))
    return " ".join(said)
