"""Missed questions on both servers: noted with the turn, counted, settled, forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from actions.replies import Reply
from bot.messages import Incoming, TurnResult
from bot.store.misses import Misses, forget_old, note
from bot.store.pool import Store
from bot.times import VIETNAM
from knowledge_base.portal.book import BookUnavailable
from knowledge_base.review.book import Miss, Missed, MissKind
from tests.mailroom import mailroom, said

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))
A, B = "1.000001", "1.000002"


def miss(
    question: str, kind: MissKind = MissKind.DECLINED, day: date = MONDAY, **more: Any
) -> Miss:
    """A question that was declined on Monday."""
    return Miss(question, kind, day, **more)


@asynccontextmanager
async def opened(conninfo: str) -> AsyncIterator[tuple[Store, Misses]]:
    """The store and the book over it."""
    store = Store(conninfo)
    await store.open()
    try:
        yield store, Misses(store)
    finally:
        await store.close()


async def keep(store: Store, *misses: Miss) -> None:
    """Note them as one turn does."""
    async with store.transaction() as con:
        await note(con, misses)


def short(found: list[Missed] | tuple[Missed, ...]) -> list[tuple[str, int]]:
    """Words and counts."""
    return [(missed.question, missed.count) for missed in found]


async def test_equal_questions_are_one_with_their_best_wording(conninfo: str) -> None:
    async with opened(conninfo) as (store, book):
        assert list(await book.missed()) == []
        await keep(store, miss("xin giay la"), miss("giấy khác"))
        await keep(store, miss("Xin giấy lạ?"), miss("xin giay la!", day=TUESDAY))
        await keep(store, miss("xin giay la", MissKind.CORRECTED, offered=(A, B)))
        await keep(store, miss("xin giay la", MissKind.REPHRASED, offered=(A,), chosen=B))
        first, second = await book.missed()
    assert short([first, second]) == [("Xin giấy lạ?", 4), ("giấy khác", 1)]
    assert [(m.kind.value, m.day, m.offered, m.chosen, m.count) for m in first.misses] == [
        ("corrected", MONDAY, (A, B), None, 1),
        ("declined", TUESDAY, (), None, 3),
        ("rephrased", MONDAY, (A,), B, 1),
    ]


async def test_what_was_taught_waits_again_only_when_missed_later(conninfo: str) -> None:
    async with opened(conninfo) as (store, book):
        await keep(store, miss("giấy một"), miss("giấy hai"), miss("giấy ba"))
        numbers = {missed.question: missed.number for missed in await book.missed()}
        await book.teach([numbers["giấy một"]], TUESDAY)
        await book.drop([numbers["giấy hai"]], TUESDAY)
        assert short(list(await book.missed())) == [("giấy ba", 1)]
        await keep(store, *(miss(f"giấy {n}", day=TUESDAY) for n in ("một", "hai")))
        assert short(list(await book.missed())) == [("giấy ba", 1)]
        await keep(store, *(miss(f"giấy {n}", day=WEDNESDAY) for n in ("một", "hai")))
        found = {missed.question: missed for missed in await book.missed()}
    assert set(found) == {"giấy ba", "giấy một"}
    with psycopg.connect(conninfo) as con:
        rows = con.execute("SELECT q::text FROM missed_questions q").fetchall()
    assert not any("hai" in row[0] for row in rows)  # nothing of what was dropped can be read
    assert found["giấy một"].taught == TUESDAY and found["giấy ba"].taught is None
    assert found["giấy một"].number == numbers["giấy một"]


async def test_the_list_of_another_place_counts_once(conninfo: str) -> None:
    async with opened(conninfo) as (store, book):
        await keep(store, miss("giấy một"))
        for _ in range(2):
            await book.add([miss("giấy một", count=5), miss("giấy xa", count=2)], "xã bên")
        assert short(list(await book.missed())) == [("giấy một", 6), ("giấy xa", 2)]


async def test_old_ones_are_forgotten(conninfo: str) -> None:
    async with opened(conninfo) as (store, book):
        await keep(store, miss("giấy một"), miss("giấy hai"), miss("giấy ba"))
        await keep(store, miss("giấy một", day=WEDNESDAY))
        numbers = {missed.question: missed.number for missed in await book.missed()}
        await book.drop([numbers["giấy ba"]], TUESDAY)
        async with store.connection() as con:
            await forget_old(con, TUESDAY, MONDAY)
        assert short(list(await book.missed())) == [("giấy một", 1)]
        with psycopg.connect(conninfo) as con:
            kept = con.execute("SELECT wording, settled FROM missed_questions").fetchall()
        assert sorted(kept) == [("", "dropped"), ("giấy một", None)]


async def test_what_few_have_asked_is_forgotten_sooner(conninfo: str) -> None:
    async with opened(conninfo) as (store, book):
        await keep(store, miss("giấy hiếm", count=2), miss("giấy hay gặp", count=3))
        await keep(store, miss("giấy mới", day=WEDNESDAY))
        async with store.connection() as con:
            await forget_old(con, MONDAY, TUESDAY)
        assert short(list(await book.missed())) == [("giấy hay gặp", 3), ("giấy mới", 1)]


async def test_turns_at_once_lose_nothing_and_do_not_wait_for_each_other(conninfo: str) -> None:
    ahead = [miss(f"giấy {n}") for n in "abcdef"]
    async with opened(conninfo) as (store, book):
        await asyncio.gather(
            *(keep(store, *(ahead if n % 2 else reversed(ahead))) for n in range(24))
        )
        assert sorted(short(list(await book.missed()))) == [(m.question, 24) for m in ahead]


async def test_a_turn_notes_its_misses_once_and_nothing_leads_to_the_citizen(
    conninfo: str,
) -> None:
    failing = {"2"}

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        forget = incoming.text == "xoá"
        question = () if forget else (miss(incoming.text or "", day=now.date()),)
        # A state that cannot be kept: nothing of that turn is, and it is tried again.
        broken = {"bad": "\x00"} if incoming.message_id in failing else {}
        failing.discard(incoming.message_id)
        return TurnResult(broken, (Reply("vâng"),), erase=forget, misses=question)

    async with mailroom(conninfo, handle) as mailbox, opened(conninfo) as (_, book):
        for number, text in enumerate(("giấy lạ", "giấy lạ", "xoá"), 1):
            await mailbox.receive(said(number, text, chat="0912345678"))
            await mailbox.answer_to(said(number, chat="0912345678"), 10)
        assert short(list(await book.missed())) == [("giấy lạ", 2)]
    with psycopg.connect(conninfo) as con:
        rows = con.execute(
            "SELECT q::text || m::text FROM missed_questions q JOIN misses m ON m.question = q.id"
        ).fetchall()
    assert len(rows) == 1
    today = datetime.now(UTC).astimezone(VIETNAM).date()
    assert "0912345678" not in rows[0][0] and "web" not in rows[0][0]
    assert f"{today}" in rows[0][0] and ":" not in rows[0][0]  # a day, no hour


async def test_the_worker_forgets_what_is_older_than_the_setting(conninfo: str) -> None:
    today = datetime.now(UTC).astimezone(VIETNAM).date()
    async with opened(conninfo) as (store, book):
        old, new = (miss(f"giấy {n}", day=today - timedelta(days=n)) for n in (11, 9))
        await keep(store, old, new)
        async with mailroom(conninfo, review=timedelta(days=10)):
            for _ in range(200):
                if len(await book.missed()) == 1:
                    break
                await asyncio.sleep(0.05)
        assert short(list(await book.missed())) == [("giấy 9", 1)]


async def test_without_a_database_one_sentence_is_said(conninfo: str) -> None:
    async with opened(conninfo) as (store, book):
        await store.close()
        with pytest.raises(BookUnavailable, match="PostgreSQL"):
            await book.missed()


def test_words_found_later_are_no_miss_more() -> None:
    again = miss("giấy", MissKind.REPHRASED, chosen=A)
    assert Missed(1, "giấy", (miss("giấy", count=3), again)).count == 3
    assert Missed(1, "giấy", (replace(again, count=2),)).count == 2
