"""Replies out to Telegram: laid out in messages, sent once each."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest

from actions.replies import Choice, Reply
from bot.channels.telegram.client import Client, send_errors
from bot.messages import ChatBlocked, ReplyRefused
from bot.rendering import Part, labels, layout, shorten, units, without_dialling
from bot.telegram_protocol import MOST_DATA, MOST_UNITS

WIDEST = 32  # characters of a button that a phone with large text shows in one row
LONGEST_LABEL = 60


class Sending:
    """Sends replies; remembers what was sent of one before a failure."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._begun: dict[str, tuple[Reply, int]] = {}  # chat -> reply sent in part, parts sent

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; what was sent of a long one before a failure is not sent again.

        Raises:
            bot.messages.SendError: see :class:`bot.messages.Sender`.
        """
        try:
            with send_errors():
                await self._send(chat, without_dialling(reply))
        except (ChatBlocked, ReplyRefused):
            self._begun.pop(chat, None)
            raise

    async def _send(self, chat: str, reply: Reply) -> None:
        try:
            await self._send_parts(chat, reply, reply.choices)
        except BadRequest as error:
            # Telegram refuses addresses it does not like ("BUTTON_URL_INVALID"), and with them all
            # of the message: then the links are text.
            buttons = tuple(choice for choice in reply.choices if choice.url is None)
            if "button" not in str(error).lower() or buttons == reply.choices:
                raise
            await self._send_parts(chat, reply, buttons)

    async def _send_parts(self, chat: str, reply: Reply, buttons: tuple[Choice, ...]) -> None:
        links = buttons != reply.choices
        parts = layout(reply, MOST_UNITS, widest=WIDEST, links=links)
        keyboard = _keyboard(buttons)
        begun, done = self._begun.get(chat, (reply, 0))
        for number, part in enumerate(parts, 1):
            if begun == reply and number <= done:
                continue
            await self._client.say(
                chat,
                part.text,
                entities=_italic(part),
                reply_markup=keyboard if number == len(parts) else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            self._begun[chat] = (reply, number)
        self._begun.pop(chat, None)


def _keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    rows: list[list[InlineKeyboardButton]] = []
    for choice, label in zip(choices, labels(choices), strict=True):
        if not choice.url and not 0 < len(choice.id.encode()) <= MOST_DATA:
            raise ReplyRefused(f"the id of a button must have 1 to {MOST_DATA} bytes")
        data = None if choice.url else choice.id
        shown = shorten(label, LONGEST_LABEL)
        rows.append([InlineKeyboardButton(shown, url=choice.url, callback_data=data)])
    return InlineKeyboardMarkup(rows) if rows else None


def _italic(part: Part) -> list[MessageEntity] | None:
    """By place and not by markup, so that nothing in a text can be taken for markup."""
    if part.source_at is None:
        return None
    return [MessageEntity("italic", part.source_at, units(part.text) - part.source_at)]
