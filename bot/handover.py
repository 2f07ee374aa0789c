"""While a person talks to the citizen: what the machine still does, and what it passes on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from actions import people
from actions.perform import World, reply
from actions.reminders import Reminder
from actions.state import Action, Kind, Outcome, State
from actions.tickets import ForTeam, Team
from actions.understanding import SURE_INTENT, Understanding
from bot import commands, listening, located
from bot.messages import Incoming
from knowledge_base.text import key

_LATER = timedelta(hours=1)
_STANDING = Action(kind=Kind.PERSON, phrase=people.ASKED)
_ERASE = re.compile(r"\b(?:xoa|quen|luu|giu)\b")
_MACHINES = frozenset({Kind.MACHINE, Kind.ERASE, Kind.PERSON})


def is_silent(team: Team | None) -> bool:
    """Whether the machine is to leave the citizen's words to a person."""
    return team is not None and team.standing.muted and team.standing.asked


def done_by_machine(incoming: Incoming, state: State, world: World) -> Action | None:
    """What the citizen wants of the machine itself: to have it back, to be forgotten, to know how
    it stands."""
    if incoming.choice is not None:
        pressed = listening.pressed(incoming.choice, state)
        if pressed is None or pressed.kind in _MACHINES or pressed == listening.ERASING:
            return pressed or _STANDING
        return _STANDING if state.current == listening.ERASING else None
    text = (incoming.text or "").strip()
    if state.current == listening.ERASING and (chosen := listening.chosen(text, state)) is not None:
        return chosen if chosen.kind is Kind.ERASE else _STANDING
    if people.wants_machine(text):
        return Action(kind=Kind.MACHINE)
    if not text or commands.is_no_words(text):
        return None
    command = commands.said(text, state, world.places)
    if command is None:
        return None
    return command if command.kind in _MACHINES or command == listening.ERASING else _STANDING


def for_person(incoming: Incoming, state: State, world: World) -> str:
    """The citizen's words as the person reads them."""
    if incoming.choice is not None:
        label = next((o.label for o in state.offers if o.id == incoming.choice), "")
        return world.say("people.pressed", nut=label)
    text = incoming.text or ""
    if near := located.nearest(text, world.places):
        return world.say("people.sent_place", noi=near)
    return world.say("people.sent_no_words") if commands.is_no_words(text) else text


def wants_erasure(heard: Understanding) -> bool:
    """Whether the citizen wants what they said forgotten; a word for it must be there, since it is
    a person they talk to."""
    sure = heard.intent == "erase_data" and heard.confidence >= SURE_INTENT
    return sure and bool(_ERASE.search(key(heard.text)))


def later(incoming: Incoming, now: datetime) -> Reminder:
    """A reminder that came while the machine is silent comes again."""
    return Reminder(incoming.choice or "", now + _LATER)


def passed_on(words: str, state: State, world: World, now: datetime) -> Outcome:
    """The citizen's words go to a person; the machine mostly says nothing."""
    step = people.relayed(words, world.team, world.telling(state, now)) if world.team else None
    if step is None:
        return Outcome(state, (), ("relayed",), team=ForTeam(relayed=words))
    return replace(reply(state, [step.message], step.event), team=step.team)


def of_team(incoming: Incoming, state: State, world: World, now: datetime) -> Outcome:
    """A person's words, or what became of the ticket: said whatever the screen shows."""
    tell = world.telling(state, now)
    name = incoming.helper.name if incoming.helper else None
    if incoming.text is not None:
        return reply(
            state, [people.said(incoming.text, name or "", world.team, tell)], "person.said"
        )
    what = incoming.choice or ""
    message = people.told(what, name, world.team, world.phone, tell)
    return reply(state, [message], f"person.{what}")
