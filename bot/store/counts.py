"""SQL of the numbers for the metrics."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.store import ratings
from bot.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Counts:
    """For the metrics: messages not yet answered and the age of the oldest in seconds, messages
    given up on, replies not yet delivered and the age of the oldest in seconds, every named outcome
    since the first day, and how content citizens were, by (score, reason) as in
    :class:`bot.store.ratings.Row`."""

    pending: int
    oldest_pending_seconds: float
    parked: int
    undelivered: int
    oldest_undelivered_seconds: float
    events: dict[str, int]
    ratings: dict[tuple[int, str], int]
    guessing: dict[tuple[str, str], int] = field(default_factory=dict)  # bot.guessing.slowed


async def read(con: Connection) -> Counts:
    """What the metrics show."""
    cursor = await con.execute(
        """
        SELECT waiting.count AS pending, waiting.age AS oldest,
            (SELECT count(*) FROM messages WHERE parked_at IS NOT NULL) AS parked,
            unsent.count AS undelivered, unsent.age AS oldest_undelivered
        FROM (
            SELECT count(*),
                coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0) AS age
            FROM messages WHERE done_at IS NULL
        ) AS waiting, (
            SELECT count(*),
                coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) AS age
            FROM replies WHERE pushed AND sent_at IS NULL AND dropped_at IS NULL
        ) AS unsent
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
        oldest_undelivered_seconds=float(row["oldest_undelivered"]),
        events={found["name"]: int(found["n"]) for found in await events.fetchall()},
        ratings=await ratings.totals(con),
    )
