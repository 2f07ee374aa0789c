"""Dossiers that are watched: asking the systems that hold them, and telling whoever waits.

One job for each system runs for ever (:class:`bot.jobs.Again`): its lock keeps it to one at a time
however many workers there are, so that the system's limit holds for all of them. What was heard is
kept with a mark on those who are to be told, in one transaction with a job that tells them; each
is told by a message put in at the door in one transaction with the mark being taken away. So a
change is told once, whatever dies in between.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta

from actions.dossier_sources import rhythm
from actions.dossier_sources.port import SourceUnavailable
from actions.dossier_sources.rhythm import Plan
from actions.watched import Wish
from actions.watching import News, choice_of
from bot.jobs import Again, Jobs
from bot.logs import traced
from bot.messages import PASSING, Incoming
from bot.store import dossiers, messages, operation, subscriptions
from bot.store.pool import Connection, Store, try_lock
from bot.store.subscriptions import Due
from bot.times import VIETNAM
from knowledge_base.dossiers.codes import DossierCode, grammar
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.opening import Calendar

logger = logging.getLogger(__name__)

ASKING, TELLING = "dossiers.ask", "dossiers.tell"  # queues, and the tasks in them
LEASE = timedelta(minutes=10)  # longer than a batch can take
IDLE = 60.0  # seconds at most until it is looked again who is due
GONE = timedelta(days=1)  # until a dossier that the system does not know is asked about again
_REST = 60.0  # seconds that a system is left alone after this many failures one after another
_TOO_MANY = 3
_AT_ONCE = 100  # that are told before it is looked again who is to be
_BEGIN_LOCK = 7_166_225_903
_WHATEVER_WAITS = 10_000  # a chat's other messages do not keep news out
_NO_PUSH = ("zalo",)  # channels whose free reply window is limited: nothing is promised there


def _now() -> datetime:
    return datetime.now(VIETNAM)


def may_tell(channel: str, chat: str) -> bool:
    """Whether a channel can bring a chat a message that answers none."""
    return not channel.startswith(_NO_PUSH) and not chat.startswith(PASSING)


async def announce(con: Connection, jobs: Jobs) -> None:
    """Have everybody told what is pending; part of the transaction on ``con``."""
    await jobs.defer(con, TELLING, TELLING)


async def take_in(
    con: Connection, jobs: Jobs, rows: Iterable[tuple[DossierCode, Dossier]]
) -> tuple[int, int]:
    """See :func:`bot.store.dossiers.take_in`; whoever waits for one of them is told."""
    counted = await dossiers.take_in(con, rows)
    if await subscriptions.heard_list(con):
        await announce(con, jobs)
    return counted


class Watcher:
    """Asks and tells; its methods are what jobs do."""

    def __init__(
        self,
        store: Store,
        jobs: Jobs,
        plans: Mapping[str, Plan] | None = None,
        calendar: Calendar | None = None,
        *,
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        spread: Callable[[], float] = random.random,
    ) -> None:
        """``plans``: the systems that are asked, by name; ``calendar``: the days offices work on;
        ``clock`` in Vietnamese time; ``spread``: evenly from 0 to 1."""
        self._store = store
        self._jobs = jobs
        self._plans = plans or {}
        self._calendar = calendar or Calendar()
        self._clock = clock
        self._sleep = sleep
        self._spread = spread

    @property
    def tasks(self) -> Mapping[str, Callable[..., Awaitable[None]]]:
        """What jobs do, by the names of their tasks."""
        return {ASKING: self.ask, TELLING: self.tell}

    @property
    def lanes(self) -> dict[tuple[str, ...], int]:
        """How many jobs at a time: one for each system."""
        return {(ASKING,): len(self._plans)} if self._plans else {}

    async def begin(self) -> None:
        """See to it that every system has its job. May be called at any time."""
        for source in self._plans:
            lock = f"ask:{source}"
            async with self._store.transaction() as con:
                if not await try_lock(con, _BEGIN_LOCK):
                    return  # another process is at it
                if not await subscriptions.is_under_way(con, lock):
                    await self._jobs.defer(con, ASKING, ASKING, lock=lock, source=source)

    async def follow(self, con: Connection, incoming: Incoming, wishes: Iterable[Wish]) -> None:
        """Keep what a turn changes, in its transaction."""
        soon = rhythm.by_day(self._clock() + timedelta(hours=1 + self._spread()), self._spread())
        await subscriptions.follow(con, incoming, wishes, soon)

    async def ask(self, source: str) -> None:
        """Ask a system about those that are due, no faster than it allows.

        Raises:
            Again: always, unless the system is no longer asked.
        """
        plan = self._plans.get(source)
        if plan is None:
            return
        async with self._store.connection() as con:
            due = await subscriptions.claim(con, source, self._clock(), plan.batch, LEASE)
        failed = 0
        for number, one in enumerate(due):
            failed = 0 if await self._ask(plan, one) else failed + 1
            if failed >= _TOO_MANY:
                await self._leave_alone([left.code for left in due[number + 1 :]])
                raise Again(_REST)
            await self._sleep(plan.pause)
        async with self._store.connection() as con:
            at = await subscriptions.next_due(con, source)
        wait = (at - self._clock()).total_seconds() if at else IDLE
        raise Again(min(IDLE, max(0.2, wait)))

    async def _leave_alone(self, codes: Iterable[str]) -> None:
        async with self._store.connection() as con:
            at = self._clock() + timedelta(seconds=_REST)
            await subscriptions.put_back(con, codes, at)

    async def _ask(self, plan: Plan, one: Due) -> bool:
        """Ask about one dossier; whether the system answered."""
        now = self._clock()
        try:
            (code,) = grammar().find(one.code, now.date()).codes
            known = await plan.source.find(code)
        except Exception as error:  # one that breaks us is not to hold up the others for ever
            why = error if isinstance(error, SourceUnavailable) else traced(error)
            logger.warning("A watched dossier could not be asked about: %s", why)
            at = rhythm.after_failure(one.failures + 1, now, self._spread())
            async with self._store.connection() as con:
                await subscriptions.unheard(con, one.code, at)
            return False
        if known is None:
            async with self._store.connection() as con:
                await subscriptions.unheard(con, one.code, now + GONE)
            return True
        at = rhythm.next_look(known, now, self._calendar, self._spread())
        async with self._store.transaction() as con:
            await dossiers.remember(con, code, known)
            if await subscriptions.heard(con, one.code, at):
                await announce(con, self._jobs)
        return True

    async def tell(self) -> None:
        """Put everything that is pending in at the doors of those who wait for it."""
        while True:
            async with self._store.connection() as con:
                waiting = await subscriptions.pending(con, _AT_ONCE)
            told = [await self._tell(*one) for one in waiting]
            if not any(told):  # none, or others are at them
                return

    async def _tell(self, subscription: int, conversation: str) -> bool:
        async with self._store.transaction() as con:
            await operation.enter(con, conversation)
            news = await subscriptions.take(con, subscription)
            if news is None:
                return False
            choice = choice_of(News.CHANGE, news.code, news.mark)
            name = f"hs{news.subscription}-{news.number}"
            told = Incoming.reminder(name, news.channel, news.chat, choice)
            row, _ = await messages.insert(con, told, _WHATEVER_WAITS)
            if row is not None:
                await self._jobs.enqueue_turn(con, row, conversation)
        return True
