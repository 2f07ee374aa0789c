"""What follows a photograph: the code that was read is read back and confirmed before it is used;
where none could be read, one thing to do better, and after two such pictures another way."""

from __future__ import annotations

from actions.replies import Image
from actions.state import Action, Button, Kind, Message, State
from actions.telling import Telling, home, human

AGAIN = "again"
_ENOUGH = 2  # pictures without a code, before typing or a person is offered instead
# Faults that no better picture mends; they are not counted against the citizen.
_NOT_THEIRS = frozenset({"card", "busy", "failed", "gone", "unavailable"})
_PAPER_SHOWN = frozenset({"far", "no_paper", "no_code", AGAIN})
_TYPE = Action(kind=Kind.ASK_CODE)


def confirming(codes: tuple[str, ...], state: State) -> Action:
    """The question whether the code that was read is right, or which of several is meant."""
    return Action(kind=Kind.PHOTO, codes=codes, tries=_tries(state))


def failed(fault: str, state: State) -> Action:
    """What is said when nothing was read, because of a fault of :mod:`bot.photos`."""
    counted = 0 if fault in _NOT_THEIRS else 1
    return Action(kind=Kind.PHOTO, phrase=fault, tries=_tries(state) + counted)


def answered(asked: Action, *, yes: bool) -> Action | None:
    """What "đúng rồi" or "không phải" does after :func:`confirming`; None after anything else."""
    if not asked.codes:
        return None
    if not yes:
        return _again(asked)
    return asked if len(asked.codes) > 1 else _looking_up(asked.codes[0])


def show(action: Action, paper: Image, tell: Telling) -> Message:
    """The message of an action of kind ``PHOTO``; ``paper``: the drawing of where the code is."""
    if len(action.codes) > 1:
        return _which(action, tell)
    typed = Button(tell.say("photo.button_type"), _TYPE)
    if action.codes:
        text = tell.say("photo.confirm", tell.address, ma=_spaced(action.codes[0]))
        right = Button(tell.say("photo.button_right"), _looking_up(action.codes[0]))
        again = Button(tell.say("photo.button_again"), _again(action))
        return Message(text, buttons=(right, again, typed))
    fault = action.phrase or AGAIN
    if fault != AGAIN and fault not in _NOT_THEIRS and action.tries >= _ENOUGH:
        fault = "enough"
    last = human(tell.say) if fault == "enough" else home(tell.say)
    shown = paper if fault in _PAPER_SHOWN else None
    text = tell.say(f"photo.{fault}", tell.address)
    return Message(text, buttons=(typed, last), attachment=shown)


def _which(action: Action, tell: Telling) -> Message:
    """The choice is the confirmation: the code stands on the button."""
    buttons = [Button(code, _looking_up(code)) for code in action.codes]
    text = tell.say("photo.which", tell.address, so=len(action.codes))
    return Message(text, buttons=(*buttons, Button(tell.say("photo.button_again"), _again(action))))


def _looking_up(code: str) -> Action:
    return Action(kind=Kind.DOSSIER, code=code)


def _again(action: Action) -> Action:
    """Asking for another picture: what was read of this one was not it."""
    return Action(kind=Kind.PHOTO, phrase=AGAIN, tries=action.tries + 1)


def _tries(state: State) -> int:
    """How many pictures in a row were of no use."""
    current = state.current
    return current.tries if current is not None and current.kind is Kind.PHOTO else 0


def _spaced(code: str) -> str:
    """``H57.132 - 260804 - 0583``: groups to be compared one after another."""
    return " - ".join(code.split("-"))
