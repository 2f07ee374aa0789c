"""Guides asked for in the citizen's own words, weighed against what was decided about procedures.

A question that speaks of a guide's own matter opens it. Where a procedure is as likely meant, or
is being talked of, the answer stays what it is and gets a button to the guide.
"""

from __future__ import annotations

import re
from dataclasses import replace

from actions.dossier import LOOKING_UP
from actions.guide_screen import opening
from actions.state import Action, Kind, State
from actions.understanding import SURE_PROCEDURE, Understanding
from bot.listening import NAMES_LITTLE, Heard
from bot.privacy import MASKS
from knowledge_base.guides import Guide
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.link import LinkOutcome
from knowledge_base.text import key

_MASKED = re.compile("|".join(map(re.escape, MASKS)))  # "[số điện thoại]" is nobody's own word
_ERASES = re.compile(r"\b(?:xoa|huy|go)\b")
# Sentences that say nothing was understood, or too little.
_AT_A_LOSS = frozenset({"decline", "decline_again", "out_of_scope", "ask_procedure", "deny"})


def suggested(
    text: str, decided: Heard, heard: Understanding, state: State, knowledge: Knowledge
) -> Heard:
    """What is done about a message, once guides are thought of too.

    Args:
        text: the whole message.
        decided: what would be done otherwise.
        heard: the message understood, or its first question.
        state: the conversation before.
        knowledge: the guides and their signs.
    """
    action = decided.action
    about = action.kind in (Kind.SHOW, Kind.ASK_WHICH)
    at_a_loss = action.kind is Kind.SAY and action.phrase in _AT_A_LOSS
    if action.phrase == "erase_confirm":  # to forget may be a password's fate, not the talk's
        at_a_loss = not _ERASES.search(key(text))
    if not (about or at_a_loss or action.kind is Kind.ASK_CODE) or _is_asked(state):
        return decided
    guide = knowledge.guide(knowledge.guide_signs.guide_of(_MASKED.sub(" ", text)) or "")
    if guide is None:
        own = _of_first(text, heard, knowledge) if action.kind is Kind.ASK_WHICH else None
        return _offering(decided, own) if own else decided
    if action.kind is Kind.ASK_CODE:
        return decided if guide.id == LOOKING_UP else Heard(opening(guide.id))
    kept = action.kind is Kind.SHOW and heard.link.outcome is not LinkOutcome.ANSWER
    if about and (kept or _may_be_procedure(heard, guide)):
        return _offering(decided, guide)
    return Heard(opening(guide.id))


def _is_asked(state: State) -> bool:
    """Whether the message may answer a question where the citizen lives."""
    return state.current is not None and state.current.kind is Kind.ASK_UNIT


def _may_be_procedure(heard: Understanding, guide: Guide) -> bool:
    """Whether a procedure is named surely, or the guide's own is answered; for a guide to handing
    anything in, whether any is named at all."""
    candidates = heard.link.candidates
    if heard.link.outcome is LinkOutcome.ANSWER and candidates[0].code in guide.procedures:
        return True
    least = NAMES_LITTLE if guide.general else SURE_PROCEDURE
    return bool(candidates) and candidates[0].score >= least


def _of_first(text: str, heard: Understanding, knowledge: Knowledge) -> Guide | None:
    """The guide that carries out the likeliest procedure online, where that was asked for."""
    if not heard.link.candidates or not knowledge.guide_signs.is_online(text):
        return None
    procedure = knowledge.by_code(heard.link.candidates[0].code)
    guide = knowledge.guide_for(procedure) if procedure else None
    return guide if guide is not None and guide.general is None else None


def _offering(decided: Heard, guide: Guide) -> Heard:
    action: Action = decided.action.model_copy(update={"guide": guide.id})
    return replace(decided, action=action)
