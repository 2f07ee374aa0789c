"""Asking a system over HTTP: within a time, again after a failure, and not at all for a while when
it keeps failing."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx

from actions.dossier_sources.port import SourceUnavailable

MOST_BYTES = 2_000_000  # of one answer
_PAUSE = 0.2  # seconds before the second try, spread so that many do not come together
_REST = (15.0, 300.0)  # seconds of rest after too many failures, doubled each time up to the second
_TOO_MANY = 5  # failures one after another


@dataclass
class Breaker:
    """Keeps away from a system that keeps failing: after five failures nobody asks for a while,
    then one tries for all."""

    clock: Callable[[], float] = monotonic
    failures: int = 0
    _until: float = 0.0

    def admit(self) -> None:
        """Raise :class:`SourceUnavailable` while the system is left alone."""
        if self.failures >= _TOO_MANY:
            now = self.clock()
            if now < self._until:
                raise SourceUnavailable("left alone after too many failures")
            self._until = now + self._rest()  # the others wait for what this one finds

    def ended(self, *, well: bool) -> None:
        """Note how a request ended."""
        self.failures = 0 if well else self.failures + 1
        if self.failures >= _TOO_MANY:
            self._until = self.clock() + self._rest()

    def _rest(self) -> float:
        first, longest = _REST
        return min(longest, first * 2.0 ** (self.failures - _TOO_MANY))


class Asker:
    """One system's client: a time limit for each try, two tries, the breaker, and at most so many
    requests a second."""

    def __init__(
        self,
        address: str,
        headers: dict[str, str],
        *,
        limit: float = 4.0,
        per_second: float = 10.0,
        auth: httpx.Auth | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``limit``: seconds of one try; ``per_second``: what the system allows."""
        timeout = httpx.Timeout(limit)
        self._limit = limit
        self._client = httpx.AsyncClient(
            base_url=address, headers=headers, timeout=timeout, auth=auth, follow_redirects=False
        )
        self._gap = 1.0 / per_second
        self._next = 0.0
        self._sleep = sleep
        self.breaker = Breaker()

    async def get(self, path: str, **parameters: str | int) -> Any:
        """The JSON of a page; see :meth:`post`."""
        return await self._ask("GET", path, params=parameters)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON that answers ``body``.

        Raises:
            SourceUnavailable: no answer in time after two tries, another status than 200, too much,
                or no JSON.
        """
        return await self._ask("POST", path, json=body)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _ask(self, method: str, path: str, **content: Any) -> Any:
        self.breaker.admit()
        for last in (False, True):
            await self._turn()
            try:
                async with asyncio.timeout(self._limit):  # httpx limits each part, not the whole
                    return await self._once(method, path, **content)
            except (httpx.RequestError, TimeoutError, _Passing) as error:
                self.breaker.ended(well=False)
                if last or self.breaker.failures >= _TOO_MANY:
                    raise SourceUnavailable(f"{type(error).__name__}: {error}") from error
            except (SourceUnavailable, asyncio.CancelledError):  # or nobody waits any longer
                self.breaker.ended(well=False)
                raise
            await self._sleep(_PAUSE * random.uniform(0.5, 1.5))  # noqa: S311
        raise AssertionError("the second try returns or raises")

    async def _once(self, method: str, path: str, **content: Any) -> Any:
        async with self._client.stream(method, path, **content) as response:
            status = response.status_code
            if (
                status == httpx.codes.TOO_MANY_REQUESTS
                or status >= httpx.codes.INTERNAL_SERVER_ERROR
            ):
                raise _Passing(f"status {status}")
            if status != httpx.codes.OK:
                raise SourceUnavailable(f"status {status}")
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise SourceUnavailable("the answer is too long")
        try:
            found = json.loads(bytes(body))
        except (ValueError, RecursionError) as error:
            raise SourceUnavailable("the answer is no JSON") from error
        self.breaker.ended(well=True)
        return found

    async def _turn(self) -> None:
        """Wait for this request's place in the second."""
        now = monotonic()
        self._next = max(self._next, now) + self._gap
        await self._sleep(max(0.0, self._next - self._gap - now))


class _Passing(Exception):
    """A refusal that may be over in a moment."""
