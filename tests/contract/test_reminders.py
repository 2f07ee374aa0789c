"""Reminders on both servers: put away with the turn that asks for them, sent once though the worker
went away in between, erased with the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from actions import reminders
from actions.reminders import Reminder
from actions.replies import Reply
from bot.conversation import Conversation
from bot.mailbox import Mailbox
from bot.messages import PASSING, Incoming, TurnHandler, TurnResult
from tests.mailroom import Pigeon, eventually, mailroom, said
from tests.samples import guide, meant, world


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


async def test_a_screen_for_everybody_reminds_nobody_least_of_all_the_next_citizen(
    conninfo: str,
) -> None:
    talk = Conversation(lambda text: meant("nlu_fallback"), world(guides=(guide(),)))

    async def say(mailbox: Mailbox, chat: str, *texts: str) -> Reply:
        for text in texts:
            message = said(f"{chat}-{text}", text, chat)
            await mailbox.receive(message)
            answer = await mailbox.answer_to(message, 10)
        return answer[-1].reply

    def put_away() -> list[str]:
        with psycopg.connect(conninfo) as con:
            found = con.execute(
                "SELECT args->>'chat' FROM procrastinate_jobs WHERE task_name = %s"
                " AND status = 'todo'",
                ("remind",),
            ).fetchall()
        return [chat for (chat,) in found]

    first, next_ = f"{PASSING}an", f"{PASSING}binh"
    async with mailroom(conninfo, talk) as mailbox:
        aside = await say(mailbox, first, "làm thử", "xong rồi", "để sau")
        assert not any("nhắc" in choice.label for choice in aside.choices)
        assert "quên hết" in (await say(mailbox, first, "nhắc tôi")).text
        assert put_away() == []
        await say(mailbox, "an", "làm thử", "xong rồi", "để sau", "nhắc tôi")  # on a telephone
        assert put_away() == ["an"]

        # Even one that is put away goes to nobody else, and goes with who asked for it.
        await say(mailbox, next_, "làm thử")
        before = await mailbox.transcript(f"web:{next_}")
        soon = reminders.of("lam-thu", datetime.now(UTC))
        await mailbox.remind_at("web", first, soon.due, soon.choice)
        await eventually(lambda: put_away() == ["an"])
        await mailbox.remind_at("web", first, soon.due + timedelta(days=1), soon.choice)
        await mailbox.erase(f"web:{first}")
        assert put_away() == ["an"]
        await say(mailbox, next_, "xong rồi")
        said_next = await mailbox.transcript(f"web:{next_}")
        assert said_next[: len(before)] == before
        assert len(said_next) == len(before) + 2
        assert await mailbox.transcript(f"web:{first}") == []
