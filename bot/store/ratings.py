"""SQL of how content citizens are: counting in a turn's transaction, forgetting words, reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from actions.rating import End, Rated, Reason
from bot.store.pool import Connection


@dataclass(frozen=True, slots=True)
class Row:
    """Equal ratings of a day. ``score`` 0: asked; ``reason`` None: the face itself; ``unit`` and
    ``about`` "" where not known."""

    day: date
    unit: str
    end: End
    about: str
    score: int
    reason: Reason | None
    count: int


@dataclass(frozen=True, slots=True)
class Words:
    """A reason in a citizen's own words."""

    day: date
    end: End
    about: str
    score: int
    words: str


async def note(con: Connection, ratings: Iterable[Rated]) -> None:
    """Count these. Part of the transaction on ``con``; sorted, so that two turns never wait for
    each other."""
    for rated in sorted(ratings, key=_place):
        if rated.count:
            # What is taken back may have been counted by a database that is no longer there.
            await con.execute(
                """
                INSERT INTO ratings AS r (day, unit, ending, about, score, reason, count)
                VALUES (%s, %s, %s, %s, %s, %s, greatest(%s, 0))
                ON CONFLICT (day, unit, ending, about, score, reason)
                DO UPDATE SET count = greatest(r.count + %s, 0)
                """,
                (*_place(rated), rated.count, rated.count),
            )
        if rated.words:
            question = rated.question
            await con.execute(
                "INSERT INTO rating_words (day, ending, about, score, words)"
                " VALUES (%s, %s, %s, %s, %s)",
                (question.day, question.end, question.about or "", rated.score, rated.words),
            )


async def forget_old(con: Connection, before: date) -> None:
    """Remove reasons in words of before a day; the counts stay."""
    await con.execute("DELETE FROM rating_words WHERE day < %s", (before,))


async def read(con: Connection, since: date) -> tuple[list[Row], list[Words]]:
    """The counts and words since a day, oldest first."""
    cursor = await con.execute(
        "SELECT * FROM ratings WHERE day >= %s AND count > 0"
        " ORDER BY day, unit, ending, about, score, reason",
        (since,),
    )
    rows = [
        Row(
            row["day"],
            row["unit"],
            End(row["ending"]),
            row["about"],
            row["score"],
            Reason(row["reason"]) if row["reason"] else None,
            row["count"],
        )
        for row in await cursor.fetchall()
    ]
    cursor = await con.execute("SELECT * FROM rating_words WHERE day >= %s ORDER BY id", (since,))
    words = [
        Words(row["day"], End(row["ending"]), row["about"], row["score"], row["words"])
        for row in await cursor.fetchall()
    ]
    return rows, words


async def totals(con: Connection) -> dict[tuple[int, str], int]:
    """Counts since the first day by (score, reason), as :class:`Row` has them."""
    cursor = await con.execute(
        "SELECT score, reason, sum(count)::int AS n FROM ratings GROUP BY score, reason"
    )
    return {(row["score"], row["reason"]): row["n"] for row in await cursor.fetchall()}


def _place(rated: Rated) -> tuple[date, str, str, str, int, str]:
    question = rated.question
    reason = rated.reason.value if rated.reason else ""
    about, unit = question.about or "", question.unit or ""
    return question.day, unit, question.end.value, about, rated.score, reason
