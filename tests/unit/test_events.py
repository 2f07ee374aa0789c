"""Life events as the citizen sees them: the list, what it leads to, and the way back."""

from __future__ import annotations

from typing import Any

from actions.state import Kind
from tests.samples import Talk, event, meant, procedure, world

A, B, C = "1.000001", "1.000002", "1.000003"
SAID = {
    "có chuyện": meant("ask_papers", "co-chuyen"),
    "có chuyện tốn bao nhiêu": meant("ask_fee", "co-chuyen"),
    "chuyện hay giấy": meant("ask_overview", "co-chuyen", A),
    "giấy A": meant("ask_papers", A),
    "A là gì": meant("ask_overview", A),
    "phí": meant("ask_fee"),
    "quay lại": meant("back"),
    "nói lại": meant("repeat"),
    "xem tiếp": meant("more"),
    "ngắn thôi": meant("shorter"),
}


def talk(**fields: Any) -> Talk:
    fees = {"le_phi": [{"so_tien": 8000}]}
    named = [(A, "Xin giấy thử"), (B, "Trả giấy thử"), (C, "Đổi giấy thử")]
    procedures = [procedure(code, ten=name, **fees) for code, name in named]
    return Talk(world(*procedures, events=(event(**fields),)), SAID)


def test_the_first_sentence_is_the_events_own_and_each_thing_is_a_button() -> None:
    citizen = talk()
    assert citizen.say("có chuyện") == "Xin chia sẻ cùng ông/bà.\n• Xin giấy\n• Trả giấy"
    assert citizen.labels == ["Xin giấy", "Trả giấy"]
    source = citizen.replies[-1].source
    assert source == f"Theo Cổng Dịch vụ công quốc gia ngày 10/06/2026, mã {A}, {B}."
    assert citizen.events == ("life_event",)


def test_sources_of_one_publisher_are_cited_together() -> None:
    given = {A: ("Bản sao, Quyết định 1", "2025-06-30"), B: ("Bản sao, Quyết định 2", "2026-09-29")}
    procedures = [
        procedure(code, nguon=[{"id": "qd", "ten": ten, "ngay": ngay}])
        for code, (ten, ngay) in given.items()
    ]
    citizen = Talk(world(*procedures, events=(event(),)), SAID)
    citizen.say("có chuyện")
    assert citizen.replies[-1].source == (
        f"Theo Bản sao từ ngày 30/06/2025 đến ngày 29/09/2026, mã {A}, {B}."
    )


def test_deadline_condition_and_what_is_done_in_one_go_are_said() -> None:
    first = {"viec": "Xin cả ba", "ma": A, "gom": [B, C], "han": "trong 7 ngày", "khi": "chưa có"}
    said = talk(viec=[first]).say("có chuyện")
    assert "• Xin cả ba – làm một lần cả 2 việc, trong 7 ngày – nếu chưa có" in said


def test_a_thing_leads_to_its_procedure_and_back_to_the_list() -> None:
    citizen = talk()
    first = citizen.say("có chuyện")
    citizen.press("Trả giấy")
    assert citizen.state.procedure == B
    assert citizen.events == ("answered.papers",)
    assert citizen.say("quay lại") == first


def test_a_fee_is_asked_of_one_thing_of_the_list() -> None:
    citizen = talk()
    citizen.say("có chuyện")
    asked = citizen.say("phí")
    assert asked.startswith("Mỗi việc một khác, ông/bà muốn biết lệ phí của việc nào?\n• Xin giấy")
    assert "Trả giấy thử: 8.000 đồng" in citizen.press("Trả giấy")


def test_an_event_named_with_a_fee_is_met_with_its_own_sentence_first() -> None:
    asked = talk().say("có chuyện tốn bao nhiêu")
    assert asked.startswith("Xin chia sẻ cùng ông/bà. Mỗi việc một khác, ")


def test_the_first_sentence_is_not_said_again_of_what_is_talked_of() -> None:
    citizen = talk()
    citizen.say("có chuyện")
    assert citizen.say("nói lại").startswith("Các việc khi nhà có chuyện:")


def test_a_question_decides_which_procedure_it_is() -> None:
    options = [{"khi": "Giấy mới", "ma": A}, {"khi": "Giấy cũ", "ma": B}]
    citizen = talk(viec=[{"viec": "Xin giấy", "hoi": "Giấy nào?", "chon": options}])
    citizen.say("có chuyện")
    assert citizen.press("Xin giấy") == "Xin giấy. Giấy nào?"
    assert citizen.labels == ["Giấy mới", "Giấy cũ"]
    assert f"mã {A}, {B}." in (citizen.replies[-1].source or "")
    citizen.press("Giấy cũ")
    assert citizen.state.procedure == B
    assert citizen.say("quay lại") == "Xin giấy. Giấy nào?"


def test_a_long_list_is_turned_page_by_page() -> None:
    things = [{"viec": f"Việc thứ {n}", "ma": A} for n in range(1, 7)]
    citizen = talk(viec=things)
    citizen.say("có chuyện")
    assert citizen.labels == [*(f"Việc thứ {n}" for n in range(1, 5)), "Xem tiếp (5–6 trong 6)"]
    second = citizen.say("xem tiếp")
    assert second == "Các việc khi nhà có chuyện:\n• Việc thứ 5\n• Việc thứ 6"
    assert citizen.state.current is not None and citizen.state.current.page == 1


def test_many_answers_to_a_question_are_turned_page_by_page() -> None:
    options = [{"khi": f"Loại {n}", "ma": (A, B)[n % 2]} for n in range(1, 8)]
    citizen = talk(viec=[{"viec": "Xin giấy", "hoi": "Loại nào?", "chon": options}])
    citizen.say("có chuyện")
    citizen.press("Xin giấy")
    assert citizen.labels == [*(f"Loại {n}" for n in range(1, 5)), "Xem tiếp (5–7 trong 7)"]
    citizen.press("Xem tiếp")
    assert citizen.labels == ["Loại 5", "Loại 6", "Loại 7"]


def test_an_event_and_a_procedure_are_asked_about_in_one_list() -> None:
    citizen = talk()
    citizen.say("chuyện hay giấy")
    assert citizen.labels == ["Nhà có chuyện", "Xin giấy thử", "Không phải các việc này"]
    assert citizen.press("Nhà có chuyện").startswith("Xin chia sẻ")


def test_a_procedure_points_to_what_else_is_to_do() -> None:
    citizen = talk()
    citizen.say("A là gì")
    assert citizen.labels[-1] == "Việc khác khi nhà có chuyện"
    assert citizen.press("Việc khác").startswith("Xin chia sẻ")


def test_the_event_the_citizen_came_from_goes_before_another() -> None:
    things = [{"viec": "Đổi giấy", "ma": C}, {"viec": "Xin giấy", "ma": A}]
    other = event("viec-khac", ten="Việc khác", khi="có việc khác", viec=things)
    told = world(*(procedure(code) for code in (A, B, C)), events=(event(), other))
    citizen = Talk(told, {**SAID, "việc khác": meant("ask_overview", "viec-khac")})
    citizen.say("A là gì")
    assert citizen.labels[-1] == "Việc khác khi nhà có chuyện"  # there it is the first thing
    citizen.say("việc khác")
    citizen.press("Xin giấy")
    assert citizen.labels[-1] == "Việc khác khi có việc khác"


def test_a_list_is_cut_the_same_way_when_things_are_kept_short() -> None:
    citizen = talk()
    citizen.say("có chuyện")
    citizen.say("ngắn thôi")
    assert citizen.state.brief
    assert citizen.labels == ["Xin giấy", "Trả giấy"]


def test_a_thing_the_portal_withdrew_is_no_longer_listed() -> None:
    options = [{"khi": "Giấy mới", "ma": A}, {"khi": "Giấy cũ", "ma": B}]
    things = [
        {"viec": "Xin giấy", "ma": A},
        {"viec": "Lấy giấy", "hoi": "Giấy nào?", "chon": options},
        {"viec": "Trả giấy", "ma": B},
    ]
    left = Talk(world(procedure(A), events=(event(viec=things),)), SAID)
    assert left.say("có chuyện") == "Xin chia sẻ cùng ông/bà.\n• Xin giấy\n• Lấy giấy"
    left.press("Lấy giấy")
    assert left.labels == ["Giấy mới"]
    none = Talk(world(procedure(C), events=(event(viec=things),)), SAID)
    none.say("có chuyện")
    assert none.state.current is not None and none.state.current.kind is Kind.HOME


def test_an_event_that_is_gone_leads_to_the_menu() -> None:
    citizen = talk()
    citizen.say("có chuyện")
    gone = Talk(world(procedure(A)), {"nói lại": meant("repeat")})
    gone._document = citizen._document
    gone.say("nói lại")
    assert gone.state.current is not None and gone.state.current.kind is Kind.HOME
