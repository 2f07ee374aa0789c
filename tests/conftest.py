"""Databases for the tests, see :mod:`tests.servers`.

Each test gets an empty database of its own, copied from a migrated one. Ask for ``conninfo`` to run
on both servers, for ``embedded_conninfo`` where one is enough.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import Server, debian, embedded, open_folder

__all__ = ["Server", "open_folder"]


@pytest.fixture(scope="session")
def embedded_server() -> Iterator[Server]:
    """The server that comes with the program."""
    with embedded() as server:
        yield server


@pytest.fixture(scope="session")
def debian_server() -> Iterator[Server]:
    """A cluster of Debian's PostgreSQL on a free port of this machine."""
    with debian() as server:
        yield server


@pytest.fixture(params=["embedded", "debian"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two servers in turn."""
    found = request.getfixturevalue(f"{request.param}_server")
    assert isinstance(found, Server)
    return found


@pytest.fixture
def conninfo(server: Server) -> Iterator[str]:
    """A fresh, migrated database on each of the two servers."""
    with server.fresh() as address:
        yield address


@pytest.fixture
def embedded_conninfo(embedded_server: Server) -> Iterator[str]:
    """A fresh, migrated database on the embedded server."""
    with embedded_server.fresh() as address:
        yield address
