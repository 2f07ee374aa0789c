"""The clock that citizens and offices go by."""

from __future__ import annotations

import asyncio
from datetime import timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "ICT")  # no summer time since 1975


async def rest(seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until ``stop``."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
