"""SQL of events that systems sent, so that each is taken once."""

from __future__ import annotations

from datetime import timedelta

from bot.store.pool import Connection

_KEPT = timedelta(days=7)  # many times as long as a signature holds


async def note(con: Connection, source: str, event: str, digest: str) -> bool | None:
    """Note an event, part of the transaction that takes it; True where it is new, False where it
    was taken before, None where another one was taken under its id."""
    cursor = await con.execute(
        "INSERT INTO dossier_events (source, event, digest) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (source, event, digest),
    )
    if cursor.rowcount:
        return True
    cursor = await con.execute(
        "SELECT digest FROM dossier_events WHERE source = %s AND event = %s", (source, event)
    )
    row = await cursor.fetchone()
    return False if row is not None and row["digest"] == digest else None


async def forget_old(con: Connection) -> None:
    """Remove what was taken long ago."""
    await con.execute(
        "DELETE FROM dossier_events WHERE taken_at < clock_timestamp() - %s", (_KEPT,)
    )
