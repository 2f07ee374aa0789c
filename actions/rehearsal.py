"""One procedure asked about from every side, as a citizen would: for the officer who wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from actions.perform import World, perform
from actions.replies import Reply
from actions.state import Action, Aspect, Kind, Offer, State


def rehearse(
    code: str, world: World, now: datetime, unit: str | None = None
) -> Iterator[tuple[str, Reply]]:
    """What is asked and what is answered, one aspect after the other: its pages are turned, each
    situation is chosen, where the citizen lives is not told unless ``unit`` tells it.

    Args:
        code: code of a procedure of ``world``.
        world: what may be read.
        now: the moment of it all, Vietnamese time.
        unit: code of the province or commune the citizen lives in; None = they would not say.
    """
    for aspect in Aspect:
        said = world.say(f"answer.aspect_{aspect.value}")
        waiting = [(said, Action(kind=Kind.SHOW, code=code, aspect=aspect))]
        pressed: set[Action] = set()
        while waiting:
            said, action = waiting.pop(0)
            outcome = perform(action, State(unit=unit), world, now)
            yield said, outcome.replies[-1]
            pressed.add(action)
            onward = [o for o in outcome.state.latest_offers() if _goes_on(o, action, pressed)]
            waiting[:0] = [(offer.label, offer.action) for offer in onward]
            pressed.update(offer.action for offer in onward)


def _goes_on(offer: Offer, action: Action, pressed: set[Action]) -> bool:
    """Whether a button stays with what is asked and was not pressed yet."""
    same = (offer.action.code, offer.action.aspect) == (action.code, action.aspect)
    return same and offer.action not in pressed
