"""SQL of the portal's records: :class:`knowledge_base.portal.book.RecordBook` on PostgreSQL, and
:func:`current`, which is what answers are read from.

Whoever serves answers listens on :data:`NOTICES`: it is told in the transaction that ends a
synchronisation or an import, with the run's number as payload.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from bot.store import portal_versions as versions
from bot.store.book import Book
from bot.store.pool import Connection
from knowledge_base.portal.book import (
    BookBusy,
    Facts,
    Form,
    Held,
    Kept,
    Line,
    OpenLine,
    Reading,
    Run,
    Step,
)
from knowledge_base.portal.merge import merged
from knowledge_base.schema import Procedure

NOTICES = "assistant_records"
LOCK = 7_166_225_902  # held by whoever synchronises or imports


@dataclass(frozen=True, slots=True)
class CurrentRecords:
    """What holds now: procedures by code, each with the day it was last seen as the day of its
    source, and the codes that are no longer on the portal with the day that was noticed."""

    procedures: tuple[Procedure, ...]
    withdrawn: Mapping[str, date]


async def current(con: Connection) -> CurrentRecords:
    """All records as they stand; withdrawn ones are not among the procedures.

    A record whose newest version could not be read is given as it was last readable, with that
    day. Nothing has been kept yet: both parts are empty. Takes about a second for 6,500 records,
    outside the event loop.
    """
    cursor = await con.execute(
        """
        SELECT DISTINCT ON (v.code, v.layer) v.code, v.layer, v.facts::text, v.last_on,
            now.gone, now.first_on
        FROM portal_versions v
        JOIN portal_records r ON r.code = v.code AND r.layer = v.layer
        JOIN portal_versions now ON now.id = r.version
        WHERE v.facts IS NOT NULL AND NOT v.late
        ORDER BY v.code, v.layer, v.last_on DESC, v.id DESC
        """
    )
    return await asyncio.to_thread(_as_they_stand, await cursor.fetchall())


def _as_they_stand(rows: Sequence[DictRow]) -> CurrentRecords:
    withdrawn = {row["code"]: row["first_on"] for row in rows if row["gone"]}
    layers: dict[str, dict[str, tuple[Facts, date]]] = {}
    for row in rows:
        if row["code"] not in withdrawn:
            found = layers.setdefault(row["code"], {})
            # Read here and not by the driver, which would hold up the event loop for a second.
            found[row["layer"]] = (json.loads(row["facts"]), row["last_on"])
    return CurrentRecords(merged(layers), withdrawn)


class PortalRecords(Book):
    """The book. See :class:`knowledge_base.portal.book.RecordBook` for what each method does."""

    _left = ": phần đã lấy vẫn còn"

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold the book by a lock of the session: a killed holder's falls with its connection."""
        async with self._connection() as con:
            if not await _locked(con):
                raise BookBusy("Đang có một lần đồng bộ hoặc nhập tệp khác chạy, xin chờ nó xong.")
            try:
                yield
            finally:
                if not con.closed:
                    await con.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))

    async def begin(self, form: Form, source: str, day: date, *, fresh: bool = False) -> Run:
        """Start or go on; an unfinished run that is not gone on with loses its list."""
        async with self._transaction() as con:
            cursor = await con.execute(
                """
                SELECT id, day, progress FROM portal_runs
                WHERE finished_at IS NULL AND form = %s AND source = %s AND NOT %s
                    AND started_at > clock_timestamp() - interval '1 day'
                ORDER BY id DESC LIMIT 1
                """,
                (form, source, fresh or form is not Form.API),
            )
            row = await cursor.fetchone()
            if row is not None:
                return Run(row["id"], form, source, row["day"], True, row["progress"])
            await con.execute("DELETE FROM portal_lines")
            cursor = await con.execute(
                "INSERT INTO portal_runs (form, source, day) VALUES (%s, %s, %s) RETURNING id",
                (form, source, day),
            )
            row = await cursor.fetchone()
            assert row is not None
            return Run(row["id"], form, source, day)

    async def held(self) -> Mapping[str, Held]:
        """The portal's layer, by code."""
        async with self._connection() as con:
            cursor = await con.execute(
                """
                SELECT r.*, v.form, v.last_on, v.gone
                FROM portal_records r JOIN portal_versions v ON v.id = r.version
                WHERE r.layer = %s
                """,
                (versions.PORTAL,),
            )
            return {row["code"]: _held(row) for row in await cursor.fetchall()}

    async def newest(self, form: Form) -> date | None:
        """The latest day among the finished runs of a form."""
        async with self._connection() as con:
            cursor = await con.execute(
                "SELECT max(day) AS day FROM portal_runs"
                " WHERE form = %s AND finished_at IS NOT NULL",
                (form,),
            )
            row = await cursor.fetchone()
            return None if row is None else row["day"]

    async def add_lines(
        self, run: Run, lines: Sequence[Line], walk: int, progress: Mapping[str, Any]
    ) -> None:
        """Keep a page of the list; a line met again is brought up to date."""
        async with self._transaction() as con:
            async with con.cursor() as cursor:
                await cursor.executemany(
                    """
                    INSERT INTO portal_lines (run, id, code, name, digest, stamped, walk)
                    VALUES (%s, %s, %s, %s, %s, %s, %s)
                    ON CONFLICT (run, id) DO UPDATE SET code = excluded.code,
                        name = excluded.name, digest = excluded.digest,
                        stamped = excluded.stamped, walk = excluded.walk
                    """,
                    [(run.id, x.id, x.code, x.name, x.digest, x.stamped, walk) for x in lines],
                )
            await con.execute(
                "UPDATE portal_runs SET progress = %s WHERE id = %s", (Jsonb(progress), run.id)
            )

    async def lines(self, run: Run) -> Sequence[OpenLine]:
        """The lines met so far, in the order they were first met."""
        async with self._connection() as con:
            cursor = await con.execute(
                "SELECT * FROM portal_lines WHERE run = %s ORDER BY position", (run.id,)
            )
            return [
                OpenLine(
                    Line(row["id"], row["code"], row["name"], row["digest"], row["stamped"]),
                    row["walk"],
                    row["done"],
                    row["trouble"],
                )
                for row in await cursor.fetchall()
            ]

    async def keep(
        self, run: Run, reading: Reading, line: Line | None = None, etag: str | None = None
    ) -> Kept:
        """Keep one record and mark its line done, in one transaction."""
        async with self._transaction() as con:
            kept = await versions.keep(con, run, reading, line, etag)
            if line is not None:
                await versions.done(con, run, [line])
            return kept

    async def keep_all(self, run: Run, readings: Sequence[Reading]) -> Sequence[Kept]:
        """Keep several in one transaction."""
        async with self._transaction() as con:
            return [await versions.keep(con, run, reading, None, None) for reading in readings]

    async def confirm(self, run: Run, lines: Sequence[Line]) -> None:
        """Move the last day of these records to the run's, and mark their lines done."""
        async with self._transaction() as con:
            await con.execute(
                """
                WITH kept AS (
                    UPDATE portal_records r SET line = l.digest
                    FROM unnest(%s::text[], %s::text[]) AS l (code, digest)
                    WHERE r.code = l.code AND r.layer = %s RETURNING r.version
                )
                UPDATE portal_versions v SET last_on = greatest(v.last_on, %s)
                FROM kept WHERE v.id = kept.version
                """,
                ([x.code for x in lines], [x.digest for x in lines], versions.PORTAL, run.day),
            )
            await versions.done(con, run, lines)

    async def set_aside(self, run: Run, line: Line, trouble: str) -> None:
        """Write down why a record could not be fetched."""
        async with self._connection() as con:
            await con.execute(
                "UPDATE portal_lines SET trouble = %s WHERE run = %s AND id = %s",
                (trouble, run.id, line.id),
            )

    async def finish(
        self, run: Run, withdrawn: Iterable[str] = (), report: Mapping[str, Any] | None = None
    ) -> None:
        """End the run and tell whoever listens, in one transaction."""
        async with self._transaction() as con:
            for code in withdrawn:
                await versions.withdraw(con, run, code)
            await con.execute("DELETE FROM portal_lines WHERE run = %s", (run.id,))
            await con.execute(
                "UPDATE portal_runs SET finished_at = clock_timestamp(), report = %s WHERE id = %s",
                (Jsonb(report or {}), run.id),
            )
            await con.execute("SELECT pg_notify(%s, %s)", (NOTICES, str(run.id)))

    async def steps(self, run: Run) -> Sequence[Step]:
        """What the run made new or different, and what it marked as withdrawn."""
        async with self._connection() as con:
            return await versions.steps(con, run)

    async def between(self, since: date, until: date, code: str | None = None) -> Sequence[Step]:
        """What stood otherwise at the end of ``until`` than at the end of ``since``."""
        async with self._connection() as con:
            return await versions.between(con, since, until, code)

    async def days(self) -> Sequence[date]:
        """The days of all finished runs, the latest first, each once."""
        async with self._connection() as con:
            cursor = await con.execute(
                "SELECT DISTINCT day FROM portal_runs WHERE finished_at IS NOT NULL"
                " ORDER BY day DESC"
            )
            return [row["day"] for row in await cursor.fetchall()]


async def _locked(con: Connection) -> bool:
    """Whether the lock is ours. The server may need a moment to notice that a holder died."""
    for _ in range(10):
        cursor = await con.execute("SELECT pg_try_advisory_lock(%s) AS mine", (LOCK,))
        row = await cursor.fetchone()
        if row is not None and row["mine"]:
            return True
        await asyncio.sleep(0.2)
    return False


def _held(row: DictRow) -> Held:
    return Held(
        row["code"],
        row["portal_id"],
        Form(row["form"]),
        row["etag"],
        row["line"],
        row["last_on"],
        row["gone"],
    )
