"""How much one address may ask for: a token bucket each, in memory."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits at the door.

    ``burst`` requests at once and ``per_second`` from then on, for one address (an office behind
    one router counts as one, so they are wide); ``addresses`` remembered at once;
    ``openings``: links one address may open at once, a hundredth of them each second from then on;
    ``photos`` likewise, each of which takes up to a second of a core to be read;
    ``streams_per_chat`` and ``streams`` open lines of the web chat, for one citizen and together.
    """

    burst: float = 60.0
    per_second: float = 5.0
    addresses: int = 20_000
    streams_per_chat: int = 8
    streams: int = 2_000
    openings: float = 40.0
    photos: float = 30.0


class TokenBuckets:
    """A bucket of tokens for every address; the addresses longest unseen are forgotten first."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> int:
        """Take one token; returns 0, or the whole seconds to wait until there is one."""
        now = self._clock()
        tokens, then = self._buckets.pop(address, (self._limits.burst, now))
        tokens = min(self._limits.burst, tokens + (now - then) * self._limits.per_second)
        allowed = tokens >= 1
        self._buckets[address] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._limits.addresses:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - tokens) / self._limits.per_second)


def client_address(connection: HTTPConnection, *, trust_proxy: bool) -> str:
    """Whom a request counts for.

    Only with ``trust_proxy`` is ``X-Forwarded-For`` believed, and of it the last entry: the one
    that our own proxy wrote, behind what was there or on a line of its own. An IPv6 address counts
    as its /64, which is one household.
    """
    host = connection.client.host if connection.client else ""
    if trust_proxy:
        lines = connection.headers.getlist("x-forwarded-for")
        forwarded = ",".join(lines).split(",")[-1].strip()
        host = forwarded or host
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return str(address)
