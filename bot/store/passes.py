"""SQL of passes: making, opening, forgetting. Plain functions on a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from bot.messages import Incoming
from bot.passes import MOST_TRIES, TERMS, Opened, Purpose, digest, new_token
from bot.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Taken:
    """A pass that a turn opened for the first time, and who made it (None: nobody's)."""

    id: int
    purpose: Purpose
    payload: dict[str, Any]
    channel: str | None
    chat: str | None


async def make(
    con: Connection,
    purpose: Purpose,
    payload: dict[str, Any],
    maker: tuple[str, str] | None = None,
) -> str:
    """Keep a new pass; returns its token, which is kept nowhere. ``maker``: channel and chat of the
    conversation it belongs to, and is erased with."""
    token, terms = new_token(), TERMS[purpose]
    await con.execute(
        """
        INSERT INTO passes (digest, purpose, payload, uses, expires_at, conversation, channel, chat)
        VALUES (%s, %s, %s, %s, clock_timestamp() + %s, %s, %s, %s)
        """,
        (
            digest(token),
            purpose.value,
            Jsonb(payload),
            terms.uses,
            terms.lasts,
            ":".join(maker) if maker else None,
            *(maker or (None, None)),
        ),
    )
    return token


async def standing(con: Connection, conversation: str) -> dict[str, Any] | None:
    """The state a conversation is in; None where nothing was said yet."""
    cursor = await con.execute("SELECT state FROM conversations WHERE key = %s", (conversation,))
    row = await cursor.fetchone()
    return None if row is None else row["state"]


async def peek(con: Connection, token: str) -> dict[str, Any] | None:
    """What a pass holds, without opening it; None where it is unknown or too old."""
    cursor = await con.execute(
        "SELECT payload FROM passes WHERE digest = %s AND expires_at > clock_timestamp()",
        (digest(token),),
    )
    row = await cursor.fetchone()
    return None if row is None else dict(row["payload"])


async def is_good(con: Connection, token: str) -> bool:
    """Whether a pass can still be opened by a conversation that has not opened it yet."""
    cursor = await con.execute(
        "SELECT FROM passes p WHERE digest = %s AND expires_at > clock_timestamp()"
        " AND uses > (SELECT count(*) FROM pass_openings WHERE pass = p.id)",
        (digest(token),),
    )
    return await cursor.fetchone() is not None


async def look(con: Connection, incoming: Incoming) -> Opened | None:
    """What the pass that a message opens holds; None where it is unknown, too old or used up, or
    where this conversation has tried too many."""
    cursor = await con.execute(
        """
        SELECT p.id, p.purpose, p.payload, p.uses,
            (SELECT count(*) FROM pass_openings WHERE pass = p.id AND conversation <> %(key)s)
                AS others,
            EXISTS (SELECT FROM pass_openings WHERE pass = p.id AND conversation = %(key)s)
                AS again,
            (SELECT count(*) FROM messages WHERE conversation = %(key)s AND opens IS NOT NULL
                AND received_at > clock_timestamp() - interval '1 hour') AS tries
        FROM passes p WHERE p.digest = %(digest)s AND p.expires_at > clock_timestamp()
        """,
        {"key": incoming.conversation, "digest": incoming.opens},
    )
    row = await cursor.fetchone()
    if row is None or row["tries"] > MOST_TRIES:
        return None
    if not row["again"] and row["others"] >= row["uses"]:
        return None
    return Opened(row["id"], Purpose(row["purpose"]), dict(row["payload"]), row["again"])


async def take(con: Connection, pass_id: int, conversation: str) -> Taken | None:
    """Note that a conversation opened a pass; part of its turn's transaction. None where another
    one took the last use meanwhile: the turn is to be done again."""
    cursor = await con.execute("SELECT * FROM passes WHERE id = %s FOR UPDATE", (pass_id,))
    row = await cursor.fetchone()
    if row is None:
        return None
    await con.execute(
        "INSERT INTO pass_openings (pass, conversation) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (pass_id, conversation),
    )
    cursor = await con.execute(
        "SELECT count(*) AS n FROM pass_openings WHERE pass = %s", (pass_id,)
    )
    counted = await cursor.fetchone()
    if counted is None or counted["n"] > row["uses"]:
        return None
    purpose, payload = Purpose(row["purpose"]), dict(row["payload"])
    return Taken(row["id"], purpose, payload, row["channel"], row["chat"])


async def erase(con: Connection, conversation: str) -> None:
    """Remove the passes of a conversation, and that it opened others."""
    await con.execute("DELETE FROM passes WHERE conversation = %s", (conversation,))
    await con.execute("DELETE FROM pass_openings WHERE conversation = %s", (conversation,))


async def forget_old(con: Connection) -> None:
    """Remove what can no longer be opened."""
    await con.execute("DELETE FROM passes WHERE expires_at < clock_timestamp()")
