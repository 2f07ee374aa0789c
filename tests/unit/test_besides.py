"""Whether somebody else may go, how to do without a phone, and fines in a second question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions import proxy
from actions.state import Action, Aspect, Kind, State
from bot import besides
from bot.hearing import Heard as Understood
from bot.listening import Heard
from tests.samples import Talk, meant, procedure, world

A, B, C = "1.000001", "1.000002", "1.000003"
BY_HAND = [{"cach": "truc_tiep"}]
WORLD = world(
    procedure(
        A,
        ten="Xin giấy một",
        cho_ai=["Người xin giấy"],
        truong_hop=[{"id": "nho", "ten": "nhờ người khác đi làm thay"}],
        giay_to=[{"ten": "Đơn một"}, {"ten": "Giấy ủy quyền", "truong_hop": "nho"}],
        cach_nop=BY_HAND,
        noi_nop=[{"ten": "Phòng một"}],
    ),
    procedure(B, ten="Xin giấy hai", cho_ai=["Ai xin giấy hai"], cach_nop=[{"cach": "truc_tuyen"}]),
    procedure(C, ten="Xin giấy ba", cach_nop=BY_HAND, noi_nop=[{"ten": "Phòng ba"}]),
)  # fmt: skip
SHOWN = Heard(Action(kind=Kind.SHOW, code=A, aspect=Aspect.HOW))


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("nộp hộ mẹ được không", True),
        ("đi làm thay được hông", True),
        ("nho con di nop gium duoc hong", True),
        ("con gai toi di nop thay duoc ko", True),
        ("có được ủy quyền không", True),
        ("hang xom di khai tu ho duoc khong", True),
        ("làm hộ chiếu được không", False),
        ("lam mat hoa don ban hang co bi phat khong", False),
        ("làm khai sinh theo họ cha được không", False),
        ("nhận đứa cháu họ làm con nuôi có được không", False),
        ("ở nhờ nhà người quen có đăng ký được không", False),
        ("nop ho so duoc khong", False),
        ("lam giup toi duoc khong", False),
        ("lam thay doi dia chi duoc khong", False),
        ("nhờ con đi nộp giùm được không, mất bao nhiêu tiền", False),
    ],
)
def test_whether_somebody_else_may_go_is_asked(text: str, asked: bool) -> None:
    heard = meant("ask_how")
    decided = besides.by_others(SHOWN, replace(heard, text=text), State())
    assert (decided.action.phrase == proxy.PHRASE) is asked
    assert decided.action.code == A


def test_the_answer_begins_with_what_the_record_says_of_others() -> None:
    talk = Talk(
        WORLD, {"giấy một": meant("ask_overview", A), "nộp hộ mẹ được không": meant("ask_how")}
    )
    talk.say("giấy một")
    talk.say("nộp hộ mẹ được không")
    assert [*talk.events] == ["answered.conditions"]
    assert talk.replies[-1].text.startswith("Người khác đi làm thay – xin giấy một:")
    assert "ủy quyền" in talk.replies[-1].text
    assert talk.replies[-1].source


def test_what_is_not_known_of_others_is_said_to_be_unknown() -> None:
    talk = Talk(
        WORLD, {"giấy hai": meant("ask_overview", B), "đi thay được không": meant("ask_how")}
    )
    talk.say("giấy hai")
    talk.say("đi thay được không")
    assert "chưa ghi" in talk.replies[-1].text
    assert "Ai xin giấy hai" in talk.replies[-1].text


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("tui nỏ có điện thoại đời mới, chi có cục gạch", True),
        ("khong biet xai dien thoai thong minh", True),
        ("nhà không có mạng", True),
        ("nó có điện thoại", False),
        ("khong co mang theo can cuoc", False),
        ("không có điện thoại của cán bộ", False),
    ],
)
def test_without_a_phone_the_desk_is_offered(text: str, without: bool) -> None:
    heard = Understood(replace(meant("deny"), text=text))
    about = State(procedure=C)
    deny = Heard(Action(kind=Kind.SAY, phrase="deny"))
    decided = besides.turned(deny, heard, about, WORLD.knowledge)
    assert (decided.action.aspect is Aspect.PLACE) is without
    alone = besides.turned(deny, heard, State(), WORLD.knowledge)
    assert alone.action.phrase == ("no_phone" if without else "deny")
    online = besides.turned(deny, heard, State(procedure=B), WORLD.knowledge)
    assert online.action.phrase == ("no_phone" if without else "deny")


def test_a_matter_that_is_named_goes_before() -> None:
    text = "không có điện thoại thì làm giấy một sao"
    heard = Understood(replace(meant("ask_how", A), text=text))
    assert besides.turned(SHOWN, heard, State(), WORLD.knowledge) == SHOWN


def test_a_second_question_for_an_unknown_fine_is_said_to_be_unknown() -> None:
    text = "giấy một cần gì, có bị phạt không"
    talk = Talk(WORLD, {
        text: meant("ask_papers", A),
        "giấy một cần gì": meant("ask_papers", A),
        "có bị phạt không": meant("ask_conditions"),
    })  # fmt: skip
    talk.say(text)
    assert [*talk.events] == ["answered.papers"]
    assert any("chưa có số liệu" in reply.text for reply in talk.replies)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("tre han bi phat bao nhieu", A),
        ("nop tre thi co bi phat tien khong", A),
        ("khong khai thi co bi phat khong", A),
        ("bi phat nguoi nop o dau", None),
        ("cấp phát tiền trễ", None),
    ],
)
def test_a_fine_for_being_late_is_about_what_is_talked_of(text: str, about: str | None) -> None:
    miss = Heard(Action(kind=Kind.SAY, phrase="decline"), miss=True)
    heard = Understood(replace(meant("ask_fee"), text=text))
    decided = besides.turned(miss, heard, State(procedure=A), WORLD.knowledge)
    assert decided.action.code == about
    assert besides.turned(miss, heard, State(), WORLD.knowledge) == miss
