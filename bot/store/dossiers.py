"""SQL of the deployment's own table of dossiers: finding one, and taking in thousands at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from actions.dossier_sources.port import SourceUnavailable
from bot.store.errors import StoreUnavailable
from bot.store.pool import Connection, Store
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier, Moment
from knowledge_base.dossiers.states import DossierState

_DAYS = ("received", "promised", "again", "finished")
_FACTS = ("procedure", "title", "agency", *_DAYS, "amount", "wanted", "result_at")


class DossierTable:
    """The table as a source. See :class:`actions.dossier_sources.port.DossierSource`."""

    name = "danh sách hồ sơ của nơi này"

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier of a code, whatever head it was written with."""
        try:
            async with self._store.connection() as con:
                return await read(con, code)
        except StoreUnavailable as error:
            raise SourceUnavailable("the database does not answer") from error

    async def is_empty(self) -> bool:
        """Whether nothing was ever imported. Raises :class:`SourceUnavailable`."""
        try:
            async with self._store.connection() as con:
                cursor = await con.execute("SELECT 1 FROM dossiers LIMIT 1")
                return await cursor.fetchone() is None
        except StoreUnavailable as error:
            raise SourceUnavailable("the database does not answer") from error


async def read(con: Connection, code: DossierCode) -> Dossier | None:
    """The dossier of a code in the deployment's own table."""
    cursor = await con.execute("SELECT * FROM dossiers WHERE key = %s", (code.key,))
    row = await cursor.fetchone()
    return None if row is None else _dossier(row)


async def remember(con: Connection, code: DossierCode, dossier: Dossier) -> None:
    """Keep what another system said of a dossier, unless something newer is kept."""
    await con.execute(
        "INSERT INTO known_dossiers (key, code, state, facts, moments, source, seen_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET code = excluded.code, state = excluded.state,"
        " facts = excluded.facts, moments = excluded.moments, source = excluded.source,"
        " seen_at = excluded.seen_at WHERE excluded.seen_at >= known_dossiers.seen_at",
        _row(code, dossier),
    )


async def recall(con: Connection, code: DossierCode) -> Dossier | None:
    """What another system last said of a dossier."""
    cursor = await con.execute("SELECT * FROM known_dossiers WHERE key = %s", (code.key,))
    row = await cursor.fetchone()
    return None if row is None else _dossier(row)


async def forget_known(con: Connection, before: datetime) -> None:
    """Remove what other systems said before an hour."""
    await con.execute("DELETE FROM known_dossiers WHERE seen_at < %s", (before,))


async def take_in(con: Connection, rows: Iterable[tuple[DossierCode, Dossier]]) -> tuple[int, int]:
    """Add or renew dossiers, part of the transaction on ``con``; returns how many are new and how
    many of the others changed. A dossier whose state changed keeps what happened before."""
    await con.execute(
        "CREATE TEMP TABLE incoming (LIKE dossiers INCLUDING DEFAULTS) ON COMMIT DROP"
    )
    async with con.cursor().copy(
        "COPY incoming (key, code, state, facts, moments, source, seen_at) FROM STDIN"
    ) as copy:
        for code, dossier in rows:
            await copy.write_row(_row(code, dossier))
    await con.execute("ANALYZE incoming")  # or a long list is joined as if it were a short one
    cursor = await con.execute(
        """
        WITH newest AS (
            SELECT DISTINCT ON (key) * FROM incoming ORDER BY key, seen_at DESC
        ), before AS (
            SELECT d.key, d.state, d.facts FROM dossiers d JOIN newest USING (key)
        ), written AS (
            INSERT INTO dossiers AS d SELECT * FROM newest
            ON CONFLICT (key) DO UPDATE SET code = excluded.code, state = excluded.state,
                facts = excluded.facts, source = excluded.source, seen_at = excluded.seen_at,
                moments = CASE
                    WHEN jsonb_array_length(excluded.moments) > 0 THEN excluded.moments
                    WHEN excluded.state = d.state THEN d.moments
                    ELSE d.moments || jsonb_build_array(jsonb_build_object(
                        'at', excluded.seen_at, 'state', excluded.state, 'what', NULL)) END
            WHERE excluded.seen_at >= d.seen_at
            RETURNING key, state, facts
        )
        SELECT count(*) FILTER (WHERE before.key IS NULL) AS fresh,
            count(*) FILTER (WHERE before.key IS NOT NULL
                AND (before.state, before.facts) IS DISTINCT FROM (written.state, written.facts)
            ) AS changed
        FROM written LEFT JOIN before USING (key)
        """
    )
    row = await cursor.fetchone()
    assert row is not None, "an aggregate has one row"
    return row["fresh"], row["changed"]


def _row(code: DossierCode, dossier: Dossier) -> tuple[object, ...]:
    """The values of a row, in the order of its columns."""
    return (
        code.key,
        dossier.code,
        dossier.state.value,
        Jsonb(_facts(dossier)),
        Jsonb([_moment(m) for m in dossier.moments]),
        dossier.source,
        dossier.seen,
    )


def _facts(dossier: Dossier) -> dict[str, Any]:
    facts = {name: value for name, value in asdict(dossier).items() if name in _FACTS and value}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in facts.items()}


def _moment(moment: Moment) -> dict[str, Any]:
    return {"at": moment.at.isoformat(), "state": moment.state.value, "what": moment.what}


def _dossier(row: DictRow) -> Dossier:
    facts: dict[str, Any] = dict(row["facts"])
    for name in _DAYS:
        if name in facts:
            facts[name] = date.fromisoformat(facts[name])
    facts["wanted"] = tuple(facts.get("wanted", ()))
    moments = tuple(
        Moment(_time(m["at"]), DossierState(m["state"]), m["what"]) for m in row["moments"]
    )
    return Dossier(
        code=row["code"],
        state=DossierState(row["state"]),
        seen=row["seen_at"],
        source=row["source"],
        moments=moments,
        **facts,
    )


def _time(written: str) -> date | datetime:
    return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
