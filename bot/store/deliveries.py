"""SQL of replies out, for channels we push to: load, send, drop, and the channel's rate."""

from __future__ import annotations

from dataclasses import dataclass, replace

from actions.replies import Reply
from bot.reply_json import reply_from_json
from bot.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply to push; ``age`` in seconds since the turn that made it. ``ticket``: which one it is
    about, whose first message to the team is ``post``."""

    id: int
    conversation: str
    channel: str
    chat: str
    reply: Reply
    age: float
    ticket: int | None = None
    post: str | None = None


async def load(con: Connection, reply: int) -> Delivery | None:
    """Read a reply; None if it was sent, dropped or erased."""
    cursor = await con.execute(
        """
        SELECT r.id, r.conversation, m.channel, m.chat, r.body, m.ticket, t.post,
            extract(epoch FROM clock_timestamp() - r.created_at) AS age
        FROM replies r JOIN messages m ON m.id = r.message
            LEFT JOIN tickets t ON t.number = m.ticket
        WHERE r.id = %s AND r.sent_at IS NULL AND r.dropped_at IS NULL
        """,
        (reply,),
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    return Delivery(
        id=row["id"],
        conversation=row["conversation"],
        channel=row["channel"],
        chat=row["chat"],
        reply=replace(reply_from_json(row["body"]), number=row["id"]),
        age=float(row["age"]),
        ticket=row["ticket"],
        post=row["post"],
    )


async def lease_slot(con: Connection, channel: str, per_second: float) -> float:
    """Lease the channel's next free moment; returns the seconds to wait for it.

    The clock is the database's, so that every sender of every process shares one rate.
    """
    cursor = await con.execute(
        """
        INSERT INTO sending_slots AS s (channel, next_at)
        VALUES (%(channel)s, clock_timestamp() + make_interval(secs => %(step)s))
        ON CONFLICT (channel) DO UPDATE SET
            next_at = greatest(s.next_at, clock_timestamp()) + make_interval(secs => %(step)s)
        RETURNING extract(epoch FROM next_at - clock_timestamp()) - %(step)s AS wait
        """,
        {"channel": channel, "step": 1.0 / per_second},
    )
    row = await cursor.fetchone()
    return 0.0 if row is None else max(0.0, float(row["wait"]))


async def sent(con: Connection, reply: int) -> None:
    """Mark a reply as delivered."""
    await con.execute("UPDATE replies SET sent_at = clock_timestamp() WHERE id = %s", (reply,))


async def drop(con: Connection, reply: int, why: str) -> None:
    """Give one reply up; ``why`` is kept beside it."""
    await con.execute(
        "UPDATE replies SET dropped_at = clock_timestamp(), dropped_why = %s WHERE id = %s",
        (why, reply),
    )


async def unblock(con: Connection, conversation: str) -> None:
    """The citizen can be reached again."""
    await con.execute("UPDATE conversations SET blocked_at = NULL WHERE key = %s", (conversation,))


async def block(con: Connection, conversation: str) -> None:
    """The citizen blocked us: give up everything that waits for this chat, keep its state."""
    await con.execute(
        "UPDATE replies SET dropped_at = clock_timestamp(), dropped_why = 'blocked'"
        " WHERE conversation = %s AND pushed AND sent_at IS NULL AND dropped_at IS NULL",
        (conversation,),
    )
    await con.execute(
        "UPDATE conversations SET blocked_at = clock_timestamp() WHERE key = %s", (conversation,)
    )
