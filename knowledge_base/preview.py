"""The conversation about a procedure as a citizen sees it, drawn on the command line.

What is said is decided in the rooms above, which this room may not import; they are plugged in
by name, as in :mod:`knowledge_base.measuring`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from rich.align import Align
from rich.box import ROUNDED
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from knowledge_base.loader import Knowledge
from knowledge_base.plugged import plugged

CONVERSATION = "bot.wiring:open_rehearsal"
PHONE = 46  # columns of a line on a phone
_MARGIN = 6  # of which a bubble leaves free on the other side


class _Choice(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def url(self) -> str | None: ...


class Said(Protocol):
    """One message of the assistant; see :class:`actions.replies.Reply`."""

    @property
    def text(self) -> str: ...
    @property
    def source(self) -> str | None: ...
    @property
    def choices(self) -> Sequence[_Choice]: ...


# Code of a procedure, moment (Vietnamese time), unit the citizen lives in -> question and answer.
Rehearsal = Callable[[str, datetime, str | None], Iterable[tuple[str, Said]]]


def open_rehearsal(knowledge: Knowledge) -> Rehearsal:
    """The program's own conversation about a procedure of ``knowledge``."""
    rehearsal: Rehearsal = plugged(CONVERSATION)(knowledge)
    return rehearsal


def draw(console: Console, exchanges: Iterable[tuple[str, Said]]) -> None:
    """Print questions and answers as bubbles, as wide as on a phone."""
    width = min(PHONE, console.width)
    for question, said in exchanges:
        asked = Panel(Text(question), box=ROUNDED, border_style="cyan", expand=False)
        console.print(Align.right(asked), width=width)
        console.print(Panel(_message(said), box=ROUNDED), width=width - _MARGIN)


def _message(said: Said) -> Group:
    """The text, the source in grey, the buttons with their numbers, the links."""
    parts: list[Text | Padding] = [Text(said.text)]
    if said.source:
        parts.append(Padding(Text(said.source, style="dim"), (1, 0, 0, 0)))
    buttons = [c for c in said.choices if c.url is None]
    links = [c for c in said.choices if c.url is not None]
    lines = [Text(f"[{n}] {c.label}", style="bold") for n, c in enumerate(buttons, 1)]
    lines += [Text(f"↗ {c.label}", style="underline") for c in links]
    if lines:
        parts.append(Padding(Group(*lines), (1, 0, 0, 0)))
    return Group(*parts)
