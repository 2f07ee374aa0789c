"""Reminders of guides: when they fall due, and every way in which they come to nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from actions import reminders
from tests.samples import NOW, Talk, guide, world


@pytest.mark.parametrize(
    ("moment", "fit"),
    [
        ("2026-11-25 08:00", "2026-11-25 08:00"),
        ("2026-11-25 19:59", "2026-11-25 19:59"),
        ("2026-11-25 20:00", "2026-11-26 08:00"),
        ("2026-11-25 03:10", "2026-11-25 08:00"),
        ("2026-11-29 10:00", "2026-11-30 10:00"),  # a Sunday
        ("2026-11-28 21:00", "2026-11-30 08:00"),
    ],
)
def test_nobody_is_reminded_at_night_or_on_a_sunday(moment: str, fit: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=NOW.tzinfo)
    assert reminders.fit(at) == datetime.fromisoformat(fit).replace(tzinfo=NOW.tzinfo)


@pytest.mark.parametrize("choice", ["3.1", "", "nhac", "nhac/", "nhac/a/hom-nay", "nhac/2026"])
def test_another_choice_is_no_reminder(choice: str) -> None:
    assert reminders.read(choice) is None


def waiting() -> Talk:
    """A citizen who put a guide aside at its second step."""
    talk = Talk(world(guides=(guide(),)), {})
    for said in ("làm thử", "xong rồi", "để sau"):
        talk.say(said)
    return talk


def test_it_comes_once_and_only_while_the_guide_is_unfinished() -> None:
    talk = waiting()
    talk.say("nhắc tôi")
    (reminder,) = talk.reminders
    assert reminder.due == NOW + timedelta(days=2)
    talk.say("nhắc tôi")
    assert not talk.reminders  # one is under way
    talk.now = reminder.due
    said = 'Ông/bà còn làm dở "Làm thử", tới bước 2/2. Hôm nay làm tiếp chứ?'
    assert talk.due(reminder) == said
    assert talk.due(reminder) == ""  # delivered twice
    talk.say("làm tiếp")
    talk.say("để sau")
    (again,) = talk.reminders
    talk.say("làm tiếp")
    talk.say("xong rồi")
    talk.now = again.due
    assert talk.due(again) == ""
    assert talk.events == ("guide.reminder_void",)


def test_what_was_gone_on_with_and_left_again_is_reminded_of_two_days_after_that() -> None:
    talk = waiting()
    talk.say("nhắc tôi")
    (reminder,) = talk.reminders
    talk.now = NOW + timedelta(days=1)
    talk.say("làm tiếp")
    talk.now = reminder.due
    assert talk.due(reminder) == ""
    (moved,) = talk.reminders
    assert moved.due == datetime(2026, 11, 26, 8, tzinfo=NOW.tzinfo)
    talk.now = moved.due
    assert "Làm thử" in talk.due(moved)


def test_one_that_comes_late_waits_for_the_morning() -> None:
    talk = waiting()
    talk.say("nhắc tôi")
    (reminder,) = talk.reminders
    talk.now = NOW + timedelta(days=2.6)  # the worker was down until the night
    assert talk.due(reminder) == ""
    (moved,) = talk.reminders
    assert (moved.due.hour, moved.due.minute) == (8, 0)
    talk.now = moved.due
    assert "Làm thử" in talk.due(moved)


def test_after_a_yes_every_guide_begun_is_reminded_of_and_after_a_no_none() -> None:
    talk = waiting()
    talk.press("Nhắc tôi")
    talk.press("Đừng nhắc")
    talk.say("làm tiếp")
    talk.say("để sau")
    assert not talk.reminders
    assert talk.labels == ["Làm tiếp bước 2/2: Việc hai", "Việc khác"]
    talk.say("nhắc tôi")
    talk.say("làm thử")
    talk.press("Làm lại từ đầu")
    assert len(talk.reminders) == 1
