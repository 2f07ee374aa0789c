"""A Zalo bot: updates in, by webhook or by long polling, and replies out.

By webhook an update is acknowledged only after the mailbox keeps it. Asked for, it counts as
delivered once Zalo has given it: one that this process dies with is lost, which is why polling is
for trying things out, and a public address for citizens.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic

import httpx
from pydantic import ValidationError

from actions.replies import Reply
from bot.channels.zalo_bot.client import BotRefused, Client, pause, tell
from bot.channels.zalo_bot.events import CHANNEL, WEBHOOK_PATH, read_update
from bot.channels.zalo_bot.sending import Sending
from bot.fetching import Fetcher
from bot.intake import Intake
from bot.logs import hush_addresses
from bot.mailbox import Mailbox
from bot.messages import Media, RetryLater
from bot.printer import Printer
from bot.settings import Settings
from bot.store.errors import StoreUnavailable
from bot.webhook_secret import webhook_secret
from knowledge_base.drawings import Drawing
from knowledge_base.phrases import Phrases


class ZaloBotChannel:
    """A Zalo bot in both directions. Build it with :func:`open_zalo_bot`."""

    channel = CHANNEL
    per_second = 20.0  # Zalo's pages name no rate

    def __init__(
        self,
        client: Client,
        mailbox: Mailbox,
        sending: Sending,
        fetcher: Fetcher,
        *,
        crowded: str,
        webhook: str | None = None,
        secret: str | None = None,
    ) -> None:
        """``crowded``: what is said to a chat whose earlier messages are not answered yet;
        ``webhook``: our https address for updates, with the ``secret`` Zalo is to show; by default
        updates are polled for."""
        self.secret = secret
        self._client = client
        self._fetcher = fetcher
        self._webhook = webhook
        self._sending = sending
        self._intake = Intake(
            CHANNEL, mailbox, lambda chat: client.say(chat, crowded, []), client.typing
        )

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; see :meth:`Sending.send`."""
        await self._sending.send(chat, reply)

    async def fetch(self, media: Media, most: int) -> bytes:
        """The bytes of a picture or a voice message; see :class:`bot.messages.MediaSource`."""
        return await self._fetcher.fetch(media.handle, most)

    async def handle(self, update: object) -> None:
        """Take one update, as decoded from JSON.

        Whatever it holds, it raises nothing but :class:`bot.store.errors.StoreUnavailable`.
        """
        try:
            read = read_update(update)
        except (ValidationError, RecursionError):  # not logged: a citizen's words are in it
            await self._intake.count("malformed")
            return
        await self._intake.guarded(lambda: self._intake.take(read.incoming()))

    async def receive(self) -> None:
        """Have updates come: register the webhook and return, or poll until cancelled."""
        if self._webhook is None:
            await self._insist(lambda: self._client.call("deleteWebhook", {}))
            await self._poll()
            return
        wanted = {"url": self._webhook, "secret_token": self.secret}
        await self._insist(lambda: self._client.call("setWebhook", wanted))

    async def _insist(self, call: Callable[[], Awaitable[object]]) -> object:
        """What a call returns once it succeeds, however long Zalo or the database is away."""
        failures = 0
        while True:
            try:
                return await call()
            except (BotRefused, RetryLater, StoreUnavailable) as error:
                tell(error)
                await asyncio.sleep(pause(failures, error))
                failures += 1

    async def _poll(self) -> None:
        while True:
            if update := await self._insist(self._asked):
                await self._insist(partial(self.handle, update))  # it will not be given again

    async def _asked(self) -> object:
        """An update; an empty object, too, says that there is none."""
        began = monotonic()
        update = await self._client.update()
        if not update and monotonic() - began < 0.5:  # a server that does not hold the line
            await asyncio.sleep(0.5)
        return update

    async def close(self) -> None:
        """Let what is under way end."""
        await self._intake.close()


@asynccontextmanager
async def open_zalo_bot(
    settings: Settings,
    mailbox: Mailbox,
    say: Phrases,
    *,
    drawings: Mapping[str, Drawing],
    printer: Printer,
) -> AsyncIterator[ZaloBotChannel | None]:
    """The channel, ready to send; None without a token. Asks nothing of the network yet.

    Updates come by webhook where the public address is https, the only kind Zalo calls.
    """
    if settings.zalo_bot_token is None:
        yield None
        return
    hush_addresses()
    public_url = secret = None
    if settings.public_url and settings.public_url.scheme == "https":
        public_url = str(settings.public_url)
        secret = webhook_secret(settings, CHANNEL)
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=32)) as http:
        client = Client(
            http, settings.zalo_bot_token.get_secret_value().strip(), settings.zalo_bot_base_url
        )
        channel = ZaloBotChannel(
            client,
            mailbox,
            Sending(client, drawings, say, printer, public_url),
            Fetcher(http, settings.zalo_media_hosts, [settings.zalo_bot_base_url]),
            crowded=say("zalo.crowded"),
            webhook=public_url.rstrip("/") + WEBHOOK_PATH if public_url else None,
            secret=secret,
        )
        try:
            yield channel
        finally:
            await channel.close()
