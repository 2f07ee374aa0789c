"""A complaint on both servers: once in the group, the citizen told the truth, nobody muted."""

from __future__ import annotations

import psycopg

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
