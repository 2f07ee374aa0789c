"""A conversation in the terminal: nothing is kept, no database is needed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

from actions.replies import Choice, Reply
from bot.messages import Incoming, TurnHandler
from bot.privacy import clean, mask
from bot.rendering import labels, signed, spelled, without_dialling
from bot.times import VIETNAM
from knowledge_base.phrases import Phrases

PROMPT = "> "
_GREY, _PLAIN = "\033[90m", "\033[0m"


def converse(
    handler: TurnHandler,
    say: Phrases,
    read: Callable[[str], str] = input,
    write: Callable[[str], None] = print,
    *,
    grey: bool | None = None,
) -> None:
    """Talk until Ctrl+D or Ctrl+C.

    Args:
        handler: the turn; its state lives as long as this call.
        say: the wording.
        read: shows a prompt and gives a line; EOFError and KeyboardInterrupt end the talk.
        write: shows some lines.
        grey: show sources in grey; by default where the output is a terminal without NO_COLOR.
    """
    if grey is None:
        grey = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415  # input() then deletes whole letters, with accents
    state: dict[str, Any] | None = None
    choices: tuple[Choice, ...] = ()
    number = 0
    line = "/start"
    try:
        while True:
            number += 1
            result = handler(_incoming(number, line, choices), state, datetime.now(VIETNAM))
            state = result.state
            for reply in result.replies:
                write(shown(reply, say, grey=grey))
                choices = tuple(choice for choice in reply.choices if choice.url is None)
            line = _line(read)
    except (EOFError, KeyboardInterrupt):
        write(f"\n{say('talk.goodbye')}")


def _line(read: Callable[[str], str]) -> str:
    """The next line with something in it, masked."""
    while True:
        try:
            line = mask(clean(read(PROMPT)))
        except UnicodeDecodeError:  # pasted bytes that are no UTF-8
            continue
        if line:
            return line


def _incoming(number: int, line: str, choices: tuple[Choice, ...]) -> Incoming:
    """The line as a message; the number of a choice just shown presses it."""
    if line.isdecimal() and 0 < int(line) <= len(choices):
        return Incoming("terminal", "terminal", str(number), choice=choices[int(line) - 1].id)
    return Incoming("terminal", "terminal", str(number), text=line)


def shown(reply: Reply, say: Phrases, *, grey: bool) -> str:
    """A reply as lines: pictures in words, choices numbered, sources in grey escape codes."""
    reply = without_dialling(spelled(reply, say))
    lines = [signed(reply)]
    for choice, label in zip(reply.choices, labels(reply.choices), strict=True):
        lines.append(f"  {label}: {choice.url}" if choice.url else f"  {label}")
    if reply.source:
        lines.append(f"{_GREY}{reply.source}{_PLAIN}" if grey else reply.source)
    return "\n".join([*lines, ""])
