"""SQL of the helpers' register: invitations open and taken, who is one now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.passes import Purpose
from bot.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Helper:
    """A line of the register. ``number``: of an invitation that nobody took yet it is the
    invitation's, else the helper's own; ``channel`` None: not taken yet."""

    number: int
    team: str
    channel: str | None
    since: datetime
    until: datetime | None  # an invitation's last moment, or when a helper was revoked

    @property
    def is_taken(self) -> bool:
        """Whether somebody came with the invitation."""
        return self.channel is not None


async def team_of(con: Connection, conversation: str) -> str | None:
    """The team of the helper who talks in this conversation; None where it is no helper."""
    cursor = await con.execute(
        "SELECT team FROM helpers WHERE conversation = %s AND revoked_at IS NULL", (conversation,)
    )
    row = await cursor.fetchone()
    return None if row is None else str(row["team"])


async def join(con: Connection, invitation: int, team: str, conversation: str) -> None:
    """Take somebody in; a second time, or after being revoked, changes nothing."""
    await con.execute(
        "INSERT INTO helpers (invitation, team, conversation) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (invitation, team, conversation),
    )


async def register(con: Connection) -> list[Helper]:
    """Helpers and invitations that wait, the oldest first."""
    cursor = await con.execute(
        """
        SELECT id, team, split_part(conversation, ':', 1) AS channel, joined_at AS since,
            revoked_at AS until FROM helpers
        UNION ALL
        SELECT p.id, payload->>'team', NULL, made_at, expires_at FROM passes p
        WHERE purpose = %s AND expires_at > clock_timestamp()
            AND NOT EXISTS (SELECT FROM pass_openings WHERE pass = p.id)
        ORDER BY since
        """,
        (Purpose.INVITE.value,),
    )
    rows = await cursor.fetchall()
    return [
        Helper(row["id"], row["team"], row["channel"], row["since"], row["until"]) for row in rows
    ]


async def revoke(con: Connection, number: int) -> bool:
    """End a helper's registration; False where there is none with this number."""
    cursor = await con.execute(
        "UPDATE helpers SET revoked_at = clock_timestamp() WHERE id = %s AND revoked_at IS NULL"
        " RETURNING id",
        (number,),
    )
    return await cursor.fetchone() is not None


async def withdraw(con: Connection, number: int) -> bool:
    """Take an invitation back that nobody took; False where there is none with this number."""
    cursor = await con.execute(
        "DELETE FROM passes WHERE id = %s AND purpose = %s AND NOT EXISTS"
        " (SELECT FROM pass_openings WHERE pass = passes.id) RETURNING id",
        (number, Purpose.INVITE.value),
    )
    return await cursor.fetchone() is not None


async def forget(con: Connection, conversation: str) -> None:
    """Erase that a conversation is a helper's."""
    await con.execute("DELETE FROM helpers WHERE conversation = %s", (conversation,))
