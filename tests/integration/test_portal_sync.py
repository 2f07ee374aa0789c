"""Synchronising with a portal that cuts, refuses, changes meanwhile or asks for a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import psycopg
import pytest

from bot.record_book import open_book
from knowledge_base.loader import load
from knowledge_base.portal.book import BookBusy, BookUnavailable, RecordBook
from knowledge_base.portal.changes import Change, changes
from knowledge_base.portal.client import (
    PortalBusy,
    PortalChallenge,
    PortalError,
    PortalRefused,
    PortalUnreachable,
    open_portal,
)
from knowledge_base.portal.report import totals
from knowledge_base.portal.sync import Outcome, synchronise
from tests.conftest import Server
from tests.emulators.portal import (
    PortalServer,
    Record,
    Trouble,
    api_record,
    challenge,
    portal_server,
)

CATALOGUE = load().catalogue[:12]
RECORDS = [api_record(procedure) for procedure in CATALOGUE]
CODES = [record["code"] for record in RECORDS]
IDS = [record["id"] for record in RECORDS]
DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)


class Waits:
    """A clock that only remembers what it was asked to wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def meeting(
    conninfo: str, waits: Waits | None = None, **options: Any
) -> AsyncIterator[tuple[PortalServer, RecordBook, Callable[..., Any]]]:
    """A portal with twelve records in pages of five, a book, and a run between them."""
    async with (
        portal_server(options.pop("records", RECORDS), page=5, **options) as server,
        open_book(conninfo) as book,
    ):

        async def run(day: date = DAY, **more: Any) -> Outcome:
            async with open_portal(server.url, 1e6, waits or Waits()) as portal:
                return await synchronise(portal, book, server.url, day, **more)

        yield server, book, run


def told(outcome: Outcome) -> dict[str, list[Change]]:
    """The changes by code."""
    return {step.code: list(changes(step)) for step in outcome.steps if changes(step)}


def fee(server: PortalServer, code: str, amount: int) -> None:
    """Let the portal change a fee."""
    ways = [dict(way) for way in server.record(code)["executionMethods"]]
    for way in ways:
        way["fees"] = [{"type": "FEE", "value": amount, "currencyId": "VND", "description": ""}]
    server.change(code, executionMethods=ways)


def once(*places: int, what: str = "record", **trouble: Any) -> Any:
    """A rule: at these requests of a kind, counted from 1, something else is answered."""
    seen = {"list": 0, "record": 0}

    def rule(kind: str, body: Record, count: int) -> Trouble | None:
        seen[kind] += 1
        return Trouble(**trouble) if kind == what and seen[kind] in places else None

    return rule


async def test_the_first_run_fetches_all_and_the_second_only_the_list(
    embedded_conninfo: str,
) -> None:
    async with meeting(embedded_conninfo) as (server, book, run):
        first = await run()
        assert server.of("record") == IDS and len(server.of("list")) == 3
        assert (first.listed, first.fetched, len(first.steps)) == (12, 12, 12)
        assert totals(first.steps) == "12 thủ tục mới."
        server.forget()
        second = await run(NEXT)
        assert server.of("record") == [] and len(server.of("list")) == 3
        assert second.steps == [] and totals(second.steps) == "Không có gì đổi."
        assert {held.seen for held in (await book.held()).values()} == {NEXT}


async def test_only_what_changed_is_fetched_and_told(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, book, run):
        await run()
        fee(server, CODES[3], 77000)
        server.change(CODES[4], name="Tên mới", decisionNo="2/QĐ")
        server.records.append(api_record(CATALOGUE[0], "1.999999"))
        server.forget()
        outcome = await run(NEXT)
        assert server.of("record") == [IDS[3], IDS[4], server.records[-1]["id"]]
        found = told(outcome)
        assert set(found) == {CODES[3], CODES[4]}
        assert [(c.field, c.after) for c in found[CODES[3]]] == [("lệ phí", "77.000 đồng")]
        assert {c.field for c in found[CODES[4]]} == {"tên", "số quyết định"}
        assert totals(outcome.steps) == (
            "1 thủ tục đổi lệ phí, 1 đổi tên, 1 đổi số quyết định, 1 mới."
        )
        assert [step.code for step in await book.between(DAY, NEXT)] == sorted(
            [CODES[3], CODES[4], "1.999999"]
        )


async def test_the_first_run_is_held_against_the_catalogue(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, _, run):
        fee(server, CODES[3], 77000)
        outcome = await run(catalogue=CATALOGUE)
        assert list(told(outcome)) == [CODES[3]]
        assert totals(outcome.steps) == "1 thủ tục đổi lệ phí."


@pytest.mark.parametrize("etags", [True, False])
async def test_a_list_that_tells_no_change_has_every_record_asked_for(
    embedded_conninfo: str, etags: bool
) -> None:
    async with meeting(embedded_conninfo, stamped=False, etags=etags) as (server, book, run):
        await run()
        fee(server, CODES[3], 77000)
        server.forget()
        outcome = await run(NEXT)
        assert server.of("record") == IDS
        assert server.not_modified == (11 if etags else 0)
        assert list(told(outcome)) == [CODES[3]] and len(outcome.steps) == 1
        assert {held.seen for held in (await book.held()).values()} == {NEXT}


async def test_everything_is_asked_for_anew_on_demand(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, _, run):
        await run()
        server.forget()
        outcome = await run(NEXT, fresh=True)
        assert server.of("record") == IDS and server.not_modified == 0 and outcome.steps == []


async def test_cuts_refusals_and_broken_answers_are_tried_again(embedded_conninfo: str) -> None:
    waits = Waits()
    async with meeting(embedded_conninfo, waits) as (server, _, run):
        json_head = {"Content-Type": "application/json"}
        troubles = {
            2: Trouble(cut=True),
            4: Trouble(429, "", {"Retry-After": "7"}),
            6: Trouble(500),
            8: Trouble(200, '{"code": "OK", "data": {"id"', json_head),
            10: Trouble(503, "", {"Retry-After": format_datetime(
                datetime.now(UTC) + timedelta(seconds=30), usegmt=True)}),
        }  # fmt: skip
        server.rule = lambda what, body, count: troubles.get(count)
        outcome = await run()
        assert outcome.fetched == 12 and not outcome.troubled
        assert sorted(set(server.of("record"))) == sorted(IDS)
        assert 7.0 in waits.seconds and any(25 < seconds <= 30 for seconds in waits.seconds)
        assert len(waits.seconds) >= len(troubles)


async def test_a_portal_that_stays_overloaded_is_left_for_later(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, _, run):
        server.rule = lambda what, body, count: Trouble(503) if what == "record" else None
        with pytest.raises(PortalBusy, match="quá tải"):
            await run()
        server.rule = lambda what, body, count: Trouble(429, "", {"Retry-After": "3600"})
        server.forget()
        with pytest.raises(PortalBusy, match="60 phút"):
            await run()
        assert len(server.asked) == 1


async def test_one_record_that_cannot_be_had_is_set_aside_and_tried_the_next_time(
    embedded_conninfo: str,
) -> None:
    json_head = {"Content-Type": "application/json"}
    bad = {
        IDS[2]: Trouble(500),
        IDS[4]: Trouble(400, '{"code": "NOT_FOUND"}', json_head),
        IDS[6]: Trouble(200, '{"code": "OK", "data": [1, 2]}', json_head),
        IDS[8]: Trouble(200, '{"code": "OK", "data": {"name": NaN}}', json_head),
    }
    async with meeting(embedded_conninfo) as (server, book, run):
        server.rule = lambda what, body, count: bad.get(body.get("id", ""))
        outcome = await run()
        assert [found.line.id for found in outcome.troubled] == list(bad)
        assert len(await book.held()) == 8
        server.rule = lambda what, body, count: None
        server.forget()
        again = await run(NEXT)
        assert server.of("record") == list(bad) and not again.troubled


async def test_malformed_records_are_kept_raw_and_named(embedded_conninfo: str) -> None:
    records = [dict(record) for record in RECORDS]
    records[1] |= {"name": None}
    records[2] |= {"executionMethods": [{"submissionMethod": "PIGEON"}]}
    records[3] |= {"name": "Tên có \x00 và \ud800"}
    del records[4]["code"], records[4]["codeNotation"]
    records[5] |= {"code": "5.000005"}
    records[6].pop("id")
    async with meeting(embedded_conninfo, records=records) as (server, book, run):
        outcome = await run()
        problems = {
            (p.code, p.part) for step in outcome.steps if step.after for p in step.after.problems
        }
        assert (CODES[1], "name") in problems
        assert (CODES[2], "executionMethods[1].submissionMethod") in problems
        held = await book.held()
        assert "5.000005" not in held and IDS[5] not in server.of("record")
        assert sorted(held) == sorted({*CODES, IDS[4]} - {CODES[4], CODES[5], CODES[6]})

        with psycopg.connect(embedded_conninfo) as con:
            query = "SELECT raw->>'name' FROM portal_versions WHERE code = %s"
            assert con.execute(query, (CODES[3],)).fetchone() == ("Tên có  và ",)
        server.forget()
        await run(NEXT)
        assert server.of("record") == []


async def test_records_that_move_across_pages_are_fetched_once(embedded_conninfo: str) -> None:
    """One that appears in front pushes another into the next page: it is met twice."""
    async with meeting(embedded_conninfo, by_position=True) as (server, book, run):
        await run()
        server.forget()

        def rule(what: str, body: Record, count: int) -> Trouble | None:
            if count == 2:
                server.records.insert(0, api_record(CATALOGUE[0], "1.999999"))
            return None

        server.rule = rule
        outcome = await run(NEXT)
        assert outcome.doubt == "" and outcome.missing == 0
        assert server.of("record") == [server.records[0]["id"]]  # met in the second walk
        assert len(await book.held()) == 13


async def test_nothing_is_gone_because_a_list_moved_while_it_was_read(
    embedded_conninfo: str,
) -> None:
    """One that goes from a page already read pulls another over the edge: it is met never."""
    async with meeting(embedded_conninfo, by_position=True) as (server, book, run):
        await run()
        server.forget()

        def rule(what: str, body: Record, count: int) -> Trouble | None:
            if count == 2:
                server.records.append(server.records.pop(0))  # the total stays the same
            return None

        server.rule = rule
        outcome = await run(NEXT)
        assert len(server.of("list")) == 6  # what was missing was looked for once more
        assert outcome.missing == 0 and not any(h.gone for h in (await book.held()).values())


async def test_what_left_the_portal_is_marked_after_two_whole_walks(
    embedded_conninfo: str,
) -> None:
    async with meeting(embedded_conninfo) as (server, book, run):
        await run()
        gone = server.records.pop(7)
        server.forget()
        outcome = await run(NEXT)
        assert len(server.of("list")) == 6 and server.of("record") == []
        assert totals(outcome.steps) == "1 thủ tục không còn trên Cổng."
        assert [h.code for h in (await book.held()).values() if h.gone] == [gone["code"]]
        server.forget()
        assert (await run(NEXT)).steps == [] and len(server.of("list")) == 3
        server.records.append(gone)
        back = await run(NEXT)
        assert [step.code for step in back.steps] == [gone["code"]]


async def test_a_list_that_is_cut_or_too_short_takes_nothing_away(embedded_conninfo: str) -> None:
    records = [api_record(CATALOGUE[0], f"1.{n:06}") for n in range(60)]
    async with meeting(embedded_conninfo, records=records) as (server, book, run):
        await run()
        whole = server.records
        server.records = whole[:30]
        outcome = await run(NEXT)
        assert "ngắn bất thường" in outcome.doubt and outcome.missing == 30 and outcome.complete
        server.rule = once(4, what="list", status=404)
        with pytest.raises(PortalRefused):
            await run(NEXT)
        assert not any(held.gone for held in (await book.held()).values())
        server.rule = lambda what, body, count: None
        assert (await run(NEXT, trust_short=True)).doubt == ""
        assert sum(held.gone for held in (await book.held()).values()) == 30


async def test_a_list_that_never_adds_up_takes_nothing_away(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, book, run):
        await run()
        server.records.pop(7)

        def short(what: str, body: Record, count: int) -> Trouble | None:
            if what == "record":
                return None
            data = {"items": [server._line(r) for r in server.records], "total": 500}
            text = json.dumps({"code": "OK", "data": data})
            return Trouble(200, text, {"Content-Type": "application/json"})

        server.rule = short
        outcome = await run(NEXT)
        assert not outcome.complete and outcome.missing == 1 and "thiếu trang" in outcome.doubt
        assert not any(held.gone for held in (await book.held()).values())


async def test_a_cursor_that_goes_round_ends(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, _, run):

        def round_and_round(what: str, body: Record, count: int) -> Trouble | None:
            if what == "record":
                return None
            turn = "a" if body["lastId"] != "a" else "b"
            lines = [server._line(r) for r in server.records]
            data = {"items": lines, "total": 12, "lastId": turn}
            text = json.dumps({"code": "OK", "data": data})
            return Trouble(200, text, {"Content-Type": "application/json"})

        server.rule = round_and_round
        outcome = await run()
        assert outcome.fetched == 12 and len(server.of("list")) < 12 and not outcome.complete


async def test_two_records_with_one_code_are_told_and_do_not_take_turns(
    embedded_conninfo: str,
) -> None:
    async with meeting(embedded_conninfo) as (server, book, run):
        await run()
        twin = {**server.records[0], "id": "another", "decisionNo": "9/QĐ"}
        for place in (0, len(server.records)):
            server.records.insert(place, twin)
            outcome = await run(NEXT)
            assert [line.id for line in outcome.doubles] == ["another"]
            assert outcome.steps == [] and (await book.held())[CODES[0]].id == IDS[0]
            server.records.remove(twin)


async def test_the_page_for_browsers_is_recognised_and_what_was_fetched_stays(
    embedded_conninfo: str,
) -> None:
    async with meeting(embedded_conninfo) as (server, book, run):
        server.rule = lambda what, body, count: challenge()
        with pytest.raises(PortalChallenge, match="JavaScript"):
            await run()
        assert len(server.asked) == 1
        server.rule = lambda what, body, count: challenge() if count >= 9 else None
        with pytest.raises(PortalChallenge):
            await run()
        assert len(server.asked) == 9 and len(await book.held()) == 4
        before = server.of("record")[:-1]
        server.rule = lambda what, body, count: None
        server.forget()
        outcome = await run(NEXT)
        assert outcome.run.resumed and outcome.run.day == DAY
        assert server.of("list") == [] and server.of("record") == IDS[4:]
        assert not set(before) & set(server.of("record"))
        assert totals(outcome.steps) == "12 thủ tục mới."


async def test_a_run_stopped_in_the_list_goes_on_there(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, _, run):
        server.rule = lambda what, body, count: challenge() if count == 3 else None
        with pytest.raises(PortalChallenge):
            await run()
        first = server.of("list")[:-1]
        server.rule = lambda what, body, count: None
        server.forget()
        await run()
        assert not set(first) & set(server.of("list")) and len(server.of("list")) == 1


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble(404, "<html>Not found</html>", {"Content-Type": "text/html"}), PortalRefused),
        (Trouble(403, "<html>Request Rejected</html>", {"Content-Type": "text/html"}),
         PortalChallenge),
        (Trouble(301, "", {"Location": "https://example.org"}), PortalRefused),
        (Trouble(200, "{}", {"Content-Type": "application/json"}), PortalRefused),
        (Trouble(200, '{"code": "ERR", "data": {}}', {"Content-Type": "application/json"}),
         PortalRefused),
        (Trouble(200, "xin chào", {"Content-Type": "text/plain"}), PortalRefused),
        (Trouble(200, "[[", {"Content-Type": "application/json"}), PortalRefused),
        (Trouble(200, "[" * 5000, {"Content-Type": "application/json"}), PortalRefused),
    ],
)  # fmt: skip
async def test_what_is_not_the_interface_is_said_plainly(
    embedded_conninfo: str, trouble: Trouble, error: type[PortalError]
) -> None:
    async with meeting(embedded_conninfo) as (server, book, run):
        server.rule = lambda what, body, count: trouble
        with pytest.raises(error):
            await run()
        assert await book.held() == {}


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9", "http://khong-co-that.invalid", "ftp://127.0.0.1", "http://[", "\0", ""],
)
async def test_an_address_where_nobody_answers_is_said_plainly(url: str) -> None:
    with pytest.raises(PortalUnreachable, match="--url"):
        async with open_portal(url, 1e6, Waits()) as portal:
            await portal.page(None)


async def test_the_portal_is_asked_no_faster_than_allowed(embedded_conninfo: str) -> None:
    waits = Waits()
    async with portal_server(RECORDS) as server, open_portal(server.url, 2.0, waits) as portal:
        for id in IDS[:5]:
            await portal.record(id)
    assert len(waits.seconds) == 4
    assert waits.seconds[0] > 0.4 and waits.seconds[-1] > 1.5  # nothing really waited meanwhile


async def test_the_second_of_two_at_once_is_told_so(embedded_conninfo: str) -> None:
    async with meeting(embedded_conninfo) as (server, _, run):
        held = asyncio.Event()
        inside = asyncio.Event()

        async def hold(seconds: float) -> None:
            inside.set()
            await held.wait()

        async def first() -> None:
            async with open_book(embedded_conninfo) as book, open_portal(server.url, 1, hold) as p:
                await synchronise(p, book, server.url, DAY)

        going = asyncio.create_task(first())
        await inside.wait()
        with pytest.raises(BookBusy, match="Đang có một lần"):
            await run()
        held.set()
        await going


async def test_a_database_that_stops_meanwhile_loses_nothing(embedded_server: Server) -> None:
    with embedded_server.fresh() as conninfo:
        async with meeting(conninfo) as (server, _, run):

            def rule(what: str, body: Record, count: int) -> Trouble | None:
                if count == 8:
                    embedded_server.restart()
                return None

            server.rule = rule
            with pytest.raises(BookUnavailable, match="phần đã lấy vẫn còn"):
                await run()
            server.rule = lambda what, body, count: None
            done = set(server.of("record")[:-1])
            server.forget()
            outcome = await run()
            assert outcome.run.resumed and len(outcome.steps) == 12
            assert not done & set(server.of("record"))
