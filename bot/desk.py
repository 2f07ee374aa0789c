"""The desk at which dossiers are looked up: which source is asked for a code, and what is said when
it does not answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

from actions.dossier_sources.port import DossierSource, Finding, SourceUnavailable, Why
from bot.guessing import Guesses
from bot.messages import Incoming, TurnHandler, TurnResult
from bot.store import dossiers
from bot.store.dossiers import DossierTable
from bot.store.errors import StoreUnavailable
from bot.store.pool import Store
from bot.times import VIETNAM
from knowledge_base.dossiers.codes import DossierCode, grammar
from knowledge_base.dossiers.dossier import Dossier

logger = logging.getLogger(__name__)

LIMIT = 5.0  # seconds a citizen is kept waiting for a source
STEP, STEP_REMOTE = 0.03, 0.5  # seconds of which every answer takes a whole number


def unjoined(handler: TurnHandler) -> TurnHandler:
    """The handler for where nothing can be looked up: the terminal, trials of sentences."""

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime, /) -> TurnResult:
        result = handler(incoming, state, now)
        if result.lookup is None:
            return result
        finding = Finding(result.lookup, Why.NO_SOURCE)
        return handler(replace(incoming, finding=finding), state, now)

    return handle


class Desk:
    """Looks codes up in the deployment's own table, then in the source of the code's agency, for
    who does not guess. However it ends, the time until the answer is a whole number of steps, so
    that nobody reads from it what was not said."""

    def __init__(
        self,
        store: Store,
        sources: Mapping[str, DossierSource],
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        guesses: Guesses | None = None,
    ) -> None:
        """``sources`` by the beginning of the codes they hold, such as ``H57`` or ``H57.132``; the
        longest that fits is asked."""
        self._store = store
        self._table = DossierTable(store)
        self._sources = sources
        self._clock = clock
        self._sleep = sleep
        self._guesses = guesses or Guesses(store)

    async def look_up(self, code: str, incoming: Incoming) -> Finding:
        """What is known of a code as :attr:`DossierCode.text` writes it; raises nothing.

        For a message that nobody sent no system is asked: what there is to tell was heard before.
        It waits while the database is away, which raises :class:`StoreUnavailable`.
        """
        found = grammar().find(code, datetime.now(VIETNAM).date()).codes
        if not found:
            return Finding(code, Why.NOT_FOUND)
        if incoming.is_reminder:
            return await self._recalled(found[0])
        began, remote = self._clock(), self._source(found[0]) is not None
        finding = await self._admitted(found[0], incoming)
        step = STEP_REMOTE if remote else STEP
        await self._sleep(step - (self._clock() - began) % step)
        return finding

    async def _admitted(self, code: DossierCode, incoming: Incoming) -> Finding:
        try:
            ticket = await self._guesses.admit(code.key, incoming)
            if isinstance(ticket, Why):
                return Finding(code.text, ticket)
            finding = await self._looked_up(code)
            await self._guesses.judge(ticket, finding.why)
        except StoreUnavailable as error:
            logger.warning("Dossiers wait for the database: %s", error)
            return Finding(code.text, Why.UNAVAILABLE)
        return finding

    async def _looked_up(self, code: DossierCode) -> Finding:
        try:
            async with asyncio.timeout(LIMIT):
                return await self._find(code)
        except (SourceUnavailable, StoreUnavailable, TimeoutError) as error:
            logger.warning("A source of dossiers does not answer: %s", error or "too slow")
            source, last = self._source(code), await self._last_known(code)
            return Finding(code.text, Why.UNAVAILABLE, last, source.name if source else "")

    async def _find(self, code: DossierCode) -> Finding:
        known = await self._table.find(code)
        if known is not None:
            return Finding(code.text, Why.FOUND, known)
        source = self._source(code)
        if source is not None:
            known = await source.find(code)
        elif await self._table.is_empty():
            return Finding(code.text, Why.NO_SOURCE)
        if known is not None:
            async with self._store.connection() as con:
                await dossiers.remember(con, code, known)
        why, name = (Why.FOUND if known else Why.NOT_FOUND), (source.name if source else "")
        return Finding(code.text, why, known, name)

    async def _recalled(self, code: DossierCode) -> Finding:
        """What was heard of a dossier that is watched; raises :class:`StoreUnavailable`."""
        async with self._store.connection() as con:
            known = await dossiers.read(con, code) or await dossiers.recall(con, code)
        return Finding(code.text, Why.FOUND if known else Why.NOT_FOUND, known)

    async def _last_known(self, code: DossierCode) -> Dossier | None:
        try:
            async with self._store.connection() as con:
                return await dossiers.recall(con, code)
        except StoreUnavailable:
            return None

    def _source(self, code: DossierCode) -> DossierSource | None:
        unit = code.unit
        fitting = [start for start in self._sources if f"{unit}.".startswith(f"{start}.")]
        return self._sources[max(fitting, key=len)] if fitting else None
