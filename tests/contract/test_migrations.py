"""Tables are made once, whoever comes first, and an edited migration stops the program."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bot.jobs import queue_schema
from bot.store.errors import (
    DatabaseTooNew,
    MigrationChanged,
    MigrationError,
    StoreUnavailable,
)
from bot.store.migrate import OURS, migrate
from tests.conftest import Server


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    """A database without any table."""
    with server.fresh("template1") as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of our migrations to play with."""
    copy = tmp_path / "migrations"
    shutil.copytree(OURS, copy)
    return copy


def tables(conninfo: str) -> set[str]:
    """Names of the tables there."""
    with psycopg.connect(conninfo) as con:
        rows = con.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row[0] for row in rows.fetchall()}


async def test_the_second_time_there_is_nothing_to_do(empty: str) -> None:
    applied = await migrate(empty, queue_schema())
    assert [name for name in applied if not name.startswith("procrastinate/")] == [
        file.stem for file in sorted(OURS.glob("*.sql"))
    ]
    assert {"messages", "conversations", "replies", "events", "procrastinate_jobs"} <= tables(empty)
    assert await migrate(empty, queue_schema()) == []


async def test_programs_that_start_together_do_not_clash(empty: str) -> None:
    done = await asyncio.gather(*(migrate(empty, queue_schema()) for _ in range(6)))
    assert sorted(len(applied) > 0 for applied in done) == [False] * 5 + [True]


async def test_a_new_file_is_applied_alone(empty: str, folder: Path) -> None:
    await migrate(empty, queue_schema(), folder)
    (folder / "0900_more.sql").write_text("CREATE TABLE more (id int); CREATE TABLE most (id int);")
    assert await migrate(empty, queue_schema(), folder) == ["0900_more"]
    assert {"more", "most"} <= tables(empty)


async def test_an_edited_migration_is_refused(empty: str, folder: Path) -> None:
    await migrate(empty, queue_schema(), folder)
    edited = folder / "0001_messages.sql"
    edited.write_text(edited.read_text() + "\n-- later thought")
    with pytest.raises(MigrationChanged, match=edited.stem):
        await migrate(empty, queue_schema(), folder)


async def test_line_endings_are_no_edit(empty: str, folder: Path) -> None:
    await migrate(empty, queue_schema(), folder)
    file = folder / "0001_messages.sql"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert await migrate(empty, queue_schema(), folder) == []


async def test_an_older_program_is_refused(empty: str, folder: Path) -> None:
    (folder / "0900_more.sql").write_text("CREATE TABLE more (id int);")
    await migrate(empty, queue_schema(), folder)
    with pytest.raises(DatabaseTooNew, match="0900_more"):
        await migrate(empty, queue_schema())


async def test_a_migration_that_fails_changes_nothing(empty: str, folder: Path) -> None:
    (folder / "0900_more.sql").write_text("CREATE TABLE more (id int); SELECT 1/0;")
    with pytest.raises(MigrationError, match="0900_more"):
        await migrate(empty, queue_schema(), folder)
    assert tables(empty) == set()


async def test_a_newer_queue_brings_only_its_new_steps(empty: str) -> None:
    queue = queue_schema()
    await migrate(empty, queue)
    newer = replace(
        queue,
        version="99",
        steps={**queue.steps, "99.00.00_01_pre_more": "CREATE TABLE procrastinate_more (id int)"},
    )
    assert await migrate(empty, newer) == ["procrastinate/99.00.00_01_pre_more"]
    assert "procrastinate_more" in tables(empty)
    assert len(queue.steps) > 10


async def test_no_database_is_said_plainly() -> None:
    with pytest.raises(StoreUnavailable):
        await migrate("host=127.0.0.1 port=1 user=nobody", queue_schema())
