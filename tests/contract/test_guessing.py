"""Guessing codes, on both servers: a citizen who mistypes notices nothing; who tries many is slowed
down, asked, sent to people; from one address, whatever the conversation; nothing kept says who."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from actions.dossier_sources.port import Finding, Why
from api.incoming import ID_PATTERN
from bot import guessing
from bot.desk import STEP, STEP_REMOTE, Desk
from bot.guessing import Guesses, Level, fallen, level
from bot.messages import Incoming
from bot.store.dossiers import take_in
from bot.store.guesses import keep_salts
from bot.store.pool import Store
from knowledge_base.dossiers.codes import DossierCode, grammar
from knowledge_base.dossiers.dossier import Dossier
from tests.mailroom import mailroom, said
from tests.samples import DOSSIERS, NOW

FIRST = next(iter(DOSSIERS.values()))


@dataclass
class Asker:
    """Asks a desk as one conversation after the other; the clock stands unless it is moved."""

    desk: Desk
    now: datetime
    number: int = 1000

    async def ask(self, code: str, chat: str = "an", **facts: object) -> Why:
        """One look-up."""
        asking = Incoming("web", chat, "1", text=code, origin="diachi")
        return (await self.desk.look_up(code, replace(asking, **facts))).why  # type: ignore[arg-type]

    async def guess(self, chat: str = "an", **facts: object) -> Why:
        """The next code that does not exist."""
        self.number += 1
        return await self.ask(f"H57.132-261116-{self.number}", chat, **facts)


@asynccontextmanager
async def asking(conninfo: str) -> AsyncIterator[Asker]:
    """Somebody at a desk with one dossier."""

    async def no_sleep(_: float) -> None: ...

    store = Store(conninfo)
    await store.open()
    try:
        rows = [(grammar().find(d.code, NOW.date()).codes[0], d) for d in DOSSIERS.values()]
        async with store.transaction() as con:
            await take_in(con, rows)
        asker = Asker(Desk(store, {}), datetime.now(UTC))
        guesses = Guesses(store, lambda: asker.now)
        asker.desk = Desk(store, {}, sleep=no_sleep, guesses=guesses)
        yield asker
    finally:
        await store.close()


async def test_who_mistypes_a_few_times_notices_nothing(conninfo: str) -> None:
    async with asking(conninfo) as asker:
        for _ in range(3):
            assert await asker.guess() is Why.NOT_FOUND
        assert await asker.ask(FIRST.code) is Why.FOUND
        for _ in range(20):  # the same again is no guess
            assert await asker.ask("H57.132-261116-1001") is Why.NOT_FOUND
            assert await asker.ask(FIRST.code) is Why.FOUND


async def test_who_goes_on_is_slowed_down_then_asked_then_sent_to_people(conninfo: str) -> None:
    async with asking(conninfo) as asker:
        seen = [await asker.guess() for _ in range(6)]
        assert seen == [Why.NOT_FOUND] * 4 + [Why.SLOWED] * 2
        assert await asker.ask("H57.132-261116-1001") is Why.NOT_FOUND  # asked before
        asker.now += timedelta(minutes=2)
        assert await asker.guess() is Why.NOT_FOUND
        asker.now += timedelta(minutes=2)
        assert await asker.guess() is Why.NOT_FOUND
        assert await asker.guess() is Why.CHECK
        assert await asker.guess(checked=True) is Why.NOT_FOUND
        tried = [await asker.guess() for _ in range(8)]
        assert set(tried) == {Why.CHECK, Why.PERSON}
        assert tried[-1] is Why.PERSON
        assert await asker.guess(checked=True) is Why.PERSON
        assert await asker.ask("H57.132-261116-1001") is Why.NOT_FOUND
        asker.now += timedelta(hours=2)
        assert await asker.guess() is Why.NOT_FOUND  # it is forgotten by itself


async def test_codes_in_sequence_through_many_conversations_are_slowed(conninfo: str) -> None:
    async with asking(conninfo) as asker:
        seen = [await asker.guess(f"c{n}") for n in range(30)]
        allowed = [why for why in seen if why is Why.NOT_FOUND]
        assert 15 <= len(allowed) <= 20
        assert set(seen[20:]) == {Why.SLOWED}
        asker.number = 2000
        assert await asker.guess("other", origin="khac") is Why.NOT_FOUND
        async with asker.desk._store.connection() as con:
            counted = await guessing.slowed(con)
        assert counted["address", "slow"] == 1
        assert counted["conversation", "slow"] == 0


async def test_codes_that_exist_cannot_be_walked_through_either(embedded_conninfo: str) -> None:
    async with asking(embedded_conninfo) as asker:
        rows = [replace(FIRST, code=f"H57.132-261116-{n}") for n in range(5000, 5060)]
        async with asker.desk._store.transaction() as con:
            await take_in(con, ((grammar().find(d.code, NOW.date()).codes[0], d) for d in rows))
        seen = [await asker.ask(d.code) for d in rows]
        assert 15 <= seen.count(Why.FOUND) <= 20
        assert seen[-1] is Why.SLOWED
        helper = [await asker.ask(d.code, "giup", team="Tổ 3", origin=None) for d in rows]
        assert helper.count(Why.FOUND) == 60  # a helper sees to many people


@pytest.mark.parametrize("number", [1, "hs1-1"])
def test_nobody_passes_for_the_program_which_is_not_counted(number: int | str) -> None:
    own = Incoming.reminder(number, "web", "an", "hoso")
    assert own.is_reminder
    assert re.match(ID_PATTERN, own.message_id) is None  # callers choose the ids of their messages


async def test_nothing_kept_says_who(embedded_conninfo: str) -> None:
    async with mailroom(embedded_conninfo) as mailbox:
        async with mailbox.store.connection() as con:
            await keep_salts(con)
        await mailbox.receive(replace(said(1), origin="203.0.113.7"))
        await mailbox.answer_to(said(1), 10)
        with psycopg.connect(embedded_conninfo) as con_:
            assert con_.execute("SELECT origin FROM messages").fetchall() == [(None,)]
        await Guesses(mailbox.store).admit("H57132", replace(said(2), origin="ab"))
        with psycopg.connect(embedded_conninfo) as con_:
            kept = str(con_.execute("SELECT * FROM guesses").fetchall())
            assert "web:an" not in kept
            assert "H57132" not in kept
            con_.execute("UPDATE guess_salts SET day = day - 2")
            con_.execute("UPDATE guesses SET at = at - interval '2 days'")
        async with mailbox.store.connection() as con:
            await keep_salts(con)
        with psycopg.connect(embedded_conninfo) as con_:
            assert con_.execute("SELECT count(*) FROM guesses").fetchone() == (0,)
            assert con_.execute("SELECT count(*) FROM guess_salts").fetchone() == (2,)


@pytest.mark.parametrize("remote", [False, True])
async def test_every_answer_takes_a_whole_number_of_steps(
    embedded_conninfo: str, remote: bool
) -> None:
    """On a clock of the test: whatever looking took, the answer comes at a whole step."""
    clock, took = [0.0], [0.0]

    async def sleep(seconds: float) -> None:
        clock[0] += seconds

    class Slow:
        name = "nơi thử"

        async def find(self, code: DossierCode) -> Dossier | None:
            """Takes longer for what exists."""
            clock[0] += took[0]
            return FIRST if code.counter == "0583" else None

    store = Store(embedded_conninfo)
    await store.open()
    try:
        options = {"clock": lambda: clock[0], "sleep": sleep}
        desk = Desk(store, {"H57": Slow()} if remote else {}, **options)  # type: ignore[arg-type]
        step = STEP_REMOTE if remote else STEP
        for took[0], code in ((0.02, "H57.132-261116-0999"), (0.31, FIRST.code)):
            clock[0] = 0.0
            finding: Finding = await desk.look_up(code, said(1))
            assert clock[0] == pytest.approx(step), finding.why
    finally:
        await store.close()


def test_a_score_falls_by_itself_and_addresses_are_allowed_more() -> None:
    assert fallen(3.0, 600) == 2.0
    assert fallen(0.5, 6000) == 0.0
    assert [level(s, wide=False) for s in (3.4, 3.5, 5.5, 8.5, 99)] == [
        Level.FREE, Level.SLOW, Level.CHECK, Level.PERSON, Level.PERSON,
    ]  # fmt: skip
    assert level(17, wide=True) is Level.FREE
    assert level(18, wide=True) is Level.SLOW
