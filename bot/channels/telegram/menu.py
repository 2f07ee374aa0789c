"""The keyboard below a Telegram chat: what a citizen always finds in the same place. Its keys send
their words, which are taken for the commands behind them; the last one sends where they are.

A message has either this keyboard or buttons of its own (core.telegram.org/bots/api#sendmessage,
read in November 2026), so it comes with what has none, first with the greeting, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping

from telegram import KeyboardButton, ReplyKeyboardMarkup

from knowledge_base.phrases import Phrases

_ROWS = (("home", "dossier"), ("guides", "human"))
_COMMANDS = {
    "home": "/home",
    "dossier": "/tracuu",
    "guides": "/huongdan",
    "human": "/nguoihotro",
}


def keyboard(say: Phrases) -> ReplyKeyboardMarkup:
    """The keys, two in a row, large enough for a phone with large text."""
    rows = [[KeyboardButton(say(f"telegram.menu_{name}")) for name in row] for row in _ROWS]
    near = KeyboardButton(say("telegram.menu_near"), request_location=True)
    return ReplyKeyboardMarkup(
        [*rows, [near]],
        resize_keyboard=True,
        is_persistent=True,
        input_field_placeholder=say("telegram.menu_hint"),
    )


def commands(say: Phrases) -> Mapping[str, str]:
    """What the words of each key stand for."""
    return {say(f"telegram.menu_{name}"): command for name, command in _COMMANDS.items()}
