"""What opening a pass leads to in a conversation: going on elsewhere, becoming a helper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions import crowd, passing
from actions.perform import World, reply
from actions.state import Action, Help, Helping, Kind, Message, Outcome, State
from bot.messages import Incoming
from bot.passes import Opened, Purpose


@dataclass(frozen=True, slots=True)
class Entered:
    """The conversation after a pass was opened: what is said first, and what is done."""

    state: State
    first: tuple[str, ...]
    action: Action
    event: str


def enter(incoming: Incoming, state: State, world: World) -> Entered:
    """Open what came with a message. One and the same sentence for whatever cannot be opened."""
    opened = incoming.opened
    entered = None
    if opened is not None and opened.purpose is Purpose.INVITE:
        entered = _invited(opened, incoming, state, world)
    elif opened is not None:
        entered = _continued(opened, state, world)
    if entered is not None:
        return entered
    refused = world.say("passes.refused", state.address)
    return Entered(state, (refused,), Action(kind=Kind.HOME), "pass.refused")


def _invited(opened: Opened, incoming: Incoming, state: State, world: World) -> Entered | None:
    if opened.again and incoming.team is None:
        return None  # revoked since
    team = incoming.team or str(opened.payload.get("team", ""))
    welcome = world.say("help.welcome", state.address, to=team)
    state = state.model_copy(update={"helping": state.helping or Helping()})
    assert state.helping is not None
    move = crowd.action(Help.LIST if state.helping.people else Help.ADD)
    return Entered(state, (welcome,), move, "help.joined")


def _continued(opened: Opened, state: State, world: World) -> Entered | None:
    document = opened.payload.get("matter")
    if not isinstance(document, dict):
        return None
    if crowd.active(state) is not None:  # shown to a helper: one more of their people
        state = crowd.added(state) or state
    found = passing.unpacked(document, state, again=opened.again)
    if found is None:
        return None
    after, action = found
    return Entered(after, (world.say("passes.resumed", after.address),), action, "pass.opened")


def handed(
    choice: str, state: State, first: Sequence[str], world: World, now: datetime
) -> Outcome | None:
    """What a helper hears when a citizen goes on with their own phone: they are off the list. None
    where a choice tells of nobody who is on it."""
    number = crowd.handed_over(choice)
    there = crowd.person(state, number) if number is not None else None
    if there is None:
        return None
    said = world.say("help.handed", state.address, so=there.number)
    after = crowd.without(state, there.id)
    message = crowd.beside(Message(said), after, world.telling(state, now))
    return reply(after, [*map(Message, first), message], "help.handed")


def revoked(incoming: Incoming, state: State) -> bool:
    """Whether the conversation was a helper's and is no longer."""
    opened = incoming.opened
    joins = opened is not None and opened.purpose is Purpose.INVITE and not opened.again
    return state.helping is not None and incoming.team is None and not joins
