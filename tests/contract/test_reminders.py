"""Reminders on both servers: put away with the turn that asks for them, sent once though the worker
went away in between, erased with the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from actions.reminders import Reminder
from actions.replies import Reply
from bot.messages import Incoming, TurnHandler, TurnResult
from tests.mailroom import Pigeon, eventually, mailroom, said


def asking(seconds: float) -> TurnHandler:
    """Wants to be reminded so soon, and says what it was reminded of."""

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        if incoming.is_reminder:
            return TurnResult({}, (Reply(f"nhắc {incoming.choice}"),))
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        asked = (Reminder("nhac/a/2026-11-25", due),) if incoming.text == "nhắc tôi" else ()
        return TurnResult({}, (Reply("Vâng."),), reminders=asked)

    return handle


async def test_it_is_put_away_with_its_turn_and_sent_once_after_a_restart(conninfo: str) -> None:
    pigeon = Pigeon()
    message = said(1, "nhắc tôi", channel="telegram")
    async with mailroom(conninfo, asking(1.0), [pigeon]) as mailbox:
        await mailbox.receive(message)
        await mailbox.receive(message)  # delivered twice
        await eventually(lambda: pigeon.texts("an") == ["Vâng."])
    again = Pigeon()
    last = said(2, "thế nào", channel="telegram")
    async with mailroom(conninfo, asking(60), [again]) as mailbox:
        await eventually(lambda: bool(again.texts("an")))
        await mailbox.receive(last)
        await eventually(lambda: len(again.texts("an")) > 1)
    assert again.texts("an") == ["nhắc nhac/a/2026-11-25", "Vâng."]


async def test_on_the_web_it_waits_for_the_citizen_and_erasing_takes_it_away(conninfo: str) -> None:
    async with mailroom(conninfo, asking(0.1)) as mailbox:
        await mailbox.receive(said(1, "nhắc tôi"))
        (answer,) = await mailbox.answer_to(said(1), 10)
        async for reply in mailbox.follow("web:an", answer.id):
            assert reply.reply.text == "nhắc nhac/a/2026-11-25"
            break
    async with mailroom(conninfo, asking(60)) as mailbox:
        await mailbox.receive(said(2, "nhắc tôi"))
        await mailbox.answer_to(said(2), 10)
        await mailbox.erase("web:an")
    with psycopg.connect(conninfo) as con:
        assert con.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
