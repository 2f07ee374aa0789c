"""The door and the window, on the embedded server and on Debian's PostgreSQL."""

from __future__ import annotations

import asyncio
import random
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from actions.replies import Choice, Reply
from bot.mailbox import BadAddress, NotAnswered, Receipt, UnknownMessage, open_mailbox
from bot.messages import TEAM, Incoming, TurnResult
from bot.store.errors import StoreUnavailable
from bot.store.pool import Store
from tests.mailroom import FAST, echo, mailroom, said
from tests.team import GROUP, LAN, plan


async def test_a_message_is_answered_and_a_repetition_gets_the_same_replies(
    conninfo: str,
) -> None:
    async with mailroom(conninfo) as mailbox:
        assert await mailbox.receive(said(1, "xin chào")) is Receipt.ACCEPTED
        first = await mailbox.answer_to(said(1), 10)
        assert [reply.reply.text for reply in first] == ["xin chào|1"]
        assert await mailbox.receive(said(1, "xin chào")) is Receipt.DUPLICATE
        assert await mailbox.answer_to(said(1), 10) == first
        assert first[0].conversation == "web:an"
        assert first[0].message_id == "1"


async def test_replies_come_back_as_they_were_given(conninfo: str) -> None:
    reply = Reply("Lệ phí?", "Theo …", (Choice("a", "Có"), Choice("b", "Cổng", "https://x.vn")))

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        return TurnResult({}, (reply, Reply("hai"), Reply("ba")))

    async with mailroom(conninfo, handle) as mailbox:
        await mailbox.receive(Incoming("web", "an", "1", choice="fee"))
        found = await mailbox.answer_to(said(1), 10)
        assert [one.reply for one in found] == [reply, Reply("hai"), Reply("ba")]
        assert [one.id for one in found] == sorted(one.id for one in found)


async def test_deliveries_in_parallel_shuffled_and_repeated_are_handled_once_and_in_order(
    conninfo: str,
) -> None:
    active: set[str] = set()
    overlaps: list[str] = []
    lock = threading.Lock()

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        with lock:
            if incoming.chat in active:
                overlaps.append(incoming.chat)
            active.add(incoming.chat)
        result = echo(incoming, state, now)
        with lock:
            active.discard(incoming.chat)
        return result

    chats = [f"chat{n}" for n in range(4)]
    deliveries = [said(n, chat=chat) for n in range(12) for chat in chats] * 3
    random.Random(7).shuffle(deliveries)
    async with mailroom(conninfo, handle, cap=100, concurrent_turns=4) as mailbox:
        receipts = await asyncio.gather(*(mailbox.receive(one) for one in deliveries))
        assert receipts.count(Receipt.ACCEPTED) == 48
        assert receipts.count(Receipt.DUPLICATE) == 96
        for chat in chats:
            for n in range(12):
                await mailbox.answer_to(said(n, chat=chat), 30)
            entries = await mailbox.transcript(f"web:{chat}", 100)
            accepted = [e.incoming.message_id for e in entries if e.incoming]
            answered = [reply.message_id for reply in await mailbox.replies(f"web:{chat}")]
            assert answered == accepted
            assert [
                r.reply.text.partition("|")[2] for r in await mailbox.replies(f"web:{chat}")
            ] == [str(n) for n in range(1, 13)]
        assert overlaps == []


async def test_one_chat_cannot_crowd_the_others_out(conninfo: str) -> None:
    async with open_mailbox(conninfo, timing=FAST, cap=3) as mailbox:
        receipts = await asyncio.gather(*(mailbox.receive(said(n)) for n in range(8)))
        assert receipts.count(Receipt.ACCEPTED) == 3
        assert receipts.count(Receipt.CROWDED) == 5
        assert await mailbox.receive(said(0, chat="binh")) is Receipt.ACCEPTED
        kept = next(n for n, receipt in enumerate(receipts) if receipt is Receipt.ACCEPTED)
        assert await mailbox.receive(said(kept)) is Receipt.DUPLICATE
        refused = next(n for n, receipt in enumerate(receipts) if receipt is Receipt.CROWDED)
        with pytest.raises(UnknownMessage):
            await mailbox.answer_to(said(refused), 1)
        assert (await mailbox.counts()).pending == 4


async def test_the_team_is_never_turned_away(conninfo: str) -> None:
    async with open_mailbox(conninfo, timing=FAST, cap=3, desk=plan()) as mailbox:
        answers = [Incoming(TEAM, GROUP, str(n), text="Dạ", helper=LAN) for n in range(5)]
        for answer in answers:
            assert await mailbox.receive(answer) is Receipt.ACCEPTED


async def test_while_the_database_only_reads_messages_are_to_come_again(conninfo: str) -> None:
    async with open_mailbox(conninfo) as mailbox:  # a full disk or a standby, at whoever hosts it
        reading = make_conninfo(conninfo, options="-c default_transaction_read_only=on")
        mailbox.store = Store(reading)
        await mailbox.store.open()
        try:
            with pytest.raises(StoreUnavailable):
                await mailbox.receive(said(1))
        finally:
            await mailbox.store.close()


async def test_waiting_ends_when_the_time_is_over(conninfo: str) -> None:
    async with open_mailbox(conninfo) as mailbox:
        await mailbox.receive(said(1))
        with pytest.raises(NotAnswered):
            await mailbox.answer_to(said(1), 0.1)


async def test_following_yields_what_was_and_what_comes(conninfo: str) -> None:
    async with mailroom(conninfo) as mailbox:
        await mailbox.receive(said(1))
        (first,) = await mailbox.answer_to(said(1), 10)
        follower = mailbox.follow("web:an", after=0)
        assert await anext(follower) == first
        coming = asyncio.ensure_future(anext(follower))
        await asyncio.sleep(0.1)
        assert not coming.done()
        await mailbox.receive(said(2))
        assert (await asyncio.wait_for(coming, 10)).message_id == "2"
        await follower.aclose()
        later = mailbox.follow("web:an", after=first.id)
        assert (await asyncio.wait_for(anext(later), 10)).message_id == "2"
        await later.aclose()


async def test_the_listener_connects_again(conninfo: str) -> None:
    async with mailroom(conninfo) as mailbox:
        follower = mailbox.follow("web:an")
        coming = asyncio.ensure_future(anext(follower))
        await asyncio.sleep(0.1)
        with psycopg.connect(conninfo, autocommit=True) as con:
            con.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        for attempt in range(20):  # the first attempts may meet a connection that was cut
            try:
                await mailbox.receive(said(1))
                break
            except StoreUnavailable:
                assert attempt < 19
        assert (await asyncio.wait_for(coming, 10)).message_id == "1"
        await follower.aclose()


async def test_nothing_personal_reaches_the_tables(conninfo: str) -> None:
    async with mailroom(conninfo) as mailbox:
        await mailbox.receive(said(1, "tôi là 001099012345, gọi 0912 345 678\x00, otp 123456"))
        await mailbox.answer_to(said(1), 10)
        with psycopg.connect(conninfo) as con:
            for table in ("messages", "conversations", "replies", "procrastinate_jobs"):
                rows = str(con.execute(f"SELECT * FROM {table}").fetchall())
                for secret in ("001099012345", "0912", "123456"):
                    assert secret not in rows.replace("2026-", "")
        entry = (await mailbox.transcript("web:an"))[0]
        assert entry.incoming is not None
        assert entry.incoming.text == "tôi là [số định danh], gọi [số điện thoại], otp [mã OTP]"


async def test_history_is_in_order_and_limited(conninfo: str) -> None:
    async with mailroom(conninfo) as mailbox:
        for n in range(1, 4):
            await mailbox.receive(said(n))
            await mailbox.answer_to(said(n), 10)
        lines = [
            e.incoming.text if e.incoming else e.reply.reply.text if e.reply else ""
            for e in await mailbox.transcript("web:an", 4)
        ]
        assert lines == ["tin 2", "tin 2|2", "tin 3", "tin 3|3"]


async def test_erasing_removes_everything_of_one_conversation(conninfo: str) -> None:
    async with mailroom(conninfo) as mailbox:
        for chat in ("an", "binh"):
            await mailbox.receive(said(1, chat=chat))
            await mailbox.answer_to(said(1, chat=chat), 10)
            later = datetime.now(UTC) + timedelta(days=1)
            await mailbox.remind_at("web", chat, later, "again")
        await mailbox.erase("web:an")
        assert await mailbox.transcript("web:an") == []
        assert await mailbox.replies("web:an") == []
        with pytest.raises(UnknownMessage):
            await mailbox.answer_to(said(1), 1)
        assert len(await mailbox.transcript("web:binh")) == 2
        with psycopg.connect(conninfo) as con:
            rest = con.execute("SELECT args->>'chat' FROM procrastinate_jobs").fetchall()
            assert rest == [("binh",)]
            assert con.execute("SELECT key FROM conversations").fetchall() == [("web:binh",)]
        await mailbox.receive(said(2))
        (reply,) = await mailbox.answer_to(said(2), 10)
        assert reply.reply.text == "tin 2|1"  # the state began anew


async def test_a_turn_under_way_does_not_bring_erased_data_back(conninfo: str) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        begun.set()
        assert go_on.wait(10)
        return echo(incoming, state, now)

    async with mailroom(conninfo, handle) as mailbox:
        await mailbox.receive(said(1))
        await asyncio.to_thread(begun.wait, 10)
        await mailbox.erase("web:an")
        go_on.set()
        await mailbox.receive(said(1, chat="binh"))
        await mailbox.answer_to(said(1, chat="binh"), 10)
        assert await mailbox.transcript("web:an") == []
        with psycopg.connect(conninfo) as con:
            assert con.execute("SELECT key FROM conversations").fetchall() == [("web:binh",)]


async def test_outcomes_are_counted(conninfo: str) -> None:
    async with mailroom(conninfo) as mailbox:
        for n in range(3):
            await mailbox.receive(said(n, chat=f"c{n}"))
        for n in range(3):
            await mailbox.answer_to(said(n, chat=f"c{n}"), 10)
        counts = await mailbox.counts()
        assert counts.events == {"echoed": 3}
        assert (counts.pending, counts.parked, counts.undelivered) == (0, 0, 0)
        assert counts.oldest_pending_seconds == 0.0


async def test_a_reminder_comes_when_due_and_holds_nothing_up(conninfo: str) -> None:
    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        return TurnResult({}, (Reply(f"{incoming.text or incoming.choice}"),))

    async with mailroom(conninfo, handle) as mailbox:
        due = datetime.now(UTC) + timedelta(seconds=0.6)
        await mailbox.remind_at("web", "an", due, "tiep")
        await mailbox.receive(said(1))
        (reply,) = await mailbox.answer_to(said(1), 10)
        assert reply.created_at < due
        follower = mailbox.follow("web:an", after=reply.id)
        reminder = await asyncio.wait_for(anext(follower), 10)
        assert reminder.reply.text == "tiep"
        assert reminder.created_at >= due
        await follower.aclose()


async def test_what_is_old_is_forgotten(conninfo: str) -> None:
    async with mailroom(conninfo, retention=timedelta(days=30)) as mailbox:
        for chat in ("an", "binh"):
            await mailbox.receive(said(1, chat=chat))
            await mailbox.answer_to(said(1, chat=chat), 10)
        with psycopg.connect(conninfo) as con:
            con.execute(
                "UPDATE messages SET received_at = now() - interval '31 days' WHERE chat = 'an'"
            )
            con.execute(
                "UPDATE conversations SET updated_at = now() - interval '31 days' WHERE chat = 'an'"
            )
        for _ in range(100):
            if not await mailbox.transcript("web:an"):
                break
            await asyncio.sleep(0.05)
        assert await mailbox.transcript("web:an") == []
        assert len(await mailbox.transcript("web:binh")) == 2
        with psycopg.connect(conninfo) as con:
            assert con.execute("SELECT key FROM conversations").fetchall() == [("web:binh",)]
            assert con.execute("SELECT count(*) FROM replies").fetchall() == [(1,)]
            assert con.execute("SELECT count(*) FROM procrastinate_jobs").fetchall() == [(0,)]


@pytest.mark.parametrize(
    "bad",
    [
        Incoming("web", "", "1", text="a"),
        Incoming("web", "a\x00", "1", text="a"),
        Incoming("web", "a" * 201, "1", text="a"),
        Incoming("web", "a", "\ud800", text="a"),
        Incoming("we:b", "a", "1", text="a"),
        Incoming("web", "a", "1"),
        Incoming("web", "a", "1", text="a", choice="b"),
    ],
)
async def test_an_address_that_cannot_be_kept_is_refused(
    embedded_conninfo: str, bad: Incoming
) -> None:
    async with open_mailbox(embedded_conninfo) as mailbox:
        with pytest.raises(BadAddress):
            await mailbox.receive(bad)


async def test_ready_only_while_the_database_answers(conninfo: str) -> None:
    async with open_mailbox(conninfo) as mailbox:
        await mailbox.check()
        await mailbox.store.close()
        with pytest.raises(StoreUnavailable):
            await mailbox.check()
