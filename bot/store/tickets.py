"""SQL of tickets. Plain functions on a connection: what changes a ticket belongs to one transaction
with what is said about it.

Locks are taken in one order: a ticket, messages, a conversation. A ticket is locked as an update
of it does (``NO KEY``): a message that refers to it may be stored meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import DictRow

from actions.tickets import Standing, TicketKind, TicketRequest
from bot.messages import TEAM, Helper, Incoming
from bot.store.pool import Connection
from bot.tickets import Closed, Status, Ticket


@dataclass(frozen=True, slots=True)
class TicketCounts:
    """For the metrics: tickets not closed by status, and the age in seconds of the oldest that
    nobody has taken."""

    open: int
    claimed: int
    oldest_open_seconds: float


async def open_new(
    con: Connection, incoming: Incoming, request: TicketRequest, now: datetime
) -> Ticket | None:
    """Open a ticket of the conversation that ``incoming`` belongs to; None where a person is asked
    for there already."""
    cursor = await con.execute(
        """
        INSERT INTO tickets (kind, reason, summary, conversation, channel, chat, unit, address,
            opened_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (conversation) WHERE kind = 'human' AND status <> 'closed' DO NOTHING
        RETURNING *
        """,
        (
            request.kind,
            request.reason,
            request.summary,
            incoming.conversation,
            incoming.channel,
            incoming.chat,
            request.unit,
            request.address,
            now,
        ),
    )
    row = await cursor.fetchone()
    return None if row is None else _ticket(row)


async def lock(con: Connection, number: int) -> Ticket | None:
    """A ticket, kept from others until the end of the transaction."""
    cursor = await con.execute(
        "SELECT * FROM tickets WHERE number = %s FOR NO KEY UPDATE", (number,)
    )
    row = await cursor.fetchone()
    return None if row is None else _ticket(row)


async def lock_talking(con: Connection, conversation: str) -> Ticket | None:
    """The ticket by which a person is asked for in a conversation, kept from others."""
    cursor = await con.execute(
        "SELECT * FROM tickets WHERE conversation = %s AND kind = 'human' AND status <> 'closed'"
        " FOR NO KEY UPDATE",
        (conversation,),
    )
    row = await cursor.fetchone()
    return None if row is None else _ticket(row)


async def lock_of_helper(con: Connection, helper: Helper) -> Sequence[Ticket]:
    """The tickets that somebody of the team has, kept from others, the oldest first."""
    cursor = await con.execute(
        "SELECT * FROM tickets WHERE helper = %s AND status = 'claimed' ORDER BY number"
        " FOR NO KEY UPDATE",
        (helper.key,),
    )
    return [_ticket(row) for row in await cursor.fetchall()]


async def lock_all(con: Connection, conversation: str) -> None:
    """Keep every ticket of a conversation from others."""
    await con.execute(
        "SELECT FROM tickets WHERE conversation = %s ORDER BY number FOR NO KEY UPDATE",
        (conversation,),
    )


async def not_closed(con: Connection, conversation: str) -> Sequence[Ticket]:
    """The tickets of a conversation that are not closed."""
    cursor = await con.execute(
        "SELECT * FROM tickets WHERE conversation = %s AND status <> 'closed' ORDER BY number",
        (conversation,),
    )
    return [_ticket(row) for row in await cursor.fetchall()]


async def save(con: Connection, ticket: Ticket) -> None:
    """Write what may have changed of a locked ticket."""
    helper = ticket.helper
    await con.execute(
        """
        UPDATE tickets SET status = %s, helper = %s, helper_name = %s, claimed_at = %s,
            closed_at = %s, closed_why = %s, waiting_since = %s, reminders = %s, remind_at = %s
        WHERE number = %s
        """,
        (
            ticket.status,
            helper.key if helper else None,
            helper.name if helper else None,
            ticket.claimed_at,
            ticket.closed_at,
            ticket.closed_why,
            ticket.waiting_since,
            ticket.reminders,
            ticket.remind_at,
            ticket.number,
        ),
    )


async def posted(con: Connection, number: int, post: str) -> None:
    """The first message about a ticket stands in the team's chat."""
    await con.execute(
        "UPDATE tickets SET post = coalesce(post, %s) WHERE number = %s", (post, number)
    )


async def mute(con: Connection, conversation: str, *, muted: bool) -> None:
    """Have the machine be silent in a conversation, or speak again."""
    await con.execute(
        "UPDATE conversations SET muted_at = CASE WHEN %s THEN coalesce(muted_at, now()) END"
        " WHERE key = %s",
        (muted, conversation),
    )


async def read(
    con: Connection, *, number: int | None = None, status: Status | None = None, limit: int = 100
) -> Sequence[tuple[Ticket, int]]:
    """Tickets for the team to look at, each with how many who wait for a person came before it:
    one, or the oldest that are not closed, or of a status (of the closed the newest)."""
    order = "DESC" if status is Status.CLOSED else "ASC"
    cursor = await con.execute(
        f"""
        SELECT t.*, (SELECT count(*) FROM tickets q WHERE q.status = 'open' AND q.kind = 'human'
            AND q.number < t.number) AS ahead
        FROM tickets t
        WHERE (%(number)s::bigint IS NULL OR number = %(number)s)
            AND CASE WHEN %(status)s::text IS NOT NULL THEN status = %(status)s
                ELSE %(number)s::bigint IS NOT NULL OR status <> 'closed' END
        ORDER BY number {order} LIMIT %(limit)s
        """,  # noqa: S608 one of two words of ours
        {"number": number, "status": status, "limit": limit},
    )
    return [(_ticket(row), int(row["ahead"])) for row in await cursor.fetchall()]


async def erase(con: Connection, conversation: str, now: datetime) -> Sequence[int]:
    """Keep of a conversation's tickets nothing of the citizen, nor of what was said about them in
    the team's conversation; returns the numbers. Those that were not closed are."""
    cursor = await con.execute(
        "SELECT number FROM tickets WHERE conversation = %s ORDER BY number", (conversation,)
    )
    return await _emptied(con, await cursor.fetchall(), Closed.ERASED, now)


async def forget_old(con: Connection, age: timedelta, now: datetime) -> Sequence[int]:
    """Remove tickets that were closed so long ago, and what the others older than that are about:
    what was said in them is gone by then. Where nothing else is kept of the citizen any more, the
    ticket keeps nothing either and is closed; returns the numbers of those."""
    await con.execute("DELETE FROM tickets WHERE closed_at < clock_timestamp() - %s", (age,))
    await con.execute(
        "UPDATE tickets SET summary = ''"
        " WHERE summary <> '' AND opened_at < clock_timestamp() - %s",
        (age,),
    )
    cursor = await con.execute(
        """
        SELECT number FROM tickets t
        WHERE status <> 'closed' AND opened_at < clock_timestamp() - %s
            AND NOT EXISTS (SELECT FROM conversations c WHERE c.key = t.conversation)
            AND NOT EXISTS (SELECT FROM messages m WHERE m.conversation = t.conversation)
        ORDER BY number FOR NO KEY UPDATE
        """,
        (age,),
    )
    return await _emptied(con, await cursor.fetchall(), Closed.FORGOTTEN, now)


async def _emptied(
    con: Connection, found: Sequence[DictRow], why: Closed, now: datetime
) -> Sequence[int]:
    """Close tickets, of which nothing of the citizen is left; returns their numbers."""
    numbers = [int(row["number"]) for row in found]
    await con.execute(
        """
        UPDATE tickets SET conversation = NULL, channel = NULL, chat = NULL, summary = '',
            unit = NULL, status = 'closed', closed_at = coalesce(closed_at, %s),
            closed_why = %s, waiting_since = NULL, remind_at = NULL
        WHERE number = ANY(%s)
        """,
        (now, why, numbers),
    )
    await con.execute(
        "DELETE FROM messages WHERE ticket = ANY(%s) AND channel = %s", (numbers, TEAM)
    )
    return numbers


async def counts(con: Connection) -> TicketCounts:
    """What the metrics show."""
    cursor = await con.execute(
        """
        SELECT count(*) FILTER (WHERE status = 'open') AS open,
            count(*) FILTER (WHERE status = 'claimed') AS claimed,
            coalesce(extract(epoch FROM clock_timestamp()
                - min(opened_at) FILTER (WHERE status = 'open')), 0) AS oldest
        FROM tickets WHERE status <> 'closed'
        """
    )
    row = await cursor.fetchone()
    assert row is not None
    return TicketCounts(row["open"], row["claimed"], max(0.0, float(row["oldest"])))


def helper_of(row: dict[str, Any]) -> Helper | None:
    """Who of the team a row names."""
    return Helper(row["helper"], row["helper_name"] or "") if row["helper"] else None


def standing_of(row: dict[str, Any]) -> Standing:
    """How a conversation stands with the team, of a row that says so."""
    return Standing(row["asked"], row["muted"], row["talker"], row["waiting"], row["ahead"])


def _ticket(row: dict[str, Any]) -> Ticket:
    why = row["closed_why"]
    return Ticket(
        number=int(row["number"]),
        kind=TicketKind(row["kind"]),
        reason=row["reason"],
        summary=row["summary"],
        conversation=row["conversation"],
        channel=row["channel"],
        chat=row["chat"],
        unit=row["unit"],
        address=row["address"],
        status=Status(row["status"]),
        opened_at=row["opened_at"],
        helper=helper_of(row),
        claimed_at=row["claimed_at"],
        closed_at=row["closed_at"],
        closed_why=Closed(why) if why else None,
        waiting_since=row["waiting_since"],
        reminders=row["reminders"],
        remind_at=row["remind_at"],
        post=row["post"],
    )
