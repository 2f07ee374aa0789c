"""What a message that was not understood may still mean where it was said, and what of one that
was is not known.

A place alone, a day after opening hours, and whatever is said at a step of a guide: there somebody
who is told only "that is none of my matters" does not know what to press.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from actions import guide, office
from actions.place import Places
from actions.state import Action, Aspect, Kind, State
from bot.listening import Heard
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.link import Link, LinkOutcome
from knowledge_base.text import fold, key

_FINE = re.compile(r"\b(?:bi|co) phat\b|\bphat (?:bao nhieu|may|nhieu|tien)\b|\btien phat\b")
_LATE = re.compile(
    r"\b(?:tre|qua (?:han|ngay|hen|\d+)|cham|muon|de lau|het han)\b"
    r"|\b(?:khong|ko|hong|chua) (?:khai|lam|dang ky|nop|di)\b"
)
# What is not about being late: whom it is for, a fine paid before that is a paper now.
_TELLS_NO_FINE = {"lay_names", "sample_questions", "neighbours", "who", "papers", "results"}
_UNCLEAR = Action(kind=Kind.SAY, phrase="unclear_step")


def names_place(text: str, link: Link, decided: Heard, state: State, places: Places) -> bool:
    """Whether a message says a place and nothing else: it names no procedure, or was not
    understood. What kind it sounds like says nothing: no sentence that is taught is a place."""
    named = link.outcome in (LinkOutcome.ANSWER, LinkOutcome.ASK)
    if guide.is_on_screen(state) or (named and not decided.miss):
        return False
    found = places.find(text, state)
    return found.whole and bool(found.matches)


def reheard(text: str, decided: Heard, state: State, places: Places, now: datetime) -> Heard:
    """What is done about a message, once what is on the screen is thought of.

    Args:
        text: the whole message.
        decided: what would be done otherwise; anything but a miss stays as it is.
        state: the conversation before.
        places: the units and offices that there are.
        now: the moment of the turn, Vietnamese time.
    """
    if not decided.miss:
        return decided
    if guide.is_on_screen(state) and not state.misses:  # the second time it is said whom to call
        return replace(decided, action=_UNCLEAR, event=None)
    current = state.current
    if current is not None and current.kind is Kind.HOURS:
        when = office.asked(text, state, places, now).when
        if when is not None and when.day is not None:
            return Heard(current.model_copy(update={"when": when}))
    return decided


def asks_for_fine(text: str, action: Action, knowledge: Knowledge) -> bool:
    """Whether a fine is asked about, which neither a fee nor who may apply answers, and the record
    names none."""
    heard_so = action.aspect in (Aspect.FEE, Aspect.CONDITIONS)
    procedure = knowledge.by_code(action.code or "") if heard_so else None
    if procedure is None or not _speaks_of_fine(text):
        return False
    return "phạt" not in procedure.model_dump_json(exclude=_TELLS_NO_FINE)


def asks_what_being_late_costs(text: str) -> bool:
    """Whether ``text`` asks for the fine of being late with something it need not name."""
    return _speaks_of_fine(text) and _LATE.search(key(text)) is not None


def _speaks_of_fine(text: str) -> bool:
    handed_out = "phát" in fold(text).split()  # another word without its accent
    return not handed_out and _FINE.search(key(text)) is not None
