"""Two things said in one turn, one behind the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from actions.perform import World, perform
from actions.replies import Reply
from actions.state import Action, Outcome


def followed(said: Outcome, action: Action, world: World, now: datetime) -> Outcome:
    """``said``, and ``action`` after it in the same turn: the buttons are those of the last, and
    before it what turns the page of a list, which would else seem to be whole."""
    turning = {offer.id for offer in said.state.offers if offer.action.page}
    shown = {choice.id for reply in said.replies for choice in reply.choices} - turning
    offers = tuple(offer for offer in said.state.offers if offer.id not in shown)
    onward = perform(action, said.state.model_copy(update={"offers": offers}), world, now)
    if onward.lookup is not None:
        return onward
    return replace(
        onward,
        replies=(*(_quiet(reply, turning) for reply in said.replies), *onward.replies),
        events=(*said.events, *onward.events),
        tickets=(*said.tickets, *onward.tickets),
        reminders=(*said.reminders, *onward.reminders),
        ratings=(*said.ratings, *onward.ratings),
    )


def _quiet(reply: Reply, turning: set[str]) -> Reply:
    kept = (choice for choice in reply.choices if choice.url or choice.id in turning)
    return replace(reply, choices=tuple(kept))
