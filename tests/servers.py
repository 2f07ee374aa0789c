"""The embedded server and Debian's PostgreSQL, both truly running, for tests and the harness."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from bot.jobs import queue_schema
from bot.postgres import EmbeddedServer, database
from bot.store.migrate import migrate

TEMPLATE = "migrated"


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL: the address of its first database, and how to restart it: stopped in
    an orderly way, or (``crash``) as after a loss of power."""

    name: str
    conninfo: str
    again: Callable[[str], None] | None

    def restart(self) -> None:
        """Stop it, whoever uses it, and start it."""
        assert self.again
        self.again("fast")

    def crash(self) -> None:
        """Have it end at once and recover."""
        assert self.again
        self.again("immediate")

    @contextmanager
    def fresh(self, template: str = TEMPLATE) -> Iterator[str]:
        """Yield the conninfo of a new database, removed afterwards."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.conninfo, autocommit=True) as con:
            con.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield make_conninfo(self.conninfo, dbname=name)
        with psycopg.connect(self.conninfo, autocommit=True) as con:
            con.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def open_folder() -> Iterator[Path]:
    """Yield a short temporary folder that the server's own account may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="t-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def embedded() -> Iterator[Server]:
    """The server that comes with the program."""
    with open_folder() as folder, database(folder, None) as conninfo:
        server = EmbeddedServer(folder)
        server.start()

        def again(how: str) -> None:
            server._control("-m", how, "-w", "-l", "log", "restart").check_returncode()

        try:
            yield _with_template(Server("embedded", conninfo, again))
        finally:
            server.close()


@contextmanager
def debian() -> Iterator[Server]:
    """A cluster of Debian's PostgreSQL on a free port of this machine."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert programs, "Debian's postgresql is not installed: apt-get install postgresql"
    user = "postgres" if _is_root() else None
    with open_folder() as folder, socket.socket() as free:
        data = folder / "data"
        data.mkdir()
        if _is_root():
            account = pwd.getpwnam("postgres")
            os.chown(data, account.pw_uid, account.pw_gid)

        def run(program: str, *arguments: str) -> None:
            command = [str(programs[-1] / program), "-D", str(data), *arguments]
            subprocess.run(
                command,
                check=True,
                cwd="/",
                stdout=subprocess.DEVNULL,
                user=user,
                group=user,
                extra_groups=[] if user else None,
            )

        run("initdb", "-U", "assistant", "-A", "trust", "--encoding=UTF8", "--no-sync")
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = ("-l", str(data / "log"), "-w", "-o", options)
        run("pg_ctl", *log, "start")
        conninfo = make_conninfo(host="127.0.0.1", port=port, user="assistant", dbname="postgres")
        try:
            yield _with_template(
                Server("debian", conninfo, lambda how: run("pg_ctl", *log, "-m", how, "restart"))
            )
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")


def given(url: str) -> Server:
    """A server of somebody's own, which is never restarted; databases are made and removed."""
    with psycopg.connect(url, autocommit=True) as con:
        con.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
    return _with_template(Server("DATABASE_URL", url, None))


def _with_template(server: Server) -> Server:
    with psycopg.connect(server.conninfo, autocommit=True) as con:
        con.execute(f"CREATE DATABASE {TEMPLATE}")
    asyncio.run(migrate(make_conninfo(server.conninfo, dbname=TEMPLATE), queue_schema()))
    return server


def _is_root() -> bool:
    return os.geteuid() == 0
