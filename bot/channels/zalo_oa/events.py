"""What Zalo calls an Official Account's webhook with: the signature, events, and what they say.

Zalo's pages on the webhook (docs.zaloplatforms.com/docs/OA/webhook) as reported by those who read
them between July and October 2026; see docs/adr/0016-zalo.md for what rests on whom.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from hashlib import sha256
from math import nan
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot import located
from bot.commands import unread
from bot.listening import UNREADABLE
from bot.mailbox import HANDLE_LENGTH
from bot.messages import PHOTO, VOICE, Incoming, Media
from bot.passes import opened_by
from bot.privacy import CleanText, mask
from knowledge_base.units import Units

CHANNEL = "zalo_oa"
WEBHOOK_PATH = "/webhooks/zalo-oa"
STALE_SECONDS = 2 * 3600.0  # Zalo tries again for up to an hour and bears its first time
EARLY_SECONDS = 600.0  # by which its clock may be ahead of ours
BUTTON = "#b:"  # before the id of a choice, in what a button has the citizen say
# What an event may bring instead of words, and what stands for it in the mailbox.
_WORDLESS = {
    "user_send_image": UNREADABLE,
    "user_send_audio": UNREADABLE,
    "user_send_location": located.LOCATED,
    "user_send_sticker": unread("sticker"),
    "user_send_gif": unread("sticker"),
    "user_send_video": unread("video"),
    "user_send_file": unread("file"),
    "user_send_business_card": unread("contact"),
}
_SPOKEN = frozenset({"user_send_text", "user_send_link"})
_MEDIA = {"user_send_image": PHOTO, "user_send_audio": VOICE}
_TIME = re.compile(r"[0-9]{10,13}")


class Verdict(Enum):
    """What becomes of a call of the webhook: its name among the refused, and the status."""

    TAKEN = ("", 200)
    NO_JSON = ("zalo_oa_json", 400)
    FORGED = ("zalo_oa_signature", 403)
    STALE = ("zalo_oa_stale", 403)


def _text(value: object) -> object:
    """An id or a time, which Zalo sends as strings and earlier sent as numbers."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**30:
        return str(value)
    return value


Name = Annotated[str, BeforeValidator(_text)]


class _Who(BaseModel):
    id: Name


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")
    msg_id: Name = ""
    text: CleanText | None = None
    attachments: list[dict[str, Any]] | None = None


class Event(BaseModel):
    """The little of an event that we read."""

    model_config = ConfigDict(extra="ignore")
    event_name: str
    timestamp: Name = ""
    sender: _Who | None = None
    follower: _Who | None = None
    message: _Message | None = None

    @property
    def left(self) -> str | None:
        """The chat of a citizen who does not follow us any more; None of other events."""
        return self.follower.id if self.event_name == "unfollow" and self.follower else None

    def incoming(self, units: Units) -> Incoming | str:
        """The message in it, masked; or why there is none to answer. ``units``: of which the
        nearest stand for a point on the map."""
        if self.event_name == "follow" and self.follower:
            number = f"follow-{self.timestamp}"  # follows have no number of their own
            return Incoming(CHANNEL, self.follower.id, number, text="/start")
        spoken = self.event_name in _SPOKEN
        if not (spoken or self.event_name in _WORDLESS):
            return "unknown"
        if self.sender is None or self.message is None or not self.message.msg_id:
            return "malformed"
        chat, number, text = self.sender.id, self.message.msg_id, self.message.text or ""
        if not spoken:
            stands = _WORDLESS[self.event_name]
            if stands == located.LOCATED:
                stands = located.kept(*self._point(), units)
            media = self._media()
            words = mask(text) if media else ""  # a place's name, a card's number are not words
            return Incoming(CHANNEL, chat, number, text=words or stands, media=media)
        if choice := chosen(text):
            return Incoming(CHANNEL, chat, number, choice=choice)
        if opens := opened_by(text):
            return Incoming(CHANNEL, chat, number, opens=opens)
        return Incoming(CHANNEL, chat, number, text=mask(text) or UNREADABLE)

    def _point(self) -> tuple[float, float]:
        """The point on the map in it, in degrees; not a number where it cannot be read."""
        for attachment in self.message.attachments or () if self.message else ():
            payload = attachment.get("payload")
            point = payload.get("coordinates") if isinstance(payload, dict) else None
            if isinstance(point, dict):
                with suppress(KeyError, TypeError, ValueError, OverflowError):
                    return float(point["latitude"]), float(point["longitude"])  # strings, mostly
        return nan, nan

    def _media(self) -> Media | None:
        """The picture or voice message in it, by its address."""
        kind = _MEDIA.get(self.event_name)
        for attachment in self.message.attachments or () if self.message else ():
            payload = attachment.get("payload")
            address = payload.get("url") if isinstance(payload, dict) else None
            if kind and isinstance(address, str) and 0 < len(address) <= HANDLE_LENGTH:
                return Media(kind, address)
        return None


def chosen(text: str) -> str | None:
    """The id of the choice whose button had the citizen say ``text``; None of other words. It is
    looked up in the conversation's state like any button's, so typing one gains nothing."""
    return text.removeprefix(BUTTON) or None if text.startswith(BUTTON) else None


def signature(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """What Zalo shows in ``X-ZEvent-Signature`` behind ``mac=``: a plain SHA-256, no HMAC."""
    return sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def signed_at(
    headers: Mapping[str, str], body: bytes, event: object, app_id: str, secret: str
) -> float | None:
    """When an event was signed, in seconds since 1970; None where its signature is not ours.

    Zalo's page takes the time from the body; servers in use (2026) were seen to sign the time of
    the header ``X-ZEvent-Timestamp``: both are tried, both are covered by the secret.
    """
    shown = headers.get("X-ZEvent-Signature", "").strip().removeprefix("mac=").strip().lower()
    inside = event.get("timestamp") if isinstance(event, dict) else None
    for time in (headers.get("X-ZEvent-Timestamp", ""), _text(inside)):
        if not isinstance(time, str) or not _TIME.fullmatch(time):
            continue
        if hmac.compare_digest(signature(app_id, body, time, secret).encode(), shown.encode()):
            return int(time) / (1000 if len(time) > 11 else 1)
    return None
