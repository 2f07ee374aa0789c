"""New records reach a running program: searched and told, whole or not at all, and nobody waits."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actions.understanding import Understanding
from bot.brain import Brain, Mind
from bot.messages import Incoming
from bot.record_book import open_book
from bot.refresh import Refresh
from bot.store.pool import Store
from bot.understanding.resources import retriever
from knowledge_base.loader import Knowledge
from knowledge_base.overlay import Synchronised, overlay
from knowledge_base.portal.book import Form, Reading
from knowledge_base.retrieval.index import Lay, open_retriever, renewed
from tests.conftest import Server
from tests.mailroom import eventually, mailroom
from tests.samples import NOW, procedure, world

JUNE, NOVEMBER = date(2026, 6, 10), date(2026, 11, 22)
OFF = Lay(("hôm nay trời đẹp",), ("hôm nay trời đẹp", "giá vàng bao nhiêu"))
BIRTH = procedure("1.000001", ten="Đăng ký khai sinh", goi_la=["làm giấy khai sinh"],
                  cau_hoi_mau=["khai sinh ở đâu", "muốn khai sinh cho con"])  # fmt: skip
FILES = Knowledge(
    (BIRTH,),
    tuple(
        procedure(f"2.{n:06}", ten=f"Công nhận làng nghề số {n}", bien_soan=False,
                  le_phi=[{"so_tien": 1000 + n}], ten_chinh_thuc=f"Công nhận làng nghề số {n}")
        for n in range(30)
    ),
)  # fmt: skip
Minds = Callable[[Mind, Synchronised], Iterator[Mind]]


class Mindful:
    """A brain over the sample files, found by words alone; ``pause`` holds up understanding."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pause = threading.Event()
        self.pause.set()
        self.reached = threading.Event()
        first = Mind(replace(world(), knowledge=FILES), open_retriever(FILES, folder, None, OFF))
        self.brain = Brain(first, self._understand)

    def _understand(self, text: str) -> Understanding:
        self.reached.set()
        assert self.pause.wait(20)
        found = retriever().find(retriever().normalise(text))
        return Understanding(text, "ask_fee", 0.9, found)

    def build(self, now: Mind, portal: Synchronised) -> Iterator[Mind]:
        knowledge = overlay(FILES, portal)
        for made in renewed(now.retriever, knowledge, self.folder):
            yield Mind(replace(now.world, knowledge=knowledge), made)

    def ask(self, text: str) -> str:
        message = Incoming("test", "an", text, text=text)
        return self.brain.conversation(message, {"version": 1}, NOW).replies[-1].text


@pytest.fixture
def mindful(tmp_path: Path) -> Mindful:
    return Mindful(tmp_path)


async def bring(
    conninfo: str, day: date, *fees: tuple[str, int], gone: tuple[str, ...] = ()
) -> None:
    """Import records of two numbered villages with their fees, as a synchronisation would."""
    async with open_book(conninfo) as book, book.alone():
        run = await book.begin(Form.API, "cổng", day)
        for code, fee in fees:
            facts: dict[str, Any] = {
                "ma": [code], "ten": f"Việc lạ {code}", "ten_chinh_thuc": f"Việc lạ {code}",
                "linh_vuc": "Làng nghề", "cap": ["xa"], "bien_soan": False,
                "le_phi": [{"so_tien": fee}], "cach_nop": [{"cach": "truc_tiep"}],
                "nguon": [{"id": "cong", "ten": "Cổng", "ngay": day.isoformat()}],
            }  # fmt: skip
            await book.keep(run, Reading(code, Form.API, facts, facts))
        await book.finish(run, withdrawn=gone)


@asynccontextmanager
async def refreshing(
    conninfo: str, mindful: Mindful, build: Minds | None = None
) -> AsyncIterator[None]:
    store = Store(conninfo)
    await store.open()
    work = Refresh(store, mindful.brain, build or mindful.build, Synchronised())
    task = asyncio.create_task(work.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await store.close()


def fee(mindful: Mindful, code: str) -> int | None:
    found = mindful.brain.world.knowledge.by_code(code)
    return found.fees[0].amount if found else None


async def test_records_are_found_told_and_withdrawn_without_a_restart(
    conninfo: str, mindful: Mindful
) -> None:
    async with refreshing(conninfo, mindful):
        await bring(conninfo, JUNE, ("3.000001", 7000), ("2.000003", 5000))
        await eventually(lambda: fee(mindful, "3.000001") == 7000)
        assert "7.000 đồng" in mindful.ask("việc lạ 3.000001")
        assert fee(mindful, "2.000003") == 5000
        await bring(conninfo, NOVEMBER, ("3.000001", 9000), gone=("2.000003",))
        await eventually(lambda: fee(mindful, "3.000001") == 9000)
        assert "9.000 đồng" in mindful.ask("việc lạ 3.000001")
        assert fee(mindful, "2.000003") is None


async def test_a_failing_build_leaves_the_old_world_says_why_and_is_tried_again(
    embedded_conninfo: str, mindful: Mindful, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([MemoryError("no room"), OSError("disk full")])

    def build(now: Mind, portal: Synchronised) -> Iterator[Mind]:
        if (error := next(failures, None)) is not None:
            raise error
        yield from mindful.build(now, portal)

    old = mindful.brain.mind
    async with refreshing(embedded_conninfo, mindful, build):
        await bring(embedded_conninfo, JUNE, ("3.000001", 7000))
        await eventually(lambda: "no room" in caplog.text)
        assert mindful.brain.mind is old
        assert "1.005 đồng" in mindful.ask("công nhận làng nghề số 5")
        await eventually(lambda: fee(mindful, "3.000001") == 7000)
    assert "disk full" in caplog.text


async def test_the_database_may_restart_and_what_was_said_meanwhile_is_heard(
    server: Server, mindful: Mindful
) -> None:
    with server.fresh() as conninfo:
        async with refreshing(conninfo, mindful):
            await bring(conninfo, JUNE, ("3.000001", 7000))
            await eventually(lambda: fee(mindful, "3.000001") == 7000)
            await asyncio.to_thread(server.restart)
            await bring(conninfo, NOVEMBER, ("3.000001", 9000))
            await eventually(lambda: fee(mindful, "3.000001") == 9000, 20)


async def test_the_same_records_again_build_nothing(
    embedded_conninfo: str, mindful: Mindful, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.refresh")
    async with refreshing(embedded_conninfo, mindful):
        await bring(embedded_conninfo, JUNE, ("3.000001", 7000))
        await eventually(lambda: fee(mindful, "3.000001") == 7000)
        known = mindful.brain.mind
        await bring(embedded_conninfo, JUNE, ("3.000001", 7000))
        await asyncio.sleep(0.5)
        assert mindful.brain.mind is known
    assert caplog.text.count("building what is known anew") == 1


async def test_a_turn_keeps_to_the_world_it_began_with(
    embedded_conninfo: str, mindful: Mindful
) -> None:
    async with refreshing(embedded_conninfo, mindful):
        await bring(embedded_conninfo, JUNE, ("3.000001", 7000), ("2.000005", 50))
        await eventually(lambda: fee(mindful, "2.000005") == 50)
        mindful.pause.clear()
        mindful.reached.clear()
        under_way = asyncio.create_task(asyncio.to_thread(mindful.ask, "việc lạ 2.000005"))
        await asyncio.to_thread(mindful.reached.wait, 10)
        await bring(embedded_conninfo, NOVEMBER, ("3.000001", 9000), gone=("2.000005",))
        await eventually(lambda: fee(mindful, "2.000005") is None)
        mindful.pause.set()
        assert "50 đồng" in await under_way
        assert "50 đồng" not in mindful.ask("việc lạ 2.000005")


async def test_no_message_is_lost_or_answered_twice_while_worlds_change(
    embedded_conninfo: str, mindful: Mindful
) -> None:
    async with (
        mailroom(embedded_conninfo, mindful.brain.conversation) as mailbox,
        refreshing(embedded_conninfo, mindful),
    ):
        await bring(embedded_conninfo, JUNE, ("3.000001", 1))

        async def citizen(name: int) -> list[list[str]]:
            answers = []
            for number in range(15):
                message = Incoming("web", f"c{name}", str(number), text="việc lạ 3.000001")
                await mailbox.receive(message)
                replies = await mailbox.answer_to(message, 20)
                answers.append([stored.reply.text for stored in replies])
            return answers

        asking = [asyncio.create_task(citizen(n)) for n in range(4)]
        for round_ in range(2, 8):
            await bring(embedded_conninfo, NOVEMBER, ("3.000001", round_), ("3.000002", round_))
            await eventually(lambda now=round_: fee(mindful, "3.000002") == now)  # type: ignore[misc]
        for answers in await asyncio.gather(*asking):
            assert len(answers) == 15
            assert all(len(said) == (2 if n == 0 else 1) for n, said in enumerate(answers))
        assert "7 đồng" in mindful.ask("việc lạ 3.000001")
