"""Replies out to an Official Account's citizens: laid out in messages, sent once each.

Limits (docs/OA of Zalo, as reported in 2026): a text of 2,000 characters; five buttons with 100
characters and 1,000 characters of what they send; pictures of 1 MB, kept for seven days.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from actions.replies import Choice, Document, Image, Reply
from bot import printing
from bot.begun import Begun
from bot.channels.zalo_oa.client import ATTACHMENT_EXPIRED, Client, OaRefused, send_error
from bot.channels.zalo_oa.events import BUTTON, CHANNEL
from bot.messages import ChatBlocked, ReplyRefused, RetryLater
from bot.pictures import Pictures
from bot.printer import Printer
from bot.rendering import labels, layout, shorten, spelled, without_dialling
from knowledge_base.phrases import Phrases

_log = logging.getLogger(__name__)

MOST_CHARACTERS = 2000
MOST_BUTTONS = 5
LONGEST_LABEL = 100
LONGEST_PAYLOAD = 1000
WIDEST = 32  # characters of a button that a phone with large text shows in one row
KEPT_SECONDS = 6 * 86400.0  # of the seven days for which Zalo keeps a picture
MOST_UPLOADS = 3  # of one thing, that fail
_MOST_IMAGE = 1_000_000  # bytes


class _NotShown(Exception):
    """A picture or page cannot be made or brought: what it shows is to be said."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message: its text, what comes with it (never both), as it is to be laid out."""

    text: str
    buttons: tuple[dict[str, Any], ...] = ()
    image: Image | None = None
    document: Document | None = None


def messages_of(reply: Reply, say: Phrases) -> list[Shown]:
    """The messages of a reply: the words stand below a picture, and behind a page; buttons come
    last. What has more than five buttons gets none: its choices are numbered in the text, and its
    links written out."""
    reply = without_dialling(reply)
    crowded = len(reply.choices) > MOST_BUTTONS
    if crowded and len([c for c in reply.choices if c.url is None]) <= MOST_BUTTONS:
        buttons, widest = tuple(c for c in reply.choices if c.url is None), WIDEST
    else:
        buttons, widest = ((), 0) if crowded else (reply.choices, WIDEST)
    parts = layout(reply, MOST_CHARACTERS, widest=widest, links=crowded)
    shown = [Shown(part.text) for part in parts]
    made = _buttons(reply.choices, buttons)
    if isinstance(reply.attachment, Image):
        shown[0] = replace(shown[0], image=reply.attachment)
    elif isinstance(reply.attachment, Document):
        shown.insert(0, Shown("", document=reply.attachment))
    if made and shown[-1].image:  # a picture carries no buttons
        shown.append(Shown(say("zalo.choose"), made))
    elif made:
        shown[-1] = replace(shown[-1], buttons=made)
    return shown


def _buttons(choices: Sequence[Choice], wanted: Sequence[Choice]) -> tuple[dict[str, Any], ...]:
    made: list[dict[str, Any]] = []
    for choice, label in zip(choices, labels(choices), strict=True):
        if choice not in wanted:
            continue
        title = shorten(label, LONGEST_LABEL)
        if choice.url:
            made.append({"title": title, "type": "oa.open.url", "payload": {"url": choice.url}})
            continue
        said = f"{BUTTON}{choice.id}"
        if not choice.id or len(said) > LONGEST_PAYLOAD:
            raise ReplyRefused(f"a button must send 1 to {LONGEST_PAYLOAD} characters")
        # "hide": the citizen sees no id; what was chosen is said by the answer.
        made.append({"title": title, "type": "oa.query.hide", "payload": said})
    return tuple(made)


class Sending:
    """Sends replies; remembers what was sent of one before a failure."""

    def __init__(self, client: Client, pictures: Pictures, say: Phrases, printer: Printer) -> None:
        self._client = client
        self._pictures = pictures
        self._say = say
        self._printer = printer
        self._uploaded: dict[str, tuple[str, float]] = {}  # picture -> Zalo's id for it, since when
        self._failed: dict[tuple[str, str], int] = {}  # what was to be brought, whose -> how often
        self._begun = Begun()

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; what was sent of it before a failure is not sent again.

        Raises:
            bot.messages.SendError: see :class:`bot.messages.Sender`.
            OaRefused: Zalo says no in a number that we do not know.
        """
        reply = self._heard(reply)
        try:
            try:
                await self._send(chat, reply)
            except _NotShown:
                await self._send(chat, spelled(reply, self._say))
        except OaRefused as error:
            told = send_error(error)
            if isinstance(told, ChatBlocked | ReplyRefused):
                self._begun.over(chat)
            raise told from error

    def _heard(self, reply: Reply) -> Reply:
        """An account cannot send sound: that is said."""
        if not reply.voice.aloud:
            return reply
        return replace(reply, text=f"{reply.text}\n{self._say('zalo.not_aloud')}")

    async def _send(self, chat: str, reply: Reply) -> None:
        for _, shown in self._begun.rest(chat, reply, messages_of(reply, self._say)):
            if shown.document is not None:
                await self._print(chat, shown.document)
            elif shown.image is not None:
                await self._show(chat, shown)
            else:
                await self._client.send(chat, message_of(shown))

    async def _show(self, chat: str, shown: Shown) -> None:
        """Send a picture with words; brought there once, named from then on."""
        assert shown.image is not None
        name = shown.image.name
        known, since = self._uploaded.get(name, (None, 0.0))
        if known is not None and monotonic() - since < KEPT_SECONDS:
            try:
                await self._client.send(chat, message_of(shown, known))
                return
            except OaRefused as error:
                if error.code != ATTACHMENT_EXPIRED:
                    raise
        try:
            png = await asyncio.to_thread(self._pictures.png, name)
        except Exception as error:  # whatever is wrong with it, the words can be sent
            _log.exception("The picture %s cannot be drawn", name)
            raise _NotShown(name) from error
        if png is None or len(png) > _MOST_IMAGE:
            raise _NotShown(name)
        fresh = await self._brought(name, self._client.upload_image(name, png))
        self._uploaded[name] = (fresh, monotonic())
        await self._client.send(chat, message_of(shown, fresh))

    async def _brought(self, name: str, upload: Awaitable[str], chat: str = "") -> str:
        """What Zalo calls a picture or page once it is brought there; ``chat``: whose alone it is.

        Raises:
            _NotShown: Zalo does not take it, or it failed again and again: words do not wait for
                hours for what cannot be brought.
            bot.messages.RetryLater: it is to be tried again.
        """
        try:
            brought = await upload
        except OaRefused as error:  # 5,000 pictures a month, or no picture for Zalo
            _log.error("Zalo does not take %s: %s", name, error)
            self._failed.pop((name, chat), None)
            raise _NotShown(name) from error
        except RetryLater as error:
            failures = self._failed.pop((name, chat), 0) + 1
            if failures >= MOST_UPLOADS:
                raise _NotShown(name) from error
            self._failed[name, chat] = failures
            raise
        self._failed.pop((name, chat), None)
        return brought

    async def _print(self, chat: str, document: Document) -> None:
        """Send a page as a PDF; a QR code as a picture, which is read off the screen."""
        token = await self._printer.issue(document, CHANNEL, chat)
        addresses = await self._printer.addresses(token)
        if not addresses:
            raise _NotShown("there is nowhere for its QR code to lead to")
        if document.body["layout"] == "code":
            code = await asyncio.to_thread(printing.qr_png, addresses[0])
            shown = Shown(addresses[0], image=Image(document.name, document.title))
            brought = await self._brought("ma-qr", self._client.upload_image("ma-qr", code), chat)
            await self._client.send(chat, message_of(shown, brought))
            return
        try:
            page = await self._printer.pdf(document, addresses)
        except (ValueError, RuntimeError, OSError) as error:
            _log.error("The page %s cannot be made: %s", document.name, error)
            raise _NotShown(document.name) from error
        upload = self._client.upload_file(document.name, page)
        brought = await self._brought(document.name, upload, chat)
        attachment = {"type": "file", "payload": {"token": brought}}
        await self._client.send(chat, {"attachment": attachment})


def message_of(shown: Shown, attachment: str | None = None) -> dict[str, Any]:
    """A message in Zalo's form; ``attachment``: the id of its picture there."""
    if attachment is not None:
        element = {"media_type": "image", "attachment_id": attachment}
        payload: dict[str, Any] = {"template_type": "media", "elements": [element]}
    elif shown.buttons:
        payload = {"buttons": list(shown.buttons)}
    else:
        return {"text": shown.text}
    return {"text": shown.text, "attachment": {"type": "template", "payload": payload}}
