"""Being told of dossiers, on both servers: each change once whatever dies in between, systems asked
no faster than they allow, erased with the rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from actions.dossier_sources.port import SourceUnavailable
from actions.dossier_sources.rhythm import Plan
from actions.replies import Reply
from actions.watched import Wish
from actions.watching import LASTS, News, choice_of
from bot.desk import Desk
from bot.jobs import Again
from bot.mailbox import Mailbox, open_mailbox
from bot.messages import Incoming, TurnResult
from bot.store import dossiers, messages, operation, subscriptions
from bot.store.errors import NotTaking
from bot.times import VIETNAM
from bot.watching import IDLE, Watcher, take_in
from knowledge_base.dossiers.codes import DossierCode, grammar
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.states import DossierState
from tests.mailroom import FAST, Pigeon, eventually, mailroom, said
from tests.samples import DOSSIERS, NOW

FIRST = next(iter(DOSSIERS.values()))
CODE = grammar().find(FIRST.code, NOW.date()).codes[0]
DONE = replace(FIRST, state=DossierState.DONE, seen=FIRST.seen + timedelta(1))


def waits(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Wants to be told of the codes that a text names, and says what it is told."""
    if incoming.is_reminder:
        held = [one.code for one in incoming.watching or ()]
        return TurnResult({}, (Reply(f"{incoming.choice} trong {len(held)}"),))
    text = incoming.text or ""
    if text == "quên":
        return TurnResult({}, (Reply("quên rồi"),), erase=True)
    if text == "thôi":
        return TurnResult({}, (Reply("thôi"),), watching=(Wish(FIRST.code),))
    until = datetime.now(VIETNAM) + LASTS
    wish = Wish(FIRST.code, FIRST.mark, "đồng ý", until, text if text != "bảng" else "")
    return TurnResult({}, (Reply("vâng"),), watching=(wish,))


async def fill(mailbox: Mailbox, *known: Dossier) -> None:
    """A list is imported."""
    rows = [(grammar().find(one.code, NOW.date()).codes[0], one) for one in known]
    async with mailbox.store.transaction() as con:
        await take_in(con, mailbox.jobs, rows)


def rows(conninfo: str) -> list[tuple[Any, ...]]:
    """What is kept of subscriptions."""
    with psycopg.connect(conninfo) as con:
        columns = "conversation, told, before, changes, pending, next_at IS NOT NULL, failures"
        return con.execute(f"SELECT {columns} FROM subscriptions ORDER BY id").fetchall()


async def test_a_list_that_changes_a_state_tells_everybody_once(conninfo: str) -> None:
    pigeon = Pigeon()
    async with mailroom(conninfo, waits, [pigeon]) as mailbox:
        await fill(mailbox, FIRST)
        for chat in ("an", "binh"):
            await mailbox.receive(said(1, "bảng", chat, "telegram"))
        await eventually(lambda: len(pigeon.delivered) == 2)
        await fill(mailbox, FIRST)  # nothing new
        await fill(mailbox, DONE)
        await fill(mailbox, DONE)
        await eventually(lambda: len(pigeon.delivered) == 4)
        await fill(mailbox, DONE)
        await mailbox.receive(said(2, "thôi", "an", "telegram"))
        await eventually(lambda: len(pigeon.delivered) == 5)
    told = f"{choice_of(News.CHANGE, FIRST.code, DONE.mark)} trong 1"
    assert pigeon.texts("an") == ["vâng", told, "thôi"]
    assert pigeon.texts("binh") == ["vâng", told]
    assert rows(conninfo) == [("telegram:binh", DONE.mark, FIRST.mark, 1, False, False, 0)]


async def test_what_was_heard_is_told_though_the_program_died_before(conninfo: str) -> None:
    async with mailroom(conninfo, waits) as mailbox:
        await fill(mailbox, FIRST)
        await mailbox.receive(said(1, "bảng"))
        await mailbox.answer_to(said(1), 10)
    async with open_mailbox(conninfo, timing=FAST) as mailbox:  # nobody works
        await fill(mailbox, DONE)
    async with mailroom(conninfo, waits) as mailbox:
        async for reply in mailbox.follow("web:an", 1):
            assert DONE.mark in reply.reply.text
            break
    assert rows(conninfo)[0][3:5] == (1, False)


async def test_while_the_program_is_emptied_nobody_is_told(embedded_conninfo: str) -> None:
    async with open_mailbox(embedded_conninfo, timing=FAST) as mailbox:
        async with mailroom(embedded_conninfo, waits):
            await fill(mailbox, FIRST)
            await mailbox.receive(said(1, "bảng"))
            await mailbox.answer_to(said(1), 10)
        await fill(mailbox, DONE)
        watcher = Watcher(mailbox.store, mailbox.jobs)
        async with mailbox.store.connection() as con:
            await operation.drain(con, timedelta(minutes=1))
            with pytest.raises(NotTaking):
                await watcher.tell()
            await operation.drain(con, timedelta(0))
            assert await subscriptions.pending(con, 9)
            await watcher.tell()
            assert not await subscriptions.pending(con, 9)


async def test_two_workers_tell_a_change_once(conninfo: str) -> None:
    pigeon = Pigeon()
    async with mailroom(conninfo, waits, [pigeon]) as mailbox:
        await fill(mailbox, FIRST)
        chats = [f"c{n}" for n in range(12)]
        for chat in chats:
            await mailbox.receive(said(1, "bảng", chat, "telegram"))
        await eventually(lambda: len(pigeon.delivered) == 12)
        async with mailbox.store.transaction() as con:
            await dossiers.take_in(con, [(CODE, DONE)])
            assert await subscriptions.heard_list(con)
        watchers = [Watcher(mailbox.store, mailbox.jobs) for _ in range(3)]
        await asyncio.gather(*(one.tell() for one in watchers))
        await eventually(lambda: len(pigeon.delivered) == 24)
    assert all(len(pigeon.texts(chat)) == 2 for chat in chats)


async def test_a_change_between_the_look_up_and_consent_is_told(embedded_conninfo: str) -> None:
    async with mailroom(embedded_conninfo, waits) as mailbox:
        await fill(mailbox, DONE)  # the citizen still saw the state before
        await mailbox.receive(said(1, "bảng"))
        await mailbox.answer_to(said(1), 10)
        await Watcher(mailbox.store, mailbox.jobs).tell()
        async for reply in mailbox.follow("web:an", 1):
            assert DONE.mark in reply.reply.text
            break


async def test_forgetting_removes_it_and_a_citizen_is_told_nothing_more(conninfo: str) -> None:
    async with mailroom(conninfo, waits) as mailbox:
        await fill(mailbox, FIRST)
        for number, chat in enumerate(("an", "binh")):
            await mailbox.receive(said(number, "bảng", chat))
            await mailbox.answer_to(said(number, chat=chat), 10)
        await mailbox.receive(said("x", "quên"))
        await mailbox.answer_to(said("x"), 10)
        await mailbox.erase("web:binh")
        assert rows(conninfo) == []
        await fill(mailbox, DONE)
    with psycopg.connect(conninfo) as con:
        assert con.execute("SELECT count(*) FROM messages WHERE done_at IS NULL").fetchone() == (0,)


async def test_forgetting_takes_with_it_what_a_turn_is_just_keeping(conninfo: str) -> None:
    def waited_for() -> bool:
        with psycopg.connect(conninfo) as con:
            return con.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount > 0

    async with open_mailbox(conninfo, timing=FAST) as mailbox:  # nobody works but this test
        await mailbox.receive(said(1, "bảng"))
        async with mailbox.store.connection() as con:
            found = await (await con.execute("SELECT id FROM messages")).fetchone()
            assert found
            turn = await messages.begin(con, found["id"], suspects=True)
        assert turn
        result = waits(turn.incoming, None, NOW)
        async with mailbox.store.transaction() as con:
            kept = await messages.finish(con, turn, result, pushed=False, parked=None, now=NOW)
            assert kept
            await subscriptions.follow(con, turn.incoming, result.watching, NOW)
            await mailbox.jobs.enqueue_reminder(con, "web", "an", "nhắc", NOW + LASTS)
            forgetting = asyncio.create_task(mailbox.erase("web:an"))
            await eventually(waited_for)
        await forgetting
    assert rows(conninfo) == []
    with psycopg.connect(conninfo) as after:
        assert after.execute("SELECT task_name FROM procrastinate_jobs").fetchall() == []


async def test_nothing_is_left_of_what_is_watched_no_longer(conninfo: str) -> None:
    """Not even in reminders: that of its end would end what the citizen begins anew."""
    later = datetime.now(VIETNAM) + LASTS
    ends = choice_of(News.EXPIRED, f"000.00.57.{FIRST.code}"), "nhắc việc/khác"
    async with mailroom(conninfo, waits) as mailbox:
        await fill(mailbox, FIRST)
        for chat in ("an", "binh"):
            await mailbox.receive(said(1, "bảng", chat))
            await mailbox.answer_to(said(1, chat=chat), 10)
            for choice in ends:
                await mailbox.remind_at("web", chat, later, choice)
        await mailbox.receive(said(2, "thôi"))
        await mailbox.answer_to(said(2), 10)
    with psycopg.connect(conninfo) as con:
        jobs = "SELECT args->>'chat', args->>'choice' FROM procrastinate_jobs ORDER BY id"
        left = con.execute(jobs).fetchall()
    assert left == [("an", ends[1]), ("binh", ends[0]), ("binh", ends[1])]


class System:
    """A system that knows what it is told to; counts what it is asked."""

    name = "máy chủ"

    def __init__(self, known: Dossier | None = FIRST) -> None:
        self.known = known
        self.down = False
        self.asked: list[str] = []

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier, unless it is down."""
        self.asked.append(code.text)
        if self.down:
            raise SourceUnavailable("down")
        return self.known


@asynccontextmanager
async def watched(conninfo: str, system: System) -> AsyncIterator[tuple[Mailbox, Watcher, Any]]:
    """A system of which one dossier is watched; its watcher on a clock that the test moves."""
    clock = [datetime(2026, 11, 23, 9, tzinfo=VIETNAM)]

    async def sleep(seconds: float) -> None:
        clock[0] += timedelta(seconds=seconds)

    plans = {"máy chủ": Plan(system, per_minute=30)}
    async with mailroom(conninfo, waits) as mailbox:
        options: dict[str, Any] = {"clock": lambda: clock[0], "sleep": sleep}
        watcher = Watcher(mailbox.store, mailbox.jobs, plans, spread=lambda: 0.5, **options)
        async with mailbox.store.transaction() as con:
            await dossiers.remember(con, CODE, FIRST)
        await mailbox.receive(said(1, "máy chủ"))
        await mailbox.answer_to(said(1), 10)
        with psycopg.connect(conninfo) as db:
            db.execute("UPDATE subscriptions SET next_at = %s", (clock[0],))
        yield mailbox, watcher, clock


async def ask(watcher: Watcher) -> float:
    """One round; seconds until the next."""
    try:
        await watcher.ask("máy chủ")
    except Again as again:
        return again.after
    raise AssertionError("it goes on for ever")


async def test_a_system_is_asked_when_due_and_its_change_is_told(conninfo: str) -> None:
    system = System()
    async with watched(conninfo, system) as (mailbox, watcher, clock):
        await ask(watcher)
        await ask(watcher)
        assert len(system.asked) == 1  # the next look is hours away
        system.known = DONE
        clock[0] += timedelta(days=1)
        await ask(watcher)
        async for reply in mailbox.follow("web:an", 1):
            assert DONE.mark in reply.reply.text
            break
        desk = Desk(mailbox.store, {})
        finding = await desk.look_up(FIRST.code, Incoming.reminder("a", "web", "an", "x"))
        assert finding.dossier == DONE
    assert rows(conninfo) == [("web:an", DONE.mark, FIRST.mark, 1, False, True, 0)]


async def test_a_system_that_is_down_is_left_alone_and_asked_again(embedded_conninfo: str) -> None:
    system = System()
    system.down = True
    async with watched(embedded_conninfo, system) as (_, watcher, clock):
        for round_ in range(1, 4):
            await ask(watcher)
            assert len(system.asked) == round_
            assert rows(embedded_conninfo)[0][6] == round_
            clock[0] += timedelta(days=1)
        system.down = False
        await ask(watcher)
        assert rows(embedded_conninfo)[0][6] == 0
        with psycopg.connect(embedded_conninfo) as con:
            con.execute(
                "INSERT INTO subscriptions (conversation, channel, chat, key, code, consent, until,"
                " told, source, next_at) SELECT 'web:x' || n, 'web', 'x' || n, 'H57132261116' || n,"
                " 'H57.132-261116-' || n, '', now(), '', 'máy chủ', %s"
                " FROM generate_series(1000, 1009) n",
                (clock[0],),
            )
        system.asked.clear()
        system.down = True
        assert await ask(watcher) == 60.0
        assert len(system.asked) == 3  # the other seven wait with it


async def test_an_error_of_ours_is_told_without_its_words_and_the_job_goes_on(
    embedded_conninfo: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with mailroom(embedded_conninfo) as mailbox:
        async with mailbox.store.transaction() as con:
            await mailbox.jobs.defer(con, "remind", "reminders", hoa="bà Hoa")
        await eventually(lambda: "Job remind is tried again: TypeError" in caplog.text)
    assert "Hoa" not in caplog.text


async def test_a_dossier_that_breaks_us_keeps_no_other_from_being_asked_about(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System()

    async def broken(code: DossierCode) -> Dossier | None:
        raise KeyError("status")

    async with watched(embedded_conninfo, system) as (_, watcher, clock):
        monkeypatch.setattr(system, "find", broken)
        assert await ask(watcher) == IDLE
        with psycopg.connect(embedded_conninfo) as con:
            found = con.execute("SELECT failures, next_at > %s FROM subscriptions", (clock[0],))
            assert found.fetchone() == (1, True)


async def test_every_system_has_one_job_for_all_workers(embedded_conninfo: str) -> None:
    system = System()
    plans = {"máy chủ": Plan(system, per_minute=6000)}
    async with open_mailbox(embedded_conninfo, timing=FAST) as mailbox:
        watchers = [Watcher(mailbox.store, mailbox.jobs, plans) for _ in range(3)]
        for watcher in watchers:
            await watcher.begin()
    with psycopg.connect(embedded_conninfo) as con:
        assert con.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
        con.execute(
            "INSERT INTO subscriptions (conversation, channel, chat, key, code, consent, until,"
            " told, source, next_at)"
            " VALUES ('web:an', 'web', 'an', %s, %s, '', now(), '', 'máy chủ', now())",
            (CODE.key, CODE.text),
        )
    async with mailroom(embedded_conninfo, waits, plans=plans):
        await eventually(lambda: bool(system.asked))
