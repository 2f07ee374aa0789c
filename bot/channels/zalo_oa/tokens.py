"""The Official Account's tokens: renewed by one holder at a time, written before they are used.

An access token is good for 25 hours, a refresh token for three months and for one use; a renewal
ends both of the pair before. So whoever renews holds a lock of the database, writes down that it
begins, asks Zalo, and has the new pair committed before anybody speaks with it. What is left: a
process that dies between Zalo's answer and that commit loses the pair. It is renewed hours ahead,
so that the old access token, if Zalo still takes it, or a person, has time to help; and whoever
comes next says what happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.channels.zalo_oa.events import CHANNEL
from bot.intake import counted
from bot.messages import RetryLater
from bot.store import zalo_tokens
from bot.store.errors import StoreUnavailable
from bot.store.pool import Store
from bot.store.zalo_tokens import Kept

_log = logging.getLogger(__name__)

AHEAD = timedelta(hours=5)  # before its end, an access token is renewed
LOOK_EVERY = 600.0  # seconds between two looks at whether it is time
OTHERS = timedelta(seconds=60)  # a renewal begun by somebody else is waited for
FRESH = timedelta(seconds=60)  # a token that is refused so soon is not renewed: that is no remedy
ASK_AGAIN = timedelta(hours=1)  # a refusal may be the fault of a setting put right meanwhile
AGAIN = 60.0  # seconds after which a reply without a token is tried again
_WRITE_AGAIN = (0.1, 0.5, 1.0, 2.0, 4.0)  # seconds between attempts to keep a new pair
HOW_TO_HELP = "python -m bot zalo-token put"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens from Zalo; the access token is good for ``lasts`` seconds."""

    access: str
    refresh: str
    lasts: float


class RefreshRefused(Exception):
    """Zalo does not take a refresh token; the message says why in its words."""


class NoToken(RetryLater):
    """Nothing can be sent until there is a token."""


Exchange = Callable[[str], Awaitable[Pair]]  # of a refresh token; may raise RefreshRefused


class Tokens:
    """The pair of one app."""

    def __init__(self, store: Store, app_id: str, exchange: Exchange) -> None:
        """``exchange`` asks Zalo for a new pair; raises :class:`RefreshRefused`, or
        :class:`bot.messages.RetryLater` where it may pass by itself."""
        self._store = store
        self._app_id = app_id
        self._exchange = exchange
        self._one = asyncio.Lock()  # in this process; the database's is for all of them
        self._unwritten: Pair | None = None
        self._under_way: set[asyncio.Task[str]] = set()

    async def current(self) -> str:
        """An access token to speak with; renewed where it is time.

        Raises:
            NoToken: there is none that Zalo takes.
            bot.store.errors.StoreUnavailable: the database is away.
        """
        if self._unwritten is not None:
            return await self.renew()
        async with self._store.connection() as con:
            kept = await zalo_tokens.read(con, self._app_id)
        if kept is not None and _serves(kept):
            return kept.access
        try:
            return await self.renew()
        except RetryLater:
            if kept is None or not kept.lasts():
                raise
            return kept.access  # it could not be renewed yet, and is good for a while

    async def renew(self, refused: str | None = None) -> str:
        """An access token other than ``refused``, which Zalo did not take: what another process has
        got meanwhile, or a new one. Raises as :meth:`current` does."""
        return await self._unbroken(self._renew(refused))

    async def _renew(self, refused: str | None) -> str:
        async with self._one, self._store.transaction() as guard:
            await zalo_tokens.hold(guard)
            if self._unwritten is not None:
                return await self._keep(self._unwritten)
            kept = await zalo_tokens.read(guard, self._app_id)
            if kept is None:
                raise NoToken(f"no token of Zalo yet: {HOW_TO_HELP}", AGAIN)
            if kept.access != refused and _serves(kept):
                return kept.access
            if kept.access == refused and kept.now - kept.renewed_at < FRESH:
                raise NoToken("Zalo refuses a token that it gave a moment ago", AGAIN)
            if kept.refused_at is not None and kept.now - kept.refused_at < ASK_AGAIN:
                raise NoToken(f"Zalo refused the refresh token: {HOW_TO_HELP}", AGAIN)
            return await self._renewed(kept)

    async def start(self, refresh: str) -> None:
        """Begin anew with a refresh token that a person got from Zalo.

        Raises:
            RefreshRefused: Zalo does not take it; what was kept stays.
            bot.messages.RetryLater: Zalo could not be asked.
            bot.store.errors.StoreUnavailable: the database is away.
        """
        await self._unbroken(self._start(refresh))

    async def _start(self, refresh: str) -> str:
        async with self._one, self._store.transaction() as guard:
            await zalo_tokens.hold(guard)
            return await self._keep(await self._exchange(refresh))

    async def _unbroken(self, work: Coroutine[Any, Any, str]) -> str:
        """Do what must not end half-way when whoever waits for it gives up: a token asked for and
        not written would be lost."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[str]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has heard it, or has gone

    async def close(self) -> None:
        """Let what is under way end."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _renewed(self, kept: Kept) -> str:
        begun = kept.begun_at
        if begun is not None and kept.now - begun < OTHERS:  # its holder's line may be cut
            raise NoToken("the tokens are being renewed", AGAIN)
        async with self._store.connection() as con:
            await zalo_tokens.begin(con, self._app_id)
        try:
            pair = await self._exchange(kept.refresh)
        except RefreshRefused as error:
            await self._refused(str(error), begun)
            raise NoToken(f"Zalo refused the refresh token: {HOW_TO_HELP}", AGAIN) from error
        except RetryLater as error:
            async with self._store.connection() as con:
                await zalo_tokens.undone(con, self._app_id)
            raise NoToken(f"the tokens could not be renewed: {error}", error.after) from error
        return await self._keep(pair)

    async def _keep(self, pair: Pair) -> str:
        """Write a pair down; this process holds it in memory until that is done."""
        self._unwritten = pair
        for pause in (*_WRITE_AGAIN, None):
            try:
                async with self._store.connection() as con:
                    await zalo_tokens.put(con, self._app_id, pair.access, pair.refresh, pair.lasts)
            except StoreUnavailable:
                if pause is None:
                    _log.error("A new pair of Zalo's tokens is not written yet; it is tried again")
                    raise
                await asyncio.sleep(pause)
            else:
                break
        self._unwritten = None
        await counted(self._store, CHANNEL, "token_renewed")
        return pair.access

    async def _refused(self, why: str, begun: datetime | None) -> None:
        lost = (
            f" A renewal begun at {begun:%Y-%m-%d %H:%M} never ended: its answer was lost, and"
            " with it the token."
            if begun
            else ""
        )
        _log.error("Zalo refuses the refresh token (%s).%s Run: %s", why, lost, HOW_TO_HELP)
        async with self._store.connection() as con:
            await zalo_tokens.refused(con, self._app_id, why[:200])
        await counted(self._store, CHANNEL, "token_refused")

    async def care(self) -> None:
        """Have the tokens renewed in time though nobody writes, until cancelled."""
        while True:
            try:
                await self.current()
            except (RetryLater, StoreUnavailable) as error:
                _log.warning("Zalo's tokens: %s", error)
            except Exception:
                _log.exception("Zalo's tokens could not be looked after")
            await asyncio.sleep(LOOK_EVERY)


def _serves(kept: Kept) -> bool:
    """Whether to speak with its access token as it is: it need not be renewed yet, or cannot be."""
    return kept.lasts() and (kept.refused_at is not None or kept.lasts(AHEAD))
