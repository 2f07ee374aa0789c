"""SQL for those who run the program: how it is doing, what was given up on, taking nothing in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.store.errors import NotTaking
from bot.store.messages import LOCK
from bot.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Dead:
    """A message given up on. ``row``: its number; ``text``: what was written, masked, or the choice
    that was pressed; None where a link was opened."""

    row: int
    channel: str
    received_at: datetime
    parked_at: datetime
    why: str
    text: str | None


@dataclass(slots=True)
class Channel:
    """Replies of a channel: how many wait, how long the oldest has in seconds, how many of them are
    being tried again, and how many were dropped in the last day, by reason."""

    waiting: int = 0
    oldest_seconds: float = 0.0
    again: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Records:
    """The last synchronisation or import that was finished."""

    source: str
    day: str
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Doing:
    """How a database is doing; ages in seconds. ``worker_seconds``: since a worker was last heard
    of, None where none ever was. ``dossiers``: how many the own table holds, of which day.
    ``zalo_refused``: since when Zalo does not take the Official Account's refresh token."""

    waiting: int
    oldest_seconds: float
    again: int
    dead: int
    dead_today: int
    reminders: int
    worker_seconds: float | None
    channels: dict[str, Channel]
    records: Records | None
    dossiers: int
    dossiers_of: datetime | None
    draining_until: datetime | None
    zalo_refused: datetime | None
    bytes: int
    server: str
    migration: str

    @property
    def sending(self) -> int:
        """How many replies wait to be sent, by all channels."""
        return sum(channel.waiting for channel in self.channels.values())


async def enter(con: Connection, conversation: str) -> None:
    """Come in at a conversation's door, as :func:`bot.store.messages.lock_conversation`.

    Raises:
        NotTaking: nothing is taken in while the program is emptied.
    """
    cursor = await con.execute(
        f"SELECT {LOCK}, EXISTS (SELECT 1 FROM draining WHERE until > clock_timestamp())"  # noqa: S608
        " AS shut",
        (conversation,),
    )
    row = await cursor.fetchone()
    if row is None or row["shut"]:
        raise NotTaking("nothing is taken in: the program is being emptied")


async def drain(con: Connection, time: timedelta) -> None:
    """Take nothing in for ``time`` from now; nothing at all ends it."""
    await con.execute(
        "INSERT INTO draining (until) VALUES (clock_timestamp() + %s)"
        " ON CONFLICT (single) DO UPDATE SET until = excluded.until",
        (time,),
    )


async def dead(con: Connection) -> list[Dead]:
    """The messages given up on, oldest first."""
    cursor = await con.execute(
        "SELECT id, channel, received_at, parked_at, coalesce(parked_why, '') AS why,"
        " coalesce(text, choice) AS text FROM messages WHERE parked_at IS NOT NULL"
        " ORDER BY parked_at"
    )
    return [
        Dead(
            row["id"], row["channel"], row["received_at"], row["parked_at"], row["why"], row["text"]
        )
        for row in await cursor.fetchall()
    ]


async def revive(con: Connection, row: int) -> str | None:
    """Make a message given up on as if it had just come, at its conversation's door; returns the
    conversation, whose turn the caller enqueues, or None if there is no such message. What was said
    instead of an answer goes.
    """
    door = LOCK.replace("%s", "conversation")  # before the message, as whoever erases it
    await con.execute(f"SELECT {door} FROM messages WHERE id = %s", (row,))  # noqa: S608 our own text
    cursor = await con.execute(
        "UPDATE messages SET done_at = NULL, parked_at = NULL, parked_why = NULL, deaths = 0,"
        " failures = 0 WHERE id = %s AND parked_at IS NOT NULL RETURNING conversation",
        (row,),
    )
    found = await cursor.fetchone()
    if found is None:
        return None
    await con.execute("DELETE FROM replies WHERE message = %s", (row,))
    return str(found["conversation"])


async def doing(con: Connection) -> Doing:
    """Everything that ``python -m bot status`` asks the database."""
    cursor = await con.execute(_DOING)
    row = await cursor.fetchone()
    assert row is not None
    records = None
    if row["records_at"] is not None:
        records = Records(row["records_source"], row["records_day"], row["records_at"])
    return Doing(
        waiting=row["waiting"],
        oldest_seconds=float(row["oldest"]),
        again=row["again"],
        dead=row["dead"],
        dead_today=row["dead_today"],
        reminders=row["reminders"],
        worker_seconds=None if row["worker"] is None else float(row["worker"]),
        channels=await _channels(con),
        records=records,
        dossiers=row["dossiers"],
        dossiers_of=row["dossiers_of"],
        draining_until=row["draining_until"],
        zalo_refused=row["zalo_refused"],
        bytes=row["bytes"],
        server=row["server"],
        migration=row["migration"],
    )


_DOING = """
    SELECT waiting.*, parked.*, latest.*, table_of.*,
        (SELECT count(*) FROM procrastinate_jobs
         WHERE status = 'todo' AND task_name = 'remind') AS reminders,
        (SELECT extract(epoch FROM clock_timestamp() - max(last_heartbeat))
         FROM procrastinate_workers) AS worker,
        (SELECT until FROM draining WHERE until > clock_timestamp()) AS draining_until,
        (SELECT min(refused_at) FROM zalo_tokens) AS zalo_refused,
        pg_database_size(current_database()) AS bytes,
        current_setting('server_version') AS server,
        (SELECT max(name) FROM schema_migrations WHERE name NOT LIKE 'procrastinate/%')
            AS migration
    FROM (
        SELECT count(*) AS waiting, count(*) FILTER (WHERE failures > 0) AS again,
            coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0) AS oldest
        FROM messages WHERE done_at IS NULL
    ) AS waiting, (
        SELECT count(*) AS dead, count(*) FILTER (
            WHERE parked_at > clock_timestamp() - interval '1 day') AS dead_today
        FROM messages WHERE parked_at IS NOT NULL
    ) AS parked, (
        SELECT count(*) AS dossiers, max(seen_at) AS dossiers_of FROM dossiers
    ) AS table_of LEFT JOIN (
        SELECT source AS records_source, day::text AS records_day, finished_at AS records_at
        FROM portal_runs WHERE finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT 1
    ) AS latest ON true
"""


async def _channels(con: Connection) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    waiting = await con.execute(
        """
        SELECT m.channel, count(*) AS waiting,
            extract(epoch FROM clock_timestamp() - min(r.created_at)) AS oldest,
            (SELECT count(*) FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing')
                AND j.attempts > 1 AND j.queue_name = 'replies.' || m.channel) AS again
        FROM replies r JOIN messages m ON m.id = r.message
        WHERE r.pushed AND r.sent_at IS NULL AND r.dropped_at IS NULL GROUP BY m.channel
        """
    )
    for row in await waiting.fetchall():
        channels[row["channel"]] = Channel(row["waiting"], float(row["oldest"]), row["again"])
    dropped = await con.execute(
        """
        SELECT m.channel, r.dropped_why AS why, count(*) AS n
        FROM replies r JOIN messages m ON m.id = r.message
        WHERE r.dropped_at > clock_timestamp() - interval '1 day' GROUP BY m.channel, why
        """
    )
    for row in await dropped.fetchall():
        channels.setdefault(row["channel"], Channel()).dropped[row["why"]] = row["n"]
    return channels
