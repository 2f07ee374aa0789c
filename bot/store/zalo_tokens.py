"""SQL of the Official Account's pair of tokens, and the lock of whoever renews it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.store.pool import Connection

_LOCK = 7_166_225_914


@dataclass(frozen=True, slots=True)
class Kept:
    """The pair as stored; the moments are aware. ``begun_at``: a renewal was begun whose end is not
    written; ``refused_at``: since when Zalo does not take the refresh token, ``refused_why`` in its
    words. ``now``: what the database's clock said when this was read."""

    access: str
    refresh: str
    expires_at: datetime
    renewed_at: datetime
    begun_at: datetime | None
    refused_at: datetime | None
    refused_why: str | None
    now: datetime

    def lasts(self, ahead: timedelta = timedelta(0)) -> bool:
        """Whether the access token is good for ``ahead`` longer."""
        return self.expires_at - self.now > ahead


async def hold(con: Connection) -> None:
    """Be the only one who renews, of all processes, until the end of the transaction; waits."""
    await con.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


async def read(con: Connection, app_id: str) -> Kept | None:
    """The pair of an app; None before the first."""
    cursor = await con.execute(
        "SELECT access_token AS access, refresh_token AS refresh, expires_at, renewed_at, begun_at,"
        " refused_at, refused_why, clock_timestamp() AS now FROM zalo_tokens WHERE app_id = %s",
        (app_id,),
    )
    row = await cursor.fetchone()
    return None if row is None else Kept(**row)


async def begin(con: Connection, app_id: str) -> None:
    """Note that the refresh token is about to be used."""
    await con.execute(
        "UPDATE zalo_tokens SET begun_at = clock_timestamp() WHERE app_id = %s", (app_id,)
    )


async def put(con: Connection, app_id: str, access: str, refresh: str, lasts: float) -> None:
    """Keep a new pair, good for ``lasts`` seconds, in place of the one before."""
    await con.execute(
        """
        INSERT INTO zalo_tokens (app_id, access_token, refresh_token, expires_at)
        VALUES (%s, %s, %s, clock_timestamp() + make_interval(secs => %s))
        ON CONFLICT (app_id) DO UPDATE SET
            access_token = excluded.access_token, refresh_token = excluded.refresh_token,
            expires_at = excluded.expires_at, renewed_at = clock_timestamp(),
            begun_at = NULL, refused_at = NULL, refused_why = NULL
        """,
        (app_id, access, refresh, lasts),
    )


async def undone(con: Connection, app_id: str) -> None:
    """The renewal ended without a word from Zalo: it may be tried again."""
    await con.execute("UPDATE zalo_tokens SET begun_at = NULL WHERE app_id = %s", (app_id,))


async def refused(con: Connection, app_id: str, why: str) -> None:
    """Zalo does not take the refresh token: only a person can help."""
    await con.execute(
        "UPDATE zalo_tokens SET begun_at = NULL, refused_at = clock_timestamp(), refused_why = %s"
        " WHERE app_id = %s",
        (why, app_id),
    )
