"""Voice messages in a conversation: what was heard counts as typed, and is read back to the citizen
with a button to say it again; what could not be heard is answered kindly.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from actions.perform import World
from actions.replies import Choice, Reply
from actions.state import Action, Kind, Offer, State
from bot.commands import unread
from bot.listening import UNREADABLE
from bot.messages import VOICE, Incoming, Media, TurnHandler, TurnResult
from knowledge_base.text import key

MOST_SHOWN = 160  # characters of what was heard; the whole of it is answered
AGAIN = Action(kind=Kind.SAY, phrase="unreadable_again")
BEFORE = "n"  # ends the turn's number in the id of the button put before the turn's answer
_AGAIN = frozenset({"khong phai toi noi lai", "toi noi lai", "de toi noi lai", "cho toi noi lai"})
# What stands in the way, by the sentence that says so: wording/talk.yaml, unreadable_voice_…
_FAULTS = {
    "too_long": "voice_long",
    "too_large": "voice_long",
    "silent": "voice_silent",
    "no_sound": "voice_silent",
}
_EVENT = "voice.heard"
_DANGER = "said.emergency"


def dictated(handler: TurnHandler, world: World) -> TurnHandler:
    """The turn handler that takes voice messages too."""

    def turn(incoming: Incoming, state: dict[str, Any] | None, now: datetime, /) -> TurnResult:
        media = incoming.media
        if media is None or media.kind != VOICE:
            return handler(_said_again(incoming, state), state, now)
        words = media.read.text if media.read else None
        beside = incoming.text if incoming.text not in (UNREADABLE, words) else None
        if not words:
            return handler(incoming if beside else _unheard(incoming, media), state, now)
        said = f"{beside}\n{words}" if beside else words
        result = handler(replace(incoming, text=said), state, now)
        if result.lookup is not None:
            return result
        if result.team.relayed is not None:  # a person reads it, and is told that it was spoken
            relayed = world.say("people.spoke", loi=result.team.relayed)
            result = replace(result, team=replace(result.team, relayed=relayed))
        standing = incoming.standing
        if world.team is not None and standing.muted and standing.asked:
            return result
        return _read_back(words, result, world, greeted=state is None)

    return turn


def _unheard(incoming: Incoming, media: Media) -> Incoming:
    """What the conversation gets where nothing was heard: why not."""
    why = "voice" if media.read is None else _FAULTS.get(media.read.fault or "", "voice_away")
    return replace(incoming, text=unread(why))


def _said_again(incoming: Incoming, state: dict[str, Any] | None) -> Incoming:
    """The words of the button pressed by being typed."""
    if incoming.text is None or key(incoming.text) not in _AGAIN:
        return incoming
    known = State.restore(state)
    offered = next((o for o in known.offers if o.action == AGAIN), None) if known else None
    return replace(incoming, text=None, choice=offered.id) if offered else incoming


def _read_back(words: str, result: TurnResult, world: World, *, greeted: bool) -> TurnResult:
    """The result with what was heard said before it, after a greeting; nothing is said before whom
    to call."""
    state = State.restore(result.state)
    if state is None or not result.replies or _DANGER in result.events:
        return result
    shown = words if len(words) <= MOST_SHOWN else f"{words[: MOST_SHOWN - 1].rstrip()}…"
    label = world.say("voice.button_again")
    offer = Offer(id=f"{state.turn}{BEFORE}.1", label=label, action=AGAIN)
    text = world.say("voice.heard", state.address, loi=shown)
    heard = Reply(text, choices=(Choice(offer.id, label),), voice=result.replies[-1].voice)
    # Behind the answer's own: a number that is typed means one of its rows.
    ours = sum(one.turn == str(state.turn) for one in state.offers)
    offers = (*state.offers[:ours], offer, *state.offers[ours:])
    document = state.model_copy(update={"offers": offers}).model_dump(
        mode="json", exclude_defaults=True
    )
    first = 1 if greeted and len(result.replies) > 1 else 0
    return replace(
        result,
        state=result.state | document,
        replies=(*result.replies[:first], heard, *result.replies[first:]),
        events=(_EVENT, *result.events),
    )
