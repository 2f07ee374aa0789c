"""One message tried as the first of a conversation: what is understood, and what is done then."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from actions.perform import World
from actions.state import Action, Kind, State
from actions.understanding import EMERGENCY, Understanding
from bot.conversation import Conversation, Understand
from bot.desk import unjoined
from bot.messages import Incoming
from bot.privacy import clean, mask
from bot.times import VIETNAM
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.link import Link, LinkOutcome

_NOTHING = Link(LinkOutcome.NONE)
# What was known by its words alone; danger is told before anything else that was heard.
_BY_WORDS = {Kind.DOSSIER: "dossier_status", Kind.ASK_CODE: "dossier_status", Kind.GUIDE: "ask_how"}
# Questions on the way to what is shown: which situation, which province.
_ABOUT_ONE = frozenset({Kind.SHOW, Kind.ASK_CASE, Kind.LIFE_EVENT, Kind.ASK_UNIT})


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a message.

    ``intent``, ``link``: what was understood; of a message that is answered without understanding
    (a command, a password) nothing, unless its words alone were a dossier's code, the way into a
    guide, or danger. ``done``: what the citizen
    gets: a procedure or life event, the question which one, or neither. ``told``: each procedure
    shown, with the kind of question answered. ``said``: all that is said. ``ms``: processor
    time of understanding, which other work on the machine does not lengthen.
    """

    intent: str
    link: Link
    done: LinkOutcome
    told: tuple[tuple[str, str], ...]
    said: str
    ms: float


class Trial:
    """Tries messages on the program, each in a conversation of its own."""

    def __init__(self, understand: Understand, world: World, folder: Path) -> None:
        """``folder``: where the trained understanding lies, and what is computed once is kept."""
        self._understand = understand
        self._world = world
        self.folder = folder

    @property
    def knowledge(self) -> Knowledge:
        """What is known."""
        return self._world.knowledge

    def __call__(self, text: str) -> Tried:
        """What comes of ``text``, cleaned and masked as at the door."""
        spent = [0.0]
        turn = unjoined(Conversation(_timed(self._understand, spent), self._world))
        now, said = datetime.now(VIETNAM), mask(clean(text))
        result = turn(Incoming("api", "trial", "1", said), None, now)
        state = State.restore(result.state) or State()
        heard = result.heard
        intent, link = (heard.intent, heard.link) if heard else ("", _NOTHING)
        if state.current:
            intent = intent or _BY_WORDS.get(state.current.kind, "")
            intent = EMERGENCY if state.current.kind is Kind.DANGER else intent
        told = _told(state.trail)
        done = LinkOutcome.ANSWER if told else _else(state.trail)
        replies = "\n".join(reply.text for reply in result.replies)
        return Tried(intent, link, done, told, replies, spent[0])


def _timed(understand: Understand, spent: list[float]) -> Understand:
    """``understand``, adding its milliseconds to the one number in ``spent``."""

    def timed(text: str) -> Understanding:
        start = time.process_time()
        found = understand(text)
        spent[0] += (time.process_time() - start) * 1000
        return found

    return timed


def _told(trail: tuple[Action, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (action.code, f"ask_{action.aspect.value}")
        for action in trail
        if action.kind in _ABOUT_ONE and action.code is not None
    )


def _else(trail: tuple[Action, ...]) -> LinkOutcome:
    asked = any(action.kind is Kind.ASK_WHICH for action in trail)
    return LinkOutcome.ASK if asked else LinkOutcome.DECLINE
