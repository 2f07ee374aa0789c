"""Random walks through guides with questions in between, restarts, double presses and edited
files: a citizen always stands where a list of what they were shown says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import viet_text_tools
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actions.guide import is_on_screen
from actions.progress import Progress
from actions.state import Kind, Move, Offer
from knowledge_base.guides import Guide
from tests.samples import Talk, guide, meant, procedure, world

A = "1.000001"
SAID = {"giấy A": meant("ask_fee", A), "trời mưa": meant("nlu_fallback")}
TROUBLES = ("chinh/kho", "chinh/ket", "phu/la-gi")
SHOWN = re.compile(r"<(\w+)/([\w-]+)>")


def step(where: str, id: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "ten": f"Bước {id}", "loi": f"Làm <{where}/{id}>.", **fields}


def trouble(where: str, id: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "nut": f"Lỗi {id}", "loi": f"Xem <{where}/{id}>.", **fields}


def outer(*left_out: str) -> Guide:
    first = "them" if "soan" in left_out else "soan"
    steps = [
        step("chinh", "hoi", nho="may", chon=[
            {"id": "co", "nut": "Có máy", "toi": first},
            {"id": "khong", "nut": "Không máy", "goi": "phu", "toi": first, "khong_xong": "thoi"},
        ]),
        step("chinh", "soan", bo_qua=True, su_co=[trouble("chinh", "kho")]),
        step("chinh", "them"),
        step("chinh", "gui", toi="cuoi", su_co=[
            trouble("chinh", "ket", chon=[
                {"id": "tu-dau", "nut": "Soạn lại", "toi": first},
                {"id": "cho", "nut": "Để sau", "dung": True},
                {"id": "nguoi", "nut": "Gặp người", "gap_nguoi": True},
            ]),
        ]),
        step("chinh", "thoi", ket_thuc="chua"),
        step("chinh", "cuoi", ket_thuc="xong"),
    ]  # fmt: skip
    kept = [s for s in steps if s["id"] not in left_out]
    return guide("chinh", ten="Việc chính", goi_la=["việc chính"], buoc=kept)


def inner(*left_out: str) -> Guide:
    kinds = [{"id": "to", "nut": "Máy to"}, {"id": "nho", "nut": "Máy nhỏ", "toi": "hai"}]
    steps = [
        step("phu", "loai", chon=kinds, su_co=[trouble("phu", "la-gi")]),
        step("phu", "mot"),
        step("phu", "hai", chon=[
            {"id": "duoc", "nut": "Được", "toi": "ok"}, {"id": "hong", "nut": "Hỏng", "toi": "do"},
        ]),
        step("phu", "do", ket_thuc="chua"),
        step("phu", "ok", ket_thuc="xong"),
    ]  # fmt: skip
    kept = [s for s in steps if s["id"] not in left_out]
    return guide("phu", ten="Việc phụ", goi_la=["việc phụ"], buoc=kept)


EDITIONS = (
    (outer(), inner()),
    (outer("them"), inner()),
    (outer("soan"), inner("mot")),
    (outer(), inner("loai")),
)


# What is read of each, made once: the wording takes longer to read than a walk to walk.
WORLDS = [world(procedure(A, le_phi=[{"so_tien": 8000}]), guides=guides) for guides in EDITIONS]


class Walk(RuleBasedStateMachine):
    """``shown``: names of the screens on the way, oldest first; the last is where one stands."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = Talk(WORLDS[0], SAID)
        self.edition = EDITIONS[0]
        self.edited = False
        self.shown: list[str] = []
        self.pressed: str | None = None

    @property
    def progress(self) -> Progress:
        return self.talk.state.guides[0]

    def screen(self) -> str:
        """The name of the screen that the last reply shows."""
        found = SHOWN.search(self.talk.replies[-1].text)
        assert found, self.talk.replies
        return f"{found[1]}/{found[2]}"

    def exists(self, name: str) -> bool:
        id, _, screen = name.partition("/")
        return any(g.id == id and g.screen(screen) for g in self.edition)

    def moves(self) -> list[Offer]:
        return [
            o for o in self.talk.state.latest_offers()
            if o.action.kind is Kind.GUIDE and o.action.move is Move.GO
        ]  # fmt: skip

    def on_screen(self) -> bool:
        return bool(self.shown) and is_on_screen(self.talk.state)

    @initialize()
    def begin(self) -> None:
        self.talk.say("việc chính")
        self.shown = [self.screen()]
        assert self.shown == ["chinh/hoi"]

    @precondition(lambda self: self.on_screen() and self.moves())
    @rule(number=st.integers(0, 9))
    def go(self, number: int) -> None:
        offers = self.moves()
        offer = offers[number % len(offers)]
        was = self.screen() if SHOWN.search(self.talk.replies[-1].text) else None
        self.talk.press_id(offer.id)
        if offer.action.screen == self.shown[-1]:
            assert self.screen() != was
            self.shown.append(self.screen())
        else:  # an answer asked again: the rest is walked again, as the trail says
            self.resync()
        self.pressed = offer.id

    @precondition(lambda self: self.on_screen() and len(self.shown) > 1)
    @rule(number=st.integers(1, 4))
    def back(self, number: int) -> None:
        number = min(number, len(self.shown) - 1)
        self.talk.say(f"quay lại {number} bước" if number > 1 else "quay lại")
        del self.shown[-number:]
        assert self.screen() == self.shown[-1]

    @rule(text=st.sampled_from(["giấy A", "trời mưa"]))
    def ask(self, text: str) -> None:
        self.talk.say(text)
        assert not SHOWN.search(self.talk.replies[-1].text)
        if not self.over() and not self.progress.paused:
            assert any(label.startswith("Làm tiếp") for label in self.talk.labels)

    @precondition(lambda self: not self.over())
    @rule(pressing=st.booleans())
    def resume(self, pressing: bool) -> None:
        offers = [o for o in self.talk.state.latest_offers() if o.action.move is Move.HERE]
        if pressing and offers:
            self.talk.press_id(offers[0].id)
        else:
            self.talk.say("làm tiếp")
        assert self.screen() == self.shown[-1]

    @precondition(lambda self: not self.over() and not self.progress.paused)
    @rule(days=st.integers(0, 40))
    def pause(self, days: int) -> None:
        self.talk.say("dừng")
        assert self.talk.events == ("guide.paused",)
        self.talk.now += timedelta(days=days)
        self.talk.say("trời mưa")
        self.talk.say("làm tiếp")
        assert self.screen() == self.shown[-1]

    @precondition(lambda self: self.pressed and self.on_screen() and not self.over())
    @rule()
    def press_twice(self) -> None:
        """The same button once more, which a double tap does."""
        offers = {o.id: o.action for o in self.talk.state.offers}
        action = offers.get(self.pressed or "")
        if action is None or len(self.shown) < 2 or action.screen != self.shown[-2]:
            return
        if self.progress.trail[-1].choice == action.choice and action.screen not in self.shown[-1:]:
            self.talk.press_id(self.pressed or "")
            assert self.screen() == self.shown[-1]

    @precondition(lambda self: self.on_screen())
    @rule(number=st.integers(0, 2), choice=st.integers(0, 3))
    def change(self, number: int, choice: int) -> None:
        self.talk.say("sửa")
        answers = [o for o in self.talk.state.latest_offers() if o.action.move is Move.ASK]
        if not answers:
            return
        asked = answers[number % len(answers)]
        self.talk.press_id(asked.id)
        assert self.screen() == asked.action.screen
        place = len(self.shown) - 1 - self.shown[::-1].index(self.screen())
        moves = [o for o in self.moves() if o.action.choice not in ("la-gi",)]
        picked = moves[choice % len(moves)]
        self.talk.press_id(picked.id)
        before = self.shown[: place + 1]
        stood, left = self.shown[-1], self.shown[place + 1 : -1]
        self.resync()
        assert self.shown[: place + 1] == before
        if not self.edited and stood not in TROUBLES:  # what was done is not to be done again
            assert self.shown[-1] == stood or self.shown[-1] not in left
        if len(self.shown) > place + 1:
            here = self.shown[place]
            taken = [t for t in self.progress.trail if f"{t.at.guide}/{t.at.screen}" == here]
            assert taken[-1].choice == picked.action.choice

    @precondition(lambda self: not self.over())
    @rule(number=st.sampled_from(range(len(EDITIONS))))
    def redeploy(self, number: int) -> None:
        self.edition = EDITIONS[number]
        self.edited = True
        names = self.names()  # with screens of the way that were not there for a while
        gone = not self.exists(names[-1])
        while not self.exists(names[-1]):
            names.pop()
        self.talk.restart(WORLDS[number])
        self.talk.say("làm tiếp")
        assert not gone or "vừa được sửa" in self.talk.replies[0].text
        assert self.screen() == names[-1]
        assert self.names() == names
        self.shown = [name for name in names if self.exists(name)]

    @precondition(lambda self: self.over())
    @rule()
    def afresh(self) -> None:
        self.talk.say("việc chính")
        self.shown = [self.screen()]
        self.pressed = None
        self.edited = self.edition is not EDITIONS[0]

    def over(self) -> bool:
        return self.shown[-1] in ("chinh/thoi", "chinh/cuoi")

    def resync(self) -> None:
        """The way as the state has it, without screens that the files no longer have."""
        names = self.names()
        assert names[-1] == self.screen()
        self.shown = [name for name in names if self.exists(name)]

    def names(self) -> list[str]:
        """The screens of the way as the state has it."""
        now = self.progress
        return [f"{at.guide}/{at.screen}" for at in (*(t.at for t in now.trail), now.at)]

    @invariant()
    def the_state_says_the_same(self) -> None:
        if self.shown:
            assert [name for name in self.names() if self.exists(name)] == self.shown
            assert len(self.progress.trail) <= 120


@pytest.fixture(autouse=True, scope="module")
def heard_once() -> Iterator[None]:
    """The same few words come again and again: each is brought to its form once."""
    with pytest.MonkeyPatch.context() as patch:
        once = cache(viet_text_tools.normalize_diacritics)
        patch.setattr(viet_text_tools, "normalize_diacritics", once)
        yield


pytestmark = pytest.mark.timeout(600)  # half a minute where nothing else runs
Walk.TestCase.settings = settings(max_examples=1000, stateful_step_count=10, deadline=None)
TestWalks = Walk.TestCase
