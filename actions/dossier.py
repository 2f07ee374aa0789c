"""What a citizen is told of a dossier: its state in plain words, what it means for them, what to do
now, and the day it was promised for. By a code alone nobody's name is said, see
:mod:`knowledge_base.dossiers.dossier`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from actions import photo
from actions.dossier_sources.port import Finding, Why
from actions.guide_screen import opening
from actions.hours import day_said
from actions.lines import in_sentence, money
from actions.place import Places
from actions.replies import Image
from actions.state import Action, Aspect, Button, Kind, Message, State
from actions.telling import Telling, home, human
from actions.timeline import NAME, Point, draw
from actions.watched import Do, Watched, find
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.due import Due, due
from knowledge_base.dossiers.states import DossierState, states
from knowledge_base.loader import Knowledge
from knowledge_base.opening import Calendar
from knowledge_base.phrases import MOST_CHARACTERS

PAPER = "giay-hen"  # the drawing of the paper on which the code is printed
LOOKING_UP = "tra-cuu-ho-so"  # the guide for whoever looks for themselves
RIGHT = "checked"  # ``phrase`` of the action behind the right button of a question
_ANIMALS, _SHOWN = 6, 4
_KEPT = 5  # codes of the citizen that are remembered
_MOST_BUTTONS = 5
_STEPS = 5  # of what happened, the newest
# What the citizen does next, by guide.
_NEXT = {
    DossierState.SUPPLEMENT: ("bo-sung-ho-so", "supplement"),
    DossierState.PAYMENT: ("thanh-toan-truc-tuyen", "pay"),
    DossierState.DONE: (LOOKING_UP, "collect"),
}


class Readable(Protocol):
    """What is read of the world; :class:`actions.perform.World` fits."""

    @property
    def knowledge(self) -> Knowledge:
        """Procedures and guides."""
        ...

    @property
    def places(self) -> Places:
        """With the days offices work on."""
        ...

    @property
    def watching(self) -> Sequence[Watched] | None:
        """What the citizen is told of without asking; None where that cannot be."""
        ...


def show(
    action: Action, finding: Finding, world: Readable, tell: Telling, *, lead: str = ""
) -> tuple[Message, ...]:
    """The messages about the dossier of ``action``; ``lead``: why, where nobody asked."""
    dossier = finding.dossier
    if dossier is None:
        return (_without(finding, tell),)
    if action.detail:
        return (_history(dossier, tell),)
    standing = stands(dossier, world.places.holidays.calendar, tell.now.date())
    parts = [lead] if lead else []
    if finding.why is Why.UNAVAILABLE:
        parts.append(tell.say("dossier.stale", tell.address, luc=_moment(dossier.seen, tell)))
    parts += [_named(dossier, world.knowledge, tell), _state(dossier, tell)]
    if standing is not None:
        parts.append(_promise(dossier, standing, tell))
    buttons = (*_buttons(dossier, standing, world, tell),)[: _MOST_BUTTONS - 1]
    source = tell.say("dossier.source", nguon=dossier.source, luc=_moment(dossier.seen, tell))
    *before, last = _filled(parts)
    return (*(Message(text) for text in before), Message(last, source, (*buttons, home(tell.say))))


def ask(action: Action, state: State, tell: Telling) -> Message:
    """The question for a code; ``phrase`` of the action: what was wrong with the one given. Of a
    photograph: what follows from it."""
    shown = Image(PAPER, tell.say("dossier.paper_alt"))
    if action.kind is Kind.PHOTO:
        return photo.show(action, shown, tell)
    known = action.codes[:_MOST_BUTTONS] or state.dossiers[:3]
    buttons = [Button(code, Action(kind=Kind.DOSSIER, code=code)) for code in known]
    if action.codes:
        return Message(tell.say("dossier.which", tell.address), buttons=tuple(buttons))
    guide = Button(tell.say("dossier.button_no_code"), opening(LOOKING_UP))
    text = tell.say("dossier.ask", tell.address)
    if action.phrase:
        fault = tell.say(f"dossier.fault_{action.phrase}", tell.address, so=action.tries)
        text = f"{fault} {tell.say('dossier.look_again', tell.address)}"
    return Message(text, buttons=(*buttons, guide, human(tell.say)), attachment=shown)


def remembered(state: State, finding: Finding) -> State:
    """The state with a dossier that was found among the citizen's own, the newest first."""
    if finding.dossier is None:
        return state
    code = finding.dossier.code
    codes = (code, *(c for c in state.dossiers if c != code))[:_KEPT]
    return state.model_copy(update={"dossiers": codes})


def stands(dossier: Dossier, calendar: Calendar, today: date) -> Due | None:
    """How it stands to the promised day; None where none was promised, nothing is awaited any more,
    or the day has gone by while the citizen is awaited: nobody is late then."""
    if dossier.due is None or dossier.state in states().ends:
        return None
    standing = due(dossier.due, today, calendar)
    return None if standing.late and dossier.state in states().citizens_turn else standing


def _without(finding: Finding, tell: Telling) -> Message:
    if finding.why is Why.CHECK:
        return _check(finding, tell)
    text = tell.say(f"dossier.{finding.why.value}", tell.address, ma=finding.code)
    if finding.why is Why.PERSON:
        return Message(text, buttons=(human(tell.say), home(tell.say)))
    again = Button(tell.say("dossier.button_other"), Action(kind=Kind.ASK_CODE))
    guide = Button(tell.say("dossier.button_look_up"), opening(LOOKING_UP))
    person = human(tell.say)
    buttons = (again, person) if finding.why is Why.SLOWED else (again, guide, person)
    return Message(text, buttons=buttons)


def _check(finding: Finding, tell: Telling) -> Message:
    """A question that a person answers at a glance; which button is right stands in the state, not
    in what is sent."""
    digest = hashlib.sha256(f"{finding.code} {tell.now.isoformat()}".encode()).digest()
    shown = sorted(range(_ANIMALS), key=lambda n: digest[n])[:_SHOWN]
    right = shown[digest[-1] % _SHOWN]
    names = [tell.say(f"dossier.animal_{n}") for n in range(_ANIMALS)]
    buttons = (
        Button(names[n], Action(kind=Kind.DOSSIER, code=finding.code, phrase=RIGHT * (n == right)))
        for n in shown
    )
    text = tell.say("dossier.check", tell.address, con_vat=names[right])
    return Message(text, buttons=(*buttons, human(tell.say)))


def _named(dossier: Dossier, knowledge: Knowledge, tell: Telling) -> str:
    known = knowledge.name_of(dossier.procedure) if dossier.procedure else None
    title = known or dossier.title
    if title is None or len(title) > MOST_CHARACTERS // 2:
        return tell.say("dossier.unnamed", ma=dossier.code)
    return tell.say("dossier.named", ma=dossier.code, ten=in_sentence(title))


def _state(dossier: Dossier, tell: Telling) -> str:
    said = tell.say(f"dossier.state_{dossier.state.value}", tell.address)
    match dossier.state:
        case DossierState.PAYMENT if dossier.amount:
            amount = money(dossier.amount, tell.say)
            return f"{said} {tell.say('dossier.amount', tien=amount)}"
        case DossierState.SUPPLEMENT if dossier.wanted:
            papers = "; ".join(dossier.wanted)
            return f"{said} {tell.say('dossier.wanted', giay=papers)}"
        case DossierState.DONE if dossier.result_at:
            return f"{said} {tell.say('dossier.result_at', noi=dossier.result_at)}"
        case _:
            return said


def _promise(dossier: Dossier, standing: Due, tell: Telling) -> str:
    day = _day(standing.day, tell)
    if standing.late:
        return tell.say("dossier.late", tell.address, ngay=day, so=standing.late)
    key = "again" if dossier.again else "promised"
    said = tell.say(f"dossier.{key}", ngay=day)
    if standing.left:
        said = f"{said}, {tell.say('dossier.left', so=standing.left)}"
    return f"{said}. {tell.say('dossier.day_off')}" if standing.on_day_off else f"{said}."


def _buttons(
    dossier: Dossier, standing: Due | None, world: Readable, tell: Telling
) -> Iterator[Button]:
    """What can be done, the nearest first."""
    guide, label = _NEXT.get(dossier.state, ("", ""))
    if world.knowledge.guide(guide):
        yield Button(tell.say(f"dossier.button_{label}"), opening(guide, dossier.procedure))
    if world.watching is not None and dossier.state not in states().ends:
        yield _watch(dossier, world.watching, tell)
    if dossier.moments:
        history = Action(kind=Kind.DOSSIER, code=dossier.code, detail=True)
        yield Button(tell.say("dossier.button_history"), history)
    if dossier.state is DossierState.REFUSED or (standing and standing.late):
        yield human(tell.say)
    if dossier.procedure and world.knowledge.by_code(dossier.procedure):
        about = Action(kind=Kind.SHOW, code=dossier.procedure, aspect=Aspect.OVERVIEW)
        yield Button(tell.say("dossier.button_procedure"), about)


def _watch(dossier: Dossier, watching: Sequence[Watched], tell: Telling) -> Button:
    """The way to be told of it without asking, or no longer."""
    do = Do.STOP if find(watching, dossier.code) else Do.ASK
    label = tell.say(f"watching.button_{do.value}")
    return Button(label, Action(kind=Kind.WATCH, phrase=do.value, code=dossier.code))


def _history(dossier: Dossier, tell: Telling) -> Message:
    """What happened so far, the newest last."""
    points = [
        Point(f"{m.at:%d/%m/%Y}", m.what or states().names[m.state])
        for m in dossier.moments[-_STEPS:]
    ]
    lines = [tell.say("dossier.moment", ngay=one.day, gi=one.what) for one in points]
    heading = tell.say("dossier.history", ma=dossier.code)
    while len("\n".join((heading, *lines))) > MOST_CHARACTERS and len(lines) > 1:
        lines.pop(0)
    back = Button(tell.say("dossier.button_now"), Action(kind=Kind.DOSSIER, code=dossier.code))
    source = tell.say("dossier.source", nguon=dossier.source, luc=_moment(dossier.seen, tell))
    if dossier.due and dossier.state not in states().ends:
        points.append(Point(f"{dossier.due:%d/%m/%Y}", tell.say("dossier.drawn_due"), ahead=True))
    alt = tell.say("dossier.drawn_alt", ma=dossier.code)
    shown = Image(NAME, alt, draw(alt, points))
    said = "\n".join((heading, *lines))
    return Message(said, source, (back, home(tell.say)), attachment=shown)


def _filled(parts: Sequence[str]) -> list[str]:
    """The parts as few messages, none of them too long."""
    texts = [""]
    for part in parts:
        joined = f"{texts[-1]} {part}".strip()
        if len(joined) <= MOST_CHARACTERS:
            texts[-1] = joined
        else:
            texts.append(part[:MOST_CHARACTERS])
    return texts


def _moment(at: datetime, tell: Telling) -> str:
    """``9:05 hôm nay chủ nhật 22/11``."""
    local = at.astimezone(tell.now.tzinfo)
    clock = f"{local.hour}:{local.minute:02}"
    return tell.say("dossier.moment_of_day", gio=clock, ngay=_day(local.date(), tell))


def _day(day: date, tell: Telling) -> str:
    """A day as it is said, with its year where that is another."""
    return day_said(day, tell) if day.year == tell.now.year else f"{day:%d/%m/%Y}"
