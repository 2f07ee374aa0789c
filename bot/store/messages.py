"""SQL of messages in: the door, the turn, the answer, history, erasure. Plain functions on a
connection, so that the caller decides what belongs to one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from actions.replies import Reply
from bot.messages import Incoming, StoredReply, TurnResult
from bot.reply_json import media_from_json, media_to_json, reply_from_json, reply_to_json
from bot.store import guesses, helpers, misses, passes, ratings, subscriptions, tickets
from bot.store.pool import Connection

LOCK = "pg_advisory_xact_lock(hashtextextended(%s, 1))"  # of one conversation's door
NOTICES = "assistant_mailbox"  # LISTEN channel; the payload is the conversation's key


@dataclass(frozen=True, slots=True)
class Turn:
    """A message about to be handled. ``deaths`` counts this attempt too; ``age`` is in seconds."""

    row: int
    incoming: Incoming
    deaths: int
    failures: int
    state: dict[str, Any] | None
    version: int
    age: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a conversation's history: what the citizen sent, or one reply (exactly one of
    ``incoming`` and ``reply`` is set). ``done``: it was handled, perhaps without a reply."""

    at: datetime
    incoming: Incoming | None = None
    reply: StoredReply | None = None
    done: bool = False


async def lock_conversation(con: Connection, conversation: str) -> None:
    """Let one transaction at a time touch this conversation's door. Job numbers then rise in the
    order in which messages were accepted, which is the order in which they are handled."""
    await con.execute(f"SELECT {LOCK}", (conversation,))


async def insert(con: Connection, incoming: Incoming, cap: int) -> tuple[int | None, bool]:
    """Store a message unless it is known or ``cap`` are waiting; returns (its row or None, known
    already). Call :func:`lock_conversation` first."""
    cursor = await con.execute(
        f"""
        WITH known AS (
            SELECT 1 FROM messages
            WHERE channel = %(channel)s AND chat = %(chat)s AND message_id = %(message_id)s
        ), stored AS (
            INSERT INTO messages (conversation, channel, chat, message_id, text, choice, opens,
                media, ticket, helper, helper_name, origin)
            SELECT %(key)s, %(channel)s, %(chat)s, %(message_id)s, %(text)s, %(choice)s, %(opens)s,
                %(media)s, (SELECT number FROM tickets WHERE number = %(ticket)s),
                %(helper)s, %(helper_name)s, {guesses.DIGEST.format("%(origin)s")}
            WHERE NOT EXISTS (SELECT 1 FROM known) AND (
                SELECT count(*) FROM messages WHERE conversation = %(key)s AND done_at IS NULL
            ) < %(cap)s
            RETURNING id
        )
        SELECT (SELECT id FROM stored) AS id, EXISTS (SELECT 1 FROM known) AS known
        """,  # noqa: S608 our own text
        {
            "key": incoming.conversation,
            "channel": incoming.channel,
            "chat": incoming.chat,
            "message_id": incoming.message_id,
            "text": incoming.text,
            "choice": incoming.choice,
            "opens": incoming.opens,
            "media": Jsonb(media_to_json(incoming.media)) if incoming.media else None,
            "ticket": incoming.ticket,
            "helper": incoming.helper.key if incoming.helper else None,
            "helper_name": incoming.helper.name if incoming.helper else None,
            "cap": cap,
            "origin": incoming.origin and f"address:{incoming.origin}",
        },
    )
    row = await cursor.fetchone()
    return (None, False) if row is None else (row["id"], row["known"])


async def known(con: Connection, incoming: Incoming) -> Incoming | None:
    """A message as it is kept, by its channel, chat and id; None if it is not known."""
    cursor = await con.execute(
        "SELECT * FROM messages WHERE channel = %s AND chat = %s AND message_id = %s",
        (incoming.channel, incoming.chat, incoming.message_id),
    )
    row = await cursor.fetchone()
    return None if row is None else _incoming(row)


async def waits(con: Connection, row: int) -> bool:
    """Tell whether a message is still to be handled (neither done nor erased)."""
    cursor = await con.execute("SELECT 1 FROM messages WHERE id = %s AND done_at IS NULL", (row,))
    return await cursor.fetchone() is not None


async def begin(con: Connection, row: int, *, suspects: bool) -> Turn | None:
    """Count one more death in advance (taken back by :func:`survived` or the end of the turn) and
    read the message with its conversation's state.

    None if it is done or erased, or if it has deaths already and ``suspects`` is false.
    """
    cursor = await con.execute(
        """
        WITH begun AS (
            UPDATE messages SET deaths = deaths + 1
            WHERE id = %s AND done_at IS NULL AND (deaths = 0 OR %s) RETURNING *
        )
        SELECT begun.*, c.state, coalesce(c.version, 0) AS version,
            t.number IS NOT NULL AS asked, c.muted_at IS NOT NULL AS muted,
            t.helper_name AS talker, t.waiting_since IS NOT NULL AS waiting,
            extract(epoch FROM clock_timestamp() - begun.received_at)::float8 AS age,
            (SELECT count(*) FROM tickets q
             WHERE q.status = 'open' AND q.status <> 'closed' AND q.kind = 'human'
                AND (t.number IS NULL OR q.number < t.number)) AS ahead
        FROM begun LEFT JOIN conversations c ON c.key = begun.conversation
        LEFT JOIN tickets t ON t.conversation = begun.conversation
            AND t.kind = 'human' AND t.status <> 'closed'
        """,
        (row, suspects),
    )
    found = await cursor.fetchone()
    if found is None:
        return None
    return Turn(
        row=row,
        incoming=replace(
            _incoming(found), standing=tickets.standing_of(found), origin=found["origin"]
        ),
        deaths=found["deaths"],
        failures=found["failures"],
        state=found["state"],
        version=found["version"],
        age=found["age"],
    )


async def survived(con: Connection, row: int, *, failed: bool) -> int:
    """Take the death of :func:`begin` back, counting a failure instead where ``failed``; returns
    the failures so far."""
    cursor = await con.execute(
        "UPDATE messages SET deaths = greatest(deaths - 1, 0), failures = failures + %s"
        " WHERE id = %s RETURNING failures",
        (1 if failed else 0, row),
    )
    found = await cursor.fetchone()
    return 0 if found is None else int(found["failures"])


async def finish(
    con: Connection,
    turn: Turn,
    result: TurnResult,
    *,
    pushed: bool,
    parked: str | None,
    now: datetime,
) -> Sequence[int] | None:
    """Save the end of a turn: state, done mark, replies, events; returns the replies' ids.
    ``parked``: why the message is given up on, if it is.

    None means that nothing was saved, because the message was finished by another worker or erased
    meanwhile, or because the conversation moved on since its state was read: the caller rolls back.
    ``now`` is the moment in Vietnamese time.
    """
    cursor = await con.execute(
        "UPDATE messages SET done_at = clock_timestamp(), deaths = deaths - 1, origin = NULL,"
        " media = CASE WHEN %(why)s::text IS NULL THEN media - 'handle' ELSE media END,"
        " parked_at = CASE WHEN %(why)s::text IS NOT NULL THEN clock_timestamp() END,"
        " parked_why = %(why)s WHERE id = %(row)s AND done_at IS NULL RETURNING id",
        {"why": parked, "row": turn.row},
    )
    if await cursor.fetchone() is None:
        return None
    if result.erase:
        # Those still waiting are newer than the wish to be forgotten and are answered.
        await con.execute(
            "DELETE FROM messages WHERE conversation = %s AND done_at IS NOT NULL AND id <> %s",
            (turn.incoming.conversation, turn.row),
        )
        await _erase_reminders(con, turn.incoming.conversation)
        await _erase_passes(con, turn.incoming.conversation)
    # A message given up on leaves the state as it was.
    if not await _save_state(con, turn, turn.state if parked else result.state):
        return None
    ids = await _insert_replies(con, turn, result.replies, pushed)
    await count(con, result.events, now.date().isoformat())
    await misses.note(con, result.misses)
    await ratings.note(con, result.ratings)
    await con.execute("SELECT pg_notify(%s, %s)", (NOTICES, turn.incoming.conversation))
    return ids


async def _save_state(con: Connection, turn: Turn, state: dict[str, Any] | None) -> bool:
    incoming = turn.incoming
    cursor = await con.execute(
        """
        INSERT INTO conversations (key, channel, chat, state, version)
        VALUES (%(key)s, %(channel)s, %(chat)s, %(state)s, 1)
        ON CONFLICT (key) DO NOTHING RETURNING key
        """
        if turn.version == 0
        else """
        UPDATE conversations SET state = %(state)s, version = version + 1, blocked_at = NULL,
            updated_at = clock_timestamp()
        WHERE key = %(key)s AND version = %(version)s RETURNING key
        """,
        {
            "key": incoming.conversation,
            "channel": incoming.channel,
            "chat": incoming.chat,
            "state": None if state is None else Jsonb(state),
            "version": turn.version,
        },
    )
    return await cursor.fetchone() is not None


async def _insert_replies(
    con: Connection, turn: Turn, replies: Sequence[Reply], pushed: bool
) -> Sequence[int]:
    if not replies:
        return []
    cursor = await con.execute(
        """
        INSERT INTO replies (conversation, message, position, body, pushed)
        SELECT %s, %s, place - 1, body, %s
        FROM unnest(%s::jsonb[]) WITH ORDINALITY AS listed (body, place) ORDER BY place
        RETURNING id
        """,
        (
            turn.incoming.conversation,
            turn.row,
            pushed,
            [Jsonb(reply_to_json(reply)) for reply in replies],
        ),
    )
    return sorted(row["id"] for row in await cursor.fetchall())


async def count(con: Connection, events: Sequence[str], day: str) -> None:
    """Count named outcomes under ``day``. Sorted, so that two turns never wait for each other."""
    if not events:
        return
    await con.execute(
        """
        INSERT INTO events AS e (day, name, count)
        SELECT %s::date, name, count(*) FROM unnest(%s::text[]) AS name GROUP BY name ORDER BY name
        ON CONFLICT (day, name) DO UPDATE SET count = e.count + excluded.count
        """,
        (day, list(events)),
    )


async def answer(con: Connection, incoming: Incoming) -> tuple[bool, list[StoredReply]] | None:
    """(done, its replies in order) of one message; None if it is not known."""
    cursor = await con.execute(
        """
        SELECT m.done_at IS NOT NULL AS done, m.message_id, r.id, r.conversation, r.body,
            r.created_at
        FROM messages m LEFT JOIN replies r ON r.message = m.id
        WHERE m.channel = %s AND m.chat = %s AND m.message_id = %s ORDER BY r.position
        """,
        (incoming.channel, incoming.chat, incoming.message_id),
    )
    rows = await cursor.fetchall()
    if not rows:
        return None
    return bool(rows[0]["done"]), [_reply(row) for row in rows if row["id"] is not None]


async def replies(con: Connection, conversation: str, after: int, limit: int) -> list[StoredReply]:
    """The conversation's replies with an id above ``after``, oldest first."""
    cursor = await con.execute(
        """
        SELECT r.id, r.conversation, r.body, r.created_at, m.message_id
        FROM replies r JOIN messages m ON m.id = r.message
        WHERE r.conversation = %s AND r.id > %s ORDER BY r.id LIMIT %s
        """,
        (conversation, after, limit),
    )
    return [_reply(row) for row in await cursor.fetchall()]


async def transcript(con: Connection, conversation: str, limit: int) -> list[Entry]:
    """The last ``limit`` lines of a conversation, oldest first: each message, then its replies."""
    cursor = await con.execute(
        """
        SELECT * FROM (
            SELECT m.id AS turn, -1 AS place, m.received_at AS created_at, m.channel, m.chat,
                m.message_id, m.text, m.choice, m.opens, m.media, m.ticket, m.helper, m.helper_name,
                NULL::bigint AS id, m.conversation, NULL::jsonb AS body,
                m.done_at IS NOT NULL AS done
            FROM messages m WHERE m.conversation = %(key)s
            UNION ALL
            SELECT r.message, r.position, r.created_at, m.channel, m.chat, m.message_id,
                NULL, NULL, NULL, NULL, NULL, NULL, NULL, r.id, r.conversation, r.body, true
            FROM replies r JOIN messages m ON m.id = r.message WHERE r.conversation = %(key)s
        ) AS line ORDER BY turn DESC, place DESC LIMIT %(limit)s
        """,
        {"key": conversation, "limit": limit},
    )
    rows = await cursor.fetchall()
    return [
        Entry(at=row["created_at"], incoming=_incoming(row), done=row["done"])
        if row["id"] is None
        else Entry(at=row["created_at"], reply=_reply(row))
        for row in reversed(rows)
    ]


async def erase(con: Connection, conversation: str) -> None:
    """Remove a conversation's messages, replies, state and waiting jobs. Call
    :func:`lock_conversation` first. A turn under way finds its message gone and saves nothing; one
    that is just being saved is waited for, before what it keeps elsewhere is removed."""
    await con.execute("DELETE FROM messages WHERE conversation = %s", (conversation,))
    await con.execute("DELETE FROM conversations WHERE key = %s", (conversation,))
    await con.execute(
        "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND lock = ANY(%s)",
        ([f"turn:{conversation}", f"chat:{conversation}"],),
    )
    await _erase_reminders(con, conversation)
    await _erase_passes(con, conversation)
    await con.execute("SELECT pg_notify(%s, %s)", (NOTICES, conversation))


async def _erase_passes(con: Connection, conversation: str) -> None:
    await passes.erase(con, conversation)
    await helpers.forget(con, conversation)
    await subscriptions.forget(con, conversation)


async def _erase_reminders(con: Connection, conversation: str) -> None:
    await con.execute(
        "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND args->>'conversation' = %s",
        (conversation,),
    )


async def forget_old(con: Connection, age: timedelta, batch: int = 500) -> int:
    """Remove up to ``batch`` finished messages older than ``age`` with their replies, and the
    states of conversations silent as long; returns how many rows went."""
    gone = 0
    for statement in (
        "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE done_at IS NOT NULL"
        " AND received_at < clock_timestamp() - %s ORDER BY received_at LIMIT %s)",
        "DELETE FROM conversations WHERE key IN (SELECT key FROM conversations"
        " WHERE updated_at < clock_timestamp() - %s ORDER BY updated_at LIMIT %s)",
    ):
        gone += (await con.execute(statement, (age, batch))).rowcount
    return gone


def _incoming(row: dict[str, Any]) -> Incoming:
    return Incoming(
        row["channel"],
        row["chat"],
        row["message_id"],
        row["text"],
        row["choice"],
        row["opens"],
        media_from_json(row["media"]),
        ticket=row["ticket"],
        helper=tickets.helper_of(row),
    )


def _reply(row: dict[str, Any]) -> StoredReply:
    return StoredReply(
        id=row["id"],
        conversation=row["conversation"],
        message_id=row["message_id"],
        reply=reply_from_json(row["body"]),
        created_at=row["created_at"],
    )
