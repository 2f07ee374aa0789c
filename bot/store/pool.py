"""The pool of connections, and the one place where psycopg's errors become ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.pq import ConnStatus
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from bot.store.errors import StoreUnavailable

Connection = AsyncConnection[DictRow]

# A database that vanished without a word (a pulled cable) is noticed within a minute.
KEEPALIVE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


_PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    # A standby, or a server whose host stops writing while its disk is full.
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
    PoolTimeout,
    PoolClosed,
)


@asynccontextmanager
async def database_errors() -> AsyncIterator[None]:
    """Raise :class:`StoreUnavailable` for whatever may pass by itself."""
    try:
        yield
    except _PASSING as error:
        raise StoreUnavailable(f"PostgreSQL does not answer: {error}") from error


class Store:
    """A pool of connections to one database. Open it before use; every method may be awaited
    from many tasks of one event loop.
    """

    def __init__(self, conninfo: str, *, max_connections: int = 16, wait: float = 10.0) -> None:
        """``wait``: seconds a caller waits for a free connection before StoreUnavailable."""
        self.conninfo = conninfo
        options: dict[str, Any] = {"row_factory": dict_row, **KEEPALIVE}
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            conninfo,
            kwargs=options,
            configure=_autocommit,
            check=_check,
            min_size=2,
            max_size=max_connections,
            timeout=wait,
            open=False,
        )

    async def open(self) -> None:
        """Connect; raises :class:`StoreUnavailable` where nobody answers."""
        async with database_errors():
            await self.pool.open(wait=True, timeout=15)

    async def close(self) -> None:
        """Give all connections back."""
        await self.pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One connection in autocommit, for single statements."""
        async with database_errors(), self.pool.connection() as con:
            yield con

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One connection inside a transaction: committed at the end, rolled back on an error."""
        async with database_errors(), self.pool.connection() as con, con.transaction():
            yield con

    async def check(self) -> None:
        """Raise :class:`StoreUnavailable` unless a query is answered."""
        async with self.connection() as con:
            await con.execute("SELECT 1")


async def _check(con: Connection) -> None:
    # Reads what the server may have said since, such as that it goes away, without asking it
    # anything: the pool's own check costs a round trip for every statement.
    con.pgconn.consume_input()
    if con.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection was closed")


async def try_lock(con: Connection, number: int) -> bool:
    """Take a lock until the end of the transaction; False where another process has it."""
    cursor = await con.execute("SELECT pg_try_advisory_xact_lock(%s) AS mine", (number,))
    row = await cursor.fetchone()
    return row is not None and bool(row["mine"])


async def _autocommit(con: Connection) -> None:
    # Single statements then cost one round trip instead of three; transactions are explicit.
    await con.set_autocommit(True)
