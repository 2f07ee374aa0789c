"""What Telegram sends and demands, without the library: updates and limits.

The Bot API's rules were read at core.telegram.org/bots/api in November 2026.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictInt

from bot import located
from bot.commands import unread
from bot.listening import UNREADABLE
from bot.media import MOST_BYTES
from bot.messages import PHOTO, VOICE, Incoming, Media
from bot.passes import opened_by
from bot.privacy import CleanText, clean, mask
from knowledge_base.units import Units

CHANNEL = "telegram"
WEBHOOK_PATH = "/webhooks/telegram"
MOST_UNITS = 4096  # UTF-16 code units of a message's text
MOST_CAPTION = 1024  # the same of what stands below a photo
MOST_DATA = 64  # bytes a button sends back
MOST_BODY = 1024 * 1024  # bytes of an update that we take at the webhook
# Edits are not asked for: they are no second turn.
WANTED = ("message", "callback_query", "chat_member", "my_chat_member")
# What a message may hold instead of words, and what stands for it in the mailbox.
_KINDS = {
    **dict.fromkeys(("sticker", "animation", "dice", "game"), unread("sticker")),
    **dict.fromkeys(("video", "video_note", "story", "paid_media"), unread("video")),
    **dict.fromkeys(("poll", "checklist"), unread("poll")),
    **dict.fromkeys(("photo", "voice", "audio"), UNREADABLE),
    "document": unread("file"),
    "contact": unread("contact"),
}


def _masked(value: object) -> object:
    if isinstance(value, str) and opened_by(value):
        return value  # random signs, of which only a digest is kept: see incoming
    return mask(clean(value)) if isinstance(value, str) else value


MaskedText = Annotated[str, BeforeValidator(_masked)]


class _Chat(BaseModel):
    id: StrictInt
    type: str


class _File(BaseModel):
    """A file as messages name it; a photo comes as several, one a size."""

    file_id: str = ""
    file_size: int | None = None  # bytes
    mime_type: str | None = None


class _Point(BaseModel):
    latitude: float
    longitude: float


class _Message(BaseModel):
    model_config = ConfigDict(extra="allow")
    chat: _Chat
    text: MaskedText | None = None
    caption: MaskedText | None = None
    media_group_id: str | None = None
    photo: list[_File] | None = None
    document: _File | None = None
    voice: _File | None = None
    audio: _File | None = None
    location: _Point | None = None  # a venue's message holds one too

    def media(self) -> Media | None:
        """What it carries besides words that may be read: the largest photo that is not too large,
        a file that calls itself a picture, a voice message or another recording."""
        fitting = [one for one in self.photo or () if (one.file_size or 0) <= MOST_BYTES]
        file, kind = next(reversed(fitting or self.photo or ()), None), PHOTO
        if self.document and (self.document.mime_type or "").startswith("image/"):
            file = self.document
        elif heard := self.voice or self.audio:
            file, kind = heard, VOICE
        return Media(kind, file.file_id) if file and file.file_id else None

    def without_words(self, units: Units) -> str | None:
        """The text that stands for what is sent instead of words; None where nothing is, and it
        tells of something ("pinned a message")."""
        if self.location is not None:
            return located.kept(self.location.latitude, self.location.longitude, units)
        if self.text is not None or self.media() is not None:
            return UNREADABLE
        sent = self.model_fields_set | (self.model_extra or {}).keys()
        return next((text for name, text in _KINDS.items() if name in sent), None)


class _Query(BaseModel):
    id: str
    data: CleanText | None = None
    message: _Message | None = None


_OUT = frozenset({"left", "kicked"})


class _Membership(BaseModel):
    status: str


class Standing(BaseModel):
    """What the bot is in a chat from now on: ``member``, ``administrator``, ``kicked`` …"""

    chat: _Chat
    new_chat_member: _Membership
    old_chat_member: _Membership | None = None

    @property
    def is_private(self) -> bool:
        """Whether it is about a citizen's own chat."""
        return self.chat.type == "private"

    @property
    def is_in(self) -> bool:
        """Whether the bot may write there."""
        return self.new_chat_member.status not in _OUT

    @property
    def has_joined(self) -> bool:
        """Whether it may now and could not before."""
        return self.is_in and (not self.old_chat_member or self.old_chat_member.status in _OUT)


class Update(BaseModel):
    """The little of an update that we read. Telegram adds fields and kinds every few months."""

    model_config = ConfigDict(extra="allow")
    update_id: StrictInt
    message: _Message | None = None
    callback_query: _Query | None = None
    my_chat_member: Standing | None = None

    def incoming(self, units: Units) -> Incoming | str:
        """The message in it, masked; or why there is none to answer. ``units``: of which the
        nearest stand for a point on the map."""
        query = self.callback_query
        message = query.message if query else self.message
        if message is None:
            return "edited" if "edited_message" in (self.model_extra or ()) else "unknown"
        if message.chat.type != "private":
            return "group"
        chat, number = str(message.chat.id), str(self.update_id)
        if query:
            return Incoming(CHANNEL, chat, number, choice=query.data) if query.data else "unknown"
        text = message.text or message.caption
        if not text and (text := message.without_words(units)) is None:
            return "service"  # "pinned a message" and the like
        if text and (opens := opened_by(text)):
            return Incoming(CHANNEL, chat, number, opens=opens)
        if message.media_group_id:
            number = f"album-{message.media_group_id}"  # an album of ten gets one answer
        return Incoming(CHANNEL, chat, number, text=_command(text), media=message.media())


def pressed(update: object) -> str | None:
    """The id of a pressed button's query, whatever else is wrong with an update."""
    query = update.get("callback_query") if isinstance(update, dict) else None
    number = query.get("id") if isinstance(query, dict) else None
    return number if isinstance(number, str) else None


def _command(text: str) -> str:
    """The text; of a command without the bot's name, of ``/start`` without its payload."""
    if not text.startswith("/"):
        return text
    head, _, rest = text.partition(" ")
    head = head.partition("@")[0]
    return head if head == "/start" else f"{head} {rest}".rstrip()
