"""SQL of the versions of portal records: keep one, and tell what became different. Plain functions
on a connection, for :class:`bot.store.portal_records.PortalRecords`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from bot.store.pool import Connection
from knowledge_base.portal.book import Form, Kept, Line, Reading, Run, Snapshot, Step
from knowledge_base.records.common import Leftover

PORTAL = Form.API.layer


def digest(raw: Mapping[str, Any]) -> str:
    """What tells two versions of a record apart."""
    return hashlib.sha256(
        json.dumps(raw, sort_keys=True, ensure_ascii=False).encode("utf-8")
    ).hexdigest()


async def keep(
    con: Connection, run: Run, reading: Reading, line: Line | None, etag: str | None
) -> Kept:
    """Keep one record; what becomes of it is told by the day it was seen and by its form."""
    cursor = await con.execute(
        """
        SELECT v.id, v.form, v.hash, v.first_on, v.last_on
        FROM portal_records r JOIN portal_versions v ON v.id = r.version
        WHERE r.code = %s AND r.layer = %s FOR UPDATE OF r
        """,
        (reading.code, reading.form.layer),
    )
    there = await cursor.fetchone()
    hashed = digest(reading.raw)
    if there is not None and not _replaces(run, there):
        await _keep_behind(con, run, reading, hashed)
        return Kept.OLDER
    if there is not None and there["hash"] == hashed:
        version, kept = there["id"], Kept.SAME
        await con.execute(
            "UPDATE portal_versions SET last_on = %s WHERE id = %s", (run.day, version)
        )
    else:
        before = None if there is None else there["id"]
        version = await _insert(con, run, reading, hashed, before, late=False)
        kept = Kept.NEW if there is None else Kept.CHANGED
    await con.execute(
        """
        INSERT INTO portal_records (code, layer, version, portal_id, etag, line)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (code, layer) DO UPDATE SET version = excluded.version,
            portal_id = coalesce(excluded.portal_id, portal_records.portal_id),
            etag = excluded.etag, line = excluded.line
        """,
        (
            reading.code,
            reading.form.layer,
            version,
            line.id if line else None,
            etag,
            line.digest if line else None,
        ),
    )
    return kept


# Which of two records seen on the same day holds.
_RANK = {Form.CATALOGUE: 0, Form.LIST: 1, Form.FLAT: 1, Form.API: 2}


def _replaces(run: Run, there: DictRow) -> bool:
    if run.day != there["last_on"]:
        return bool(run.day > there["last_on"])
    return _RANK[run.form] >= _RANK[Form(there["form"])]


async def withdraw(con: Connection, run: Run, code: str) -> None:
    """From the run's day on, the record is no longer on the portal; what it said stays."""
    cursor = await con.execute(
        """
        INSERT INTO portal_versions (code, layer, form, run, before, gone, first_on, last_on,
            hash, raw)
        SELECT code, layer, %(form)s, %(run)s, version, true, %(day)s, %(day)s, '', '{}'
        FROM portal_records WHERE code = %(code)s AND layer = %(layer)s
        RETURNING id
        """,
        {"form": run.form, "run": run.id, "day": run.day, "code": code, "layer": PORTAL},
    )
    row = await cursor.fetchone()
    if row is not None:
        await con.execute(
            "UPDATE portal_records SET version = %s, line = NULL, etag = NULL"
            " WHERE code = %s AND layer = %s",
            (row["id"], code, PORTAL),
        )


async def _keep_behind(con: Connection, run: Run, reading: Reading, hashed: str) -> None:
    """Put a version into the history, unless it is there for that day; one that is the same as
    its successor makes that one begin earlier."""
    cursor = await con.execute(
        """
        SELECT id, hash FROM portal_versions
        WHERE code = %s AND layer = %s AND last_on >= %s ORDER BY last_on, id LIMIT 1
        """,
        (reading.code, reading.form.layer, run.day),
    )
    following = await cursor.fetchone()
    if following is not None and following["hash"] == hashed:
        await con.execute(
            "UPDATE portal_versions SET first_on = least(first_on, %s) WHERE id = %s",
            (run.day, following["id"]),
        )
        return
    await _insert(con, run, reading, hashed, None, late=True)


async def _insert(
    con: Connection, run: Run, reading: Reading, hashed: str, before: int | None, *, late: bool
) -> int:
    cursor = await con.execute(
        """
        INSERT INTO portal_versions (code, layer, form, run, before, late, first_on, last_on,
            hash, raw, facts, watched, problems)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
        """,
        (
            reading.code,
            reading.form.layer,
            reading.form,
            run.id,
            before,
            late,
            run.day,
            run.day,
            hashed,
            Jsonb(reading.raw),
            None if reading.facts is None else Jsonb(reading.facts),
            Jsonb(reading.watched),
            Jsonb([asdict(problem) for problem in reading.problems]),
        ),
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row["id"])


async def done(con: Connection, run: Run, lines: Sequence[Line]) -> None:
    """The records of these lines are in the book."""
    await con.execute(
        "UPDATE portal_lines SET done = true, trouble = NULL WHERE run = %s AND id = ANY(%s)",
        (run.id, [line.id for line in lines]),
    )


async def steps(con: Connection, run: Run) -> Sequence[Step]:
    """What the run made new or different, and what it marked as withdrawn."""
    cursor = await con.execute(
        """
        SELECT v.code, to_jsonb(b) - 'raw' AS before, to_jsonb(v) - 'raw' AS after
        FROM portal_versions v LEFT JOIN portal_versions b ON b.id = v.before
        WHERE v.run = %s AND NOT v.late
        ORDER BY v.code
        """,
        (run.id,),
    )
    return [_step(row) for row in await cursor.fetchall()]


async def between(
    con: Connection, since: date, until: date, code: str | None = None
) -> Sequence[Step]:
    """What stood otherwise at the end of ``until`` than at the end of ``since``."""
    cursor = await con.execute(
        """
        WITH stood AS (
            SELECT DISTINCT ON (v.code, at.name) v.id, v.code, at.name
            FROM (VALUES ('before', %(since)s::date), ('after', %(until)s::date))
                AS at (name, day)
            JOIN portal_versions v ON v.layer = %(layer)s AND v.first_on <= at.day
                AND v.code = coalesce(%(code)s, v.code)
            ORDER BY v.code, at.name, v.first_on DESC, v.late, v.id DESC
        )
        SELECT coalesce(b.code, a.code) AS code,
            to_jsonb(vb) - 'raw' AS before, to_jsonb(va) - 'raw' AS after
        FROM (SELECT * FROM stood WHERE name = 'before') b
        FULL JOIN (SELECT * FROM stood WHERE name = 'after') a USING (code)
        LEFT JOIN portal_versions vb ON vb.id = b.id
        LEFT JOIN portal_versions va ON va.id = a.id
        WHERE b.id IS DISTINCT FROM a.id ORDER BY 1
        """,
        {"since": since, "until": until, "code": code, "layer": PORTAL},
    )
    return [_step(row) for row in await cursor.fetchall()]


async def histories(
    con: Connection, codes: Sequence[str]
) -> Mapping[str, Sequence[Snapshot | None]]:
    """How each of the portal's records stood, the oldest first; None: gone from the portal. Codes
    with one version only are left out."""
    cursor = await con.execute(
        """
        SELECT code, array_agg(to_jsonb(v) - 'raw' ORDER BY first_on, id) AS versions
        FROM portal_versions v WHERE layer = %s AND code = ANY(%s)
        GROUP BY code HAVING count(*) > 1
        """,
        (PORTAL, list(codes)),
    )
    rows = await cursor.fetchall()
    return {row["code"]: [_snapshot(version) for version in row["versions"]] for row in rows}


def _step(row: DictRow) -> Step:
    return Step(row["code"], _snapshot(row["before"]), _snapshot(row["after"]))


def _snapshot(version: Mapping[str, Any] | None) -> Snapshot | None:
    if version is None or version["gone"]:
        return None
    return Snapshot(
        Form(version["form"]),
        version["facts"],
        version["watched"],
        date.fromisoformat(version["first_on"]),
        date.fromisoformat(version["last_on"]),
        tuple(Leftover(**problem) for problem in version["problems"]),
    )
