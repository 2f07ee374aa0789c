"""What comes back by itself: reminders, and news of dossiers that are watched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from actions import aloud, reminding, watching
from actions.perform import World, told
from actions.state import Outcome, State
from bot.messages import Incoming, TurnResult


def due(incoming: Incoming, state: State, world: World, now: datetime) -> TurnResult | None:
    """What a choice that nobody pressed leads to; None where it is none of these."""
    choice = incoming.choice or ""
    news = watching.news(choice, state, world, now)
    if news is not None:
        return _result(news)
    shown = reminding.due(choice, state, world.knowledge, world.telling(state, now))
    return _result(told(shown)) if shown else None


def _result(outcome: Outcome) -> TurnResult:
    return TurnResult(
        document(outcome.state),
        aloud.voiced(outcome.replies, outcome.state),
        outcome.events,
        reminders=outcome.reminders,
        lookup=outcome.lookup,
        watching=outcome.watching,
    )


def document(state: State) -> dict[str, Any]:
    """A state as it is stored."""
    return state.model_dump(mode="json", exclude_defaults=True) | {"version": 1}
