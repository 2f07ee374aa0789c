"""What an answer is made of before it is a message: lines, their sources, how to say them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions import pages
from actions.state import Action, Button, Kind
from knowledge_base.phrases import DEFAULT_ADDRESS, Phrases
from knowledge_base.schema import Source

_BULLET = 3  # characters before a line: the break, "• "
TO_PERSON = Action(kind=Kind.SAY, phrase="human")


@dataclass(frozen=True, slots=True)
class Telling:
    """How to say it: the wording, what the citizen is called, whether to keep it short.

    ``now``: the moment of the turn, Vietnamese time; ``unit``: code of the province or commune the
    citizen lives in, ``province``: code of that province; None where nothing is known, with
    ``anywhere`` since they would not say. ``notice``: a sentence to be said after the answer.
    ``lasting``: the citizen can come back to the conversation; a screen for everybody forgets it.
    """

    say: Phrases
    now: datetime
    address: str = DEFAULT_ADDRESS
    brief: bool = False
    unit: str | None = None
    province: str | None = None
    anywhere: bool = False
    notice: str = ""
    lasting: bool = True

    def more_label(self, cut: Sequence[Sequence[object]], page: int) -> str:
        """What the button to ``page`` says, e.g. "Xem tiếp (6–10 trong 13)"."""
        first, last, total = pages.span(cut, page)
        if first == last:
            return self.say("answer.button_more_one", so=first, tong=total)
        return self.say("answer.button_more", tu=first, den=last, tong=total)


def home(say: Phrases) -> Button:
    """The button to the menu."""
    return Button(say("talk.button_home"), Action(kind=Kind.HOME))


def human(say: Phrases) -> Button:
    """The button to a person."""
    return Button(say("talk.button_human"), TO_PERSON)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an answer and the source it rests on."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Body:
    """An answer before it is cut into pages; no items = the heading says it all.

    ``more``: the items have notes that are left out here. ``onward``: the heading from the second
    page on, where it is another one.
    """

    heading: str
    items: tuple[Item, ...] = ()
    sources: tuple[Source, ...] = ()
    more: bool = False
    onward: str | None = None

    def cut(self, most: int, notice: str = "") -> list[tuple[Item, ...]]:
        """The items in pages of ``most`` that leave room for ``notice``; alike whichever page is
        asked for, or an item would be shown twice or never. One longer than a page goes on on the
        next."""
        heading = max(self.heading, self.onward or "", key=len)
        room = pages.room_after(f"{heading}\n{notice}" if notice else heading)
        items = [
            Item(part, item.source)
            for item in self.items
            for part in pages.parts(item.text, room - _BULLET)
        ]
        return pages.split(items, lambda item: len(item.text) + _BULLET, room, most)
