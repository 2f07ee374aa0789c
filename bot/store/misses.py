"""SQL of missed questions: noting them in a turn's transaction, forgetting them, and
:class:`knowledge_base.review.book.MissBook` on PostgreSQL.

Equal questions are known by a digest of their words without accents and punctuation. Of a question
that is settled nothing else is kept: what an official dropped may have told of somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import blake2b
from itertools import groupby

from psycopg.rows import DictRow

from bot.store.book import Book
from bot.store.pool import Connection
from knowledge_base.review.book import OFTEN, Miss, Missed, MissKind
from knowledge_base.text import key

TAUGHT, DROPPED = "taught", "dropped"


async def note(con: Connection, misses: Iterable[Miss], origin: str = "") -> None:
    """Count these. Of one's own (``origin`` empty) they are added to what is there; those of
    another place's list take the place of what the list said before. Part of the transaction on
    ``con``; sorted, so that two turns never wait for each other."""
    for miss in sorted(misses, key=lambda miss: _key(miss.question)):
        # Of equal questions the one with more bytes has more accents.
        await con.execute(
            """
            WITH asked AS (
                INSERT INTO missed_questions AS q (key, wording) VALUES (%(key)s, %(wording)s)
                ON CONFLICT (key) DO UPDATE SET wording = CASE
                    WHEN q.settled = %(dropped)s THEN ''
                    WHEN octet_length(excluded.wording) > octet_length(q.wording)
                    THEN excluded.wording ELSE q.wording END
                RETURNING id, settled
            )
            INSERT INTO misses AS m (question, origin, kind, offered, chosen, day, count)
            SELECT id, %(origin)s, %(kind)s, %(offered)s, %(chosen)s, %(day)s, %(count)s
            FROM asked WHERE settled IS DISTINCT FROM %(dropped)s
            ON CONFLICT (question, origin, kind, offered, chosen, day) DO UPDATE
            SET count = excluded.count + CASE WHEN m.origin = '' THEN m.count ELSE 0 END
            """,
            {
                "key": _key(miss.question),
                "wording": miss.question,
                "origin": origin,
                "kind": miss.kind,
                "offered": list(miss.offered),
                "chosen": miss.chosen or "",
                "day": miss.day,
                "count": miss.count,
                "dropped": DROPPED,
            },
        )


async def forget_old(con: Connection, before: date, rare_before: date) -> None:
    """Remove what was missed before a day, of rare questions before another, and the questions of
    which nothing is left."""
    await con.execute(
        """
        DELETE FROM misses WHERE day < %s OR question IN (
            SELECT question FROM misses GROUP BY question
            HAVING sum(count) < %s AND max(day) < %s
        )
        """,
        (before, OFTEN, rare_before),
    )
    await con.execute(
        "DELETE FROM missed_questions q WHERE coalesce(settled_on, '-infinity') < %s"
        " AND NOT EXISTS (SELECT FROM misses WHERE question = q.id)",
        (before,),
    )


class Misses(Book):
    """The book. See :class:`knowledge_base.review.book.MissBook` for what each method does."""

    async def missed(self) -> Sequence[Missed]:
        """All that wait, the most frequent first."""
        async with self._connection() as con:
            cursor = await con.execute(
                """
                SELECT q.id, q.wording, CASE WHEN q.settled = %s THEN q.settled_on END AS taught,
                    m.kind, m.offered, m.chosen, max(m.day) AS day, sum(m.count)::int AS count
                FROM misses m JOIN missed_questions q ON q.id = m.question
                WHERE q.settled IS NULL OR m.day > q.settled_on
                GROUP BY q.id, m.kind, m.offered, m.chosen ORDER BY q.id, m.kind, max(m.day)
                """,
                (TAUGHT,),
            )
            rows = await cursor.fetchall()
        found = [_missed(list(group)) for _, group in groupby(rows, lambda row: row["id"])]
        return sorted(found, key=lambda missed: -missed.count)

    async def add(self, misses: Iterable[Miss], origin: str) -> None:
        """Take in a list, all of it or nothing."""
        async with self._transaction() as con:
            await note(con, misses, origin)

    async def teach(self, numbers: Sequence[int], day: date) -> None:
        """Mark as added to the data."""
        await self._settle(numbers, TAUGHT, day)

    async def drop(self, numbers: Sequence[int], day: date) -> None:
        """Mark as of no use."""
        await self._settle(numbers, DROPPED, day)

    async def _settle(self, numbers: Sequence[int], how: str, day: date) -> None:
        async with self._transaction() as con:
            await con.execute(
                "UPDATE missed_questions SET settled = %s, settled_on = %s, wording = ''"
                " WHERE id = ANY(%s)",
                (how, day, list(numbers)),
            )
            await con.execute("DELETE FROM misses WHERE question = ANY(%s)", (list(numbers),))


def _key(question: str) -> str:
    return blake2b(key(question).encode(), digest_size=16).hexdigest()


def _missed(rows: Sequence[DictRow]) -> Missed:
    first = rows[0]
    misses = tuple(
        Miss(
            first["wording"],
            MissKind(row["kind"]),
            row["day"],
            tuple(row["offered"]),
            row["chosen"] or None,
            row["count"],
        )
        for row in rows
    )
    return Missed(first["id"], first["wording"], misses, first["taught"])
