"""What those who run the program do: look, take the dead up again, empty it, stop it."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from typer.testing import CliRunner, Result

from actions.replies import Reply
from bot import worker
from bot.__main__ import app
from bot.mailbox import Mailbox, open_mailbox
from bot.messages import Incoming, ReplyRefused, TurnResult
from bot.settings import Settings
from bot.store import messages
from bot.store.errors import NotTaking
from tests.mailroom import FAST, PARKED, Pigeon, echo, eventually, mailroom, said
from tests.web_server import web_server

HOA = "bà Trần Thị Hoa, 0912345678"


@pytest.fixture(autouse=True)
def _of_this_database(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", embedded_conninfo)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


async def run(*arguments: str) -> Result:
    """``python -m bot`` with these arguments, in a thread: it has an event loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(arguments)))


async def until(mailbox: Mailbox, outcome: str) -> None:
    """Wait until an outcome was counted."""
    for _ in range(200):
        if outcome in (await mailbox.counts()).events:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{outcome} was never counted")


def start_worker(conninfo: str, journal: Path) -> subprocess.Popen[str]:
    """A worker in a process of its own."""
    command = [sys.executable, "-m", "tests.durable_worker", conninfo, str(journal), "fast"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


async def test_a_message_given_up_on_is_listed_with_its_reason_and_taken_up_again(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "FAILURE_BACKOFF", (0.0,))
    broken = True

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        if broken and incoming.text and "hỏng" in incoming.text:
            raise LookupError(HOA)
        return echo(incoming, state, now)

    async with mailroom(embedded_conninfo, handle) as mailbox:
        await mailbox.receive(said(1, "hỏng, số tôi là 0912345678"))
        await mailbox.receive(said(2, "hỏng nữa"))
        await mailbox.receive(said(3))
        assert [one.reply for one in await mailbox.answer_to(said(1), 20)] == [PARKED]
        assert [one.reply for one in await mailbox.answer_to(said(2), 20)] == [PARKED]
        listed = (await run("dead")).output
        assert "LookupError, test_operation.py:" in listed
        assert "hỏng, số tôi là [số điện thoại]" in listed
        assert "LookupError" in caplog.text and "Hoa" not in caplog.text
        assert "Hoa" not in listed and "0912345678" not in listed
        with psycopg.connect(embedded_conninfo) as con:
            found = con.execute("SELECT id FROM messages WHERE parked_at IS NOT NULL ORDER BY id")
            first, second = (row[0] for row in found.fetchall())
        assert str(first) in listed
        told = json.loads((await run("status", "--json")).output)
        assert (told["doing"]["dead"], told["doing"]["dead_today"]) == (2, 2)
        assert any("python -m bot dead" in one for one in told["attention"])

        broken = False
        wrong = await run("retry", str(second + 100))
        assert isinstance(wrong.exception, ValueError) and "dead" in str(wrong.exception)
        assert isinstance((await run("retry")).exception, ValueError)
        assert "1 tin" in (await run("retry", str(first))).output
        (answer,) = await mailbox.answer_to(said(1), 20)
        assert answer.reply.text == "hỏng, số tôi là [số điện thoại]|2"
        assert "1 tin" in (await run("retry", "--all")).output
        await mailbox.answer_to(said(2), 20)
        assert (await mailbox.counts()).parked == 0
        assert "Không có tin nào" in (await run("dead")).output
        assert len(await mailbox.replies("web:an")) == 3


async def test_one_taken_up_again_while_it_is_erased_stands_in_nobodys_way(
    embedded_conninfo: str,
) -> None:
    async with mailroom(embedded_conninfo) as mailbox:
        await mailbox.receive(said(1))
        await mailbox.answer_to(said(1), 10)
        async with mailbox.store.connection() as con:
            await con.execute("UPDATE messages SET parked_at = now()")
        async with mailbox.store.transaction() as con:
            await messages.lock_conversation(con, "web:an")
            again = asyncio.create_task(run("retry", "--all"))
            for _ in range(200):
                cursor = await con.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
                if await cursor.fetchone():
                    break
                await asyncio.sleep(0.02)
            await messages.erase(con, "web:an")
        assert "Đã đưa 0 tin" in (await again).output


async def test_status_tells_what_to_look_at_and_nothing_while_all_is_well(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(Settings(_env_file=None).data_dir))
    nobody = await run("status")
    assert nobody.exit_code == 1
    assert "make run" in nobody.output and "chưa chạy lần nào" in nobody.output

    def rule(chat: str, text: str) -> None:
        if chat == "an":
            raise ReplyRefused("400")

    monkeypatch.delenv("DATA_DIR")
    async with mailroom(embedded_conninfo, senders=[Pigeon(rule)]) as mailbox:
        monkeypatch.setattr("bot.understanding.stamp.is_trained", lambda *_: True)
        await asyncio.sleep(0.4)  # the first heartbeat
        fine = await run("status")
        assert (fine.exit_code, "Mọi việc bình thường" in fine.output) == (0, True), fine.output
        await mailbox.receive(said(1, chat="an", channel="telegram"))
        await until(mailbox, "reply.telegram.refused")
        told = await run("status")
        assert "Kênh telegram: 1 câu trả lời" in told.output
        assert "1 kênh không nhận" in told.output
        found = json.loads((await run("status", "--json")).output)
        assert found["doing"]["channels"]["telegram"]["dropped"] == {"refused": 1}
        assert set(found["versions"]) >= {"program", "postgresql", "migration"}


async def test_emptying_takes_nothing_in_and_ends_when_all_is_answered_and_sent(
    embedded_conninfo: str,
) -> None:
    pigeon = Pigeon()

    async with open_mailbox(embedded_conninfo, timing=FAST) as door:
        await door.receive(said(1, channel="telegram"))
        emptying = asyncio.create_task(run("drain", "--minutes", "1"))
        for _ in range(200):
            try:
                await door.receive(said(2, chat="binh"))
            except NotTaking:
                break
            await asyncio.sleep(0.02)
        with pytest.raises(NotTaking):
            await door.receive(said(1, channel="telegram"))
        assert not emptying.done()
        async with mailroom(embedded_conninfo, senders=[pigeon]):
            done = await emptying
            assert (done.exit_code, "tin chờ trả lời" in done.output) == (0, True)
            assert pigeon.texts("an") == ["tin 1|1"]
            with pytest.raises(NotTaking):
                await door.receive(said(3))
        assert "ngừng nhận tin" in (await run("status")).output
        assert (await run("drain", "--end")).exit_code == 0
        await door.receive(said(3))


async def test_emptying_gives_up_in_time_and_lets_messages_in_again(
    embedded_conninfo: str,
) -> None:
    async with open_mailbox(embedded_conninfo, timing=FAST) as door:
        await door.receive(said(1))  # and nobody works
        late = await run("drain", "--minutes", "0.05")
        assert late.exit_code == 1
        await door.receive(said(2))


def test_while_it_is_emptied_a_browser_is_asked_to_come_again(embedded_conninfo: str) -> None:
    with web_server(embedded_conninfo) as server:
        with psycopg.connect(embedded_conninfo, autocommit=True) as con:
            con.execute("INSERT INTO draining (until) VALUES (now() + interval '1 minute')")
        body = {"conversation": "a", "message_id": "b", "text": "khai sinh"}
        answer = httpx.post(f"{server.url}/api/v1/messages", json=body)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


async def test_a_reminder_waits_until_messages_are_taken_in_again(embedded_conninfo: str) -> None:
    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        return TurnResult({}, (Reply(incoming.choice or ""),))

    async with mailroom(embedded_conninfo, handle) as mailbox:
        with psycopg.connect(embedded_conninfo, autocommit=True) as con:
            con.execute("INSERT INTO draining (until) VALUES (now() + interval '1 second')")
            await mailbox.remind_at("web", "an", datetime.now().astimezone(), "gọi lại")
            await asyncio.sleep(0.5)
            waiting = "SELECT attempts FROM procrastinate_jobs WHERE task_name = 'remind'"
            assert con.execute(waiting).fetchone() == (1,)
            con.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '0.6 s'")
        for _ in range(100):
            if await mailbox.replies("web:an"):
                break
            await asyncio.sleep(0.05)
        assert [one.reply.text for one in await mailbox.replies("web:an")] == ["gọi lại"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_a_worker_finishes_what_has_begun_and_begins_nothing(
    embedded_conninfo: str, tmp_path: Path, number: signal.Signals
) -> None:
    journal = tmp_path / "journal"
    async with open_mailbox(embedded_conninfo, timing=FAST) as mailbox:
        working = await asyncio.to_thread(start_worker, embedded_conninfo, journal)
        await mailbox.receive(said(1, "slow"))
        await mailbox.receive(said(2))
        await eventually(lambda: journal.exists() and journal.read_text() == "an/1\n", 20)
        working.send_signal(number)
        working.send_signal(number)  # impatience changes nothing
        _, errors = await asyncio.to_thread(working.communicate, timeout=10)
        assert (working.returncode, "Traceback" in errors) == (0, False), errors
        assert [one.reply.text for one in await mailbox.answer_to(said(1), 1)] == ["slow|1"]
        assert journal.read_text() == "an/1\n"
        with psycopg.connect(embedded_conninfo) as con:
            waiting = con.execute("SELECT message_id, deaths FROM messages WHERE done_at IS NULL")
            assert waiting.fetchall() == [("2", 0)]
            held = con.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'")
            assert held.fetchone() == (0,)
