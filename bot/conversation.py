"""One turn: load state, understand, act, leave the new state and the replies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from actions import address
from actions.perform import World, perform, reply, say
from actions.state import Action, Kind, Outcome, State
from actions.understanding import Understanding
from bot import listening
from bot.messages import Incoming, TurnResult
from bot.privacy import OTP, PASSWORD

Understand = Callable[[str], Understanding]
_ASKED_ADDRESS = Action(kind=Kind.SAY, phrase="address_ask")
_MOST_CHARACTERS = 600  # what is longer holds the question in its beginning


class Conversation:
    """The turn handler: a pure function of (state, message, knowledge), kept with its world."""

    def __init__(self, understand: Understand, world: World) -> None:
        self._understand = understand
        self._world = world

    def __call__(
        self, incoming: Incoming, state: dict[str, Any] | None, _now: datetime, /
    ) -> TurnResult:
        """See :class:`bot.messages.TurnHandler`."""
        known = State.restore(state)
        before = known or State()
        first = () if known else (self._world.say("talk.intro", before.address),)
        outcome = self._turn(incoming, before, first)
        return TurnResult(
            outcome.state.model_dump(mode="json", exclude_defaults=True) | {"version": 1},
            outcome.replies,
            outcome.events,
            erase=outcome.erase,
        )

    def _turn(self, incoming: Incoming, state: State, first: tuple[str, ...]) -> Outcome:
        if incoming.choice is not None:
            action = listening.pressed(incoming.choice, state)
            if action is None:
                return self._again("stale", state, first)
            return self._do(action, state.model_copy(update={"misses": 0}), first)
        text = (incoming.text or "")[:_MOST_CHARACTERS].strip()
        if not text:
            return self._do(Action(kind=Kind.SAY, phrase="unreadable"), state, first)
        if OTP in text or PASSWORD in text:
            return self._do(Action(kind=Kind.SAY, phrase="secret"), state, first)
        called = address.answered(text) if state.current == _ASKED_ADDRESS else None
        if called is not None:
            return self._called(called, state, first)
        action = listening.COMMANDS.get(text.split()[0].lower()) or listening.chosen(text, state)
        if action is not None:
            return self._do(action, state.model_copy(update={"misses": 0}), first)
        if listening.chosen_in_vain(text, state):
            return self._again("no_such_row", state, first)
        return self._answer(text, state, first)

    def _answer(self, text: str, state: State, first: tuple[str, ...]) -> Outcome:
        heard = self._understand(text)
        if heard.intent == "set_address":
            return self._set_address(text, state, first)
        state = address.notice(text, state)
        if heard.intent == "shorter":
            return self._shorter(state, first)
        if heard.intent == "unreadable":
            return self._do(Action(kind=Kind.SAY, phrase="unreadable"), state, first)
        decided = listening.decide(heard, state)
        misses = state.misses + 1 if decided.miss else 0
        state = state.model_copy(update={"misses": misses})
        if decided.event == "said.back" and decided.action in state.trail:
            # Going back takes the step away instead of adding one.
            state = state.model_copy(update={"trail": state.trail[:-2]})
        if decided.event == "said.restart":
            fresh = {"procedure": None, "case": None, "brief": False, "trail": ()}
            state = state.model_copy(update=fresh)
            first = (*first, self._world.say("talk.restart", state.address))
        return self._do(decided.action, state, first, decided.event)

    def _shorter(self, state: State, first: tuple[str, ...]) -> Outcome:
        brief = state.model_copy(update={"brief": True, "misses": 0})
        aside = Action(kind=Kind.SAY, phrase="shorter")
        if state.current is None:
            return self._do(aside, brief, first)
        first = (*first, self._world.say("talk.shorter", state.address))
        # From the first page: the pages of a shorter list are cut elsewhere.
        again = state.current.model_copy(update={"page": 0})
        return perform(again, brief, self._world, first, "said.shorter")

    def _do(
        self, action: Action, state: State, first: tuple[str, ...], event: str | None = None
    ) -> Outcome:
        if action.kind is Kind.ERASE:
            said = say("erased", state, self._world)
            return reply(State(turn=state.turn), [said], "erased", erase=True)
        return perform(action, state, self._world, first, event)

    def _again(self, why: str, state: State, first: tuple[str, ...]) -> Outcome:
        """What is on the screen once more, after a sentence that says why."""
        again = state.current or Action(kind=Kind.HOME)
        first = (*first, self._world.say(f"talk.{why}", state.address))
        return perform(again, state, self._world, first, why)

    def _set_address(self, text: str, state: State, first: tuple[str, ...]) -> Outcome:
        asked = address.asked_for(text)
        if asked is None:
            return self._do(_ASKED_ADDRESS, state, first)
        return self._called(asked, state, first)

    def _called(self, asked: str, state: State, first: tuple[str, ...]) -> Outcome:
        state = state.model_copy(update={"address": asked})
        said = self._world.say("talk.address_set", asked, goi=asked)
        if state.current == _ASKED_ADDRESS:
            state = state.model_copy(update={"trail": state.trail[:-1]})
        return perform(
            state.current or Action(kind=Kind.HOME), state, self._world, (*first, said), "address"
        )
