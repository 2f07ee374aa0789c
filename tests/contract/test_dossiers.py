"""The table of dossiers on both servers, and turns that ask for a look-up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from actions.dossier_sources.port import Finding, SourceUnavailable, Why
from actions.dossier_sources.pushing import Pusher
from actions.replies import Reply
from bot.desk import Desk
from bot.messages import Incoming, TurnResult
from bot.pushed import Taken, take
from bot.store.dossiers import DossierTable, forget_known, recall, remember, take_in
from bot.store.pool import Store
from knowledge_base.dossiers.codes import DossierCode, grammar
from knowledge_base.dossiers.dossier import Dossier, Moment
from knowledge_base.dossiers.states import DossierState, states
from tests.mailroom import eventually, mailroom, said
from tests.samples import DOSSIERS, NOW

FIRST = next(iter(DOSSIERS.values()))


def read(code: str) -> DossierCode:
    """A code as it is printed."""
    return grammar().find(code, NOW.date()).codes[0]


@asynccontextmanager
async def opened(conninfo: str) -> AsyncIterator[tuple[Store, DossierTable]]:
    """The store and the table over it."""
    store = Store(conninfo)
    await store.open()
    try:
        yield store, DossierTable(store)
    finally:
        await store.close()


async def fill(store: Store, dossiers: Iterable[Dossier]) -> tuple[int, int]:
    """Take these in."""
    async with store.transaction() as con:
        return await take_in(con, ((read(one.code), one) for one in dossiers))


async def test_a_dossier_comes_back_as_it_went_in(conninfo: str) -> None:
    async with opened(conninfo) as (store, table):
        assert await table.is_empty()
        assert await fill(store, DOSSIERS.values()) == (len(DOSSIERS), 0)
        for one in DOSSIERS.values():
            assert await table.find(read(one.code)) == one
        assert await table.find(read("H62-261020-0004")) is not None  # without its head
        assert await table.find(read("H57.132-261116-0584")) is None
        assert not await table.is_empty()


async def test_a_second_import_renews_and_keeps_what_happened(conninfo: str) -> None:
    later = NOW + timedelta(days=3)
    done = replace(FIRST, state=DossierState.DONE, seen=later, moments=())
    async with opened(conninfo) as (store, table):
        await fill(store, [FIRST])
        assert await fill(store, [FIRST]) == (0, 0)
        assert await fill(store, [done]) == (0, 1)
        found = await table.find(read(FIRST.code))
        assert found is not None
        assert found.state is DossierState.DONE
        assert found.moments[:-1] == FIRST.moments
        assert found.moments[-1].state is DossierState.DONE
        # A list that is older than what is known changes nothing.
        assert await fill(store, [FIRST]) == (0, 0)
        assert await table.find(read(FIRST.code)) == found


async def test_of_a_code_twice_in_one_list_the_newest_line_holds(conninfo: str) -> None:
    newer = replace(FIRST, state=DossierState.DONE, seen=FIRST.seen + timedelta(hours=1))
    async with opened(conninfo) as (store, table):
        assert await fill(store, [newer, FIRST]) == (1, 0)
        found = await table.find(read(FIRST.code))
        assert found is not None
        assert found.state is DossierState.DONE


async def test_a_moment_may_be_a_day_or_an_hour(embedded_conninfo: str) -> None:
    moments = (
        Moment(date(2026, 11, 16), DossierState.RECEIVED, "Nhận tại quầy"),
        Moment(datetime(2026, 11, 17, 9, 5, tzinfo=NOW.tzinfo), DossierState.PROCESSING),
    )
    async with opened(embedded_conninfo) as (store, table):
        await fill(store, [replace(FIRST, moments=moments)])
        found = await table.find(read(FIRST.code))
        assert found is not None
        assert found.moments == moments


async def test_an_answer_that_comes_late_does_not_undo_a_newer_one(conninfo: str) -> None:
    """A system is asked, and tells by itself, at the same time."""
    newer = replace(FIRST, state=DossierState.DONE, seen=FIRST.seen + timedelta(seconds=1))
    async with opened(conninfo) as (store, _), store.connection() as con:
        for one in (newer, FIRST):
            await remember(con, read(FIRST.code), one)
        assert await recall(con, read(FIRST.code)) == newer


class Other:
    """A source that knows one dossier, or does what it is told."""

    name = "phần mềm thử"

    def __init__(self, dossier: Dossier | None, error: Exception | None = None) -> None:
        self._dossier = dossier
        self.error = error

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier, if it is that one."""
        if self.error:
            raise self.error
        known = self._dossier
        return known if known and known.code == code.text else None


async def test_the_desk_asks_the_source_of_the_agency(embedded_conninfo: str) -> None:
    whole, part, broken = (
        Dossier(code, DossierState.RECEIVED, NOW, "phần mềm thử")
        for code in ("H48-261101-0001", "H48.12-261101-0002", "H21-261101-0003")
    )
    sources = {
        "H48": Other(whole),
        "H48.12": Other(part),
        "H21": Other(broken, SourceUnavailable("down")),
    }
    async with opened(embedded_conninfo) as (store, _):
        desk = Desk(store, sources)

        async def why(code: str) -> Why:
            finding = await desk.look_up(code, said(1))
            assert finding.code == code
            assert (finding.dossier is not None) == (finding.why is Why.FOUND)
            return finding.why

        assert await why(whole.code) is Why.FOUND
        assert await why(part.code) is Why.FOUND
        assert await why("H48.1-261101-0002") is Why.NOT_FOUND
        assert await why(broken.code) is Why.UNAVAILABLE
        assert await why(FIRST.code) is Why.NO_SOURCE
        await fill(store, [FIRST])
        assert await why(FIRST.code) is Why.FOUND
        assert await why("H57.132-261116-0584") is Why.NOT_FOUND
        assert await why("chẳng phải mã") is Why.NOT_FOUND
        await store.close()
        assert await why(FIRST.code) is Why.UNAVAILABLE


async def test_what_a_source_said_last_is_told_while_it_is_down(conninfo: str) -> None:
    known = Dossier("H48-261101-0001", DossierState.RECEIVED, NOW, "phần mềm thử")
    async with opened(conninfo) as (store, _):
        source = Other(known)
        desk = Desk(store, {"H48": source})
        assert (await desk.look_up(known.code, said(1))).why is Why.FOUND
        source.error = SourceUnavailable("down")
        assert await desk.look_up(known.code, said(1)) == Finding(
            known.code, Why.UNAVAILABLE, known, "phần mềm thử"
        )
        async with store.connection() as con:
            await forget_known(con, NOW + timedelta(1))
        assert (await desk.look_up(known.code, said(1))).dossier is None


def asking(incoming: Incoming, state: dict[str, Any] | None, _now: datetime) -> TurnResult:
    """A turn that looks up whatever begins with "mã"."""
    text = incoming.text or ""
    if text.startswith("mã") and incoming.finding is None:
        return TurnResult({}, (Reply("không được giữ"),), ("never",), lookup=text)
    finding = incoming.finding
    told = f"{finding.code}: {finding.why}" if finding else text
    return TurnResult({"n": (state or {}).get("n", 0) + 1}, (Reply(told),), ("told",))


async def test_a_turn_that_asks_is_taken_again_with_the_finding(conninfo: str) -> None:
    async def look_up(code: str, _incoming: Incoming) -> Finding:
        return Finding(code, Why.NOT_FOUND)

    async with mailroom(conninfo, asking, look_up=look_up) as mailbox:
        await mailbox.receive(said(1, "mã 1"))
        (answer,) = await mailbox.answer_to(said(1), 10)
        assert answer.reply.text == "mã 1: not_found"
        counts = await mailbox.counts()
        assert counts.events == {"told": 1}


async def test_a_slow_source_holds_nobody_else_up(embedded_conninfo: str) -> None:
    let_go = asyncio.Event()

    async def look_up(code: str, _incoming: Incoming) -> Finding:
        await let_go.wait()
        return Finding(code, Why.FOUND, FIRST)

    options: dict[str, Any] = {"look_up": look_up, "concurrent_turns": 1}
    async with mailroom(embedded_conninfo, asking, **options) as mailbox:
        await mailbox.receive(said(1, "mã 1", chat="an"))
        await mailbox.receive(said(1, "tin", chat="binh"))
        assert (await mailbox.answer_to(said(1, chat="binh"), 10))[0].reply.text == "tin"
        let_go.set()
        assert (await mailbox.answer_to(said(1, chat="an"), 10))[0].reply.text == "mã 1: found"


async def test_of_two_events_at_once_neither_is_lost(conninfo: str) -> None:
    pusher = Pusher("iGate", b"", ("H57.132",), states(), own=False)
    code, steps = read(FIRST.code), (DossierState.SUPPLEMENT, DossierState.PAYMENT)

    def told(number: int) -> Dossier:
        at, state = NOW + timedelta(hours=number), steps[number]
        return replace(FIRST, state=state, seen=at, moments=(Moment(at, state),))

    def waiting() -> bool:
        with psycopg.connect(conninfo) as con:
            locks = con.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount
        return locks == len(events)

    events: list[asyncio.Task[Taken]] = []
    async with mailroom(conninfo) as mailbox:
        async with mailbox.store.connection() as con:
            await remember(con, code, replace(FIRST, seen=NOW - timedelta(1)))
        async with mailbox.store.transaction() as con:  # holds both up before they write
            await con.execute("SELECT FROM known_dossiers FOR UPDATE")
            for number in range(2):
                event = (f"e{number}", "")
                work = take(mailbox.store, mailbox.jobs, pusher, event, (code, told(number)))
                events.append(asyncio.create_task(work))
                await eventually(waiting)
        assert await asyncio.gather(*events) == [Taken.TAKEN] * 2
        async with mailbox.store.connection() as con:
            known = await recall(con, code)
    assert known
    assert [moment.state for moment in known.moments[-2:]] == [*steps]
