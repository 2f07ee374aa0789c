"""The Official Account: events in by webhook, replies out.

An event is acknowledged only after the mailbox keeps it. Zalo brings some of them twice; the
mailbox knows the repetition by the message's id.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from pydantic import ValidationError

from actions.replies import Reply
from bot.channels.zalo_oa.client import Client
from bot.channels.zalo_oa.events import (
    CHANNEL,
    EARLY_SECONDS,
    STALE_SECONDS,
    Event,
    Verdict,
    signed_at,
)
from bot.channels.zalo_oa.sending import Sending, Shown, message_of
from bot.fetching import Fetcher
from bot.intake import Intake
from bot.mailbox import Mailbox
from bot.messages import Media
from bot.pictures import Pictures
from bot.printer import Printer
from bot.settings import Settings
from knowledge_base.phrases import Phrases
from knowledge_base.units import Units

_log = logging.getLogger(__name__)


class ZaloOaChannel:
    """An Official Account in both directions. Build it with :func:`open_zalo_oa`."""

    channel = CHANNEL
    per_second = 40.0  # Zalo allows 4,000 requests a minute

    def __init__(
        self,
        client: Client,
        mailbox: Mailbox,
        sending: Sending,
        fetcher: Fetcher,
        *,
        units: Units,
        crowded: str,
        app_id: str,
        oa_secret: str,
    ) -> None:
        """``units``: those that a citizen may send a point of; ``crowded``: what is said to a chat
        whose earlier messages are not answered yet; ``oa_secret``: the key with which Zalo signs
        events ("OA Secret Key")."""
        self._client = client
        self._fetcher = fetcher
        self._mailbox = mailbox
        self._units = units
        self._app_id = app_id
        self._oa_secret = oa_secret
        self._sending = sending
        wait = message_of(Shown(crowded))
        self._intake = Intake(CHANNEL, mailbox, lambda chat: client.send(chat, wait), None)

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; see :meth:`Sending.send`."""
        await self._sending.send(chat, reply)

    async def fetch(self, media: Media, most: int) -> bytes:
        """The bytes of a picture or a voice message; see :class:`bot.messages.MediaSource`."""
        return await self._fetcher.fetch(media.handle, most)

    async def handle(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Take one event as it came over HTTP.

        Raises:
            bot.store.errors.StoreUnavailable: it has to come again.
        """
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return Verdict.NO_JSON
        if event == {}:  # Zalo's trial of a new address is not signed, and says nothing
            return Verdict.TAKEN
        signed = signed_at(headers, body, event, self._app_id, self._oa_secret)
        if signed is None:
            return Verdict.FORGED
        if not -EARLY_SECONDS <= time.time() - signed <= STALE_SECONDS:
            return Verdict.STALE
        try:
            read = Event.model_validate(event)
        except (ValidationError, RecursionError):  # not logged: a citizen's words are in it
            await self._intake.count("malformed")
            return Verdict.TAKEN
        await self._intake.guarded(lambda: self._take(read))
        return Verdict.TAKEN

    async def _take(self, event: Event) -> None:
        if event.left is None:
            await self._intake.take(event.incoming(self._units))
            return
        await self._mailbox.reached(CHANNEL, event.left, reached=False)
        await self._intake.count("unfollow")

    async def receive(self) -> None:
        """Look after the tokens until cancelled; events come by themselves."""
        await self._client.tokens.care()

    async def close(self) -> None:
        """Let what is under way end."""
        await self._intake.close()
        await self._client.tokens.close()


@asynccontextmanager
async def open_zalo_oa(
    settings: Settings,
    mailbox: Mailbox,
    say: Phrases,
    *,
    pictures: Pictures,
    printer: Printer,
    units: Units,
) -> AsyncIterator[ZaloOaChannel | None]:
    """The channel, ready to send; None while it is not set up. Asks nothing of the network yet."""
    app_id, app_secret = settings.zalo_app_id, settings.zalo_app_secret
    if app_id is None or app_secret is None or settings.zalo_oa_secret is None:
        if app_id or app_secret or settings.zalo_oa_secret:
            _log.error("Zalo OA needs ZALO_APP_ID, ZALO_APP_SECRET and ZALO_OA_SECRET together")
        yield None
        return
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=32)) as http:
        client = Client(
            http,
            mailbox.store,
            app_id=app_id,
            app_secret=app_secret.get_secret_value().strip(),
            base_url=settings.zalo_oa_base_url,
            oauth_url=settings.zalo_oauth_base_url,
        )
        channel = ZaloOaChannel(
            client,
            mailbox,
            Sending(client, pictures, say, printer),
            Fetcher(http, settings.zalo_media_hosts, [settings.zalo_oa_base_url]),
            units=units,
            crowded=say("zalo.crowded"),
            app_id=app_id,
            oa_secret=settings.zalo_oa_secret.get_secret_value().strip(),
        )
        try:
            yield channel
        finally:
            await channel.close()
