"""What the assistant can say. Channels render these; each kind degrades to its ``text``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from knowledge_base.spoken.lexicon import Region


@dataclass(frozen=True, slots=True)
class Choice:
    """One button, one row. ``id`` comes back when it is pressed; ``url`` opens a page instead."""

    id: str
    label: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A drawing, ``knowledge_base/guides/hinh/NAME.svg``; ``alt``: what it shows, in words;
    ``drawn``: the SVG of one that was made for this reply alone."""

    kind: ClassVar[str] = "image"
    name: str
    alt: str
    drawn: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A page to print: its file's ``name``, its ``title``, and what stands on it as JSON."""

    kind: ClassVar[str] = "document"
    name: str
    title: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees (WGS 84)."""

    kind: ClassVar[str] = "place"
    latitude: float
    longitude: float
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A photograph that a citizen sent, for the team: ``handle``, by which its channel shows it
    again; it is not kept by us."""

    kind: ClassVar[str] = "forwarded"
    handle: str


Attachment = Image | Document | Place | Forwarded


@dataclass(frozen=True, slots=True)
class Voice:
    """How a reply sounds: as people of the ``region`` speak, None = as the deployment is set to;
    ``aloud``: it is heard unasked, because the citizen wants that."""

    region: Region | None = None
    aloud: bool = False


class Partner(StrEnum):
    """Who answers the citizen from a reply on."""

    QUEUE = "queue"  # a person was asked for and has not come yet
    PERSON = "person"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Reply:
    """One message: a text of at most 300 characters, a grey source line, at most 5 choices.

    ``text`` may hold line breaks; no markup. Choices with a ``url`` are links and do not count
    among the five. Choices are numbered from 1 in every channel in the order given.
    ``afresh``: what was shown before is forgotten; a page takes it off the screen.
    ``attachment`` comes with the text, which says enough where a channel cannot show it.
    ``by``: the name of the person who says this, whose text may be longer; None: the machine says
    it. ``partner``: who answers from here on, where that changes.
    ``voice``: how it sounds when it is read aloud. ``promises``: something is said later unasked; a
    page has its cookie last until then. ``number``: which one it is of those kept, once it is on
    its way: another that says the same is not the same.
    """

    text: str
    source: str | None = None
    choices: tuple[Choice, ...] = ()
    afresh: bool = False
    attachment: Attachment | None = None
    by: str | None = None
    partner: Partner | None = None
    voice: Voice = Voice()
    promises: bool = False
    number: int = 0
