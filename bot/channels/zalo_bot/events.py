"""What Zalo Bot Platform brings, by webhook or asked for: one update, and what it says.

Its pages (docs.zaloplatforms.com/docs/BOT) as reported by those who read them in September and
October 2026, and updates that others received then; see docs/adr/0016-zalo.md.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from bot.commands import unread
from bot.listening import UNREADABLE
from bot.mailbox import HANDLE_LENGTH
from bot.messages import PHOTO, VOICE, Incoming, Media
from bot.passes import opened_by
from bot.privacy import CleanText, mask

CHANNEL = "zalo_bot"
WEBHOOK_PATH = "/webhooks/zalo-bot"
_SPOKEN = frozenset({"message.text.received", "message.link.received"})
# What an update may bring instead of words, and what stands for it in the mailbox. "Unsupported" is
# a file, a card, a place, or the words of somebody whom Zalo protects.
_WORDLESS = {
    "message.image.received": UNREADABLE,
    "message.voice.received": UNREADABLE,
    "message.sticker.received": unread("sticker"),
    "message.unsupported.received": UNREADABLE,
}
_MEDIA = {"message.image.received": PHOTO, "message.voice.received": VOICE}


class _Chat(BaseModel):
    id: str
    chat_type: str = "PRIVATE"


class _Sender(BaseModel):
    is_bot: bool = False


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")
    chat: _Chat
    message_id: str
    sender: _Sender | None = Field(None, alias="from")
    text: CleanText | None = None
    caption: CleanText | None = None
    photo: str | None = None
    photo_url: str | None = None
    voice_url: str | None = None

    def media(self, event: str) -> Media | None:
        """The picture or voice message in it, by its address. Zalo's page calls the field of a
        picture ``photo``, its servers were seen to send ``photo_url``."""
        kind, address = _MEDIA.get(event), self.photo or self.photo_url
        if kind == VOICE:
            address = self.voice_url
        if kind is None or not address or len(address) > HANDLE_LENGTH:
            return None
        return Media(kind, address)


class Update(BaseModel):
    """The little of an update that we read; build it with :func:`read_update`."""

    model_config = ConfigDict(extra="ignore")
    event_name: str
    message: _Message | None = None

    def incoming(self) -> Incoming | str:
        """The message in it, masked; or why there is none to answer."""
        if self.event_name not in _SPOKEN and self.event_name not in _WORDLESS:
            return "unknown"
        message = self.message
        if message is None:
            return "service"  # of a protected account, or "the bot was added to a group"
        if message.chat.chat_type != "PRIVATE":
            return "group"
        if message.sender is not None and message.sender.is_bot:
            return "bot"
        chat, number = message.chat.id, message.message_id
        text = message.text or message.caption or ""
        if opens := opened_by(text):
            return Incoming(CHANNEL, chat, number, opens=opens)
        words = mask(text) or _WORDLESS.get(self.event_name, UNREADABLE)
        return Incoming(CHANNEL, chat, number, text=words, media=message.media(self.event_name))


def read_update(update: object) -> Update:
    """An update from JSON, bare or in the envelope ``{"ok": true, "result": …}``: Zalo's pages show
    the one, its servers were seen to send the other.

    Raises:
        pydantic.ValidationError: it is none.
    """
    if isinstance(update, dict) and isinstance(update.get("result"), dict):
        update = update["result"]
    return Update.model_validate(update)
