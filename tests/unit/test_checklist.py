"""Papers ticked off one by one: by buttons, by words, over pages, restarts and edited records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import checklist, ticks
from actions.perform import perform
from actions.state import Kind, State
from actions.ticks import Checklist, Tick
from bot import checking
from knowledge_base.schema import Paper
from tests.samples import NOW, Talk, guide, meant, procedure, world

A, B = "1.000001", "1.000002"
PAPERS: list[dict[str, Any]] = [
    {"ten": "Giấy chứng sinh", "so_luong": "1 bản chính", "ghi_chu": "Không có thì viết cam đoan."},
    {"ten": "Tờ khai đăng ký", "mau": "TK1"},
    {"ten": "Căn cước của người đi làm", "hinh_thuc": "xuat_trinh"},
    {"ten": "Giấy xác nhận nơi ở", "khi": "máy không tra được"},
]
MORE = [*PAPERS, {"ten": "Ảnh thẻ"}, {"ten": "Sổ hộ tịch"}, {"ten": "Đơn xin"}]
CASES: dict[str, Any] = {
    "truong_hop": [{"id": "mat", "ten": "bị mất"}],
    "giay_to": [*PAPERS, {"ten": "Đơn báo mất", "truong_hop": "mat"}],
}
SAID = {
    "giấy tờ A": meant("ask_papers", A),
    "B mất bao nhiêu": meant("ask_fee", B),
    "xin giấy A cần giấy tờ gì": meant("ask_papers", A),
    "gì đó cần giấy tờ gì": meant("ask_papers", A, B),
    "tờ khai lấy ở đâu": meant("ask_form", A),
    "có căn cước chưa": meant("deny"),
    "quay lại": meant("back"),
    "dừng": meant("stop"),
    "đúng rồi": meant("affirm"),
}


def citizen(papers: list[dict[str, Any]] | None = None, **fields: Any) -> Talk:
    return Talk(made(papers, **fields), SAID)


def made(papers: list[dict[str, Any]] | None = None, **fields: Any) -> Any:
    given = fields or {"giay_to": PAPERS if papers is None else papers}
    fee = {"le_phi": [{"so_tien": 8000}]}
    return world(procedure(A, ten="Xin giấy A", **given), procedure(B, ten="Xin giấy B", **fee))


def opened(papers: list[dict[str, Any]] | None = None, **fields: Any) -> Talk:
    talk = citizen(papers, **fields)
    talk.say("giấy tờ A")
    talk.press("Chuẩn bị hồ sơ")
    return talk


def test_a_paper_is_ticked_by_its_button_and_the_tick_taken_back() -> None:
    talk = opened()
    assert "đã có 0/4" in talk.replies[-1].text
    assert talk.press("⬜ Giấy chứng sinh").startswith("Hồ sơ xin giấy A: đã có 1/4 giấy.")
    assert "• Giấy chứng sinh (1 bản chính): đã có" in talk.replies[-1].text
    assert "mã 1.000001" in (talk.replies[-1].source or "")
    assert "đã có 0/4" in talk.press("✅ Giấy chứng sinh")


def test_a_button_pressed_twice_ticks_once() -> None:
    talk = opened()
    first = talk.replies[-1].choices[0].id
    talk.press_id(first)
    assert "đã có 1/4" in talk.press_id(first)


def test_a_paper_that_some_need_is_asked_about_and_may_be_left_out() -> None:
    talk = opened()
    asked = talk.press("⬜ Giấy xác nhận")
    assert "chỉ cần khi máy không tra được" in asked
    assert talk.labels == ["Đã có giấy này", "Cần, nhưng chưa có", "Không cần giấy này"]
    assert "đã có 0/3" in talk.press("Không cần")
    assert "Giấy xác nhận nơi ở – chỉ cần khi" in talk.replies[-1].text
    assert "đã có đủ 3/3" in talk.say("có đủ rồi")
    talk.press("Xem lại danh sách")
    talk.press("➖ Giấy xác nhận")
    assert "đã có đủ 4/4" in talk.press("Đã có giấy này")


@pytest.mark.parametrize(
    ("said", "have"),
    [
        ("có giấy chứng sinh rồi", "1/4"),
        ("co to khai roi", "1/4"),
        ("tôi xin được giấy chứng sinh rồi ạ", "1/4"),
        ("xong số 2", "1/4"),
        ("số 3 có rồi", None),
        ("giấy số 1 xong rồi", "1/4"),
        ("có đủ rồi", "4/4"),
        ("chưa có tờ khai", "0/4"),
    ],
)
def test_words_tick_papers(said: str, have: str | None) -> None:
    talk = opened()
    talk.say(said)
    if have is None:
        assert not talk.state.checklists[0].have
    else:
        assert have in talk.replies[-1].text


def test_what_is_missing_is_told_how_to_replace() -> None:
    talk = opened()
    talk.say("không có giấy chứng sinh")
    assert talk.replies[0].text == "Không có thì viết cam đoan."


def test_words_for_several_papers_are_asked_back() -> None:
    talk = opened([{"ten": "Tờ khai của cha"}, {"ten": "Tờ khai của mẹ"}])
    assert "nói giấy nào" in talk.say("có tờ khai rồi")
    assert "đã có 1/2" in talk.press("Tờ khai của mẹ")
    assert talk.labels[:2] == ["⬜ Tờ khai của cha", "✅ Tờ khai của mẹ"]


@pytest.mark.parametrize("said", ["tờ khai lấy ở đâu", "có căn cước chưa", "B mất bao nhiêu"])
def test_a_question_is_no_tick_and_the_list_is_offered_again(said: str) -> None:
    talk = opened()
    talk.press("⬜ Giấy chứng sinh")
    talk.say(said)
    assert talk.state.checklists[0].have == talk.state.checklists[0].known[:1]
    assert any(label.startswith("Xem hồ sơ: đã có 1/4") for label in talk.labels)
    assert len(talk.labels) <= 5
    assert "đã có 1/4" in talk.press("Xem hồ sơ")


def test_long_lists_have_pages_and_keep_every_paper() -> None:
    talk = opened(MORE)
    seen = []
    for _ in range(3):
        seen += [label for label in talk.labels if label[0] in "⬜✅"]
        assert len(talk.labels) <= 5
        last = talk.labels[-1] if talk.labels[-1][0] in "X" else talk.labels[-2]
        talk.press(last)
    assert [label[2:12] for label in seen] == [p["ten"][:10] for p in MORE]
    assert talk.state.current == checklist.opening(A)  # one step, whatever page
    assert sum(a.kind is Kind.CHECKLIST for a in talk.state.trail) == 1


def test_back_leads_to_what_was_before_and_stop_keeps_the_list() -> None:
    talk = opened()
    talk.press("⬜ Giấy chứng sinh")
    talk.say("quay lại")
    assert "Giấy chứng sinh" in talk.replies[-1].text and talk.events == ("said.back",)
    talk.press("Xem hồ sơ")
    talk.say("dừng")
    assert talk.labels[-1].startswith("Xem hồ sơ: đã có 1/4")
    assert "đã có 1/4" in talk.say("còn thiếu gì")


def test_the_situation_is_asked_where_papers_turn_on_it() -> None:
    talk = citizen(**CASES)
    talk.say("chuẩn bị hồ sơ xin giấy A")
    assert talk.labels == ["Bị mất", "Trường hợp thông thường"]
    assert "(bị mất): đã có 0/5" in talk.press("Bị mất")
    assert talk.labels[0] == "⬜ Đơn báo mất"
    talk.say("giấy tờ A")
    assert "đã có 0/5" in talk.press("Xem hồ sơ")  # not asked again


def test_which_one_is_asked_and_leads_to_its_papers() -> None:
    talk = citizen()
    talk.say("chuẩn bị hồ sơ gì đó")
    assert "đã có 0/4" in talk.press("Xin giấy A")
    talk.say("B mất bao nhiêu")
    assert talk.events == ("answered.fee",)


def test_without_papers_what_is_known_is_said() -> None:
    talk = citizen()
    talk.say("B mất bao nhiêu")
    assert "giấy tờ" in talk.say("chuẩn bị hồ sơ")
    assert not talk.state.checklists


def test_several_lists_are_kept_the_newest_first() -> None:
    both = world(
        procedure(A, ten="Xin giấy A", giay_to=PAPERS),
        procedure(B, ten="Xin giấy B", giay_to=PAPERS, le_phi=[{"so_tien": 1}]),
    )
    talk = Talk(both, SAID)
    talk.say("chuẩn bị hồ sơ xin giấy A")
    talk.say("B mất bao nhiêu")
    talk.say("chuẩn bị hồ sơ")
    assert [c.code for c in talk.state.checklists] == [B, A]
    talk.say("B mất bao nhiêu")
    talk.say("hồ sơ của tôi")
    assert talk.labels == ["Xin giấy B: 0/4 giấy", "Xin giấy A: 0/4 giấy"]
    assert "xin giấy A" in talk.press("Xin giấy A")


def test_an_edited_record_keeps_ticks_of_papers_that_are_the_same() -> None:
    talk = opened()
    talk.press("⬜ Giấy chứng sinh")
    talk.say("có tờ khai rồi")
    edited = [{"ten": "Ảnh mới"}, *PAPERS[1:], {"ten": "Giấy thêm"}]
    talk.restart(made(edited))
    talk.now += timedelta(days=3)
    talk.say("hồ sơ của tôi")
    assert [len(r.choices) > 0 for r in talk.replies] == [False, True]
    assert "vừa được cập nhật" in talk.replies[0].text
    assert "đã có 1/5" in talk.replies[1].text
    talk.say("hồ sơ của tôi")
    assert len(talk.replies) == 1  # said once
    talk.restart(world(procedure(B, ten="Xin giấy B")))
    talk.press_id(talk.replies[-1].choices[0].id)  # the procedure is gone
    assert talk.replies


def test_all_there_says_so_and_leads_on() -> None:
    talk = opened()
    assert "đã có đủ 4/4" in talk.say("có đủ rồi")
    assert talk.labels == ["Nộp ở đâu", "Mất bao nhiêu tiền", "Xem lại danh sách", "In ra giấy"]
    assert "đã có 4/4" in talk.press("Xem lại")


NAMES = st.lists(st.sampled_from("ABCDEFGH"), max_size=8)
MOVES = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(Tick)), max_size=20)


@settings(max_examples=80, deadline=None)
@given(NAMES, NAMES, MOVES)
def test_ticks_stay_with_their_papers(before: list[str], after: list[str], moves: Any) -> None:
    """Whatever is ticked and however the record is edited: a paper that stays keeps its tick, and
    every paper has a mark of its own."""
    old = [Paper(name=name) for name in before]
    now = Checklist(code=A)
    marks = [*ticks.marked(old)]
    assert len(marks) == len(before)
    last: dict[str, Tick] = {}
    for place, tick in moves:
        if marks:
            now = now.ticked([marks[place % len(marks)]], tick)
            last[marks[place % len(marks)]] = tick
    for row in ticks.rows(now, [Paper(name=name) for name in after]):
        assert row.tick is last.get(row.mark, Tick.LACK)
    have, needed = ticks.count(ticks.rows(now, old))
    assert 0 <= have <= needed <= len(old)
    assert not {*now.have} & {*now.spare}
    assert now.joined(now) == now


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("chuẩn bị hồ sơ khai sinh", "khai sinh cần giấy tờ gì"),
        ("Tôi muốn soạn hồ sơ làm hộ chiếu", "hộ chiếu cần giấy tờ gì"),
        ("làm hộ chiếu mất bao lâu", "làm hộ chiếu mất bao lâu"),
        ("chuẩn bị hồ sơ", "chuẩn bị hồ sơ"),
    ],
)
def test_a_wish_is_heard_by_the_thing_it_is_for(text: str, heard: str) -> None:
    assert checking.heard_as(text) == heard


def test_the_end_of_a_guide_leads_to_the_papers_of_what_it_was_done_for() -> None:
    online = {"cach_nop": [{"cach": "truc_tuyen"}], "giay_to": PAPERS}
    talk = Talk(
        world(procedure(A, ten="Xin giấy A", **online), guides=(guide(chung="truc_tuyen"),)), SAID
    )
    talk.say("giấy tờ A")
    talk.say("làm thử")
    talk.say("xong")
    talk.say("xong")
    assert talk.labels == ["Chuẩn bị hồ sơ", "Việc khác"]
    assert "đã có 0/4" in talk.press("Chuẩn bị hồ sơ")


@pytest.mark.parametrize("words", [1, 30, 60])
def test_a_list_fits_a_message_however_long_the_situation_and_a_paper_are(words: int) -> None:
    long = " ".join(["giấy tờ"] * words)
    case = {"id": "mat", "ten": f"bị mất {'trong khi chuyển nhà ' * 4}".strip()}
    world_ = made(truong_hop=[case], giay_to=[{"ten": long, "truong_hop": "mat"}, *MORE])
    state = State(procedure=A)
    for page in range(4):
        action = checklist.opening(A, "mat").model_copy(update={"page": page})
        outcome = perform(action, state, world_, NOW)
        assert len(outcome.replies[-1].text) <= 300
        state = outcome.state
