"""SQL of what the metrics count of messages and replies."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store import ratings
from bot.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Counts:
    """For the metrics: messages not yet answered and the age of the oldest in seconds, messages
    given up on, replies not yet delivered, every named outcome since the first day, and how content
    citizens were, by (score, reason) as in :class:`bot.store.ratings.Row`."""

    pending: int
    oldest_pending_seconds: float
    parked: int
    undelivered: int
    events: dict[str, int]
    ratings: dict[tuple[int, str], int]


async def read(con: Connection) -> Counts:
    """What the metrics show."""
    cursor = await con.execute(
        """
        SELECT count(*) AS pending,
            coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0) AS oldest,
            (SELECT count(*) FROM messages WHERE parked_at IS NOT NULL) AS parked,
            (SELECT count(*) FROM replies
             WHERE pushed AND sent_at IS NULL AND dropped_at IS NULL) AS undelivered
        FROM messages WHERE done_at IS NULL
        """
    )
    row = await cursor.fetchone()
    assert row is not None
    events = await con.execute("SELECT name, sum(count) AS n FROM events GROUP BY name")
    return Counts(
        pending=row["pending"],
        oldest_pending_seconds=float(row["oldest"]),
        parked=row["parked"],
        undelivered=row["undelivered"],
        events={found["name"]: int(found["n"]) for found in await events.fetchall()},
        ratings=await ratings.totals(con),
    )
