"""Commands, and the texts by which channels pass on what a citizen sent instead of words."""

from __future__ import annotations

from actions import feedback
from actions.place import Places
from actions.state import Action, Kind, State
from actions.watched import Do
from bot import located, reading
from bot.listening import ERASING, UNREADABLE
from knowledge_base.offices import OfficeKind

# Of what nobody reads; one of them may stand behind UNREADABLE.
KINDS = frozenset(
    {
        "contact",
        "file",
        "poll",
        "sticker",
        "video",
        "voice",
        "voice_away",
        "voice_long",
        "voice_silent",
    }
)
GUIDES = "tung-buoc"  # the topic of the menu that lists them
COMMANDS = {
    "/start": Action(kind=Kind.HOME),
    "/home": Action(kind=Kind.HOME),
    "/help": Action(kind=Kind.SAY, phrase="help"),
    "/nguoihotro": Action(kind=Kind.SAY, phrase="human"),
    "/doc": reading.READ,
    "/giongdoc": reading.CHOOSE,
    "/tracuu": Action(kind=Kind.ASK_CODE),
    "/theodoi": Action(kind=Kind.WATCH, phrase=Do.LIST),
    "/huongdan": Action(kind=Kind.TOPIC, topic=GUIDES),
    "/coden": Action(kind=Kind.HOURS, office=OfficeKind.CENTRE),
    "/gopy": feedback.begin(),
    "/xoa_du_lieu": ERASING,
    "/noi_voi_may": Action(kind=Kind.MACHINE),
    UNREADABLE: Action(kind=Kind.SAY, phrase="unreadable"),
}


def unread(kind: str) -> str:
    """The text that stands for what nobody reads; ``kind``: one of :data:`KINDS`."""
    assert kind in KINDS
    return f"{UNREADABLE} {kind}"


def is_no_words(text: str) -> bool:
    """Whether a text stands for what a citizen sent instead of words."""
    return text.split(" ", 1)[0] in (UNREADABLE, located.LOCATED)


def said(text: str, state: State, places: Places) -> Action | None:
    """What a command does, and what follows what was sent instead of words; None where a text is
    neither.

    Args:
        text: what was said, not empty.
        state: the conversation before.
        places: the units and offices that there are.
    """
    head, *rest = text.split()
    if head == UNREADABLE and rest and rest[0] in KINDS:
        return Action(kind=Kind.SAY, phrase=f"unreadable_{rest[0]}")
    if head == located.LOCATED:
        return located.said(rest, state, places)
    return COMMANDS.get(head.lower())
