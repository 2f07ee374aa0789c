"""What a dossier code in a message means: one to look up, several to choose from, one that is
nearly right, or the end of one that the citizen gave before."""

from __future__ import annotations

import re
from datetime import date

from actions.dossier import LOOKING_UP
from actions.guide_screen import opening
from actions.state import Action, Kind, State
from knowledge_base.dossiers.codes import DossierCode, Faulty, grammar
from knowledge_base.text import key

_ABOUT_IT = frozenset({Kind.DOSSIER, Kind.ASK_CODE, Kind.PHOTO})
_ASKED = _ABOUT_IT - {Kind.DOSSIER}
_ABOUT_DOSSIERS = re.compile(r"\b(?:ma )?ho so\b|\bgiay hen\b")
_SHORT = 8  # words of an answer
_NONE = re.compile(
    r"\b(?:khong|ko|chua|quen|mat)\b(?: \w+){0,3}? (?:(?:ma|giay hen|bien nhan)\b|giay(?: roi)?$)"
)
_WHERE = re.compile(r"\bma\b.* (?:o dau|cho nao|dong nao)\b|\b(?:dau|so nao) la ma\b")
_PART = "part"  # as wording/dossier.yaml names what is amiss: ``fault_part``
_DIGITS = re.compile(r"\D{0,25}\d[\d .-]+\D{0,10}")


def said(text: str, state: State, today: date) -> Action | None:
    """What a text means for dossiers; None when no code, nor a part of one, is in it."""
    found = grammar().find(text, today)
    if len(found.codes) == 1:
        return showing(found.codes[0].text)
    if found.codes:
        return Action(kind=Kind.ASK_CODE, codes=tuple(code.text for code in found.codes))
    if found.faulty:
        return _faulty(found.faulty)
    if _is_asked(state) and (without := _without(key(text))) is not None:
        return without
    asked = state.current is not None and state.current.kind in _ABOUT_IT
    if not asked and not _ABOUT_DOSSIERS.search(key(text)):
        return None
    whole = grammar().completed(text, _known(state, today))
    if whole is not None:
        return showing(whole.text)
    if _is_asked(state) and _DIGITS.fullmatch(text):
        return Action(kind=Kind.ASK_CODE, phrase=_PART)
    return None


def _without(words: str) -> Action | None:
    """What follows when the citizen was asked for a code and has none, or does not see where it
    is; None where neither is said."""
    if len(words.split()) > _SHORT:
        return None
    if _WHERE.search(words):
        return Action(kind=Kind.ASK_CODE)
    return opening(LOOKING_UP) if _NONE.search(words) else None


def is_about_codes(text: str, state: State) -> bool:
    """Whether a text speaks of dossiers, or a code was asked for last."""
    return _is_asked(state) or bool(_ABOUT_DOSSIERS.search(key(text)))


def asked(state: State) -> Action:
    """What "hồ sơ của tôi tới đâu rồi" does: shows the only dossier the citizen asked about before,
    or asks for a code."""
    if len(state.dossiers) == 1:
        return showing(state.dossiers[0])
    return Action(kind=Kind.ASK_CODE)


def showing(code: str) -> Action:
    """The action that shows how a dossier stands."""
    return Action(kind=Kind.DOSSIER, code=code)


def _faulty(faulty: Faulty) -> Action:
    return Action(kind=Kind.ASK_CODE, phrase=faulty.fault.value, tries=faulty.count)


def _is_asked(state: State) -> bool:
    return state.current is not None and state.current.kind in _ASKED


def _known(state: State, today: date) -> list[DossierCode]:
    return [code for known in state.dossiers for code in grammar().find(known, today).codes]
