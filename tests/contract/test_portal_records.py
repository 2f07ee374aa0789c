"""The book of portal records on both servers: versions, history, what holds now, one at a time."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import psycopg
import pytest

from bot.record_book import open_book
from bot.store.pool import Store
from bot.store.portal import read_portal
from bot.store.portal_records import NOTICES, CurrentRecords, current
from knowledge_base.portal.book import (
    BookBusy,
    BookFull,
    Form,
    Held,
    Kept,
    Line,
    Reading,
    Run,
    Step,
)
from knowledge_base.records.common import Leftover
from tests.samples import procedure

JUNE, AUGUST, NOVEMBER = date(2026, 6, 10), date(2026, 8, 1), date(2026, 11, 22)


def facts(code: str, fee: int = 0, **more: Any) -> dict[str, Any]:
    """Facts of a procedure with one fee."""
    return {
        "ma": [code],
        "ten": f"Việc {code}",
        "ten_chinh_thuc": f"Thủ tục việc {code}",
        "linh_vuc": "Hộ tịch",
        "cap": ["xa"],
        "le_phi": [{"so_tien": fee}],
        "nguon": [{"id": "cong", "ten": "Cổng", "ngay": "2026-06-10"}],
        "bien_soan": False,
        **more,
    }


def reading(code: str, fee: int = 0, form: Form = Form.API, **more: Any) -> Reading:
    """A record whose raw form is told by its fee."""
    return Reading(code, form, {"code": code, "fee": fee}, facts(code, fee, **more))


def line(code: str, mark: str = "a") -> Line:
    """A line of the portal's list."""
    return Line(f"id-{code}", code, f"Việc {code}", mark, stamped=True)


async def read(conninfo: str) -> CurrentRecords:
    """What holds now."""
    store = Store(conninfo)
    await store.open()
    async with store.connection() as con:
        found = await current(con)
    await store.close()
    return found


def fee_of(step: Step) -> tuple[int | None, int | None]:
    """The fee before and after."""
    before, after = (
        None if found is None or found.facts is None else found.facts["le_phi"][0]["so_tien"]
        for found in (step.before, step.after)
    )
    return before, after


async def test_an_empty_book_holds_nothing(conninfo: str) -> None:
    assert await read(conninfo) == CurrentRecords((), {})
    async with open_book(conninfo) as book:
        assert await book.held() == {} and await book.days() == []
        assert await book.newest(Form.API) is None


async def test_what_holds_now_carries_the_last_day_it_was_seen(conninfo: str) -> None:
    async with open_book(conninfo) as book:
        june = await book.begin(Form.API, "cổng", JUNE)
        for code in ("1.000001", "1.000002"):
            assert await book.keep(june, reading(code), line(code), "e1") is Kept.NEW
        await book.finish(june)
        november = await book.begin(Form.API, "cổng", NOVEMBER)
        await book.confirm(november, [line("1.000001", "b")])
        assert await book.keep(november, reading("1.000002", 8000), line("1.000002")) is (
            Kept.CHANGED
        )
        await book.finish(november)
        held = await book.held()
        assert [fee_of(step) for step in await book.steps(november)] == [(0, 8000)]
        assert await book.days() == [NOVEMBER, JUNE]
    assert held["1.000001"] == Held(
        "1.000001", "id-1.000001", Form.API, "e1", "b", NOVEMBER, gone=False
    )
    found = await read(conninfo)
    assert [(p.code, p.fees[0].amount, p.sources[0].day) for p in found.procedures] == [
        ("1.000001", 0, NOVEMBER),
        ("1.000002", 8000, NOVEMBER),
    ]


async def test_an_older_file_goes_into_the_history_only(conninfo: str) -> None:
    async with open_book(conninfo) as book:
        run = await book.begin(Form.API, "cổng", NOVEMBER)
        await book.keep(run, reading("1.000001", 8000))
        await book.finish(run)
        old = await book.begin(Form.FLAT, "tệp", JUNE)
        assert await book.keep(old, reading("1.000001", 5000, Form.FLAT)) is Kept.OLDER
        assert await book.steps(old) == []
        await book.finish(old)
        same_day = await book.begin(Form.FLAT, "tệp", NOVEMBER)
        assert await book.keep(same_day, reading("1.000001", 1, Form.FLAT)) is Kept.OLDER
        steps = await book.between(JUNE, NOVEMBER)
        assert [fee_of(step) for step in steps] == [(5000, 8000)]
        assert await book.between(JUNE, AUGUST) == []
    assert (await read(conninfo)).procedures[0].fees[0].amount == 8000


async def test_the_same_again_from_earlier_days_makes_the_version_begin_earlier(
    conninfo: str,
) -> None:
    async with open_book(conninfo) as book:
        for day in (NOVEMBER, JUNE, AUGUST, JUNE):
            run = await book.begin(Form.FLAT, "tệp", day)
            await book.keep(run, reading("1.000001", 5, Form.FLAT))
            await book.finish(run)
        assert await book.between(JUNE, NOVEMBER) == []
        (step,) = await book.between(date(2026, 6, 9), NOVEMBER, "1.000001")
        assert step.before is None and step.after is not None
        assert (step.after.first, step.after.last) == (JUNE, NOVEMBER)


async def test_what_left_the_portal_is_no_longer_served_and_may_come_back(conninfo: str) -> None:
    async with open_book(conninfo) as book:
        run = await book.begin(Form.API, "cổng", JUNE)
        await book.keep(run, reading("1.000001"), line("1.000001"))
        await book.finish(run)
        gone = await book.begin(Form.API, "cổng", AUGUST)
        await book.finish(gone, ["1.000001"])
        assert [(s.code, s.after) for s in await book.steps(gone)] == [("1.000001", None)]
        assert (await book.held())["1.000001"].gone
        assert await read(conninfo) == CurrentRecords((), {"1.000001": AUGUST})
        back = await book.begin(Form.API, "cổng", NOVEMBER)
        assert await book.keep(back, reading("1.000001"), line("1.000001")) is Kept.CHANGED
        await book.finish(back)
        assert [fee_of(s) for s in await book.between(JUNE, AUGUST)] == [(0, None)]
        assert [fee_of(s) for s in await book.between(AUGUST, NOVEMBER)] == [(None, 0)]
        assert await book.between(JUNE, NOVEMBER, "1.000002") == []
    found = await read(conninfo)
    assert [p.code for p in found.procedures] == ["1.000001"] and found.withdrawn == {}


async def test_a_list_fills_gaps_and_replaces_nothing(conninfo: str) -> None:
    listed = {
        "le_phi": [{"so_tien": 99000}],
        "co_quan": "Ủy ban nhân dân xã",
        "thoi_han": [{"so": 3.0, "don_vi": "ngay"}],
        "nguon": [{"id": "danh-sach", "ten": "danh sách.xlsx", "ngay": "2026-11-22"}],
    }
    async with open_book(conninfo) as book:
        run = await book.begin(Form.LIST, "danh sách.xlsx", NOVEMBER)
        for code in ("1.000001", "1.000002"):
            more = (
                {}
                if code == "1.000001"
                else {k: v for k, v in facts(code).items() if k != "le_phi"}
            )
            await book.keep(run, Reading(code, Form.LIST, {"c": code}, {**more, **listed}))
        await book.finish(run)
        run = await book.begin(Form.API, "cổng", JUNE)
        await book.keep(run, reading("1.000001", 8000))
        await book.finish(run)
    one, two = (await read(conninfo)).procedures
    assert one.fees[0].amount == 8000 and one.source_of(one.fees[0]).day == JUNE
    assert one.agency == "Ủy ban nhân dân xã"
    assert one.source_of(one.times[0]).id == "danh-sach"
    assert two.code == "1.000002" and two.fees[0].amount == 99000


async def test_an_unreadable_record_is_kept_and_the_last_readable_one_serves(conninfo: str) -> None:
    broken = Reading(
        "1.000001", Form.API, {"code": "1.000001", "name": None}, None, {},
        (Leftover("1.000001", "name", "thiếu", ""),),
    )  # fmt: skip
    async with open_book(conninfo) as book:
        run = await book.begin(Form.API, "cổng", JUNE)
        await book.keep(run, reading("1.000001"))
        await book.finish(run)
        run = await book.begin(Form.API, "cổng", NOVEMBER)
        await book.keep(run, broken)
        (step,) = await book.steps(run)
        assert step.after is not None and step.after.problems == broken.problems
        await book.finish(run)
    (procedure,) = (await read(conninfo)).procedures
    assert procedure.sources[0].day == JUNE


async def test_names_that_clash_are_told_apart(conninfo: str) -> None:
    async with open_book(conninfo) as book:
        run = await book.begin(Form.API, "cổng", JUNE)
        for code, level in (("1.000001", "xa"), ("1.000002", "tinh")):
            same: dict[str, Any] = {"ten_chinh_thuc": "Thủ tục cấp thẻ", "cap": [level]}
            await book.keep(run, reading(code, **same))
        await book.finish(run)
    assert [p.name for p in (await read(conninfo)).procedures] == [
        "Cấp thẻ (cấp xã)",
        "Cấp thẻ (cấp tỉnh)",
    ]


async def test_an_unfinished_run_goes_on_with_its_list(conninfo: str) -> None:
    async with open_book(conninfo) as book:
        run = await book.begin(Form.API, "cổng", JUNE)
        await book.add_lines(run, [line("1.000001"), line("1.000002")], 1, {"trang": 1})
        await book.keep(run, reading("1.000001"), line("1.000001"))
        await book.set_aside(run, line("1.000002"), "lỗi 500")
    async with open_book(conninfo) as book:
        again = await book.begin(Form.API, "cổng", NOVEMBER)
        assert again == Run(run.id, Form.API, "cổng", JUNE, True, {"trang": 1})
        assert [(x.line.code, x.done, x.trouble) for x in await book.lines(again)] == [
            ("1.000001", True, None),
            ("1.000002", False, "lỗi 500"),
        ]
        await book.add_lines(again, [line("1.000002", "b")], 2, {"trang": 2})
        assert [(x.walk, x.line.digest) for x in await book.lines(again)] == [(1, "a"), (2, "b")]
        other = await book.begin(Form.API, "cổng khác", NOVEMBER)
        assert not other.resumed and await book.lines(again) == []
        assert not (await book.begin(Form.API, "cổng", NOVEMBER, fresh=True)).resumed


async def test_only_one_holds_the_book(conninfo: str) -> None:
    async with open_book(conninfo) as book, open_book(conninfo) as other:
        async with book.alone():
            with pytest.raises(BookBusy):
                async with other.alone():
                    pass
        async with other.alone():
            pass


async def test_the_end_of_a_run_is_told(conninfo: str) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as con:
        await con.execute(f"LISTEN {NOTICES}")
        async with open_book(conninfo) as book:
            run = await book.begin(Form.API, "cổng", JUNE)
            await book.keep(run, reading("1.000001"))
            await book.finish(run)
        async with asyncio.timeout(5):
            async for notice in con.notifies():
                assert notice.payload == str(run.id)
                break


async def test_what_answers_read_tells_what_changed_of_curated_codes(conninfo: str) -> None:
    manner = [{"cach": "truc_tiep"}]
    async with open_book(conninfo) as book:
        for day, fee in ((JUNE, 5000), (AUGUST, 8000)):
            run = await book.begin(Form.API, "cổng", day)
            for code in ("1.000001", "1.000002", "1.000003"):
                await book.keep(run, reading(code, fee, cach_nop=manner))
            await book.finish(run)
        last = await book.begin(Form.API, "cổng", NOVEMBER)
        await book.keep(last, reading("1.000001", 8000, cach_nop=manner))
        await book.finish(last, withdrawn=["1.000003"])
    store = Store(conninfo)
    await store.open()
    portal = await read_portal(store, [procedure("1.000001"), procedure("1.000003")])
    await store.close()
    assert [(p.code, p.sources[0].day) for p in portal.records] == [
        ("1.000001", NOVEMBER),
        ("1.000002", AUGUST),
    ]
    assert portal.withdrawn == {"1.000003": NOVEMBER}
    assert portal.changed == {"1.000001": {"le_phi": AUGUST}, "1.000003": {"le_phi": AUGUST}}


async def test_a_full_disk_is_said_and_what_was_kept_stays(conninfo: str) -> None:
    """The server itself raises what it raises when no block is left."""
    async with open_book(conninfo) as book:
        run = await book.begin(Form.API, "cổng", JUNE)
        await book.keep(run, reading("1.000001"), line("1.000001"))
        with psycopg.connect(conninfo) as con:
            con.execute(
                """
                CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full';
                END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON portal_versions
                    EXECUTE FUNCTION full_disk();
                """
            )
        with pytest.raises(BookFull, match="đã đầy"):
            await book.keep(run, reading("1.000002"), line("1.000002"))
        assert list(await book.held()) == ["1.000001"]


async def test_several_are_kept_together(conninfo: str) -> None:
    async with open_book(conninfo) as book:
        run = await book.begin(Form.CATALOGUE, "danh mục", JUNE)
        first = [reading(code, 0, Form.CATALOGUE) for code in ("1.000001", "1.000002")]
        assert await book.keep_all(run, first) == [Kept.NEW, Kept.NEW]
        await book.finish(run)
        flat = await book.begin(Form.FLAT, "tệp", JUNE)
        assert await book.keep_all(flat, [reading("1.000001", 5, Form.FLAT)]) == [Kept.CHANGED]
        again = await book.begin(Form.CATALOGUE, "danh mục", JUNE)
        assert await book.keep_all(again, first) == [Kept.OLDER, Kept.SAME]  # a record goes first
