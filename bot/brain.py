"""Understanding and dialogue over what is known now, which may be exchanged while they work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from actions.perform import World
from actions.understanding import Understanding
from bot.conversation import Conversation, Understand
from bot.dictation import dictated
from bot.messages import Incoming, TurnHandler, TurnResult
from bot.understanding import resources
from knowledge_base.retrieval.index import Retriever


@dataclass(frozen=True)
class Mind:
    """What is known at one time: the facts, and the search over the same facts."""

    world: World
    retriever: Retriever


class Brain:
    """Understanding and dialogue, without any database or channel. Thread-safe.

    A turn takes the mind once, at its start, and keeps to it: it sees the old world or the new
    one, never some of both.
    """

    def __init__(self, mind: Mind, understand: Understand) -> None:
        """``understand``: what a text means, to components that use the mind's retriever."""
        self._read = understand
        self.change(mind)

    @property
    def mind(self) -> Mind:
        """What is known now."""
        return self._mind

    @property
    def world(self) -> World:
        """The facts that are known now."""
        return self._mind.world

    def change(self, mind: Mind) -> None:
        """Know this from the next turn on; turns under way end with what they began with."""
        self._mind = mind  # the one before is let go of

    def understand(self, text: str) -> Understanding:
        """What a masked, cleaned text means."""
        return self._understand(self._mind, text)

    @property
    def conversation(self) -> TurnHandler:
        """The turn handler, for as long as the program runs."""
        return self._turn

    def _turn(
        self, incoming: Incoming, state: dict[str, Any] | None, now: datetime, /
    ) -> TurnResult:
        mind = self._mind
        turn = dictated(Conversation(partial(self._understand, mind), mind.world), mind.world)
        return turn(incoming, state, now)

    def _understand(self, mind: Mind, text: str) -> Understanding:
        with resources.using(mind.retriever):
            return self._read(text)
