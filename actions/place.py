"""Where the citizen lives: asked when an answer needs it, remembered as the code of a unit only.

An action that needs it becomes :meth:`Action.asking_unit`; the place named, it is done after all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from actions import pages
from actions.state import Action, Aspect, Button, Kind, Message, State
from actions.telling import Telling
from knowledge_base.offices import Directory, Office, OfficeKind
from knowledge_base.public_holidays import HolidayList
from knowledge_base.text import fold, strip_accents, tokens
from knowledge_base.unit_finder import Found, Match, UnitFinder
from knowledge_base.units import Place, Tier, Unit, Units

_MOST_TRIES = 2
_SHOWN = 3  # of many; then the row that turns the page and the one that goes on without
_LONGEST = 12  # words of a place as it is said
_STATED = re.compile(
    r"(?:(?:da|vang|thua|chao|xin chao)(?: (?:chau|em|co|chu|bac|anh|chi|ban))? )*"
    r"(?:nha |gia dinh )?(?:toi|tui|minh|em|con|chau) "
    r"(?:hien |dang |moi |hien dang )?(?:sinh song |song |thuong tru |cu tru )?(?:o|tai) "
)


@dataclass(frozen=True)
class Places:
    """The units there are, the offices and holidays known.

    ``commune``: code of the one this deployment serves, None = any.
    """

    units: Units = field(default_factory=Units)
    commune: str | None = None
    directory: Directory = field(default_factory=Directory)
    holidays: HolidayList = field(default_factory=HolidayList)

    @cached_property
    def finder(self) -> UnitFinder:
        """Finds units by name."""
        return UnitFinder(self.units)

    def of(self, state: State) -> str | None:
        """The unit the citizen lives in: what they said, else what this deployment serves."""
        return state.unit or self.commune

    def province(self, code: str | None) -> str | None:
        """The code of the province that a unit lies in or is."""
        found = self.units.province_of(code) if code else None
        return found.code if found else None

    def offices(self, kind: OfficeKind | None, unit: str | None) -> tuple[Office, ...]:
        """The offices of a kind that serve a commune; passports are a matter of its province."""
        if kind is OfficeKind.PASSPORT:
            unit = self.province(unit)
        elif unit is None or len(unit) == 2:  # a province's own centre is no commune's
            return ()
        return self.directory.of(kind, unit) if kind and unit else ()

    def find(self, text: str, state: State) -> Found:
        """What ``text`` names, the citizen's province deciding between several."""
        return self.finder.find(text, within=self.province(self.of(state)))


def answered(found: Found, asked: Action, places: Places) -> Action | None:
    """What follows when ``found`` is the answer to ``asked``; None when it names nothing."""
    matches = _among(found.matches, asked, places)
    if not matches:
        return None
    provinces = {places.province(m.code) for m in matches}
    if len(matches) > 1 and len(provinces) == 1 and _province_is_enough(asked):
        return _chosen(asked, provinces.pop(), "")
    named = [(m.code, _former(m, places)) for m in matches]
    if len(named) == 1:
        return _chosen(asked, *named[0])
    codes, were = zip(*named, strict=True)
    return asked.model_copy(update={"units": codes, "were": were, "page": 0, "tries": 0})


def unanswered(asked: Action) -> Action | None:
    """Asked once more; None when it was asked often enough."""
    if asked.tries + 1 >= _MOST_TRIES:
        return None
    return asked.model_copy(update={"tries": asked.tries + 1, "units": (), "were": (), "page": 0})


def is_home(text: str) -> bool:
    """Whether a sentence begins "tôi ở …"."""
    return _home_begins(tokens(fold(text))) is not None


def _home_begins(words: Sequence[str]) -> re.Match[str] | None:
    return _STATED.match(" ".join(map(strip_accents, words)) + " ")


def stated(text: str, state: State, places: Places) -> State:
    """The state with the place of a sentence that begins "tôi ở …", if it names one."""
    words = tokens(fold(text))
    begun = _home_begins(words)
    if begun is None:
        return state
    rest = words[begun[0].count(" ") :]
    for length in range(min(_LONGEST, len(rest)), 0, -1):
        found = places.find(" ".join(rest[:length]), state)
        if found.whole and found.matches:
            code = _common(found.matches, places)
            return state.model_copy(update={"unit": code}) if code else state
    return state


def ask(asked: Action, places: Places, tell: Telling) -> Message:
    """The question, with the possible places as buttons and one that goes on without."""
    buttons = [
        Button(label(unit, was, places, tell), _chosen(asked, unit.code, was))
        for code, was in zip(asked.units, asked.were, strict=True)
        if (unit := places.units.by_code(code))
    ]
    text = _question(asked, len(buttons), places, tell)
    if len(buttons) >= pages.PAGE:
        cut = pages.split(buttons, lambda _: 0, room=1, most=_SHOWN)
        page = min(asked.page, len(cut) - 1)
        buttons = list(cut[page])
        if page + 1 < len(cut):
            onward = asked.model_copy(update={"page": page + 1})
            buttons.append(Button(tell.more_label(cut, page + 1), onward))
    if (without := asked.resumed(anywhere=True)) is not None:
        buttons.append(Button(tell.say("place.button_anywhere"), without))
    return Message(text, buttons=tuple(buttons))


def noted(action: Action, places: Places, tell: Telling) -> str:
    """What is said when the place of ``action`` (of kind SET_UNIT) was taken down."""
    unit = places.units.by_code(action.unit or "")
    assert unit is not None, "perform does not set what is no unit"
    here = places.units.said(unit)
    if was := "".join(action.were):
        return tell.say("place.was", tell.address, cu=was[:1].upper() + was[1:], noi=here)
    return tell.say("place.set", tell.address, noi=here)


def _question(asked: Action, count: int, places: Places, tell: Telling) -> str:
    if count:
        key = "place.ask_which" if count < pages.PAGE else "place.ask_many"
        return tell.say(key, tell.address, so=count)
    if asked.tries:
        return tell.say("place.not_found", tell.address)
    if _province_is_enough(asked):
        return tell.say("place.ask_province", tell.address)
    province = places.units.by_code(tell.province or "")
    if province is not None and asked.then is not None:
        return tell.say("place.ask_in", tell.address, tinh=places.units.said(province))
    return tell.say("place.ask", tell.address)


def _province_is_enough(asked: Action) -> bool:
    """Fees differ by province at most; where to go and when, by commune."""
    return asked.then is Kind.SHOW and asked.aspect is Aspect.FEE


def _among(matches: Sequence[Match], asked: Action, places: Places) -> tuple[Match, ...]:
    """Of the places that were offered those that the answer names: "Lâm Đồng" after "xã Tân Lập"
    the one in that province."""
    named = {m.code for m in matches}
    offered = tuple(
        Match(code)
        for code in asked.units
        if code in named or (places.province(code) in named and code not in named)
    )
    return offered or tuple(matches)


def _common(matches: Sequence[Match], places: Places) -> str | None:
    """The one unit named, else the province that all the possible ones lie in."""
    if len(matches) == 1:
        return matches[0].code
    provinces = {places.province(m.code) for m in matches}
    return provinces.pop() if len(provinces) == 1 else None


def _chosen(asked: Action, code: str | None, was: str) -> Action:
    given = {"kind": Kind.SET_UNIT, "unit": code, "units": (), "were": (was,) if was else ()}
    return asked.model_copy(update={**given, "page": 0, "tries": 0})


def _former(match: Match, places: Places) -> str:
    """What the place was called before, if a citizen may not know that it is the same."""
    old, unit = match.former, places.units.by_code(match.code)
    if old is None or unit is None or (old.tier is Tier.OLD_DISTRICT and not unit.is_province):
        return ""
    names = (old.name, *old.around[:1]) if old.tier is Tier.OLD_COMMUNE else (old.name,)
    return "" if _is_same(old, unit, places) else ", ".join(n[:1].lower() + n[1:] for n in names)


def _is_same(old: Place, unit: Unit, places: Places) -> bool:
    province = places.units.province_of(unit.code)
    return old.name == unit.name and province is not None and old.around[1] == province.name


def label(unit: Unit, was: str, places: Places, tell: Telling) -> str:
    """What a place is called on a button; ``was``: what it was called before, "" = nothing."""
    province = places.units.province_of(unit.code)
    short = province.name.removeprefix("Tỉnh ").removeprefix("Thành phố ") if province else ""
    here = unit.name if unit.is_province else f"{unit.name}, {short}"
    return tell.say("place.label_was", noi=here, cu=was) if was else here
