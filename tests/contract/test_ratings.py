"""How content citizens are, on both servers: counted with the turn, taken back, forgotten, read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from actions.rating import End, Question, Rated, Reason
from actions.replies import Reply
from bot.messages import Incoming, TurnResult
from bot.store import ratings
from bot.store.pool import Store
from bot.times import VIETNAM
from tests.mailroom import mailroom, said

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
BIRTH = Question(day=MONDAY, end=End.ANSWER, about="1.001193", unit="00166")
GUIDE = Question(day=TUESDAY, end=End.GUIDE, about="cai-vneid")


@asynccontextmanager
async def opened(conninfo: str) -> AsyncIterator[Store]:
    """The store."""
    store = Store(conninfo)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def keep(store: Store, *rated: Rated) -> None:
    """Note them as one turn does."""
    async with store.transaction() as con:
        await ratings.note(con, rated)


async def test_equal_ratings_are_one_row_and_what_is_taken_back_is_gone(conninfo: str) -> None:
    async with opened(conninfo) as store:
        for _ in range(3):
            await keep(store, Rated(BIRTH))
        await keep(store, Rated(BIRTH, 2), Rated(GUIDE, 5))
        await keep(store, Rated(BIRTH, 2), Rated(BIRTH, 2, Reason.SLOW))
        await keep(store, Rated(BIRTH, 2, count=-1), Rated(BIRTH, 4))
        await keep(store, Rated(GUIDE, 1, count=-1))  # never counted
        async with store.connection() as con:
            rows, words = await ratings.read(con, MONDAY)
            later, _ = await ratings.read(con, TUESDAY)
            totals = await ratings.totals(con)
    first = (MONDAY, "00166", End.ANSWER, "1.001193")
    assert rows == [
        ratings.Row(*first, 0, None, 3),
        ratings.Row(*first, 2, None, 1),
        ratings.Row(*first, 2, Reason.SLOW, 1),
        ratings.Row(*first, 4, None, 1),
        *later,
    ]
    assert later == [ratings.Row(TUESDAY, "", End.GUIDE, "cai-vneid", 5, None, 1)]
    assert words == []
    assert totals == {(0, ""): 3, (1, ""): 0, (2, ""): 1, (2, "slow"): 1, (4, ""): 1, (5, ""): 1}


async def test_words_stand_apart_from_the_place_and_are_forgotten(conninfo: str) -> None:
    slow = Rated(BIRTH, 1, Reason.OTHER, count=0, words="máy nói dài")
    async with opened(conninfo) as store:
        await keep(store, slow, Rated(GUIDE, 2, Reason.OTHER, count=0, words="chữ nhỏ"))
        async with store.connection() as con:
            _, words = await ratings.read(con, MONDAY)
            await ratings.forget_old(con, TUESDAY)
            rows, left = await ratings.read(con, MONDAY)
    assert words[0] == ratings.Words(MONDAY, End.ANSWER, "1.001193", 1, "máy nói dài")
    assert rows == [] and left == words[1:]
    with psycopg.connect(conninfo) as con:
        assert "00166" not in str(con.execute("SELECT w::text FROM rating_words w").fetchall())


async def test_turns_at_once_lose_nothing_and_do_not_wait_for_each_other(conninfo: str) -> None:
    ahead = [Rated(BIRTH, score) for score in range(6)]
    async with opened(conninfo) as store:
        turns = (keep(store, *(ahead if n % 2 else reversed(ahead))) for n in range(24))
        await asyncio.gather(*turns)
        async with store.connection() as con:
            assert set((await ratings.totals(con)).values()) == {24}


async def test_a_turn_counts_once_and_nothing_leads_to_the_citizen(conninfo: str) -> None:
    today = datetime.now(UTC).astimezone(VIETNAM).date()
    old = BIRTH.model_copy(update={"day": today - timedelta(days=11)})
    asked = BIRTH.model_copy(update={"day": today})
    failing = {"2"}

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        # A state that cannot be kept: nothing of that turn is, and it is tried again.
        broken = {"bad": "\x00"} if incoming.message_id in failing else {}
        failing.discard(incoming.message_id)
        words = Rated(old, 1, Reason.OTHER, count=0, words="lời cũ")
        return TurnResult(broken, (Reply("vâng"),), ratings=(Rated(asked, 1), words))

    async with opened(conninfo) as store:
        async with mailroom(conninfo, handle) as mailbox:
            for number in (1, 2):
                await mailbox.receive(said(number, "1", chat="0912345678"))
                await mailbox.answer_to(said(number, chat="0912345678"), 10)
            assert (await mailbox.counts()).ratings == {(1, ""): 2}
        with psycopg.connect(conninfo) as plain:
            kept = str(plain.execute("SELECT r::text FROM ratings r").fetchall())
            kept += str(plain.execute("SELECT w::text FROM rating_words w").fetchall())
        assert "0912345678" not in kept and "web" not in kept and ":" not in kept
        async with mailroom(conninfo, review=timedelta(days=10)):
            for _ in range(200):
                async with store.connection() as con:
                    if not (await ratings.read(con, old.day))[1]:
                        break
                await asyncio.sleep(0.05)
            else:
                raise AssertionError("old words were not forgotten")
