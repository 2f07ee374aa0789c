"""SQL of who guesses codes: counts under digests of the day. No conversation, no address and no
code is in them, and once the day's salt is removed nobody can tell whose they were."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages import Incoming
from bot.store.pool import Connection

_TODAY = "(clock_timestamp() AT TIME ZONE INTERVAL '7 hours')::date"
_KEPT_CODES = 30
_KEPT = timedelta(days=1)
# A digest under the salt of the day, of a text.
DIGEST = (
    "(SELECT left(encode(sha256(salt || convert_to({}::text, 'UTF8')), 'hex'), 32)"
    " FROM guess_salts WHERE day = TODAY)"
).replace("TODAY", _TODAY)


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted of one conversation or (``wide``) one address; ``codes``: digests of the
    last ones."""

    who: str
    wide: bool
    score: float
    at: datetime
    codes: Sequence[str]


async def keep_salts(con: Connection) -> None:
    """Have a salt for today and tomorrow, and remove those of days gone by with what was counted
    under them."""
    for ahead in (0, 1):
        await con.execute(
            f"INSERT INTO guess_salts VALUES ({_TODAY} + %s, %s)"  # noqa: S608 our own text
            " ON CONFLICT DO NOTHING",
            (ahead, secrets.token_bytes(32)),
        )
    await con.execute(f"DELETE FROM guess_salts WHERE day < {_TODAY}")  # noqa: S608 our own text
    await con.execute("DELETE FROM guesses WHERE at < clock_timestamp() - %s", (_KEPT,))


async def lock(
    con: Connection, incoming: Incoming, code: str, now: datetime
) -> tuple[list[Count], str]:
    """What was counted of who sent a message, held until the transaction ends; and the digest of
    the code."""
    asked = (f"chat:{incoming.conversation}", f"code:{code}")
    parts = f"{DIGEST.format('%s')} AS chat, {DIGEST.format('%s')} AS code"
    cursor = await con.execute(f"SELECT {parts}", asked)
    row = await cursor.fetchone()
    if row is None or row["chat"] is None:  # midnight went by before the next housekeeping
        await keep_salts(con)
        return await lock(con, incoming, code, now)
    who = {row["chat"]: False} | ({incoming.origin: True} if incoming.origin else {})
    for name in sorted(who):  # in one order, so that two never wait for each other
        await con.execute(
            "INSERT INTO guesses (who, wide, score, at, codes) VALUES (%s, %s, 0, %s, '{}')"
            " ON CONFLICT DO NOTHING",
            (name, who[name], now - _KEPT / 2),
        )
    cursor = await con.execute(
        "SELECT * FROM guesses WHERE who = ANY(%s) ORDER BY who FOR UPDATE", (list(who),)
    )
    rows = await cursor.fetchall()
    return [Count(r["who"], r["wide"], r["score"], r["at"], r["codes"]) for r in rows], row["code"]


async def note(con: Connection, who: str, score: float, at: datetime, code: str) -> None:
    """Keep a score, as it is at a moment, with the digest of the code that was looked up."""
    await con.execute(
        "UPDATE guesses SET score = %s, at = %s, codes = (ARRAY[%s] || codes)[1:%s] WHERE who = %s",
        (score, at, code, _KEPT_CODES, who),
    )


async def add(con: Connection, who: Iterable[str], more: float) -> None:
    """Add so much to the scores, or take it off."""
    await con.execute(
        "UPDATE guesses SET score = greatest(0, score + %s) WHERE who = ANY(%s)", (more, list(who))
    )


async def over(
    con: Connection, limits: Mapping[str, float], *, wider: float, falls: float
) -> dict[tuple[str, str], int]:
    """How many addresses and conversations are beyond each limit now, by (what, name of the
    limit)."""
    found: dict[tuple[str, str], int] = {}
    for name, least in limits.items():
        cursor = await con.execute(
            """
            SELECT count(*) FILTER (WHERE wide AND now >= %(least)s * %(wider)s) AS address,
                count(*) FILTER (WHERE NOT wide AND now >= %(least)s) AS conversation
            FROM (SELECT wide, score - extract(epoch FROM clock_timestamp() - at) / %(falls)s AS now
                  FROM guesses) AS counted
            """,
            {"least": least, "wider": wider, "falls": falls},
        )
        row = await cursor.fetchone()
        assert row is not None, "an aggregate has one row"
        found |= {(what, name): row[what] for what in ("address", "conversation")}
    return found
