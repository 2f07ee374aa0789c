"""Hearing that somebody died, and when a word of condolence is due."""

from __future__ import annotations

import pytest

from actions.state import Action, Kind, State
from bot.mourning import DEATH, is_to_be_condoled, is_told
from tests.samples import event, procedure, world

REGISTERING = "1.000656"
OTHER = "1.001193"
SHOWN = Action(kind=Kind.SHOW, code=REGISTERING)
KNOWN = world(
    *map(procedure, (REGISTERING, OTHER)),
    events=(event(DEATH, viec=[{"viec": "Khai tử", "ma": REGISTERING}]),),
).knowledge


@pytest.mark.parametrize(
    "text",
    [
        "má tui mất rồi con ơi",
        "ông nhà tôi đi rồi",
        "ong nha toi mat hom qua",
        "me toi di roi con a",
        "bố mất rồi",
        "chồng em mới mất sáng nay",
        "con trai tôi mất vì tai nạn",
        "ông xã tôi mất ở bệnh viện hôm qua",
        "bà nội con mất hồi hôm",
    ],
)
def test_a_death_that_is_told_and_nothing_else(text: str) -> None:
    assert is_told(text, State())
    assert not is_told(text, State(procedure=REGISTERING))  # there it may be what was lost


@pytest.mark.parametrize(
    "text",
    [
        "mẹ tôi mất ví rồi",
        "em mất rồi",
        "bác đi rồi",
        "bỏ đi rồi",
        "mà mất rồi",
        "con tôi đi rồi",
        "xe tôi mất rồi",
        "mẹ đi chợ rồi",
    ],
)
def test_what_was_lost_or_left_is_no_death(text: str) -> None:
    assert not is_told(text, State())


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("ba noi mat roi, lam khai tu o dau", True),
        ("bố tôi vừa mất, làm giấy chứng tử cần giấy gì", True),
        ("khai tu cho me toi can gi", True),
        ("khai tử có mất tiền không", False),
        ("khai tu di mat may ngay", False),
        ("mẹ tôi mất giấy khai tử", False),
        ("mẹ mất 10 năm rồi, giờ khai tử", False),
        ("đăng ký khai tử", False),
    ],
)
def test_condolence_before_what_is_to_be_done(text: str, due: bool) -> None:
    assert is_to_be_condoled(text, SHOWN, State(), KNOWN) is due


def test_condolence_is_said_once() -> None:
    text = "má tui mới mất, khai tử nộp ở đâu"
    assert is_to_be_condoled(text, SHOWN, State(), KNOWN)
    event = Action(kind=Kind.LIFE_EVENT, code=DEATH)
    for said in (SHOWN, event):
        assert not is_to_be_condoled(text, SHOWN, State(trail=(said,)), KNOWN)
    other = Action(kind=Kind.SHOW, code=OTHER)
    assert not is_to_be_condoled(text, other, State(), KNOWN)
    which = Action(kind=Kind.ASK_WHICH, codes=(REGISTERING, DEATH))
    assert not is_to_be_condoled(text, which, State(), KNOWN)
