"""Everything at once: updates twice and shuffled, processes killed and frozen, PostgreSQL stopped
and crashed, a channel that refuses and asks to wait, messages that raise and that kill."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bot.jobs import Timing
from bot.mailbox import open_mailbox
from tests.chaos.crowd import Crowd, Role, crowd, moments
from tests.chaos.roles import KILLS, MANY, RAISES, SECRET, Place, door, worker
from tests.emulators.bot_api import BotApi, Fields, bot_api
from tests.program import free_port
from tests.servers import Server

BLOCKED, KILLER, RAISER = 900, 901, 902  # chats
_TIMERS = 950  # chats from here on have reminders only
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@dataclass(frozen=True)
class Plan:
    """How long and how hard. ``outages``: how often PostgreSQL is stopped, and as often crashed;
    ``freezes``: how often a worker is. ``most_twice``: the share of replies that may be sent
    twice; ``recovery``: seconds after the last break in which all is answered again."""

    seconds: float = 60.0
    seed: int = 1
    kills: int = 30
    chats: int = 12
    per_second: float = 15.0
    workers: int = 2
    outages: int = 1
    freezes: int = 2
    timers: int = 10
    timing: Timing = field(default_factory=Timing)
    burns: float = 0.003
    most_twice: float = 0.03
    recovery: float = 15.0


@dataclass
class Result:
    """What came of a storm; times in seconds. ``events``: when what was broken, from the beginning;
    ``answered``: when each message was; ``longest``: of a message that did no harm, from its
    acceptance to its answer; ``recovery``: from the last time something was broken until all such
    messages were answered."""

    server: str
    messages: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    sent: int = 0
    sent_twice: int = 0
    unsent: int = 0
    parked: list[str] = field(default_factory=list)
    timers: int = 0
    longest: float = 0.0
    recovery: float = 0.0
    events: list[tuple[float, str]] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)

    @property
    def twice(self) -> float:
        """The share of replies that were sent twice."""
        return self.sent_twice / max(1, self.sent)

    def faults(self, plan: Plan) -> list[str]:
        """What is not as it must be; empty where all held."""
        held = {
            f"{self.lost} lost": self.lost == 0,
            f"{self.doubled} counted twice": self.doubled == 0,
            f"{self.reordered} out of order": self.reordered == 0,
            f"{self.unsent} never sent": self.unsent == 0,
            f"{self.twice:.1%} sent twice": self.twice <= plan.most_twice,
            f"parked: {self.parked}": sorted(self.parked) == sorted([KILLS, RAISES]),
            f"{self.recovery:.1f} s to recover": self.recovery <= plan.recovery,
        }
        return [fault for fault, fine in held.items() if not fine]


async def storm(server: Server, conninfo: str, plan: Plan) -> Result:
    """Run one on a fresh, migrated database of ``server``."""
    chance = random.Random(plan.seed)
    result = Result(server.name)
    with tempfile.TemporaryDirectory() as data:
        async with bot_api() as api:
            api.rule = _troubles(random.Random(plan.seed))
            place = Place(conninfo, api.url, free_port(), Path(data), plan.timing, plan.burns)
            roles: dict[str, Role] = {f"worker {n}": worker for n in range(1, plan.workers + 1)}
            roles["door"] = door
            with crowd(place, roles) as everybody:
                await _calm_until_served(place)
                run = _Run(plan, place, api, everybody, server, result, chance)
                await run.rage()
                await run.settle()
            await run.check()
    return result


async def _calm_until_served(place: Place) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(600):
            try:
                await client.get(f"http://127.0.0.1:{place.port}/health")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise AssertionError("the door did not open")


def _troubles(chance: random.Random) -> Any:
    def rule(method: str, fields: Fields) -> tuple[int, str, Fields] | None:
        if method != "sendMessage":
            return None
        if fields["chat_id"] == str(BLOCKED):
            return 403, "Forbidden: bot was blocked by the user", {}
        lot = chance.random()
        if lot < 0.03:
            return 429, "Too Many Requests: retry after 1", {"retry_after": 1}
        return (500, "Internal Server Error", {}) if lot < 0.05 else None

    return rule


@dataclass
class _Run:
    plan: Plan
    place: Place
    api: BotApi
    everybody: Crowd
    server: Server
    result: Result
    chance: random.Random
    began: float = field(default_factory=time.time)
    last_break: float = 0.0  # when it was over

    def _note(self, what: str) -> None:
        self.result.events.append((time.time() - self.began, what))

    async def rage(self) -> None:
        """All of it, at the same time."""
        updates = self._updates()
        self.result.messages = len(updates)
        deliveries = updates * 2
        self.chance.shuffle(deliveries)
        await self._set_timers()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(deliveries))
            group.create_task(self._kill())
            group.create_task(self._break())

    def _updates(self) -> list[Fields]:
        plan = self.plan
        count = max(plan.chats, round(plan.seconds * plan.per_second))
        told = [
            self.api.message(100 + n % plan.chats, text=f"tin {n // plan.chats}")
            for n in range(count)
        ]
        told += [self.api.message(BLOCKED, text=f"tin {n}") for n in range(3)]
        told += [self.api.message(chat, text="tin 0") for chat in (KILLER, RAISER)]
        told.append(self.api.message(KILLER, text=KILLS))
        told.append(self.api.message(RAISER, text=RAISES))
        return told

    async def _deliver(self, deliveries: list[Fields]) -> None:
        pause = self.plan.seconds / len(deliveries)
        async with (
            httpx.AsyncClient(trust_env=False, timeout=20) as client,
            asyncio.TaskGroup() as all,
        ):
            for update in deliveries:
                all.create_task(self._persist(client, update))
                await asyncio.sleep(pause)

    async def _persist(self, client: httpx.AsyncClient, update: Fields) -> None:
        """Repeat until it was taken, as Telegram does."""
        url = f"http://127.0.0.1:{self.place.port}/webhooks/telegram"
        while True:
            try:
                answer = await client.post(url, json=update, headers=_HEADERS)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code == 200:
                return
            await asyncio.sleep(self.chance.uniform(0.1, 0.4))

    async def _set_timers(self) -> None:
        async with open_mailbox(self.place.conninfo, timing=self.plan.timing, cap=MANY) as mailbox:
            for number in range(self.plan.timers):
                due = datetime.now(UTC) + timedelta(
                    seconds=self.chance.uniform(0.5, self.plan.seconds)
                )
                chat = str(_TIMERS + number)
                await mailbox.remind_at("telegram", chat, due, f"nhắc {number}")

    async def _kill(self) -> None:
        for pause in moments(self.plan.kills, self.plan.seconds, self.chance):
            await asyncio.sleep(pause)
            name = self.chance.choice(self.everybody.names)
            self.everybody.kill(name)
            self.result.kills += 1
            self._note(f"kill {name}")
            self.last_break = time.time() - self.began

    async def _break(self) -> None:
        """PostgreSQL is stopped and crashed, workers are frozen, one after the other."""
        wanted: list[str] = ["freeze"] * self.plan.freezes
        if self.server.again:
            wanted += ["stop", "crash"] * self.plan.outages
        self.chance.shuffle(wanted)
        for pause, what in zip(
            moments(len(wanted), self.plan.seconds * 0.9, self.chance), wanted, strict=True
        ):
            await asyncio.sleep(pause)
            self._note(what)
            if what == "freeze":
                workers = [name for name in self.everybody.names if name.startswith("worker")]
                with self.everybody.frozen(self.chance.choice(workers)):
                    await asyncio.sleep(self.plan.timing.stalled * 1.5)
            else:
                outage = self.server.restart if what == "stop" else self.server.crash
                await asyncio.to_thread(outage)
            self.last_break = time.time() - self.began

    async def settle(self, seconds: float = 90.0) -> None:
        """Wait until nothing is left to do."""
        until = time.monotonic() + seconds
        while await asyncio.to_thread(self._left):
            await asyncio.sleep(0.2)
            if time.monotonic() > until:
                return  # what is left is counted as lost

    def _left(self) -> bool:
        try:
            return self._waits()
        except psycopg.OperationalError:  # it has not come back yet
            return True

    def _waits(self) -> bool:
        with psycopg.connect(self.place.conninfo) as con:
            row = con.execute(
                "SELECT (SELECT count(*) FROM messages WHERE done_at IS NULL) + (SELECT count(*)"
                " FROM replies WHERE pushed AND sent_at IS NULL AND dropped_at IS NULL)"
                " + (SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'remind')"
            ).fetchone()
        assert row
        return bool(row[0])

    async def check(self) -> None:
        """Compare what is kept and what was sent with what was delivered."""
        with psycopg.connect(self.place.conninfo) as con:
            rows = con.execute(
                "SELECT m.chat::int, coalesce(m.text, m.choice), m.parked_at IS NOT NULL,"
                " r.body ->> 'text', extract(epoch FROM m.done_at)::float,"
                " extract(epoch FROM m.done_at - m.received_at)::float"
                " FROM messages m LEFT JOIN replies r ON r.message = m.id ORDER BY m.id"
            ).fetchall()
        seen: Counter[int] = Counter()
        wanted: dict[int, list[str]] = {}
        result = self.result
        for chat, text, parked, reply, done, took in rows:
            if done is None:
                continue
            if parked:
                result.parked.append(text)
            else:
                seen[chat] += 1
                number = int((reply or "|0").rpartition("|")[2])
                result.doubled += number > seen[chat]
                result.reordered += 0 < number < seen[chat]
                if chat not in (KILLER, RAISER):
                    result.longest = max(result.longest, took)
                    result.recovery = max(result.recovery, done - self.began - self.last_break)
            result.answered.append(done - self.began)
            wanted.setdefault(chat, []).append(str(reply))
        result.timers = sum(seen[_TIMERS + n] for n in range(self.plan.timers))
        timers_lost = self.plan.timers - result.timers
        result.lost = result.messages + self.plan.timers - len(result.answered)
        result.lost = max(result.lost, timers_lost)
        self._compare_sent(wanted)

    def _compare_sent(self, wanted: dict[int, list[str]]) -> None:
        result = self.result
        for chat, replies in wanted.items():
            if chat == BLOCKED:
                continue
            came = self.api.texts(chat)
            once = list(dict.fromkeys(came))
            result.sent += len(came)
            result.sent_twice += len(came) - len(once)
            result.unsent += len(set(replies) - set(once))
            result.reordered += once != [one for one in replies if one in set(once)]
