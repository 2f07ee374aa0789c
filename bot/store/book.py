"""What the books of the knowledge base have in common on PostgreSQL: their connections, and the
store's errors as theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import psycopg

from bot.store.errors import StoreUnavailable
from bot.store.pool import Connection, Store
from knowledge_base.portal.book import BookFull, BookUnavailable


class Book:
    """A book over a store; ``_left`` says what is left of work that is cut off."""

    _left: ClassVar[str] = ""

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        async with self._errors(), self._store.connection() as con:
            yield con

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with self._errors(), self._store.transaction() as con:
            yield con

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        try:
            yield
        except StoreUnavailable as error:
            if isinstance(error.__cause__, psycopg.errors.DiskFull):
                raise BookFull(
                    f"Ổ đĩa của cơ sở dữ liệu đã đầy. Dọn bớt chỗ rồi chạy lại{self._left}."
                ) from error
            raise BookUnavailable(
                "Cơ sở dữ liệu không trả lời hoặc vừa ngắt. Kiểm tra PostgreSQL rồi chạy lại"
                f"{self._left}."
            ) from error
