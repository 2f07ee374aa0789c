"""The embedded server: started, shared, killed around, found again; and plain errors."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from bot.postgres import DatabaseError, EmbeddedServer, database
from tests.conftest import open_folder

PROGRAM = """
import sys, time
from pathlib import Path
from bot.postgres import database
with database(Path(sys.argv[1]), None) as conninfo:
    print(conninfo, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A data folder that all tests of this file use, its first start behind it."""
    with data_folder() as place:
        with database(place, None):
            pass
        yield place


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty data folder."""
    with data_folder() as place:
        yield place


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A folder; a server left in it is stopped at the end."""
    with open_folder() as place:
        yield place
        for server in [
            *place.glob("*/postgres/postmaster.pid"),
            *place.glob("postgres/postmaster.pid"),
        ]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(server.read_text().split("\n")[0]), signal.SIGQUIT)


def program(folder: Path) -> subprocess.Popen[str]:
    """Another program on the same data folder, up and connected."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "host=" in process.stdout.readline()
    return process


def server_number(folder: Path) -> int | None:
    """Process number of the running server, None if there is none."""
    file = folder / "postgres" / "postmaster.pid"
    return int(file.read_text().split("\n")[0]) if file.exists() else None


def query(conninfo: str, sql: str) -> object:
    """First value of a query."""
    with psycopg.connect(conninfo) as con:
        row = con.execute(sql).fetchone()
        return row and row[0]


def test_it_starts_keeps_its_data_and_stops(cluster: Path) -> None:
    with database(cluster, None) as conninfo, psycopg.connect(conninfo) as con:
        con.execute("CREATE TABLE kept AS SELECT 'Đặng Thị Ếch' AS name")
        assert int(str(query(conninfo, "SHOW server_version_num"))) >= 180000
    assert server_number(cluster) is None
    with database(cluster, None) as conninfo:
        assert query(conninfo, "SELECT lower(name) FROM kept") == "đặng thị ếch"
        assert query(conninfo, "SHOW listen_addresses") == ""


def test_it_survives_the_death_of_its_program(cluster: Path) -> None:
    first = program(cluster)
    number = server_number(cluster)
    first.kill()
    first.wait()
    assert server_number(cluster) == number
    with database(cluster, None) as conninfo:
        assert server_number(cluster) == number
        assert query(conninfo, "SELECT 1") == 1
    assert server_number(cluster) is None  # the killed program does not count as a user


def test_a_watched_one_is_started_again_when_it_was_killed(cluster: Path) -> None:
    with database(cluster, None, watched=True) as conninfo:
        with psycopg.connect(conninfo) as con:
            con.execute("CREATE TABLE outlives AS SELECT 7 AS days")
        killed = server_number(cluster)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        until = time.monotonic() + 20
        while not _answers(conninfo):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert server_number(cluster) != killed
        assert query(conninfo, "SELECT days FROM outlives") == 7
    assert server_number(cluster) is None


def _answers(conninfo: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(conninfo):
        return True
    return False


def test_programs_on_one_cluster_share_it_and_the_last_stops_it(cluster: Path) -> None:
    other = program(cluster)
    number = server_number(cluster)
    with database(cluster, None) as conninfo:
        assert server_number(cluster) == number
        assert query(conninfo, "SELECT 1") == 1
    assert server_number(cluster) == number
    other.communicate("\n")
    assert other.returncode == 0
    assert server_number(cluster) is None


def test_programs_that_start_together_make_one_server(folder: Path) -> None:
    half = folder / "postgres-new-half"  # a first start that was cut short
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.stdout.readline() for process in starting if process.stdout]
    assert len(set(said)) == 1
    assert "host=" in said[0]
    assert not half.exists()
    for process in starting:
        process.communicate("\n")
        assert process.returncode == 0
    assert server_number(folder) is None


def test_two_copies_run_side_by_side_whatever_their_folders_are_called(folder: Path) -> None:
    strange, long = folder / "a b'c\"d$ấp", folder / ("x" * 150)
    with database(strange, None) as one, database(long, None) as two:
        with psycopg.connect(one) as con:
            con.execute("CREATE TABLE here (id int)")
        assert query(one, "SELECT to_regclass('here')::text") == "here"
        assert query(two, "SELECT to_regclass('here')::text") is None
    assert server_number(strange) is server_number(long) is None


def test_a_number_that_now_belongs_to_another_process_is_not_believed(cluster: Path) -> None:
    pid = cluster / "postgres" / "postmaster.pid"
    pid.write_text(f"{os.getpid()}\n{cluster}/postgres\n1\n5432\n\n\n0 0\nready\n")
    with database(cluster, None) as conninfo:
        assert query(conninfo, "SELECT 1") == 1


def test_a_broken_cluster_is_named_with_what_to_do(cluster: Path) -> None:
    version = cluster / "postgres" / "PG_VERSION"
    before = version.read_text()
    version.write_text("9\n")
    with pytest.raises(DatabaseError, match="DATABASE_URL") as caught, database(cluster, None):
        pass
    version.write_text(before)
    assert str(cluster) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_data_dir_that_cannot_be_used_is_named(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(DatabaseError, match="DATA_DIR"), database(folder / "file", None):
        pass


def test_closing_twice_does_no_harm(cluster: Path) -> None:
    server = EmbeddedServer(cluster)
    server.start()
    server.close()
    server.close()
    assert server_number(cluster) is None


def test_a_server_of_ones_own_is_checked(embedded_conninfo: str, folder: Path) -> None:
    with database(folder, embedded_conninfo) as conninfo:
        assert conninfo == embedded_conninfo
    assert list(folder.iterdir()) == []


def test_a_server_that_lets_nobody_in_is_told_from_one_that_is_away(
    embedded_conninfo: str, folder: Path
) -> None:
    for name, value in (("dbname", "khong_co"), ("user", "khong_ai")):
        elsewhere = make_conninfo(embedded_conninfo, **{name: value})
        with pytest.raises(DatabaseError, match=value) as caught, database(folder, elsewhere):
            pass
        assert caught.value.wrong == "database_refused"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me:secret@127.0.0.1:1/base", "127.0.0.1, database base"),
        ("postgresql://me:secret@127.0.0.1:port/base", "invalid integer"),
        ("mysql://me:secret@localhost/base", "should look like"),
    ],
)
def test_an_unreachable_server_is_said_in_one_sentence_without_its_password(
    folder: Path, url: str, says: str
) -> None:
    with pytest.raises(DatabaseError, match=says) as caught, database(folder, url):
        pass
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
