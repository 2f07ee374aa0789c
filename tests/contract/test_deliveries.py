"""Replies to a channel we push to: order, rate, refusals, waiting, giving up."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

import psycopg
import pytest

from actions.replies import Reply
from bot import delivery
from bot.mailbox import Mailbox
from bot.messages import ChatBlocked, Incoming, ReplyRefused, RetryLater, TurnResult
from tests.mailroom import Pigeon, eventually, mailroom, said


def three(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Answer with three replies."""
    return TurnResult({}, tuple(Reply(f"{incoming.message_id}{part}") for part in "abc"))


async def send(mailbox: Mailbox, *ids: int | str, chat: str = "an") -> None:
    """Put messages in, one after the other."""
    for number in ids:
        await mailbox.receive(said(number, chat=chat, channel="telegram"))


async def test_replies_are_pushed_in_order_and_once(conninfo: str) -> None:
    pigeon = Pigeon()
    async with mailroom(conninfo, three, [pigeon]) as mailbox:
        for chat in ("an", "binh"):
            await send(mailbox, 1, 2, chat=chat)
        await eventually(lambda: len(pigeon.delivered) == 12)
        for chat in ("an", "binh"):
            assert pigeon.texts(chat) == ["1a", "1b", "1c", "2a", "2b", "2c"]
        await asyncio.sleep(0.3)
        assert len(pigeon.delivered) == 12
        assert (await mailbox.counts()).undelivered == 0


async def test_a_channel_without_sender_is_not_pushed(conninfo: str) -> None:
    pigeon = Pigeon()
    async with mailroom(conninfo, three, [pigeon]) as mailbox:
        await mailbox.receive(said(1))
        assert len(await mailbox.answer_to(said(1), 10)) == 3
        assert pigeon.delivered == []
        assert (await mailbox.counts()).undelivered == 0


async def test_a_chat_told_to_wait_does_not_freeze_the_others(conninfo: str) -> None:
    told: list[float] = []

    def rule(chat: str, text: str) -> None:
        if chat == "an" and text == "1b" and not told:
            told.append(asyncio.get_running_loop().time())
            raise RetryLater("429", after=1.0)

    pigeon = Pigeon(rule)
    async with mailroom(conninfo, three, [pigeon]) as mailbox:
        await send(mailbox, 1)
        await eventually(lambda: bool(told))
        await send(mailbox, 1, 2, chat="binh")
        await eventually(lambda: len(pigeon.texts("binh")) == 6, 0.9)
        assert pigeon.texts("an") == ["1a"]
        await eventually(lambda: pigeon.texts("an") == ["1a", "1b", "1c"])
        assert asyncio.get_running_loop().time() - told[0] >= 1.0


async def test_a_chat_that_blocked_us_loses_its_backlog_and_keeps_its_state(conninfo: str) -> None:
    blocked = True

    def rule(chat: str, text: str) -> None:
        if chat == "an" and blocked:
            raise ChatBlocked("403")

    pigeon = Pigeon(rule)
    async with mailroom(conninfo, three, [pigeon]) as mailbox:
        await send(mailbox, 1)
        await send(mailbox, 1, chat="binh")
        await eventually(lambda: len(pigeon.texts("binh")) == 3)
        for _ in range(100):
            if (await mailbox.counts()).undelivered == 0:
                break
            await asyncio.sleep(0.05)
        assert (await mailbox.counts()).undelivered == 0
        assert (await mailbox.counts()).events["reply.telegram.blocked"] == 1
        with psycopg.connect(conninfo) as con:
            found = con.execute(
                "SELECT state IS NOT NULL, blocked_at IS NOT NULL FROM conversations"
                " WHERE chat = 'an'"
            )
            assert found.fetchall() == [(True, True)]
        blocked = False  # the citizen came back and writes
        await send(mailbox, 2)
        await eventually(lambda: pigeon.texts("an") == ["2a", "2b", "2c"])
        with psycopg.connect(conninfo) as con:
            found = con.execute("SELECT blocked_at FROM conversations WHERE chat = 'an'")
            assert found.fetchall() == [(None,)]


async def test_a_refused_reply_is_dropped_alone(conninfo: str) -> None:
    def rule(chat: str, text: str) -> None:
        if text == "1b":
            raise ReplyRefused("400")

    pigeon = Pigeon(rule)
    async with mailroom(conninfo, three, [pigeon]) as mailbox:
        await send(mailbox, 1)
        await eventually(lambda: pigeon.texts("an") == ["1a", "1c"])
        assert (await mailbox.counts()).events["reply.telegram.refused"] == 1


@pytest.mark.parametrize("error", [RetryLater("502"), ConnectionError("reset"), KeyError("bug")])
async def test_a_failing_channel_is_tried_again_in_order(
    conninfo: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_backoff", lambda attempts: 0.05)
    left = Counter({"1a": 3})

    def rule(chat: str, text: str) -> None:
        if left[text] > 0:
            left[text] -= 1
            raise error

    pigeon = Pigeon(rule)
    async with mailroom(conninfo, three, [pigeon]) as mailbox:
        await send(mailbox, 1)
        await eventually(lambda: pigeon.texts("an") == ["1a", "1b", "1c"])
        assert len(pigeon.times) == 6
        first, *_, last = pigeon.numbers  # a reply stays itself, whatever it says
        assert pigeon.numbers == [first] * 4 + [first + 1, last]


async def test_a_reply_is_given_up_after_half_a_day(conninfo: str) -> None:
    def rule(chat: str, text: str) -> None:
        raise RetryLater("502", after=0.3)

    pigeon = Pigeon(rule)
    async with mailroom(conninfo, three, [pigeon]) as mailbox:
        await send(mailbox, 1)
        await eventually(lambda: len(pigeon.times) >= 1)
        with psycopg.connect(conninfo) as con:
            con.execute("UPDATE replies SET created_at = now() - interval '12 hours 1 second'")
        for _ in range(100):
            if (await mailbox.counts()).undelivered == 0:
                break
            await asyncio.sleep(0.05)
        assert (await mailbox.counts()).events["reply.telegram.gave_up"] == 3


async def test_the_rate_is_kept_by_all_senders_together(conninfo: str) -> None:
    pigeons = [Pigeon(per_second=20.0), Pigeon(per_second=20.0)]
    async with (
        mailroom(conninfo, three, [pigeons[0]]) as mailbox,
        mailroom(conninfo, three, [pigeons[1]]),
    ):
        for n in range(10):
            await send(mailbox, 1, chat=f"chat{n}")
        await eventually(lambda: sum(len(pigeon.delivered) for pigeon in pigeons) == 30)
        times = sorted(time for pigeon in pigeons for time in pigeon.times)
        assert times[-1] - times[0] >= 29 / 20 * 0.9
        assert all(later - early >= 0.5 for early, later in zip(times, times[15:], strict=False))
        assert all(pigeon.delivered for pigeon in pigeons)


def test_the_waits_grow_up_to_five_minutes() -> None:
    for attempts in range(40):
        longest = min(300.0, 2.0**attempts)
        assert 0.5 * longest <= delivery._backoff(attempts) <= longest
