"""Replies out by Zalo Bot Platform: words in large letters, choices numbered in them.

The platform has no buttons (its pages of 2026 name none): choices are answered by their number.
Limits: 1 to 2,000 characters a text or caption; pictures by their address alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from actions.replies import Document, Image, Reply
from bot.begun import Begun
from bot.channels.zalo_bot.client import BotRefused, Client, send_error
from bot.channels.zalo_bot.events import CHANNEL
from bot.messages import ChatBlocked, ReplyRefused
from bot.pictures import address
from bot.printer import Printer
from bot.rendering import Part, layout, spelled, units, without_dialling
from knowledge_base.drawings import Drawing
from knowledge_base.phrases import Phrases

MOST_CHARACTERS = 2000
LARGE = "f_18"  # letters larger than usual, from Zalo's list f_13, f_15, f_18, f_20
SOURCE = "i"


class _NotShown(Exception):
    """A picture cannot be sent: what it shows is to be said."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message: its words, and the picture above them."""

    part: Part
    image: Image | None = None


def messages_of(reply: Reply) -> list[Shown]:
    """The messages of a reply, its picture with the first."""
    reply = without_dialling(reply)
    shown = [Shown(part) for part in layout(reply, MOST_CHARACTERS, widest=0, links=True)]
    if isinstance(reply.attachment, Image):
        shown[0] = replace(shown[0], image=reply.attachment)
    return shown


def styles_of(part: Part) -> list[dict[str, Any]]:
    """Runs of style, in UTF-16 code units: everything large, the source in italics."""
    whole = units(part.text)
    styles: list[dict[str, Any]] = []
    words = whole if part.source_at is None else part.source_at
    if words:
        styles.append({"start": 0, "len": words, "st": [LARGE]})
    if part.source_at is not None:
        styles.append({"start": part.source_at, "len": whole - part.source_at, "st": [SOURCE]})
    return styles


class Sending:
    """Sends replies; remembers what was sent of one before a failure."""

    def __init__(
        self,
        client: Client,
        drawings: Mapping[str, Drawing],
        say: Phrases,
        printer: Printer,
        public_url: str | None,
    ) -> None:
        """``public_url``: our https address, from which Zalo fetches pictures."""
        self._client = client
        self._drawings = drawings
        self._say = say
        self._printer = printer
        self._public_url = public_url.rstrip("/") if public_url else None
        self._begun = Begun()

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; what was sent of a long one before a failure is not sent again.

        Raises:
            bot.messages.SendError: see :class:`bot.messages.Sender`.
        """
        try:
            try:
                await self._send(chat, reply, await self._fit(chat, reply))
            except _NotShown:
                await self._send(chat, reply, spelled(reply, self._say))
        except BotRefused as error:
            told = send_error(error)
            if isinstance(told, ChatBlocked | ReplyRefused):
                self._begun.over(chat)
            raise told from None

    async def _send(self, chat: str, reply: Reply, fit: Reply) -> None:
        """Send the messages of ``fit``, which is ``reply`` as the platform can show it."""
        for _, shown in self._begun.rest(chat, reply, messages_of(fit)):
            await self._show(chat, shown)

    async def _fit(self, chat: str, reply: Reply) -> Reply:
        """The reply with what the platform can show; what it cannot is said."""
        if reply.voice.aloud:
            reply = replace(reply, text=f"{reply.text}\n{self._say('zalo.not_aloud')}")
        shown = reply.attachment
        if isinstance(shown, Image) and self._address(shown) is None:
            return spelled(reply, self._say)
        if isinstance(shown, Document):
            return await self._linked(chat, reply, shown)
        return reply

    async def _linked(self, chat: str, reply: Reply, document: Document) -> Reply:
        """A page to print, or a code, as the address where it is opened."""
        token = await self._printer.issue(document, CHANNEL, chat)
        address = self._printer.page_address(token)
        if document.body["layout"] == "code":
            addresses = await self._printer.addresses(token)
            address = addresses[0] if addresses else None
        if address is None:
            return spelled(reply, self._say)
        text = f"{reply.text}\n\n{self._say('zalo.page', dia_chi=address)}"
        return replace(reply, text=text, attachment=None)

    def _address(self, image: Image) -> str | None:
        drawing = self._drawings.get(image.name)
        if drawing is None or self._public_url is None:
            return None
        return self._public_url + address(drawing, "png")

    async def _show(self, chat: str, shown: Shown) -> None:
        address = self._address(shown.image) if shown.image else None
        if address is None:
            await self._client.say(chat, shown.part.text, styles_of(shown.part))
            return
        try:
            await self._client.photo(chat, address, shown.part.text)
        except BotRefused as error:
            if error.code != 400:
                raise
            raise _NotShown from error  # Zalo could not fetch it, say
