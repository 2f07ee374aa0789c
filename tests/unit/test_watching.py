"""Being told of dossiers: words that mean it, when systems are asked again, when it is reminded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.dossier_sources.rhythm import Plan, after_failure, by_day, next_look
from actions.state import Action, Kind, State
from actions.watched import Do
from actions.watching import MOST, News, choice_of, reminders
from bot.messages import PASSING
from bot.watching import may_tell
from bot.watching_words import said
from knowledge_base.dossiers.codes import key_of
from knowledge_base.dossiers.dossier import read_mark
from knowledge_base.dossiers.states import DossierState
from knowledge_base.opening import Calendar
from tests.samples import DOSSIERS, NOW, Talk, Waiting, world

FIRST = next(iter(DOSSIERS.values()))
LISTED, STOPPED, ALL = (
    Action(kind=Kind.WATCH, phrase=do.value) for do in (Do.LIST, Do.STOP, Do.STOP_ALL)
)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Hồ sơ tôi đang theo dõi", LISTED),
        ("cho tôi xem các hồ sơ đang theo dõi", LISTED),
        ("ho so toi nho theo doi", LISTED),
        ("thôi theo dõi", STOPPED),
        ("đừng báo tin nữa", STOPPED),
        ("đừng nhắn cho tôi nữa", STOPPED),
        ("thôi đừng báo tôi nữa", STOPPED),
        ("huỷ theo dõi tất cả", ALL),
        ("có kết quả thì báo tôi nhé", Action(kind=Kind.ASK_CODE)),
        ("theo dõi giúp tôi hồ sơ này", Action(kind=Kind.ASK_CODE)),
        ("hồ sơ của tôi tới đâu rồi", None),
        ("huỷ hồ sơ", None),
        ("rút hồ sơ", None),
        ("huỷ nhận hồ sơ", None),
        ("thôi", None),
    ],
)
def test_exact_words_mean_it(text: str, action: Action | None) -> None:
    assert said(text, State()) == action


def test_what_is_on_the_screen_is_meant() -> None:
    shown = Action(kind=Kind.DOSSIER, code=FIRST.code)
    asked = said("báo tôi khi có kết quả", State(trail=(shown,), dossiers=("H57-261101-0001",)))
    assert asked == Action(kind=Kind.WATCH, phrase=Do.ASK.value, code=FIRST.code)


def test_nothing_is_promised_where_it_cannot_be_brought() -> None:
    assert [may_tell(c, "an") for c in ("web", "telegram", "api", "zalo", "zalo_oa")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert not may_tell("web", f"{PASSING}an")


def _hours(days: int) -> float:
    """Hours until the next look at a dossier promised in so many days, on a Monday morning."""
    one = replace(FIRST, promised=NOW.date() + timedelta(days))
    return (next_look(one, NOW, Calendar(), 0.5) - NOW).total_seconds() / 3600


def test_the_nearer_the_day_the_oftener_it_is_asked() -> None:
    hours = [_hours(days) for days in (30, 8, 2, 0)]
    assert hours == [10, 8, 4, 2]
    assert all(sooner < later for later, sooner in pairwise(hours))
    assert _hours(-3) == 2
    assert _hours(-60) == 10


@given(st.integers(-100, 100), st.floats(0, 0.999), st.integers(0, 365 * 24 * 60))
def test_it_is_asked_later_and_by_day(days: int, spread: float, minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    one = replace(FIRST, promised=now.date() + timedelta(days))
    for moment in (next_look(one, now, Calendar(), spread), after_failure(3, now, spread)):
        assert moment > now
        assert moment - now < timedelta(hours=48)
        assert time(6) <= moment.time() < time(20)


def test_at_night_it_is_put_off_and_spread() -> None:
    night = NOW.replace(hour=22)
    early, late = by_day(night, 0.0), by_day(night, 0.99)
    assert early.date() == late.date() == NOW.date() + timedelta(1)
    assert late - early > timedelta(hours=3)


def test_what_is_asked_of_a_system_stays_within_its_limit() -> None:
    class Nobody:
        name = "nơi thử"

        async def find(self, _code: object) -> None:
            """Nothing."""

    assert Plan(Nobody(), per_minute=60, cost=2).pause == 2.0  # two requests for a look
    assert Plan(Nobody(), per_minute=60, cost=2).batch == 15
    assert Plan(Nobody(), per_minute=0.5).batch == 1


def test_it_is_reminded_on_working_days_around_the_promised_one() -> None:
    soon, late = reminders(FIRST, NOW, Calendar())  # promised for a Friday
    assert (soon.due.date(), late.due.date()) == (date(2026, 11, 26), date(2026, 11, 30))
    assert all(time(8) <= one.due.time() < time(10, 1) for one in (soon, late))
    (late,) = reminders(FIRST, NOW + timedelta(days=3, hours=10), Calendar())
    assert "tre" in late.choice
    assert not reminders(replace(FIRST, promised=None), NOW, Calendar())


def test_a_mark_is_read_as_it_was_written() -> None:
    assert read_mark(FIRST.mark) == (DossierState.PROCESSING, date(2026, 11, 27))
    assert read_mark(replace(FIRST, promised=None).mark) == (DossierState.PROCESSING, None)
    assert replace(FIRST, amount=1).mark == FIRST.mark


def test_a_change_that_was_overtaken_is_left_to_the_newer_one() -> None:
    talk = Talk(world(), {})
    talk.say(FIRST.code)
    talk.press("Báo tôi")
    talk.press("Đồng ý")
    first = talk.waiting.heard(FIRST.code, state=DossierState.SUPPLEMENT)
    second = talk.waiting.heard(FIRST.code, state=DossierState.PAYMENT)
    assert talk.told(first) == ""
    assert "nộp tiền" in talk.told(second)


def test_nobody_is_said_to_be_late_while_the_citizen_is_awaited() -> None:
    talk = Talk(world(), {})
    late, _ = "H57.132-261005-0099", talk.say("H57.132-261005-0099")
    assert "đã trễ" in talk.replies[-1].text
    talk.press("Báo tôi")
    talk.press("Đồng ý")
    talk.waiting.heard(late, state=DossierState.SUPPLEMENT)
    talk.say(late)
    assert "còn thiếu" in talk.replies[-1].text
    assert "trễ" not in talk.replies[-1].text
    assert talk.told(choice_of(News.LATE, late, "2026-11-13")) == ""


def test_no_more_than_so_many_are_watched() -> None:
    talk = Talk(world(), {})
    codes = [f"H57.132-261116-{n}" for n in range(1000, 1001 + MOST)]
    talk.waiting.dossiers |= {key_of(code): replace(FIRST, code=code) for code in codes}
    for code in codes:
        talk.say(code)
        talk.press("Báo tôi")
        assert not any(one.promises for one in talk.replies)
        if code != codes[-1]:
            talk.press("Đồng ý")
            assert all(one.promises for one in talk.replies)
    assert "nhiều nhất rồi" in talk.replies[-1].text
    talk.say("/theodoi")
    assert talk.labels[:4] == [*codes[:3], "Xem các hồ sơ sau"]
    talk.press("Xem các hồ sơ sau")
    assert talk.labels[0] == codes[3]
    talk.press("Thôi báo tất cả")
    assert talk.waiting.watching == ()


def test_it_is_told_how_long_news_are_kept() -> None:
    talk = Talk(replace(world(), keeps=45), {})
    talk.say(FIRST.code)
    talk.press("Báo tôi")
    assert "ít nhất 45 ngày" in talk.press("Đồng ý")


def test_the_state_of_a_conversation_may_be_gone_when_news_come() -> None:
    waiting = Waiting()
    talk = Talk(world(), {})
    talk.say(FIRST.code)
    talk.press("Báo tôi")
    talk.press("Đồng ý")
    waiting = talk.waiting
    later = Talk(world(), {})
    later.waiting = waiting
    assert "có kết quả rồi" in later.told(waiting.heard(FIRST.code, state=DossierState.DONE))
