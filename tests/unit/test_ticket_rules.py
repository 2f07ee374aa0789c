"""The rules of tickets against a model of them: whatever the team and the citizen do, in any order
and however often, one helper has a ticket, a closed one stays closed, and nobody is forgotten."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from actions.tickets import Team, TicketKind
from bot.messages import Helper
from bot.team_hours import read
from bot.tickets import Closed, Refusal, Refused, Rules, Status, Ticket

HOURS = "T2-T6 07:30-11:30 13:30-17:00"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=7)))
RULES = Rules(Team(read(HOURS)))
HELPERS = [Helper(f"telegram:{n}", name) for n, name in enumerate(("Lan", "Bình", "Chi"))]
WHO = st.sampled_from(HELPERS)


def ticket() -> Ticket:
    """A new one."""
    new = Ticket(
        number=1,
        kind=TicketKind.HUMAN,
        reason="asked",
        summary="",
        conversation="web:an",
        channel="web",
        chat="an",
        unit=None,
        address="bác",
        status=Status.OPEN,
        opened_at=MONDAY,
    )
    return RULES.opened(new, MONDAY)


class Desk(RuleBasedStateMachine):
    """One ticket, three helpers, a citizen and a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY
        self.ticket = ticket()
        self.over: Ticket | None = None

    def _may(self, who: Helper) -> bool:
        mine = self.ticket.helper in (None, who) or bool(self.ticket.reminders)
        return self.ticket.status is not Status.CLOSED and mine

    def _do(self, name: str, who: Helper) -> None:
        before, allowed = self.ticket, self._may(who)
        try:
            self.ticket = getattr(RULES, name)(before, who, self.now)
        except Refused as refused:
            assert not allowed
            assert self.ticket == before
            closed = before.status is Status.CLOSED
            assert refused.why is (Refusal.CLOSED if closed else Refusal.TAKEN)
        else:
            assert allowed
            once = self.ticket
            with suppress(Refused):  # a doubled update changes nothing that is seen
                again = getattr(RULES, name)(once, who, self.now)
                assert (again.status, again.helper) == (once.status, once.helper)

    @rule(who=WHO)
    def claims(self, who: Helper) -> None:
        self._do("claimed", who)

    @rule(who=WHO)
    def answers(self, who: Helper) -> None:
        allowed = self._may(who)
        self._do("answered", who)
        if allowed:
            assert self.ticket.helper == who
            assert self.ticket.waiting_since is None

    @rule(who=WHO)
    def releases(self, who: Helper) -> None:
        self._do("released", who)

    @rule(who=WHO)
    def closes(self, who: Helper) -> None:
        self._do("closed", who)

    @rule()
    def citizen_writes(self) -> None:
        if self.ticket.status is not Status.CLOSED:
            self.ticket = RULES.wrote(self.ticket, self.now)
            assert self.ticket.waiting_since

    @rule()
    def citizen_ends(self) -> None:
        self.ticket = RULES.ended(self.ticket, self.now)

    @rule(minutes=st.integers(1, 3000))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for _ in range(2):  # a job that comes twice reminds once
            if RULES.due(self.ticket, self.now):
                before = self.ticket.reminders
                self.ticket = RULES.reminded(self.ticket, self.now)
                assert self.ticket.reminders == before + 1
                assert not RULES.due(self.ticket, self.now)

    @invariant()
    def one_helper_has_it(self) -> None:
        if self.ticket.status is not Status.CLOSED:
            claimed = self.ticket.status is Status.CLAIMED
            assert (self.ticket.helper is not None) is claimed

    @invariant()
    def a_closed_one_stays_as_it_is(self) -> None:
        if self.over is None and self.ticket.status is Status.CLOSED:
            self.over = self.ticket
            assert self.ticket.closed_why in (Closed.DONE, Closed.ENDED)
        assert self.over in (None, self.ticket)

    @invariant()
    def who_waits_is_not_forgotten(self) -> None:
        if self.ticket.waiting_since is not None:
            assert self.ticket.remind_at is not None
            assert RULES.team.present(self.ticket.remind_at)  # never at night
        if self.ticket.status is Status.OPEN:
            assert self.ticket.waiting_since is not None
        if self.ticket.status is Status.CLOSED:
            assert self.ticket.remind_at is None


TestDesk = Desk.TestCase


def test_reminders_come_later_and_later_and_not_at_night() -> None:
    now, at = ticket(), []
    for _ in range(5):
        assert now.remind_at
        at.append(f"{now.remind_at:%a %H:%M}")
        now = RULES.reminded(now, now.remind_at)
    assert at == ["Mon 09:10", "Mon 09:40", "Mon 10:40", "Mon 13:30", "Mon 15:30"]


@pytest.mark.parametrize(
    ("at", "back"),
    [("2026-11-23 09:00", "2026-11-23 09:00"), ("2026-11-23 12:00", "2026-11-23 13:30"),
     ("2026-11-27 18:00", "2026-11-30 07:30")],
)  # fmt: skip
def test_the_team_is_back_at_its_next_session(at: str, back: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=MONDAY.tzinfo)
    assert RULES.team.back(moment) == datetime.fromisoformat(back).replace(tzinfo=MONDAY.tzinfo)


@pytest.mark.parametrize(
    "text",
    ["", ";", "T2", "T8 07:30-11:30", "T6-T2 07:30-11:30", "T2 11:30-07:30", "T2 7:30-11:30",
     "T2 07:30-11:30 11:00-12:00", "T2 07:30-24:00"],
)  # fmt: skip
def test_hours_written_in_another_way_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)


def test_hours_of_every_day() -> None:
    week = read("T2-T6 07:30-11:30 13:30-17:00; T7 07:30-11:30")
    assert [len(week[day]) for day in range(7)] == [2, 2, 2, 2, 2, 1, 0]
