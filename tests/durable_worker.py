"""A worker in a process of its own, for tests that kill it.

    python -m tests.durable_worker CONNINFO JOURNAL fast|real

Appends one line to JOURNAL for each turn begun. "die" ends the process as a crash would; "slow"
takes two seconds; every other text takes a few milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.jobs import Timing
from bot.mailbox import open_mailbox
from bot.messages import Incoming, TurnResult
from bot.stopping import cancelled_by_signals
from bot.worker import Worker
from tests.mailroom import FAST, PARKED, echo


async def main(conninfo: str, journal: Path, timing: Timing) -> None:
    """Work until killed, or told to stop."""

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        with journal.open("a") as lines:
            lines.write(f"{incoming.chat}/{incoming.message_id}\n")
        if incoming.text == "die":
            time.sleep(0.1)  # long enough for a neighbour to be under way too
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(2.0 if incoming.text == "slow" else 0.005)
        return echo(incoming, state, now)

    stop = asyncio.Event()
    with suppress(asyncio.CancelledError), cancelled_by_signals():
        async with open_mailbox(conninfo, timing=timing) as mailbox:
            worker = Worker(mailbox, handle, parked_reply=PARKED)
            working = asyncio.create_task(worker.run(stop))
            try:
                await asyncio.shield(working)
            finally:
                stop.set()
                await working


if __name__ == "__main__":
    times = {"fast": FAST, "real": Timing()}
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), times[sys.argv[3]]))
