"""Asking how content the citizen is, and hearing why not, as turns of a conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from actions import rating, rating_screen
from actions.perform import World, told
from actions.rating import Rated
from actions.replies import Choice, Reply
from actions.state import BEHIND, Offer, Outcome, State

_ALARMED = "said.emergency"


def explained(text: str, state: State, world: World, now: datetime) -> Outcome:
    """The citizen says in words (masked) why they are not content."""
    return told(rating_screen.told(text, state, world.telling(state, now)))


def surveyed(before: State, said: Outcome, world: World, now: datetime) -> Outcome:
    """``said``, and how content the citizen is asked where that ends something; the buttons of what
    was said stay, numbers mean the faces."""
    if before.rating.telling and said.state.rating == before.rating:
        silent = before.rating.model_copy(update={"telling": False})
        said = replace(said, state=said.state.model_copy(update={"rating": silent}))
    if _ALARMED in said.events:
        hushed = rating.hushed(said.state.rating, now.date())
        return replace(said, state=said.state.model_copy(update={"rating": hushed}))
    if not world.asks_rating:
        return said
    tell = world.telling(said.state, now)
    question = rating_screen.due(before, said, world.knowledge, tell)
    if question is None:
        return said
    message = rating_screen.ask(question, tell)
    made = tuple(
        Offer(id=f"{said.state.turn}{BEHIND}.{n}", label=b.label, action=b.action)
        for n, b in enumerate(message.buttons, 1)
    )
    asking = Reply(message.text, None, tuple(Choice(offer.id, offer.label) for offer in made))
    memory = rating.asked(said.state.rating, question)
    state = said.state.model_copy(update={"rating": memory}).with_offers(made)
    counted = (*said.ratings, Rated(question))
    return replace(said, state=state, replies=(*said.replies, asking), ratings=counted)
