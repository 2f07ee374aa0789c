"""SQL of tickets. Plain functions on a connection: what changes a ticket belongs to a transaction
with what is said about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from actions.tickets import TicketRequest
from bot.messages import Incoming
from bot.store.pool import Connection


async def open_new(
    con: Connection, incoming: Incoming, requests: Sequence[TicketRequest], now: datetime
) -> Sequence[int]:
    """Open the tickets a turn asks for; returns their numbers. A conversation in which a person is
    asked for already gets no second one of that kind."""
    numbers = []
    for request in requests:
        cursor = await con.execute(
            """
            INSERT INTO tickets (kind, reason, summary, conversation, channel, chat, unit, address,
                opened_at, waiting_since)
            VALUES (%(kind)s, %(reason)s, %(summary)s, %(conversation)s, %(channel)s, %(chat)s,
                %(unit)s, %(address)s, %(now)s, %(now)s)
            ON CONFLICT (conversation) WHERE kind = 'human' AND status <> 'closed' DO NOTHING
            RETURNING number
            """,
            {
                "kind": request.kind,
                "reason": request.reason,
                "summary": request.summary,
                "conversation": incoming.conversation,
                "channel": incoming.channel,
                "chat": incoming.chat,
                "unit": request.unit,
                "address": request.address,
                "now": now,
            },
        )
        row = await cursor.fetchone()
        if row is not None:
            numbers.append(int(row["number"]))
    return numbers
