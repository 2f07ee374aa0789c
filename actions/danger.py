"""Somebody is in danger: whom to call, at once, before anything else."""

from __future__ import annotations

from actions.state import Action, Kind, Message
from actions.telling import Telling, home
from knowledge_base.danger import Alarm


def alarmed(alarm: Alarm) -> Action:
    """The action that answers an alarm."""
    return Action(kind=Kind.DANGER, phrase=alarm.kind, numbers=alarm.numbers)


def call(action: Action, tell: Telling) -> Message | None:
    """The numbers of ``action`` (of kind DANGER) in a sentence fit for the danger, each a link that
    dials where the channel can; None where the wording has no such danger any more."""
    if f"danger.{action.phrase}" not in tell.say:
        return None
    known = [number for number in action.numbers if f"danger.number_{number}" in tell.say]
    named = [tell.say(f"danger.number_{number}") for number in known]
    text = tell.say(f"danger.{action.phrase}", tell.address, so=", ".join(named))
    links = tuple(
        (tell.say("danger.call", so=name), f"tel:{number}")
        for number, name in zip(known, named, strict=True)
    )
    return Message(text, buttons=(home(tell.say),), links=links, urgent=True)
