"""What channels that are brought messages do with each: keep it, count it, ask who is too quick to
wait."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from time import monotonic
from typing import Any

from bot.logs import traced
from bot.mailbox import Mailbox, MailboxError, Receipt
from bot.messages import Incoming
from bot.store import messages
from bot.store.errors import StoreUnavailable
from bot.store.pool import Store
from bot.times import VIETNAM

_log = logging.getLogger(__name__)

CROWDED_EVERY = 60.0  # seconds between two requests to one chat to wait
MOST_ASIDE = 50  # requests at once that nobody waits for

Aside = Callable[[str], Coroutine[Any, Any, object]]  # a request about one chat


class Intake:
    """Takes the messages of one channel."""

    def __init__(self, channel: str, mailbox: Mailbox, wait: Aside, typing: Aside | None) -> None:
        """``wait`` asks a chat to wait until its earlier messages are answered; ``typing`` shows it
        that somebody is at work."""
        self._channel = channel
        self._mailbox = mailbox
        self._wait = wait
        self._typing = typing
        self._crowded: OrderedDict[str, float] = OrderedDict()
        self._asides: set[asyncio.Task[None]] = set()

    async def guarded(self, take: Callable[[], Awaitable[None]]) -> None:
        """Have something taken in that was read from an event; whatever is wrong with it is counted
        and kept from whoever brought it, who could do nothing about it.

        Raises:
            bot.store.errors.StoreUnavailable: it has to be brought once more.
        """
        try:
            await take()
        except StoreUnavailable:
            raise
        except MailboxError as error:
            _log.warning("A message of %s is left out: %s", self._channel, error)
            await self.count("malformed")
        except Exception as error:
            _log.error("An event of %s could not be taken: %s", self._channel, traced(error))
            await self.count("failed")

    async def take(self, found: Incoming | str) -> None:
        """Keep a message; of what is none, count why."""
        if isinstance(found, str):
            await self.count(found)
            return
        receipt = await self._mailbox.receive(found)
        if receipt is Receipt.ACCEPTED and self._typing and len(self._asides) < MOST_ASIDE:
            self.aside(self._typing(found.chat))
        elif receipt is Receipt.DUPLICATE:
            await self.count("repeated")
        elif receipt is Receipt.CROWDED:
            await self.count("crowded")
            self._ask_to_wait(found.chat)

    async def count(self, event: str) -> None:
        """Count an event of the channel, today."""
        await counted(self._mailbox.store, self._channel, event)

    def _ask_to_wait(self, chat: str) -> None:
        now = monotonic()
        while self._crowded and now - next(iter(self._crowded.values())) >= CROWDED_EVERY:
            self._crowded.popitem(last=False)
        if chat not in self._crowded:
            self._crowded[chat] = now
            self.aside(self._wait(chat))

    def aside(self, request: Coroutine[Any, Any, object]) -> None:
        """Send what nobody waits for and nothing depends on."""

        async def quietly() -> None:
            try:
                await request
            except Exception as error:
                _log.debug("Not sent: %s", type(error).__name__)

        task = asyncio.create_task(quietly())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def close(self) -> None:
        """Give what is under way three seconds, then leave it."""
        if self._asides:
            _, late = await asyncio.wait(self._asides, timeout=3)
            for task in late:
                task.cancel()


async def counted(store: Store, channel: str, event: str) -> None:
    """Count an event of a channel, today."""
    day = datetime.now(VIETNAM).date().isoformat()
    async with store.transaction() as con:
        await messages.count(con, [f"{channel}.{event}"], day)
