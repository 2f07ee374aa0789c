"""What a photograph in a message means, once it was read; words sent with it count too."""

from __future__ import annotations

from datetime import date

from actions import feedback, photo
from actions.state import Action, State
from bot import coded
from bot.listening import UNREADABLE
from bot.messages import PHOTO, Incoming, MediaRead
from bot.photos import CARD
from knowledge_base.phrases import Phrases


def said(incoming: Incoming, state: State, today: date) -> Action | None:
    """What a photograph leads to; None where there is none, or where the words with it say what is
    wanted: a code, or something else than dossiers while the picture shows no code."""
    read = _read(incoming, state)
    if read is None:
        return None
    if read.codes and read.fault is None:
        return None if _names_code(incoming, state, today) else photo.confirming(read.codes, state)
    fault = read.fault or "no_code"
    return None if _is_beside(incoming, fault, state, today) else photo.failed(fault, state)


def beside(incoming: Incoming, state: State, today: date, say: Phrases) -> tuple[str, ...]:
    """What is said before the answer to the words, of a photograph that could not be read."""
    read = _read(incoming, state)
    if read is None or read.fault is None or not _is_beside(incoming, read.fault, state, today):
        return ()
    return (say("photo.beside", state.address),)


def _read(incoming: Incoming, state: State) -> MediaRead | None:
    media = incoming.media
    if media is None or media.kind != PHOTO or feedback.is_on_screen(state):
        return None
    return media.read


def _is_beside(incoming: Incoming, fault: str, state: State, today: date) -> bool:
    """Whether the words are answered, and not the picture of which nothing was read."""
    text = incoming.text or ""
    if fault == CARD or text == UNREADABLE:
        return False
    return _names_code(incoming, state, today) or not coded.is_about_codes(text, state)


def _names_code(incoming: Incoming, state: State, today: date) -> bool:
    """Whether the words hold a code, or what is nearly one."""
    text = incoming.text or ""
    return text != UNREADABLE and coded.said(text, state, today) is not None
