"""A helper among several citizens: nobody's matter is ever mixed with another's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import crowd, passing
from actions.replies import Document
from actions.state import Helping, State
from actions.ticks import Checklist
from bot.conversation import Conversation
from bot.messages import Incoming, TurnResult
from bot.passes import Opened, Purpose
from tests.samples import NOW, guide, meant, procedure, world

A, B = "1.000001", "1.000002"
PAPERS = [{"ten": "Giấy một"}, {"ten": "Giấy hai"}]
SAID = {"giấy A": meant("ask_papers", A), "giấy B": meant("ask_papers", B)}
TEAM = "Tổ 3 – Thôn Đông"


class Phone:
    """One conversation; ``team``: of the helper it is registered for."""

    def __init__(self, team: str | None = None) -> None:
        made = world(
            procedure(A, ten="Xin giấy A", giay_to=PAPERS),
            procedure(B, ten="Xin giấy B", giay_to=PAPERS),
            guides=(guide(),),
        )
        self._turn = Conversation(lambda text: SAID.get(text, meant("nlu_fallback")), made)
        self.team = team
        self.document: dict[str, Any] | None = None
        self.result = TurnResult({}, ())

    def send(self, text: str | None = None, **more: Any) -> str:
        incoming = Incoming("test", "t", "1", text, team=self.team, **more)
        self.result = self._turn(incoming, self.document, NOW)
        self.document = json.loads(json.dumps(self.result.state))
        return "\n".join(reply.text for reply in self.result.replies)

    def open(self, purpose: Purpose, payload: dict[str, Any], *, again: bool = False) -> str:
        return self.send(opens="digest", opened=Opened(1, purpose, payload, again))

    def press(self, label: str) -> str:
        found = [c.id for c in self.result.replies[-1].choices if c.label.startswith(label)]
        assert found, (label, self.labels)
        return self.send(choice=found[0])

    @property
    def labels(self) -> list[str]:
        return [c.label for c in self.result.replies[-1].choices]

    @property
    def state(self) -> State:
        state = State.restore(self.document)
        assert state is not None
        return state


def helper() -> Phone:
    phone = Phone()
    assert TEAM in phone.open(Purpose.INVITE, {"team": TEAM})
    phone.team = TEAM
    return phone


def test_an_invitation_begins_with_the_first_citizen() -> None:
    phone = helper()
    assert phone.result.events == ("help.joined",)
    assert phone.state.brief
    assert (phone.result.replies[-1].source or "").startswith("Người 1.")


def test_each_citizen_has_their_own_matter_and_a_row_to_come_back_by() -> None:
    phone = helper()
    phone.send("giấy A")
    phone.press("Chuẩn bị hồ sơ")
    phone.press("⬜ Giấy một")
    assert "Người 2 cần làm việc gì" in phone.send("thêm người")
    assert phone.state.procedure is None and not phone.state.checklists
    phone.send("làm thử")
    listed = phone.send("danh sách")
    assert "Người 1: hồ sơ xin giấy A, có 1/2 giấy" in listed
    assert "Người 2: làm thử, bước 1/2" in listed
    assert phone.labels == ["Người 1", "Người 2 (đang giúp)", "Thêm người"]
    assert "đã có 1/2" in phone.press("Người 1")
    assert "bước 1/2" in phone.send("sang người 2").lower()
    assert "Trong danh sách không có Người 7" in phone.send("người 7")


def test_an_old_button_turns_to_whose_it_is() -> None:
    phone = helper()
    phone.send("giấy A")
    phone.press("Chuẩn bị hồ sơ")
    tick = phone.result.replies[-1].choices[0].id
    phone.send("thêm người")
    phone.send("giấy B")
    phone.press("Chuẩn bị hồ sơ")
    assert "xin giấy A: đã có 1/2" in phone.send(choice=tick)
    assert (phone.result.replies[-1].source or "").startswith("Người 1.")
    assert not phone.state.helping.people[1].matter.checklists[0].have  # type: ignore[union-attr]


def test_who_is_done_leaves_and_numbers_are_free_again() -> None:
    phone = helper()
    phone.send("thêm người")
    assert "Đã xong Người 1" in phone.send("xong người 1")
    phone.send("thêm người")
    people = phone.state.helping.people  # type: ignore[union-attr]
    assert [p.number for p in people] == [2, 1]
    assert len({p.id for p in people}) == 2
    phone.send("xong người này")
    phone.send("xong người này")
    assert "chưa giúp ai" in phone.send("danh sách") or phone.state.helping.active is None  # type: ignore[union-attr]


def test_not_more_than_eight() -> None:
    phone = helper()
    for _ in range(crowd.MOST - 1):
        phone.send("thêm người")
    assert "chưa thêm được nữa" in phone.send("thêm người")
    assert len(phone.labels) <= 5
    assert len(phone.state.helping.people) == crowd.MOST  # type: ignore[union-attr]


def test_handing_over_goes_on_at_the_citizen_and_leaves_the_list() -> None:
    phone = helper()
    phone.send("làm thử")
    phone.send("xong")
    phone.send("giao lại cho họ")
    shown = phone.result.replies[-1].attachment
    assert isinstance(shown, Document) and shown.body["layout"] == "code"
    citizen = Phone()
    assert "Làm việc hai." in citizen.open(Purpose.HAND, shown.body)
    assert citizen.state.helping is None and not citizen.state.brief
    told = phone.send(choice=crowd.handed(str(shown.body["person"])))
    assert "Người 1 đã mở trên máy của mình" in told
    assert not phone.state.helping.people  # type: ignore[union-attr]
    phone.send(choice=crowd.handed(str(shown.body["person"])))  # twice
    assert phone.result.events == ("stale",)


def test_a_pass_opened_again_does_not_set_back() -> None:
    phone = Phone()
    phone.send("làm thử")
    payload = {"matter": passing.packed(phone.state)}
    other = Phone()
    assert "Làm việc một." in other.open(Purpose.CONTINUE, payload)
    other.send("xong")
    assert "Làm việc hai." in other.open(Purpose.CONTINUE, payload, again=True)
    assert "Làm việc một." in other.open(Purpose.CONTINUE, payload)


def test_ticks_of_both_sides_are_kept() -> None:
    ours, theirs = (Checklist(code=A, have=(mark,)) for mark in "xy")
    payload = passing.packed(State(checklists=(theirs,)))
    found = passing.unpacked(payload, State(checklists=(ours,)), again=False)
    assert found is not None and found[0].checklists[0].have == ("y", "x")


@pytest.mark.parametrize("opened", [None, Opened(1, Purpose.CONTINUE, {"matter": {"x": 1}})])
def test_what_cannot_be_opened_gets_one_sentence_and_a_way_on(opened: Opened | None) -> None:
    phone = Phone()
    assert "Mã này không mở được" in phone.send(opens="digest", opened=opened)
    assert phone.result.events == ("pass.refused",) and phone.labels


def test_a_citizen_shown_to_a_helper_is_one_more() -> None:
    citizen = Phone()
    citizen.send("làm thử")
    phone = helper()
    phone.send("giấy A")
    phone.open(Purpose.CONTINUE, {"matter": passing.packed(citizen.state)})
    people = phone.state.helping.people  # type: ignore[union-attr]
    assert [p.number for p in people] == [1, 2]
    assert people[0].matter.procedure == A


def test_leaving_comes_back_to_ones_own_and_revoking_forgets() -> None:
    phone = Phone()
    phone.send("giấy A")
    phone.open(Purpose.INVITE, {"team": TEAM})
    phone.team = TEAM
    phone.send("giấy B")
    phone.send("thoát")
    assert phone.state.procedure == A and not phone.state.brief
    phone.send("giúp người khác")
    phone.press("Người 1")
    assert phone.state.procedure == B
    phone.team = None
    assert "không còn trong danh sách người giúp" in phone.send("giấy A")
    assert phone.state.helping is None and phone.state.procedure == A
    phone.send("danh sách")
    assert phone.state.helping is None
    assert "không mở được" in phone.open(Purpose.INVITE, {"team": TEAM}, again=True)


def test_nobody_else_has_a_helper_s_words() -> None:
    phone = Phone()
    phone.send("thêm người")
    assert phone.state.helping is None


MOVES = st.lists(
    st.tuples(st.sampled_from(["add", "turn", "own", "done", "touch"]), st.integers(0, 9)),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(MOVES)
def test_random_switching_never_mixes_matters(moves: list[tuple[str, int]]) -> None:
    """Held against a model: a dictionary of what each one's last touch was."""
    state = State(helping=Helping())
    last: dict[int | None, str | None] = {None: None}
    for turn, (move, pick) in enumerate(moves):
        state = state.model_copy(update={"turn": turn})
        helping = state.helping or Helping()
        ids = [p.id for p in helping.people]
        chosen = ids[pick % len(ids)] if ids else None
        match move:
            case "add":
                after = crowd.added(state)
                assert (after is None) == (len(ids) == crowd.MOST)
                if after is not None:
                    state = after
                    last[after.helping.active] = None  # type: ignore[union-attr]
            case "turn":
                state = crowd.turned(state, chosen)
            case "own":
                state = crowd.turned(state, None)
            case "done" if chosen is not None:
                state = crowd.without(state, chosen)
                del last[chosen]
            case "touch":
                state = state.model_copy(update={"procedure": f"p{turn}"})
                last[helping.active] = f"p{turn}"
        state = State.model_validate(state.model_dump(mode="json"))
        now = state.helping or Helping()
        assert state.procedure == last[now.active]
        assert len({p.number for p in now.people}) == len(now.people) <= crowd.MOST
        for person in now.people:
            if person.id != now.active:
                assert person.matter.procedure == last[person.id]
        if now.active is not None:
            assert now.own.procedure == last[None]
