"""The second question of a message: answered behind the first, before it, or when it is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from actions.following import followed
from actions.perform import World
from actions.state import Action, Kind, Outcome, State
from actions.understanding import Understanding
from bot import listening

_ASKING = frozenset({Kind.ASK_WHICH, Kind.ASK_CASE, Kind.ASK_UNIT, Kind.LIFE_EVENT})
_MOST = 4  # are asked about
_SAME = "same"  # a waiting question is about what the first one turns out to be about
Do = Callable[[Action, State], Outcome]


def answer(
    outcome: Outcome, action: Action, then: Understanding, state: State, do: Do
) -> tuple[Outcome, Action | None]:
    """The outcome of the turn, and what is done behind it.

    Args:
        outcome: what ``action``, the answer to the first question, led to.
        then: the second question.
        state: the conversation before both.
        do: does an action in a state.
    """
    current = outcome.state.current
    if current is None or current.kind not in _ASKING | {Kind.SHOW}:
        return outcome, None
    if current.kind is Kind.SHOW:
        decided = listening.decide(then, outcome.state)
        same = decided.action.model_copy(update={"case": current.case}) == current
        return outcome, None if same or decided.miss else _of_one(decided.action, current)
    # What needs no case and no place is said before these are asked; before it is asked which one
    # is meant, what is about another.
    known = state.model_copy(update={"procedure": current.code, "case": None})
    decided = listening.decide(then, known)
    told = decided.action
    if told.kind is Kind.SHOW and told.code not in current.codes:
        done = do(told, known)
        if done.state.current and done.state.current.kind is Kind.SHOW:
            return done, action
    waiting = listening.decide(then, State(procedure=_SAME)).action
    if waiting.kind is not Kind.SHOW:
        return outcome, None
    return replace(outcome, state=outcome.state.model_copy(update={"waiting": waiting})), None


def waited(outcome: Outcome, before: State, world: World, now: datetime) -> Outcome:
    """The outcome with the question that waited for this turn's answer, if one did."""
    state = outcome.state
    waiting = state.waiting
    if waiting is None or waiting != before.waiting:
        return outcome
    current = state.current
    if current is not None and current.kind in _ASKING:
        return outcome
    done = replace(outcome, state=state.model_copy(update={"waiting": None}))
    if current is None or current.kind is not Kind.SHOW:
        return done
    code = current.code if waiting.code == _SAME else waiting.code
    case = current.case if code == current.code else None
    action = waiting.model_copy(update={"code": code, "case": case})
    return followed(done, action, world, now) if action != current else done


def _of_one(action: Action, first: Action) -> Action:
    """The second question; where it is asked which one it is about, that of the first may be."""
    if action.kind is not Kind.ASK_WHICH or first.code is None or first.code in action.codes:
        return action
    return action.model_copy(update={"codes": (*action.codes[: _MOST - 1], first.code)})
