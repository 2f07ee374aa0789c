"""The clock that citizens and offices go by; waiting."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "ICT")  # no summer time since 1975


async def rest(seconds: float, stop: asyncio.Event) -> None:
    """Wait so long, or until ``stop``."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


def spread(failures: int, longest: float) -> float:
    """Seconds before the next attempt: up to 1, 2, 4 … ``longest``, spread so that those who wait
    do not come together."""
    return min(longest, 2.0 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 no secret
