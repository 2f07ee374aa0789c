"""A mailbox with its worker for tests, and senders that do what a test tells them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic
from typing import Any

from actions.replies import Reply
from bot.jobs import Timing
from bot.mailbox import Mailbox, open_mailbox
from bot.messages import Incoming, Sender, TurnHandler, TurnResult
from bot.team_desk import Plan
from bot.worker import Worker

FAST = Timing(heartbeat=0.3, stalled=1.2, sweep=0.4, poll=0.2, shutdown=3.0, prune=0.5)
PARKED = Reply("Xin lỗi, tin nhắn này tôi chưa xử lý được.")


def said(number: int | str, text: str = "", chat: str = "an", channel: str = "web") -> Incoming:
    """A message with the given number as its id."""
    return Incoming(channel, chat, str(number), text=text or f"tin {number}")


def echo(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Answer with the text and the count of turns so far."""
    assert now.tzinfo is not None
    seen = [*(state or {}).get("seen", []), incoming.message_id]
    return TurnResult({"seen": seen}, (Reply(f"{incoming.text}|{len(seen)}"),), ("echoed",))


@asynccontextmanager
async def mailroom(
    conninfo: str,
    handler: TurnHandler = echo,
    senders: Sequence[Sender] = (),
    *,
    timing: Timing = FAST,
    cap: int = 20,
    desk: Plan | None = None,
    **options: Any,
) -> AsyncIterator[Mailbox]:
    """A mailbox whose worker runs during the block."""
    stop = asyncio.Event()
    async with open_mailbox(conninfo, timing=timing, cap=cap, desk=desk) as mailbox:
        worker = Worker(mailbox, handler, senders, parked_reply=PARKED, **options)
        running = asyncio.create_task(worker.run(stop))
        try:
            yield mailbox
        finally:
            stop.set()
            await running


async def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something holds; fails after ``seconds``."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, "it did not come about in time"
        await asyncio.sleep(0.02)


class Pigeon:
    """A sender that keeps what it delivered; ``rule`` may raise for a (chat, text)."""

    def __init__(
        self,
        rule: Callable[[str, str], None] = lambda chat, text: None,
        channel: str = "telegram",
        per_second: float = 1000.0,
    ) -> None:
        self.channel = channel
        self.per_second = per_second
        self.rule = rule
        self.delivered: list[tuple[str, str]] = []
        self.times: list[float] = []
        self.numbers: list[int] = []  # which of the kept replies came, as often as it was tried

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver, or do what the rule says."""
        self.times.append(monotonic())
        self.numbers.append(reply.number)
        self.rule(chat, reply.text)
        await asyncio.sleep(0.001)
        self.delivered.append((chat, reply.text))

    def texts(self, chat: str) -> list[str]:
        """What one chat got, in order."""
        return [text for who, text in self.delivered if who == chat]
