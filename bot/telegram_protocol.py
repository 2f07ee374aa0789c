"""What Telegram sends and demands, without the library: updates and limits.

The Bot API's rules were read at core.telegram.org/bots/api in November 2026.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictInt

from bot.listening import UNREADABLE
from bot.media import MOST_BYTES
from bot.messages import PHOTO, VOICE, Incoming, Media
from bot.passes import opened_by
from bot.privacy import clean, mask

CHANNEL = "telegram"
WEBHOOK_PATH = "/webhooks/telegram"
MOST_UNITS = 4096  # UTF-16 code units of a message's text
MOST_CAPTION = 1024  # the same of what stands below a photo
MOST_DATA = 64  # bytes a button sends back
MOST_BODY = 1024 * 1024  # bytes of an update that we take at the webhook
# Edits are not asked for: they are no second turn.
WANTED = ("message", "callback_query", "chat_member")
_KINDS = frozenset(
    {"animation", "audio", "checklist", "contact", "dice", "document", "game", "location", "poll",
     "paid_media", "photo", "sticker", "story", "venue", "video", "video_note", "voice"}
)  # fmt: skip


def _masked(value: object) -> object:
    if isinstance(value, str) and opened_by(value):
        return value  # random signs, of which only a digest is kept: see incoming
    return mask(clean(value)) if isinstance(value, str) else value


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


MaskedText = Annotated[str, BeforeValidator(_masked)]
CleanData = Annotated[str, BeforeValidator(_cleaned)]


class _Chat(BaseModel):
    id: StrictInt
    type: str


class _File(BaseModel):
    """A file as messages name it; a photo comes as several, one a size."""

    file_id: str = ""
    file_size: int | None = None  # bytes
    mime_type: str | None = None


class _Message(BaseModel):
    model_config = ConfigDict(extra="allow")
    chat: _Chat
    text: MaskedText | None = None
    caption: MaskedText | None = None
    media_group_id: str | None = None
    photo: list[_File] | None = None
    document: _File | None = None
    voice: _File | None = None

    def media(self) -> Media | None:
        """What it carries besides words that may be read: the largest photo that is not too large,
        a file that calls itself a picture, a voice message."""
        fitting = [one for one in self.photo or () if (one.file_size or 0) <= MOST_BYTES]
        file, kind = next(reversed(fitting or self.photo or ()), None), PHOTO
        if self.document and (self.document.mime_type or "").startswith("image/"):
            file = self.document
        elif self.voice:
            file, kind = self.voice, VOICE
        return Media(kind, file.file_id) if file and file.file_id else None

    @property
    def kinds(self) -> frozenset[str]:
        """What the citizen sent by it; none where it tells of something ("pinned a message")."""
        return _KINDS & (self.model_fields_set | (self.model_extra or {}).keys())


class _Query(BaseModel):
    id: str
    data: CleanData | None = None
    message: _Message | None = None


class Update(BaseModel):
    """The little of an update that we read. Telegram adds fields and kinds every few months."""

    model_config = ConfigDict(extra="allow")
    update_id: StrictInt
    message: _Message | None = None
    callback_query: _Query | None = None

    def incoming(self) -> Incoming | str:
        """The message in it, masked; or why there is none to answer."""
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
        if not text and message.text is None and not message.kinds:
            return "service"  # "pinned a message" and the like
        if text and (opens := opened_by(text)):
            return Incoming(CHANNEL, chat, number, opens=opens)
        if message.media_group_id:
            number = f"album-{message.media_group_id}"  # an album of ten gets one answer
        words = _command(text) if text else UNREADABLE
        return Incoming(CHANNEL, chat, number, text=words, media=message.media())


def _command(text: str) -> str:
    """The text; of a command without the bot's name, of ``/start`` without its payload."""
    if not text.startswith("/"):
        return text
    head, _, rest = text.partition(" ")
    head = head.partition("@")[0]
    return head if head == "/start" else f"{head} {rest}".rstrip()
