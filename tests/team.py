"""A team for tests: its desk, its group, and citizens who talk to the real dialogue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from itertools import count
from time import monotonic

from actions.perform import World
from actions.replies import Reply
from actions.tickets import UNASKED, Standing, Team
from actions.understanding import Understanding
from bot.brain import Brain
from bot.conversation import Conversation
from bot.mailbox import Mailbox
from bot.messages import TEAM, Helper, Incoming, StoredReply, TurnHandler, TurnResult
from bot.team_desk import Plan
from bot.team_hours import read
from knowledge_base import phrases
from knowledge_base.opening import Session
from knowledge_base.units import Units
from tests.mailroom import Pigeon, mailroom
from tests.samples import meant, procedure, world

GROUP = "-100500"
LAN, BINH = Helper("telegram:1", "Lan"), Helper("telegram:2", "Bình")
ALWAYS = Team({day: (Session(time(0), time(23, 59, 59)),) for day in range(7)})
NEVER = Team({(day + 3) % 7: () for day in range(7)})
SAID = {
    "gặp người": meant("human"),
    "khai sinh": meant("ask_overview", "1.000001"),
    "máy ngu quá": meant("angry"),
    "xoá dữ liệu của tôi": meant("erase_data"),
}


def plan(team: Team = ALWAYS, patience: float = 600.0) -> Plan:
    """A desk that reminds after ``patience`` seconds, then after ten times as many."""
    pauses = (timedelta(seconds=patience), timedelta(seconds=10 * patience))
    return Plan(GROUP, team, phrases.load(), Units(), pauses)


def dialogue(
    team: Team | None = ALWAYS, understand: Mapping[str, Understanding] | None = None
) -> TurnHandler:
    """The real dialogue over one procedure; a text that is not in ``understand`` means nothing."""
    known = {**SAID, **(understand or {})}
    there: World = replace(world(procedure()), team=team)
    return Conversation(
        lambda text: replace(known.get(text, meant("nlu_fallback")), text=text), there
    )


def team_of(brain: Brain, when: str | None) -> Team | None:
    """The team of a script: at work (``trong_gio``), away (``nghi``), or none."""
    if when is None:
        return None
    hours = ALWAYS.hours if when == "trong_gio" else read("T2-T6 07:30-11:30")
    return Team(hours, brain.world.places.holidays.calendar)


def stands(before: Standing, result: TurnResult) -> Standing:
    """How a conversation stands after a turn, as the desk would keep it."""
    after = replace(before, asked=True, waiting=True) if result.tickets else before
    muted = after.muted if result.team.muted is None else result.team.muted
    return UNASKED if result.team.ended else replace(after, muted=muted)


class Group(Pigeon):
    """The team's group: keeps what was posted, and under which message."""

    def __init__(self) -> None:
        super().__init__(channel=TEAM)
        self.posts: list[tuple[str, Reply, str | None]] = []
        self._numbers = count(900)

    async def post(self, chat: str, reply: Reply, under: str | None) -> str:
        """Deliver, or do what the rule says."""
        self.rule(chat, reply.text)
        await asyncio.sleep(0)
        number = str(next(self._numbers))
        self.posts.append((number, reply, under))
        return number

    @property
    def said(self) -> list[str]:
        """The texts, in order."""
        return [reply.text for _, reply, _ in self.posts]


@dataclass
class Room:
    """Citizens, their team, and what is between them."""

    mailbox: Mailbox
    group: Group
    telegram: Pigeon

    def __post_init__(self) -> None:
        self._numbers = count(1)

    async def say(self, text: str, chat: str = "an", channel: str = "web") -> list[Reply]:
        """A citizen writes; returns what the machine says to that."""
        return await self._citizen(Incoming(channel, chat, self._number(), text=text))

    async def press(self, label: str, chat: str = "an") -> list[Reply]:
        """A citizen presses the newest button that begins so."""
        for stored in reversed(await self.heard(chat)):
            for choice in stored.reply.choices:
                if choice.label.startswith(label):
                    number = self._number()
                    return await self._citizen(Incoming("web", chat, number, choice=choice.id))
        raise AssertionError(f"no button {label!r}")

    async def _citizen(self, incoming: Incoming) -> list[Reply]:
        await self.mailbox.receive(incoming)
        return [stored.reply for stored in await self.mailbox.answer_to(incoming, 10)]

    async def heard(self, chat: str = "an", channel: str = "web") -> list[StoredReply]:
        """All that a citizen was told."""
        return await self.mailbox.replies(f"{channel}:{chat}")

    async def team(
        self,
        helper: Helper,
        choice: str | None = None,
        *,
        text: str | None = None,
        ticket: int | None = None,
        number: str | None = None,
    ) -> list[str]:
        """Somebody of the team writes or presses; returns what the group is told to that."""
        if choice is not None and "." in choice:
            ticket = int(choice.partition(".")[2])
        incoming = Incoming(
            TEAM, GROUP, number or self._number(), text, choice, ticket=ticket, helper=helper
        )
        await self.mailbox.receive(incoming)
        return [stored.reply.text for stored in await self.mailbox.answer_to(incoming, 10)]

    async def posted(self, words: str, times: int = 1) -> Reply:
        """Wait until the group was told something with these words so often; the last of it."""
        end = monotonic() + 10
        while len(found := [r for _, r, _ in self.group.posts if words in r.text]) < times:
            assert monotonic() < end, f"{words!r} is not among {self.group.said}"
            await asyncio.sleep(0.02)
        return found[-1]

    async def reaches(self, words: str, chat: str = "an", channel: str = "web") -> Reply:
        """Wait until the citizen was told something with these words; the last of it."""
        end = monotonic() + 10
        while True:
            told = [one.reply for one in await self.heard(chat, channel)]
            if found := [reply for reply in told if words in reply.text]:
                return found[-1]
            assert monotonic() < end, f"{words!r} is not among {[r.text for r in told]}"
            await asyncio.sleep(0.02)

    def _number(self) -> str:
        return f"m{next(self._numbers)}"


@asynccontextmanager
async def room(
    conninfo: str,
    team: Team = ALWAYS,
    *,
    patience: float = 600.0,
    handler: TurnHandler | None = None,
    **options: object,
) -> AsyncIterator[Room]:
    """Everything running but the channels."""
    group, telegram = Group(), Pigeon()
    async with mailroom(
        conninfo,
        handler or dialogue(team),
        [group, telegram],
        desk=plan(team, patience),
        **options,  # type: ignore[arg-type]
    ) as mailbox:
        yield Room(mailbox, group, telegram)
