"""Tickets on both servers: opened with the turn that asks for them, or not at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from actions.replies import Reply
from actions.tickets import TicketKind, TicketRequest
from bot.messages import Incoming, TurnResult
from tests.mailroom import mailroom, said

HUMAN = TicketRequest(TicketKind.HUMAN, "asked", "Đăng ký khai sinh", "00166", "bác")
FEEDBACK = TicketRequest(TicketKind.FEEDBACK, "attitude", "Chờ lâu quá")


def asking(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """A person at "người", a complaint at "phản ánh"."""
    asked = {"người": (HUMAN,), "phản ánh": (FEEDBACK, FEEDBACK)}.get(incoming.text or "", ())
    return TurnResult({}, (Reply("Vâng."),), tickets=asked)


async def test_a_turn_opens_tickets_and_one_person_at_a_time(conninfo: str) -> None:
    async with mailroom(conninfo, asking) as mailbox:
        for number, text in enumerate(("người", "người", "phản ánh", "thôi")):
            await mailbox.receive(said(number, text))
            await mailbox.answer_to(said(number), 10)
    with psycopg.connect(conninfo) as con:
        kept = con.execute(
            "SELECT kind, reason, summary, conversation, unit, address, status FROM tickets"
            " ORDER BY number"
        ).fetchall()
    human = ("human", "asked", "Đăng ký khai sinh", "web:an", "00166", "bác", "open")
    other = ("feedback", "attitude", "Chờ lâu quá", "web:an", None, "ông/bà", "open")
    assert kept == [human, other, other]
