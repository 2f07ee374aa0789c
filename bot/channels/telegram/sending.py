"""Replies out to Telegram: laid out in messages, sent once each."""

from __future__ import annotations

import asyncio
import logging

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
)
from telegram.error import BadRequest, NetworkError

from actions.replies import Choice, Document, Image, Reply
from bot.begun import Begun
from bot.channels.telegram import menu
from bot.channels.telegram.client import Client, Uploads, send_errors
from bot.channels.telegram.documents import Documents, NotPrinted
from bot.messages import ChatBlocked, ReplyRefused
from bot.pictures import Pictures, drawn_png
from bot.rendering import Part, labels, layout, shorten, spelled, units, without_dialling
from bot.telegram_protocol import MOST_CAPTION, MOST_DATA, MOST_UNITS
from knowledge_base.phrases import Phrases

logger = logging.getLogger(__name__)

WIDEST = 32  # characters of a button that a phone with large text shows in one row
LONGEST_LABEL = 60


_Keys = InlineKeyboardMarkup | ReplyKeyboardMarkup | None


class _NotShown(Exception):
    """A picture or a page cannot be made or sent: what it shows is to be said."""


class Sending:
    """Sends replies; remembers what was sent of one before a failure."""

    def __init__(
        self, client: Client, pictures: Pictures, say: Phrases, documents: Documents
    ) -> None:
        self._client = client
        self._pictures = pictures
        self._documents = documents
        self._say = say
        self._uploaded: dict[str, str] = {}  # picture -> Telegram's name for it
        self._begun = Begun()
        self._uploads = Uploads()
        self._menu = menu.keyboard(say)

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; what was sent of a long one before a failure is not sent again.

        Raises:
            bot.messages.SendError: see :class:`bot.messages.Sender`.
        """
        reply = without_dialling(reply)
        try:
            with send_errors():
                try:
                    await self._send(chat, reply)
                except (_NotShown, NotPrinted):
                    await self._send(chat, spelled(reply, self._say))
        except (ChatBlocked, ReplyRefused):
            self._begun.over(chat)
            self._uploads.over(chat)
            raise
        self._uploads.over(chat)

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
        parts = messages_of(reply, links=buttons != reply.choices)
        keyboard = _keyboard(buttons) or self._menu
        for number, (image, part) in self._begun.rest(chat, reply, parts):
            below = keyboard if number == len(parts) else None
            if image is not None:
                await self._attach(chat, reply, image, part, below)
            else:
                await self._client.say(
                    chat,
                    part.text,
                    entities=_italic(part),
                    reply_markup=below,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )

    async def _attach(
        self,
        chat: str,
        reply: Reply,
        attached: Image | Document,
        part: Part,
        below: _Keys,
    ) -> None:
        """Send what comes with a reply, ``part`` below it.

        Raises:
            _NotShown, NotPrinted: it cannot be made, Telegram does not want it, or it could not be
                uploaded again and again: the words do not wait for it.
            telegram.error.TelegramError: it was not sent, and is to be tried again.
        """
        try:
            if isinstance(attached, Image):
                await self._show(chat, attached, part, below)
            else:
                more = {"caption_entities": _italic(part), "reply_markup": below}
                await self._documents.send(chat, attached, part.text, **more)
        except BadRequest as error:
            if isinstance(attached, Image) or _is_of_words(error):
                raise
            logger.error("Telegram refuses the page %s: %s", attached.name, error)
            raise _NotShown from error
        except NetworkError as error:
            if not self._uploads.is_given_up(chat, reply, error):
                raise
            logger.error("Not uploaded, the words go alone: %s", error)
            raise _NotShown from error

    async def _show(self, chat: str, image: Image, part: Part, below: _Keys) -> None:
        """Send a picture with ``part`` as its caption; uploaded once, named from then on.

        Raises:
            _NotShown: it cannot be made, or Telegram does not want it.
        """
        more = {
            "caption": part.text or None,
            "caption_entities": _italic(part),
            "reply_markup": below,
        }
        known = None if image.drawn else self._uploaded.get(image.name)
        try:
            if known:
                try:
                    await self._client.photo(chat, known, **more)
                    return
                except BadRequest:  # forgotten there; what else is wrong is told again below
                    self._uploaded.pop(image.name, None)
            uploaded = await self._client.photo(chat, await self._drawn(image), **more)
        except BadRequest as error:
            if _is_of_words(error):
                raise
            logger.error("Telegram refuses the picture %s: %s", image.name, error)
            raise _NotShown from error
        if uploaded and image.drawn is None:
            self._uploaded[image.name] = uploaded

    async def _drawn(self, image: Image) -> InputFile:
        try:
            if image.drawn is not None:
                png: bytes | None = await asyncio.to_thread(drawn_png, image.drawn)
            else:
                png = await asyncio.to_thread(self._pictures.png, image.name)
        except Exception as error:  # whatever is wrong with it, the words can be sent
            logger.exception("The picture %s cannot be drawn", image.name)
            raise _NotShown from error
        if png is None:
            raise _NotShown(image.name)
        return InputFile(png, filename=f"{image.name}.png")


def messages_of(reply: Reply, *, links: bool) -> list[tuple[Image | Document | None, Part]]:
    """The messages of a reply: its picture or page with the words below, or first where those are
    long."""
    whole = layout(reply, MOST_UNITS, widest=WIDEST, links=links)
    image = reply.attachment
    if not isinstance(image, Image | Document):
        return [(None, part) for part in whole]
    if len(whole) == 1 and units(whole[0].text) <= MOST_CAPTION:
        return [(image, whole[0])]
    return [(image, Part("")), *((None, part) for part in whole)]


def _is_of_words(error: BadRequest) -> bool:
    """Whether a refusal is about the chat or the buttons, and not about what comes with them."""
    return any(other in str(error).lower() for other in ("button", "chat not found"))


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
