"""Pages and codes on Telegram: a PDF to print, a QR code to be shown to somebody's camera."""

from __future__ import annotations

import asyncio
from typing import Any

from telegram import InputFile

from actions.replies import Document
from bot import printing
from bot.channels.telegram.client import Client
from bot.printer import Printer
from bot.telegram_protocol import CHANNEL


class NotPrinted(Exception):
    """There is nowhere for its QR code to lead to, or it cannot be made."""


class Documents:
    """Sends what comes with a reply as a :class:`Document`."""

    def __init__(self, client: Client, printer: Printer) -> None:
        self._client = client
        self._printer = printer

    async def send(self, chat: str, document: Document, caption: str, **more: Any) -> None:
        """Send it with a caption; a QR code as a picture, which is read off the screen.

        Raises:
            NotPrinted: it cannot be made.
            telegram.error.TelegramError, bot.store.errors.StoreUnavailable: it was not sent.
        """
        token = await self._printer.issue(document, CHANNEL, chat)
        addresses = await self._printer.addresses(token)
        if not addresses:
            raise NotPrinted("neither a public address nor the bot's name is known")
        if document.body["layout"] == "code":
            picture = await asyncio.to_thread(printing.qr_png, addresses[0])
            shown = InputFile(picture, filename="ma-qr.png")
            words = f"{caption}\n\n{addresses[0]}"
            await self._client.photo(chat, shown, caption=words, **more)
            return
        try:
            page = await self._printer.pdf(document, addresses)
        except Exception as error:  # whatever is wrong with it, the words can be sent
            raise NotPrinted(str(error)) from error
        file = InputFile(page, filename=document.name)
        await self._client.document(chat, file, caption=caption, **more)
