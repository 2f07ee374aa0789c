"""Reading aloud: what is said about it, and what of it is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from actions.perform import World, perform, reply
from actions.replies import Reply, Voice
from actions.state import Action, Button, Kind, Message, Outcome, State
from actions.telling import Telling
from knowledge_base.spoken.lexicon import Region

READ, CHOOSE, SET, ON, OFF = "read", "choose", "set", "always", "no_more"


def act(
    action: Action, state: State, world: World, now: datetime, *, first: Sequence[str]
) -> Outcome:
    """What is on the screen, to be heard, or how that is to be from now on; ``first``: sentences to
    say before."""
    after = _settled(action, state)
    tell, event = world.telling(after, now), f"aloud.{action.phrase}"
    before = [Message(text) for text in first]
    lead = _lead(action, state, tell)
    if action.phrase == CHOOSE:
        return heard(reply(after, [*before, _choose(after, tell)], event))
    if action.phrase == OFF:
        return reply(after, [*before, Message(lead)], event)
    if state.current is None:
        return heard(reply(after, [*before, Message(lead)], event))
    said = (*first, lead) if lead else first
    return heard(perform(state.current, after, world, now, first=said, event=event))


def _settled(action: Action, state: State) -> State:
    """The state with the voice and the wish of ``action``."""
    told = {"voice": action.voice} if action.voice is not None else {}
    wish = {"aloud": action.always} if action.always is not None else {}
    return state.model_copy(update={**told, **wish, "aloud_told": True})


def _lead(action: Action, state: State, tell: Telling) -> str:
    """What is said before it is read; nothing where how to have it read was said before."""
    if action.voice is not None:
        return tell.say("aloud.set", tell.address, giong=_named(action.voice, tell))
    if action.phrase in (ON, OFF):
        return tell.say(f"aloud.{action.phrase}", tell.address)
    if state.current is None:
        return tell.say("aloud.nothing", tell.address)
    return "" if state.aloud_told else tell.say("aloud.how", tell.address)


def _choose(state: State, tell: Telling) -> Message:
    """The voices, and whether everything is read."""
    buttons = [
        Button(tell.say("aloud.button_voice", giong=_named(region, tell)),
               Action(kind=Kind.ALOUD, phrase=SET, voice=region))
        for region in Region
    ]  # fmt: skip
    wish = OFF if state.aloud else ON
    buttons.append(
        Button(tell.say(f"aloud.button_{wish}"),
               Action(kind=Kind.ALOUD, phrase=wish, always=wish == ON))
    )  # fmt: skip
    return Message(tell.say("aloud.choose", tell.address), buttons=tuple(buttons))


def heard(outcome: Outcome) -> Outcome:
    """The outcome with every reply to be heard."""
    replies = tuple(replace(r, voice=replace(r.voice, aloud=True)) for r in outcome.replies)
    return replace(outcome, replies=replies)


def voiced(replies: Iterable[Reply], state: State) -> tuple[Reply, ...]:
    """The replies in the citizen's voice; to be heard where they want everything read."""
    return tuple(
        replace(r, voice=Voice(state.voice, r.voice.aloud or state.aloud)) for r in replies
    )


def _named(region: Region, tell: Telling) -> str:
    return tell.say(f"aloud.region_{region.value}")
