"""What a citizen sent, checked and masked before anything is built from it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from api.problems import Problem
from bot.messages import Incoming
from bot.passes import opened_by
from bot.privacy import MAX_LENGTH, clean, mask

MAX_TEXT = MAX_LENGTH  # characters
MAX_CHOICE = 256
_NAME = r"[A-Za-z0-9._:-]"
ID_PATTERN = rf"^{_NAME}{{1,100}}$"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Checked:
    """A message fit to be kept; ``masked`` says that private numbers were taken out of it."""

    incoming: Incoming
    masked: bool


def checked_text(text: str) -> tuple[str, bool]:
    """Clean and mask what was written.

    Returns:
        The text to keep (NFC, no control characters, at most :data:`MAX_TEXT` characters), and
        whether something in it was masked.

    Raises:
        Problem: nothing is left of it (422), or it is too long (422).
    """
    if len(text) > MAX_TEXT:
        raise Problem("text_too_long", 422, limit=f"{MAX_TEXT:,}".replace(",", "."))
    cleaned = clean(text).strip()
    if not cleaned:
        raise Problem("text_empty", 422)
    masked = mask(cleaned)
    return masked, masked != cleaned


def check(
    channel: str, chat: str, message_id: str, text: str | None, choice: str | None
) -> Checked:
    """Build the message of a citizen.

    Raises:
        Problem: not exactly one of ``text`` and ``choice`` is there, or it cannot be used (422).
    """
    if choice is not None and text is None:
        if not choice or len(choice) > MAX_CHOICE or _CONTROL.search(choice):
            raise Problem("text_unreadable", 422)
        return Checked(Incoming(channel, chat, message_id, choice=choice), masked=False)
    if text is None or choice is not None:
        raise Problem("text_or_choice", 422)
    if opens := opened_by(text):
        return Checked(Incoming(channel, chat, message_id, opens=opens), masked=False)
    kept, masked = checked_text(text)
    return Checked(Incoming(channel, chat, message_id, text=kept), masked)
