"""Against guessing of dossier codes, which run in sequence: who asks for many is slowed down, then
shown a small question that a person answers at a glance, then sent to people.

Counted for each conversation and for each network address, under digests that nobody can undo once
the day's salt is gone (:mod:`bot.store.guesses`). Who mistypes two or three times notices nothing,
who asks for the same code again is never counted, and every count falls by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from actions.dossier_sources.port import Why
from bot.messages import Incoming
from bot.store import guesses
from bot.store.guesses import Count
from bot.store.pool import Connection, Store

FALLS = 600.0  # seconds in which a score falls by one
FOUND = 0.2  # what a code that was found counts, against 1 for one that was not
_REFUSED = 0.5  # what a question that was not answered counts
WIDER = 5.0  # so much more is allowed to an address, or to a helper who sees to many people
_WAIT = 30.0  # seconds after the first code too many, doubled with each


class Level(Enum):
    """What is done about it; the number is the score from which on."""

    FREE = 0.0
    SLOW = 3.5  # after the fourth code that was none
    CHECK = 5.5
    PERSON = 8.5


@dataclass(frozen=True, slots=True)
class Ticket:
    """A look-up that was admitted, counted as if nothing would be found."""

    who: tuple[str, ...]


def level(score: float, *, wide: bool) -> Level:
    """What is done about a score."""
    narrowed = score / WIDER if wide else score
    return next(one for one in reversed(Level) if narrowed >= one.value)


def fallen(score: float, seconds: float) -> float:
    """What is left of a score after so long."""
    return max(0.0, score - max(0.0, seconds) / FALLS)


def must_wait(score: float, seconds: float, *, wide: bool) -> bool:
    """Whether it is too soon, so many seconds after the code before."""
    beyond = (score / WIDER if wide else score) - Level.SLOW.value
    return seconds < _WAIT * math.exp2(min(beyond, 2.0))


async def slowed(con: Connection) -> dict[tuple[str, str], int]:
    """How many are slowed down, asked a question or sent to people now, by (``conversation`` or
    ``address``, name of the level); a higher level counts among the lower ones too."""
    limits = {one.name.lower(): one.value for one in Level if one is not Level.FREE}
    return await guesses.over(con, limits, wider=WIDER, falls=FALLS)


class Guesses:
    """The counts of one database."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._clock = clock

    async def admit(self, code: str, incoming: Incoming) -> Ticket | Why:
        """Whether a code may be looked up for who asks, and if not, what they are told.

        Counted before the look-up, so that many at once are no way around it. Raises
        :class:`bot.store.errors.StoreUnavailable`.
        """
        now = self._clock()
        async with self._store.transaction() as con:
            counts, digest = await guesses.lock(con, incoming, code, now)
            if any(digest in count.codes and not count.wide for count in counts):
                return Ticket(())  # the same answer as before tells nothing
            why = self._refusal(counts, incoming, now)
            who = tuple(count.who for count in counts)
            if why is not None:
                await guesses.add(con, who, _REFUSED if why is Why.CHECK else 0.0)
                return why
            for count in counts:
                score = fallen(count.score, (now - count.at).total_seconds()) + 1.0
                await guesses.note(con, count.who, score, now, digest)
        return Ticket(who)

    def _refusal(self, counts: list[Count], incoming: Incoming, now: datetime) -> Why | None:
        helping = incoming.team is not None
        worst, waiting = Level.FREE, False
        for count in counts:
            since, wide = (now - count.at).total_seconds(), count.wide or helping
            score = fallen(count.score, since)
            here = level(score, wide=wide)
            worst = max(worst, here, key=lambda one: one.value)
            waiting |= here is not Level.FREE and must_wait(score, since, wide=wide)
        if worst is Level.PERSON:
            return Why.PERSON
        if worst is Level.CHECK and not incoming.checked:
            return Why.CHECK
        return Why.SLOWED if worst is Level.SLOW and waiting else None

    async def judge(self, ticket: Ticket, why: Why) -> None:
        """Take back what was counted too much, now that it is known what came of it."""
        back = {Why.NOT_FOUND: 0.0, Why.FOUND: 1.0 - FOUND}.get(why, 1.0)
        if back and ticket.who:
            async with self._store.connection() as con:
                await guesses.add(con, ticket.who, -back)
