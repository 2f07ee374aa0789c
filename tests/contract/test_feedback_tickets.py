"""A complaint on both servers: once in the group, the citizen told the truth, nobody muted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
import pytest

from actions.tickets import TicketKind, TicketRequest
from bot.messages import Incoming
from bot.store import tickets
from bot.times import VIETNAM
from tests.team import LAN, room


async def test_a_complaint_reaches_the_group_once_and_the_machine_goes_on(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("/gopy")
        await here.press("Chậm trễ")
        await here.press("Bỏ qua")
        await here.say("lên ba bận đều chưa ký, gọi 0912345678 không ai nghe")
        assert here.group.posts == []
        await here.press("Có, nhắn lại")
        told = await here.press("Gửi")
        assert "Đã gửi" in told[-1].text
        card = await here.posted("lên ba bận đều chưa ký, gọi [số điện thoại] không ai nghe")
        assert "chậm trễ, trễ hẹn" in card.text
        again = await here.press("Gửi")
        assert "đã gửi hoặc đã bỏ" in again[-1].text
        assert (await here.say("/start"))[-1].choices  # the machine is not silent
        with psycopg.connect(conninfo) as con:
            rows = con.execute("SELECT kind, reason FROM tickets").fetchall()
        assert rows == [("feedback", "delay")]
        (number,) = [ticket.number for ticket, _ in await here.mailbox.tickets()]
        await here.team(LAN, f"claim.{number}")
        await here.team(LAN, f"close.{number}")
        await here.reaches("đã xem xong phản ánh")


async def test_a_list_of_tickets_is_one_question_to_the_database(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [TicketKind.FEEDBACK, *[TicketKind.HUMAN] * 3]
    asked = []
    async with room(conninfo) as here:
        async with here.mailbox.store.transaction() as con:
            for n, kind in enumerate(kinds):
                wish = TicketRequest(kind, "", "")
                asking = Incoming("web", f"c{n}", "1")
                await tickets.open_new(con, asking, wish, datetime.now(VIETNAM))
        async with here.mailbox.store.connection() as con:
            execute = con.execute

            def counted(query: Any, *values: Any) -> Any:
                asked.append(query)
                return execute(query, *values)

            with monkeypatch.context() as patched:
                patched.setattr(con, "execute", counted)
                listed = await tickets.read(con)
    assert [ahead for _, ahead in listed] == [0, 0, 1, 2]
    assert len(asked) == 1
