"""The second question of a message: answered behind the first, before it, or when it is settled.
What is asked besides is offered behind both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from actions import pages
from actions.following import followed
from actions.lines import in_sentence
from actions.perform import World
from actions.replies import Choice
from actions.state import Action, Kind, Offer, Outcome, State
from actions.understanding import Understanding
from bot import besides, listening
from knowledge_base.phrases import MOST_CHARACTERS

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
        decided = besides.by_others(listening.decide(then, outcome.state), then, outcome.state)
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


def left(outcome: Outcome, asked: Sequence[Understanding]) -> Outcome:
    """The outcome that remembers what a message asked besides its first two questions."""
    actions = (listening.decide(one, State(procedure=_SAME)).action for one in asked)
    kept = tuple(action for action in actions if action.kind in (Kind.SHOW, Kind.ASK_WHICH))
    return replace(outcome, state=outcome.state.model_copy(update={"left": kept}))


def settled(outcome: Outcome, before: State, world: World, now: datetime) -> Outcome:
    """The outcome with the question that waited for this turn's answer, if one did, and what is
    still to be answered offered behind it."""
    outcome = _waited(outcome, before, world, now)
    state, current = outcome.state, outcome.state.current
    if not (state.left and outcome.replies) or state.waiting:
        return outcome
    if current is None or current.kind in _ASKING:
        return outcome
    done = replace(outcome, state=state.model_copy(update={"left": ()}))
    if current.kind is not Kind.SHOW:
        return done
    shown = {(step.code, step.aspect) for step in state.trail[-2:]}
    asked = dict.fromkeys(
        one.model_copy(update={"code": current.code}) if one.code == _SAME else one
        for one in state.left
    )
    offered = [one for one in asked if (one.code, one.aspect) not in shown]
    return _offering(done, offered, current, world) if offered else done


def _offering(said: Outcome, actions: Sequence[Action], current: Action, world: World) -> Outcome:
    """``said``, at its end what was asked besides: its buttons before the others of the answer."""
    *before, last = said.replies
    shown = {choice.id for choice in last.choices}
    there = [offer for offer in said.state.offers if offer.id in shown]
    of_turn = [offer for offer in said.state.offers if offer.turn == str(said.state.turn)]
    first, asked = list[Offer](), list[str]()
    for action in actions:
        about = world.say(f"answer.what_{action.aspect.value}")
        label = world.say(f"answer.aspect_{action.aspect.value}")
        other = world.knowledge.name_of(action.code or "") if action.code != current.code else None
        asked.append(f"{about} {in_sentence(other)}" if other else about)
        made = Offer(id=f"{said.state.turn}.{len(of_turn) + len(first) + 1}",
                     label=other or label, action=action)  # fmt: skip
        first.append(next((offer for offer in there if offer.action == action), made))
    told = world.say("talk.asked_besides", said.state.address, dieu=", ".join(asked))
    offers = (*first, *(offer for offer in there if offer not in first))[: pages.PAGE]
    choices = [Choice(offer.id, offer.label) for offer in offers]
    links = [choice for choice in last.choices if choice.url]
    full = len(last.text) + 1 + len(told) > MOST_CHARACTERS
    last = replace(
        last,
        text=last.text if full else f"{last.text}\n{told}",
        source=f"{told} {last.source or ''}".rstrip() if full else last.source,
        choices=(*links, *choices),
    )
    rest = tuple(offer for offer in said.state.offers if offer.id not in shown)
    state = said.state.model_copy(update={"offers": (*offers, *rest)})
    return replace(said, state=state, replies=(*before, last))


def _waited(outcome: Outcome, before: State, world: World, now: datetime) -> Outcome:
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
