"""Somebody is in danger: whom to call, at once, before anything else."""

from __future__ import annotations

from actions.state import Action, Kind, Message
from actions.telling import Telling, home
from knowledge_base.danger import DESPAIR, EVERY_NUMBER, SAD, Alarm

_COMFORTED = DESPAIR | {SAD}  # to whom a list of numbers would be cold comfort


def alarmed(alarm: Alarm) -> Action:
    """The action that answers an alarm."""
    return Action(kind=Kind.DANGER, phrase=alarm.kind, numbers=alarm.numbers)


def call(action: Action, tell: Telling) -> Message | None:
    """The numbers of ``action`` (of kind DANGER) in a sentence fit for the danger, each a link that
    dials where the channel can, and below it the other numbers for emergencies; None where the
    wording has no such danger any more."""
    if f"danger.{action.phrase}" not in tell.say:
        return None
    known = [number for number in action.numbers if f"danger.number_{number}" in tell.say]
    named = [tell.say(f"danger.number_{number}") for number in known]
    text = tell.say(f"danger.{action.phrase}", tell.address, so=", ".join(named))
    links = tuple(
        (tell.say("danger.call", so=name), f"tel:{number}")
        for number, name in zip(known, named, strict=True)
    )
    others = _others(action, tell)
    return Message(text, others, buttons=(home(tell.say),), links=links, urgent=True)


def _others(action: Action, tell: Telling) -> str | None:
    """The danger may be misheard, or be several at once."""
    left = [number for number in EVERY_NUMBER if number not in action.numbers]
    if not left or action.phrase in _COMFORTED:
        return None
    named = ", ".join(tell.say(f"danger.number_{number}") for number in left)
    return tell.say("danger.others", so=named)
