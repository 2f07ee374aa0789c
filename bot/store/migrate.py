"""Bring the database to the tables this program expects, once, whoever comes first."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from bot.store.errors import DatabaseTooNew, MigrationChanged, MigrationError
from bot.store.pool import KEEPALIVE, database_errors

OURS = Path(__file__).resolve().parent.parent / "migrations"
LOCK = 7_166_225_901  # any number; the same in every program that migrates this database


@dataclass(frozen=True, slots=True)
class QueueSchema:
    """Procrastinate's own tables: the whole schema, and the steps from older versions to it.

    ``steps`` maps a file name to its SQL; a fresh database gets ``schema`` and counts every step
    as done, an older one gets the steps it has not had, in the order of their names.
    """

    version: str
    schema: str
    steps: dict[str, str]


async def migrate(conninfo: str, queue: QueueSchema, folder: Path = OURS) -> Sequence[str]:
    """Apply what is missing in one transaction; returns the names applied (often none).

    Several programs may call it at once: an advisory lock lets one work while the others wait and
    then find nothing to do. Raises :class:`MigrationError` (see ``bot.store.errors``) and
    :class:`StoreUnavailable`; after either, nothing has changed.
    """
    ours = _read(folder)
    async with (
        database_errors(),
        await AsyncConnection.connect(conninfo, **KEEPALIVE) as con,
        con.transaction(),
    ):
        await con.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        await con.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            " name text PRIMARY KEY, checksum text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        cursor = await con.execute("SELECT name, checksum FROM schema_migrations")
        known = {str(name): str(checksum) for name, checksum in await cursor.fetchall()}
        _check(known, ours)
        applied = await _migrate_queue(con, queue, known)
        for name, sql in ours.items():
            if name not in known:
                await _apply(con, name, sql)
                applied.append(name)
        return applied


def _read(folder: Path) -> dict[str, str]:
    return {file.stem: file.read_text("utf-8") for file in sorted(folder.glob("*.sql"))}


def _check(known: dict[str, str], ours: dict[str, str]) -> None:
    for name, checksum in known.items():
        if name.startswith("procrastinate/"):
            continue
        if name not in ours:
            raise DatabaseTooNew(
                f"The database has had migration {name}, which this program does not know: "
                "run the newer version of the program, or restore a backup from before it."
            )
        if checksum != _checksum(ours[name]):
            raise MigrationChanged(
                f"bot/migrations/{name}.sql was edited after it had been applied: "
                "put it back as it was and write the change as a new numbered file."
            )


async def _migrate_queue(
    con: AsyncConnection[TupleRow], queue: QueueSchema, known: dict[str, str]
) -> list[str]:
    prefix = "procrastinate/"
    if not any(name.startswith(prefix) for name in known):
        await _apply(con, f"{prefix}schema-{queue.version}", queue.schema)
        for step, sql in queue.steps.items():
            await _record(con, prefix + step, sql)
        return [f"{prefix}schema-{queue.version}"]
    missing = [step for step in sorted(queue.steps) if prefix + step not in known]
    for step in missing:
        await _apply(con, prefix + step, queue.steps[step])
    return [prefix + step for step in missing]


async def _apply(con: AsyncConnection[TupleRow], name: str, sql: str) -> None:
    try:
        # Without parameters a file of many statements is sent as it is. It comes from our own
        # folder or from the installed package, never from outside.
        await con.execute(sql)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise MigrationError(f"Migration {name} failed: {error}") from error
    await _record(con, name, sql)


async def _record(con: AsyncConnection[TupleRow], name: str, sql: str) -> None:
    await con.execute(
        "INSERT INTO schema_migrations (name, checksum) VALUES (%s, %s)", (name, _checksum(sql))
    )


def _checksum(sql: str) -> str:
    return hashlib.sha256(sql.replace("\r\n", "\n").encode()).hexdigest()
