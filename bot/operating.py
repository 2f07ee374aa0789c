"""What those who run the program do: ``python -m bot status | dead | retry | drain``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from rich.table import Table
from rich.text import Text

from bot.jobs import Jobs
from bot.record_book import open_store
from bot.settings import Settings
from bot.status import Status, lasting, look
from bot.store import operation
from bot.store.operation import Dead, Doing
from bot.store.pool import Store
from bot.times import VIETNAM

_SHOWN = 60  # characters of a message in the table of the dead
_LOOKS_EVERY = 0.5  # seconds between two looks at what is left

Told = Callable[[Doing], None]


async def status(settings: Settings) -> Status:
    """How the program is doing. Raises :class:`~knowledge_base.portal.book.BookUnavailable`, as
    everything here."""
    async with open_store() as store:
        return look(settings, await _doing(store))


async def dead() -> list[Dead]:
    """The messages given up on."""
    async with open_store() as store, store.connection() as con:
        return await operation.dead(con)


async def retry(number: int | None) -> int:
    """Have one message given up on handled again, or (None) all of them; returns how many. Each
    comes after what its conversation has waiting; the apology that was kept instead of an answer is
    taken away."""
    async with open_store() as store:
        jobs = Jobs(store)
        await jobs.open()
        async with store.connection() as con:
            numbers = [one.row for one in await operation.dead(con)] if number is None else [number]
        return sum([await _again(store, jobs, one) for one in numbers])


async def _again(store: Store, jobs: Jobs, row: int) -> bool:
    async with store.transaction() as con:
        conversation = await operation.revive(con, row)
        if conversation is None:
            return False
        await jobs.enqueue_turn(con, row, conversation)
        return True


async def drain(time: timedelta, told: Told) -> bool:
    """Take nothing in for ``time`` and wait until everything that was taken in is answered and
    sent; returns whether that came about. ``told`` is told what is left. Cancelling it ends it."""
    async with open_store() as store:
        async with store.connection() as con:
            await operation.drain(con, time)
        try:
            async with asyncio.timeout(time.total_seconds()):
                while (doing := await _doing(store)).waiting + doing.sending:
                    told(doing)
                    await asyncio.sleep(_LOOKS_EVERY)
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            await _let_in(store)
            raise
        return True


async def let_in() -> None:
    """Take messages in again."""
    async with open_store() as store:
        await _let_in(store)


async def _let_in(store: Store) -> None:
    async with store.connection() as con:
        await operation.drain(con, timedelta(0))


async def _doing(store: Store) -> Doing:
    async with store.connection() as con:
        return await operation.doing(con)


def what_is_left(doing: Doing) -> str:
    """One line of progress while draining."""
    oldest = f", lâu nhất {lasting(doing.oldest_seconds)}" if doing.waiting else ""
    return f"Còn {doing.waiting} tin chờ trả lời{oldest}, {doing.sending} câu trả lời chờ gửi"


def listed(found: Sequence[Dead]) -> Table:
    """The messages given up on, for people."""
    table = Table()
    for name in ("Số", "Bỏ từ", "Kênh", "Vì sao", "Tin (đã che)"):
        table.add_column(name, overflow="fold")
    for one in found:
        since = one.parked_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
        text = one.text or "(mở một liên kết)"
        shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
        # Text, because what was masked stands in square brackets, which would be taken for markup.
        table.add_row(str(one.row), since, one.channel, _why(one.why), Text(shown))
    return table


def _why(why: str) -> str:
    return f"làm tắt chương trình ({why})" if why.startswith("killed") else f"lỗi: {why}"
