"""The running program takes in synchronised records: new facts are told, and no message waits."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from datetime import date
from typing import Any

import httpx
import pytest

from bot.record_book import open_book
from knowledge_base.loader import load
from knowledge_base.portal.book import Form, Reading
from knowledge_base.portal.sync import seed
from tests.conftest import Server
from tests.program import running

NOVEMBER = date(2026, 11, 20)
NEW = "Cấp thẻ hướng dẫn viên làng nghề nuôi yến sào"
CODE = "3.999001"
FEE = f"{NEW} phải nộp lệ phí bao nhiêu tiền"


def facts(code: str, name: str, fee: int, **more: Any) -> dict[str, Any]:
    """A record of the portal as it was seen in November."""
    return {
        "ma": [code], "ten": name, "ten_chinh_thuc": name, "linh_vuc": "Du lịch", "cap": ["tinh"],
        "le_phi": [{"so_tien": fee}], "cach_nop": [{"cach": "truc_tiep"}], "bien_soan": False,
        "nguon": [{"id": "cong", "ten": "Cổng Dịch vụ công quốc gia", "ngay": "2026-11-20"}],
        **more,
    }  # fmt: skip


async def bring(conninfo: str, *records: dict[str, Any], gone: tuple[str, ...] = ()) -> None:
    """Synchronise: the catalogue that is shipped, and these records over it."""
    async with open_book(conninfo) as book, book.alone():
        await seed(book, load().catalogue)
        run = await book.begin(Form.API, "cổng", NOVEMBER)
        for record in records:
            await book.keep(run, Reading(record["ma"][0], Form.API, record, record))
        await book.finish(run, withdrawn=gone)


def ask(url: str, who: str, number: int, text: str) -> str:
    """Send a text; all that was said in answer."""
    body = {"conversation": who, "message_id": str(number), "text": text}
    while True:
        answer = httpx.post(f"{url}/api/v1/messages", json=body, timeout=30)
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            break
        time.sleep(int(answer.headers["Retry-After"]))  # all that ask here are one address
    assert answer.status_code == 200, answer.text
    replies = answer.json()["replies"]
    assert replies
    return " ".join(f"{one['text']} {one['source'] or ''}" for one in replies)


def until(url: str, who: str, text: str, words: str) -> str:
    """Ask until the answer has these words; at most a minute."""
    end = time.monotonic() + 60
    for number in range(1000):
        said = ask(url, who, number, text)
        if words in said:
            return said
        assert time.monotonic() < end, said
        time.sleep(0.5)
    raise AssertionError(said)


@pytest.mark.timeout(300)
def test_new_records_are_answered_from_while_the_program_runs(embedded_server: Server) -> None:
    with embedded_server.fresh() as conninfo, running(conninfo) as (program, url):
        assert "hướng dẫn viên làng nghề" not in ask(url, "an", 0, FEE)
        stop, answered, failures = threading.Event(), list[str](), list[BaseException]()

        def citizen() -> None:
            try:
                while not stop.is_set():
                    answered.append(ask(url, "binh", len(answered), "lệ phí khai sinh"))
            except BaseException as error:
                failures.append(error)

        asking = threading.Thread(target=citizen)
        asking.start()
        asyncio.run(bring(conninfo, facts(CODE, NEW, 650000)))
        said = until(url, "chi", FEE, "650.000 đồng")
        assert "20/11/2026" in said and CODE in said
        # The same words with another fee, and then gone again.
        asyncio.run(bring(conninfo, facts(CODE, NEW, 700000)))
        until(url, "dung", FEE, "700.000 đồng")
        asyncio.run(bring(conninfo, gone=(CODE,)))
        end = time.monotonic() + 60
        while "700.000" in ask(url, "em", len(answered), FEE):
            assert time.monotonic() < end
            time.sleep(0.5)
        stop.set()
        asking.join(30)
        # A curated procedure keeps its words, and says that the portal changed its fee.
        birth = facts(
            "1.001193", "Thủ tục đăng ký khai sinh", 50000, linh_vuc="Hộ tịch", cap=["xa"]
        )
        asyncio.run(bring(conninfo, birth))
        said = until(url, "giang", "đăng ký khai sinh mất bao nhiêu tiền", "đã đổi lệ phí")
        assert "Ngày 20/11/2026" in said and "50.000" not in said
        assert failures == []
        assert len(answered) > 5
        assert len(set(answered[1:])) == 1, "the answers about births are the same throughout"
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=20) == 0
        assert program.stderr
        log = program.stderr.read()
        assert "Traceback" not in log
        assert "Answers come from" in log


@pytest.mark.timeout(240)
def test_a_program_knows_the_records_from_its_start(embedded_server: Server) -> None:
    with embedded_server.fresh() as conninfo:
        asyncio.run(bring(conninfo, facts(CODE, NEW, 650000)))
        with running(conninfo) as (_, url):
            assert "650.000 đồng" in ask(url, "an", 0, FEE)
