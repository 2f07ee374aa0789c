"""What a helper's moves among the people they guide lead to."""

from __future__ import annotations

from dataclasses import dataclass

from actions import crowd
from actions.state import Action, Help, Kind, Message, Person, State
from actions.telling import Telling
from knowledge_base.loader import Knowledge


@dataclass(frozen=True, slots=True)
class Helped:
    """What a move led to: what is said, and what is done after it, if anything."""

    state: State
    said: tuple[Message, ...]
    event: str
    then: Action | None = None


def act(action: Action, state: State, knowledge: Knowledge, tell: Telling) -> Helped:
    """Do an action of kind HELP."""
    person = _person(action, state)
    match action.help:
        case Help.ADD:
            return _add(state, tell)
        case Help.SWITCH if person:
            return _switch(person, state, knowledge, tell)
        case Help.MENU if person:
            message = crowd.menu_of(person, crowd.turned(state, person.id), knowledge, tell)
            return Helped(crowd.turned(state, person.id), (message,), "help.menu")
        case Help.HAND if person:
            there = crowd.turned(state, person.id)
            return Helped(there, (crowd.code_of(person, there, knowledge, tell),), "help.hand")
        case Help.DONE if person:
            done = Message(tell.say("help.done", tell.address, so=person.number))
            return _listed(action, crowd.without(state, person.id), done, knowledge, tell)
        case Help.LEAVE:
            left = Message(tell.say("help.left", tell.address))
            own = crowd.turned(state, None)
            return Helped(own, (left,), "help.left", own.current or Action(kind=Kind.HOME))
        case Help.SWITCH if action.step:
            gone = Message(tell.say("help.no_such", so=action.step))
            return _listed(action, state, gone, knowledge, tell)
        case _:
            return _listed(action, state, None, knowledge, tell)


def _person(action: Action, state: State) -> Person | None:
    """Whom the move is about: by id, by number (``step``), else the one on the screen."""
    people = state.helping.people if state.helping else ()
    if action.step is not None:
        return next((p for p in people if p.number == action.step), None)
    if action.person is not None:
        return next((p for p in people if p.id == action.person), None)
    return crowd.active(state)


def _add(state: State, tell: Telling) -> Helped:
    after = crowd.added(state)
    if after is None:
        said = Message(tell.say("help.too_many", tell.address, so=crowd.MOST))
        return Helped(state, (said,), "help.too_many", crowd.action(Help.LIST))
    person = crowd.active(after)
    assert person is not None  # it was just added
    begin = Message(tell.say("help.begin", tell.address, so=person.number))
    return Helped(after, (begin,), "help.added", Action(kind=Kind.HOME))


def _switch(person: Person, state: State, knowledge: Knowledge, tell: Telling) -> Helped:
    there = crowd.turned(state, person.id)
    viec = crowd.doing(there, knowledge, tell)
    said = Message(tell.say("help.switched", tell.address, so=person.number, viec=viec))
    return Helped(there, (said,), "help.switched", there.current or Action(kind=Kind.HOME))


def _listed(
    action: Action, state: State, first: Message | None, knowledge: Knowledge, tell: Telling
) -> Helped:
    message = crowd.list_of(action, state, knowledge, tell)
    return Helped(state, (first, message) if first else (message,), "help.list")
