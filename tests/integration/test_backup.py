"""The database in one file and back, on the embedded server and on Debian's PostgreSQL."""

from __future__ import annotations

import asyncio
import gzip
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bot.backup import BackupError, backup, restore
from bot.postgres import database
from bot.settings import Settings
from tests.conftest import Server, open_folder
from tests.mailroom import mailroom, said


def of(**settings: Any) -> Settings:
    return Settings(_env_file=None, **settings)


async def fill(conninfo: str, *, messages: int, settings: Settings, file: Path) -> None:
    """Messages come and are answered, and in the midst of them a backup is made."""
    async with mailroom(conninfo) as mailbox:
        await mailbox.receive(said(0))
        await mailbox.answer_to(said(0), 20)
        making = asyncio.create_task(asyncio.to_thread(backup, settings, file))
        for number in range(1, messages):
            await mailbox.receive(said(number))
            await mailbox.answer_to(said(number), 20)
        assert await making > 1000


async def check(conninfo: str) -> int:
    """What was put back is one moment, and goes on where it stood; returns the messages answered
    then."""
    with psycopg.connect(conninfo) as con:
        found = con.execute("SELECT state -> 'seen' FROM conversations").fetchone()
        done = con.execute("SELECT count(*) FROM messages WHERE done_at IS NOT NULL").fetchone()
        replies = con.execute("SELECT count(*) FROM replies").fetchone()
    assert found and done and replies
    assert len(found[0]) == done[0] == replies[0] >= 1
    async with mailroom(conninfo) as mailbox:
        await mailbox.receive(said("mới"))
        (answer,) = await mailbox.answer_to(said("mới"), 20)
        assert answer.reply.text.startswith("tin mới|")
    return int(done[0])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sao-luu.sql.gz"


def test_the_embedded_database_of_one_folder_goes_into_another_that_is_stopped(
    embedded_conninfo: str, file: Path
) -> None:
    settings = of(database_url=embedded_conninfo)
    asyncio.run(fill(embedded_conninfo, messages=30, settings=settings, file=file))
    with pytest.raises(BackupError, match="đang có dữ liệu"):
        restore(settings, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with open_folder() as new:
        restore(of(data_dir=new), file)
        assert not (new / "postgres" / "postmaster.pid").exists()
        with database(new, None) as conninfo:
            answered = asyncio.run(check(conninfo))
            with pytest.raises(BackupError, match="--overwrite"):
                restore(of(data_dir=new), file)
            restore(of(data_dir=new), file, overwrite=True)
            assert asyncio.run(check(conninfo)) == answered  # what came after is gone


async def test_a_round_trip_of_a_server_of_ones_own(debian_server: Server, file: Path) -> None:
    with debian_server.fresh() as conninfo, debian_server.fresh("template0") as empty:
        settings = of(database_url=conninfo)
        await fill(conninfo, messages=5, settings=settings, file=file)
        await asyncio.to_thread(restore, of(database_url=empty), file)
        await check(empty)


def test_what_cannot_be_put_back_changes_nothing(embedded_conninfo: str, file: Path) -> None:
    settings = of(database_url=embedded_conninfo)
    asyncio.run(fill(embedded_conninfo, messages=3, settings=settings, file=file))
    whole = file.read_bytes()
    for broken, words in (
        (b"", "không phải bản sao lưu"),
        (b"hello", "không phải bản sao lưu"),
        (gzip.compress(b"hello\n"), "không phải bản sao lưu"),
        (gzip.compress(gzip.decompress(whole)[:-500]), "không phải bản sao lưu trọn vẹn"),
        (whole[: len(whole) // 2], "bị hỏng"),
        (whole[:-3000] + bytes(3000), "bị hỏng"),
    ):
        file.write_bytes(broken)
        with pytest.raises(BackupError, match=words):
            restore(settings, file, overwrite=True)
    with pytest.raises(BackupError, match="Không đọc được"):
        restore(settings, file.with_name("khong-co"), overwrite=True)
    file.write_bytes(whole)
    with psycopg.connect(embedded_conninfo), pytest.raises(BackupError, match="đang dùng"):
        restore(settings, file, overwrite=True)
    asyncio.run(check(embedded_conninfo))


def test_a_backup_that_fails_leaves_the_last_one_and_nothing_else(
    embedded_conninfo: str, file: Path
) -> None:
    settings = of(database_url=embedded_conninfo)
    backup(settings, file)
    whole = file.read_bytes()
    with psycopg.connect(embedded_conninfo, autocommit=True) as con:
        con.execute("CREATE ROLE stranger LOGIN")
        try:
            with pytest.raises(BackupError, match="permission denied"):
                backup(of(database_url=make_conninfo(embedded_conninfo, user="stranger")), file)
        finally:
            con.execute("DROP ROLE stranger")
    assert file.read_bytes() == whole
    assert list(file.parent.iterdir()) == [file]
    with pytest.raises(BackupError, match="Không có thư mục"):
        backup(settings, file.parent / "khong-co" / "a.sql.gz")
