"""The database in one file, and back: ``python -m bot backup FILE`` and ``restore FILE``.

The file is what ``pg_dump`` of the built-in PostgreSQL writes, SQL in words, in gzip, whose check
sum tells a damaged one; of a server of one's own too (the same version or older). A dump is one
moment of the database, whoever writes meanwhile.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bot.postgres import binaries, database
from bot.settings import Settings
from bot.store import whole

_FIRST, _LAST = b"-- PostgreSQL database dump\n", b"-- PostgreSQL database dump complete\n"
_HEAD = 40  # lines in which a dump sets how it is read
_TOO_NEW = b"SET transaction_timeout"  # which servers before 17 do not know
_CLOSING = 3.0  # seconds for a program that has just ended to be gone from the server


class BackupError(RuntimeError):
    """A backup cannot be made or put back; the text (Vietnamese) says why."""


def backup(settings: Settings, file: Path) -> int:
    """Write the whole database into ``file``, and read it once more to be sure; the program may
    run meanwhile. An existing file is replaced only by a whole new one. Returns its bytes.

    Raises:
        BackupError: it cannot be written.
        bot.postgres.DatabaseError: no database.
    """
    if not file.parent.is_dir():
        raise BackupError(f"Không có thư mục {file.parent}.")
    with database(settings.data_dir, settings.own_database) as conninfo:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # for us alone
        half = Path(name)
        try:
            with (
                os.fdopen(handle, "wb") as target,
                gzip.open(target, "wb", compresslevel=6) as packed,
                _running("pg_dump", ["--no-owner"], conninfo, stdout=subprocess.PIPE) as dump,
            ):
                assert dump.stdout
                while piece := dump.stdout.read(1 << 20):
                    packed.write(piece)
            for _ in _lines(half):
                pass
            with half.open("rb") as written:
                os.fsync(written.fileno())
            size = half.stat().st_size
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)
    return size


def restore(settings: Settings, file: Path, *, overwrite: bool = False) -> None:
    """Put the database back as it was when ``file`` was written, all of it or nothing.

    Raises:
        BackupError: ``file`` is no whole backup; the database holds something and ``overwrite`` is
            not set; a program is using it.
        bot.postgres.DatabaseError: no database.
    """
    for _ in _lines(file):
        pass
    with database(settings.data_dir, settings.own_database) as conninfo:
        _check_free(conninfo, overwrite)
        # One transaction: whatever goes wrong, the database is as it was before.
        once = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction"]
        first = [word for one in whole.EMPTIED for word in ("-c", one)]
        with _running(
            "psql", [*once, *first, "-f", "-"], conninfo, stdin=subprocess.PIPE
        ) as script:
            assert script.stdin
            try:
                for number, line in enumerate(_lines(file)):
                    if number > _HEAD or not line.startswith(_TOO_NEW):
                        script.stdin.write(line)
                script.stdin.close()
            except BrokenPipeError:
                pass  # it stopped at an error, which it tells


def _check_free(conninfo: str, overwrite: bool) -> None:
    until = time.monotonic() + _CLOSING
    with psycopg.connect(conninfo, autocommit=True) as con:
        while whole.is_used(con):
            if time.monotonic() > until:
                raise BackupError("Chương trình đang dùng cơ sở dữ liệu này. Xin dừng nó trước.")
            time.sleep(0.1)
        if whole.is_kept(con) and not overwrite:
            raise BackupError(
                "Cơ sở dữ liệu này đang có dữ liệu. Muốn thay hết bằng bản sao lưu thì thêm"
                " --overwrite; nên sao lưu dữ liệu hiện có trước."
            )


def _lines(file: Path) -> Iterator[bytes]:
    """The lines of a backup. Raises :class:`BackupError` where it is none, or not whole."""
    ours, tail = False, [b""] * 8
    try:
        with gzip.open(file, "rb") as packed:
            for number, line in enumerate(packed):
                ours = ours or (number < _HEAD and line == _FIRST)
                tail = [*tail[1:], line]
                yield line
    except gzip.BadGzipFile as error:
        damaged = ours or "CRC" in str(error)
        raise BackupError(
            f"Bản sao lưu {file} bị hỏng."
            if damaged
            else f"{file} không phải bản sao lưu của chương trình này."
        ) from error
    except (EOFError, zlib.error) as error:
        raise BackupError(f"Bản sao lưu {file} bị hỏng.") from error
    except OSError as error:
        raise BackupError(f"Không đọc được {file}: {error.strerror}.") from error
    if not ours or _LAST not in tail:
        raise BackupError(f"{file} không phải bản sao lưu trọn vẹn của chương trình này.")


@contextmanager
def _running(
    program: str,
    arguments: Sequence[str],
    conninfo: str,
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL on a database; raises :class:`BackupError` with what it says where
    it fails. Others can read a command line in the list of processes: the password is not in it."""
    address = conninfo_to_dict(conninfo)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
    environment["PGPASSWORD"] = str(address.pop("password", ""))
    command = [str(binaries() / program), *arguments, "-d", make_conninfo("", **address)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 our own binary, our own arguments
            command, stdin=stdin, stdout=stdout, stderr=said, env=environment
        ) as process,
    ):
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        if process.wait():
            said.seek(0)
            raise BackupError(f"{program}: {_one_line(said)}")


def _one_line(said: IO[bytes]) -> str:
    return " ".join(said.read().decode(errors="replace").split())[:300]
