"""Opens what officials' commands read and write in the program's database: the book of portal
records, the book of missed questions, how content citizens are.

Apart from :mod:`bot.wiring`, whose imports cost five seconds and 400 MB that a synchronisation
has no use for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date

from pydantic import ValidationError

from bot.jobs import queue_schema
from bot.postgres import DatabaseError, database
from bot.settings import Settings, unreadable
from bot.store import ratings
from bot.store.errors import StoreError
from bot.store.migrate import migrate
from bot.store.misses import Misses
from bot.store.pool import Store
from bot.store.portal import read_portal
from bot.store.portal_records import PortalRecords
from bot.troubles import told
from knowledge_base.overlay import Synchronised
from knowledge_base.portal.book import BookUnavailable, RecordBook
from knowledge_base.review.book import MissBook
from knowledge_base.schema import Procedure


@asynccontextmanager
async def open_record_book() -> AsyncIterator[RecordBook]:
    """The book in the program's own database, its tables brought up to date.

    Raises :class:`~knowledge_base.portal.book.BookUnavailable`.
    """
    async with open_store() as store:
        yield PortalRecords(store)


async def read_synchronised(curated: Iterable[Procedure]) -> Synchronised:
    """What the program's own database says of the portal, as
    :func:`bot.store.portal.read_portal` gives it to answers.

    Raises :class:`~knowledge_base.portal.book.BookUnavailable`.
    """
    async with open_store() as store:
        return await read_portal(store, curated)


@asynccontextmanager
async def open_miss_book() -> AsyncIterator[MissBook]:
    """The missed questions in the program's own database, its tables brought up to date.

    Raises :class:`~knowledge_base.portal.book.BookUnavailable`.
    """
    async with open_store() as store:
        yield Misses(store)


async def read_ratings(since: date) -> tuple[list[ratings.Row], list[ratings.Words]]:
    """How content citizens are since a day. Raises
    :class:`~knowledge_base.portal.book.BookUnavailable`."""
    async with open_store() as store, store.connection() as con:
        return await ratings.read(con, since)


@asynccontextmanager
async def open_store() -> AsyncIterator[Store]:
    """The program's own database, its tables brought up to date, for a command.

    Raises :class:`~knowledge_base.portal.book.BookUnavailable`.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise BookUnavailable(unreadable(error)) from error
    try:
        with database(settings.data_dir, settings.own_database) as conninfo:
            await migrate(conninfo, queue_schema())
            async with _connected(conninfo) as store:
                yield store
    except (DatabaseError, StoreError) as error:
        raise BookUnavailable(told(error) or str(error)) from error


@asynccontextmanager
async def open_book(conninfo: str) -> AsyncIterator[RecordBook]:
    """The book in a database whose tables are there. Raises :class:`StoreError`."""
    async with _connected(conninfo) as store:
        yield PortalRecords(store)


@asynccontextmanager
async def _connected(conninfo: str) -> AsyncIterator[Store]:
    store = Store(conninfo, max_connections=3)
    try:
        await store.open()
        yield store
    finally:
        await store.close()
