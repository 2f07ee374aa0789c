"""What the assistant can say. Channels render these; each kind degrades to its ``text``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One button, one row. ``id`` comes back when it is pressed; ``url`` opens a page instead."""

    id: str
    label: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One message: a text of at most 300 characters, a grey source line, at most 5 choices.

    ``text`` may hold line breaks; no markup. Choices with a ``url`` are links and do not count
    among the five. Choices are numbered from 1 in every channel in the order given.
    ``afresh``: what was shown before is forgotten; a page takes it off the screen.
    """

    text: str
    source: str | None = None
    choices: tuple[Choice, ...] = ()
    afresh: bool = False
