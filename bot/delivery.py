"""Pushing replies to channels: in order, at the channel's rate, again until it works."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence

from bot.jobs import Again
from bot.messages import (
    GIVE_UP_SECONDS,
    ChatBlocked,
    Poster,
    ReplyRefused,
    RetryLater,
    Sender,
)
from bot.store import deliveries, messages, tickets
from bot.store.deliveries import Delivery
from bot.store.pool import Connection, Store
from bot.team_desk import TeamDesk

logger = logging.getLogger(__name__)

LONGEST_WAIT = 300.0
SEND_LIMIT = 60.0  # seconds one call of a sender may take
UNEXPECTED_ATTEMPTS = 10  # an error no sender should raise is ours: do not hold the chat for hours


class Deliveries:
    """Sends replies. The job's lock is the chat: one at a time and strictly in order; a chat that
    waits does not hold up the others."""

    def __init__(
        self,
        store: Store,
        senders: Sequence[Sender],
        today: Callable[[], str],
        desk: TeamDesk | None = None,
    ) -> None:
        """``today`` gives the date in Vietnam under which dropped replies are counted; ``desk`` is
        told of citizens who block us while people talk to them, and of what people said in vain."""
        self._store = store
        self._senders = {sender.channel: sender for sender in senders}
        self._today = today
        self._desk = desk
        # Sent here, but the database was away to be told; the message's id where it is of use.
        self._unmarked: dict[int, str | None] = {}

    async def deliver(self, reply: int, attempts: int) -> None:
        """Send one reply at least once: sent before it is marked, so a crash between the two sends
        it twice, and none is lost. Raises :class:`bot.jobs.Again` where it is to be tried later."""
        async with self._store.connection() as con:
            delivery = await deliveries.load(con, reply)
        if delivery is None:
            return
        if reply in self._unmarked:
            await self._mark(delivery, self._unmarked[reply])
            return
        if delivery.age > GIVE_UP_SECONDS:
            await self._drop(delivery, "gave_up")
            return
        sender = self._senders[delivery.channel]
        async with self._store.connection() as con:
            wait = await deliveries.lease_slot(con, delivery.channel, sender.per_second)
        await asyncio.sleep(wait)
        await self._send(sender, delivery, attempts)

    async def _send(self, sender: Sender, delivery: Delivery, attempts: int) -> None:
        try:
            async with asyncio.timeout(SEND_LIMIT):
                posted = await _hand_over(sender, delivery)
        except ChatBlocked:
            async with self._store.transaction() as con:
                await cut_off(con, delivery.conversation, self._desk)
                await messages.count(con, [_event(delivery, "blocked")], self._today())
        except ReplyRefused as error:
            logger.error("Reply %s was refused by %s: %s", delivery.id, delivery.channel, error)
            await self._drop(delivery, error.why)
        except RetryLater as error:
            after = _backoff(attempts) if error.after is None else error.after
            raise await self._again(delivery, after, told=error.after is not None) from error
        except (TimeoutError, OSError) as error:
            raise await self._again(delivery, _backoff(attempts), told=False) from error
        except Exception as error:
            logger.exception("The sender of %s broke", delivery.channel)
            if attempts >= UNEXPECTED_ATTEMPTS:
                await self._drop(delivery, "error")
                return
            raise await self._again(delivery, _backoff(attempts), told=False) from error
        else:
            await self._mark(delivery, posted)

    async def _mark(self, delivery: Delivery, posted: str | None) -> None:
        self._unmarked[delivery.id] = posted
        async with self._store.transaction() as con:
            if posted is not None and delivery.ticket is not None:
                await tickets.posted(con, delivery.ticket, posted)
            await deliveries.sent(con, delivery.id)
        del self._unmarked[delivery.id]

    async def _drop(self, delivery: Delivery, why: str) -> None:
        async with self._store.transaction() as con:
            await deliveries.drop(con, delivery.id, why)
            if self._desk and delivery.ticket is not None and delivery.reply.by:
                await self._desk.undelivered(con, delivery.ticket, delivery.id)
            await messages.count(con, [_event(delivery, why)], self._today())

    async def _again(self, delivery: Delivery, after: float, *, told: bool) -> Again:
        """Count an attempt that failed, or (``told``) a channel that asks us to wait."""
        async with self._store.connection() as con:
            why = "told_to_wait" if told else "failed"
            await messages.count(con, [_event(delivery, why)], self._today())
        return Again(after)


async def cut_off(con: Connection, conversation: str, desk: TeamDesk | None) -> None:
    """A citizen has blocked us: drop what waits for them, and have a team that talks to them know.
    Part of the transaction."""
    await deliveries.block(con, conversation)
    if desk is not None:
        await desk.blocked(con, conversation)


async def _hand_over(sender: Sender, delivery: Delivery) -> str | None:
    """Send it; gives the message's id where the sender tells one."""
    if isinstance(sender, Poster):
        return await sender.post(delivery.chat, delivery.reply, delivery.post)
    await sender.send(delivery.chat, delivery.reply)
    return None


def _event(delivery: Delivery, what: str) -> str:
    """The outcome to count: ``reply.<channel>.<what>``."""
    return f"reply.{delivery.channel}.{what}"


def _backoff(attempts: int) -> float:
    """Seconds before the next attempt: 1, 2, 4 … 300, spread so that chats do not come together."""
    longest = min(LONGEST_WAIT, 2.0 ** min(attempts, 9))
    return longest * random.uniform(0.6, 1.0)  # noqa: S311 no secret
