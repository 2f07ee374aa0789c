"""Questions put to the citizen: which procedure, which situation, and what an answer leads to."""

from __future__ import annotations

from typing import Any

import pytest

from actions import pages
from actions.understanding import Understanding
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from tests.samples import Talk, meant, procedure, world

A, B = "1.000001", "1.000002"
CASES = [{"id": "mat", "ten": "bị mất"}, {"id": "hong", "ten": "bị hỏng"}]
SAID = {
    "A hay B": meant("ask_overview", A, B),
    "phí A hay B": meant("ask_fee", A, B),
    "A phải không": meant("ask_overview", A, outcome=LinkOutcome.ASK),
    "phí A phải không": meant("ask_fee", A, outcome=LinkOutcome.ASK),
    "giấy A": meant("ask_papers", A),
    "phí A": meant("ask_fee", A),
    "phí": meant("ask_fee"),
    "giấy": meant("ask_papers"),
    "vâng": meant("affirm"),
    "không": meant("deny"),
    "nhầm rồi": meant("correct"),
    "quay lại": meant("back"),
    "xoá": meant("erase_data"),
}


def talk(**fields: Any) -> Talk:
    return Talk(world(procedure(A, **fields), procedure(B, ten="Xin giấy khác")), SAID)


def test_what_is_asked_about_is_said_in_the_question() -> None:
    citizen = talk()
    assert citizen.say("A hay B") == "Ông/bà muốn hỏi việc nào dưới đây?"
    assert citizen.say("phí") == "Ông/bà hỏi lệ phí của việc nào dưới đây?"
    assert citizen.labels == ["Xin giấy thử", "Xin giấy khác", "Không phải các việc này"]


def test_one_procedure_is_asked_about_with_yes_or_no() -> None:
    citizen = talk(le_phi=[{"so_tien": 8000}])
    assert citizen.say("A phải không") == "Có phải ông/bà hỏi việc này không?"
    assert citizen.labels == ["Xin giấy thử", "Không phải việc này"]
    assert citizen.say("phí A phải không") == "Có phải ông/bà hỏi lệ phí của việc này không?"
    assert "8.000 đồng" in citizen.say("vâng")


def test_yes_to_several_asks_again() -> None:
    citizen = talk()
    question = citizen.say("A hay B")
    assert citizen.say("vâng") == question
    assert citizen.events == ("ask_which",)


def test_the_same_question_about_something_else_is_one_step_back() -> None:
    citizen = talk(le_phi=[{"so_tien": 8000}])
    paper = citizen.say("giấy A")
    citizen.say("phí A hay B")
    citizen.say("giấy")
    citizen.say("phí")
    assert citizen.say("quay lại") == paper


def test_what_is_talked_of_is_offered_once_beside_what_is_hardly_named() -> None:
    faint = Link(LinkOutcome.ASK, (Candidate(B, B, 0.09), Candidate(A, A, 0.09)))
    citizen = Talk(
        world(procedure(A), procedure(B, ten="Xin giấy khác")),
        SAID | {"làm sao": Understanding("", "ask_overview", 0.9, faint)},
    )
    citizen.say("giấy A")
    citizen.say("làm sao")
    assert citizen.labels == ["Xin giấy thử", "Xin giấy khác", "Không phải các việc này"]


def test_after_a_mistake_there_is_something_to_press() -> None:
    citizen = talk()
    citizen.say("giấy A")
    citizen.say("nhầm rồi")
    assert citizen.labels == ["Việc khác", "Gặp người hỗ trợ"]


def test_a_citizen_who_keeps_the_conversation_is_back_where_they_were() -> None:
    citizen = talk(giay_to=[{"ten": "Đơn"}])
    paper = citizen.say("giấy A")
    citizen.say("xoá")
    assert citizen.press("Không xoá") == paper
    citizen.say("xoá")
    citizen.say("xoá")
    assert citizen.say("không") == paper


# --- situations ---


def test_the_usual_situation_is_offered_too_and_another_can_be_chosen_later() -> None:
    papers = [{"ten": "Đơn"}, {"ten": "Giấy hỏng", "truong_hop": "hong"}]
    citizen = talk(truong_hop=CASES, giay_to=papers)
    usual = citizen.say("giấy A")
    citizen.press("Trường hợp của tôi khác")
    assert citizen.labels == ["Bị hỏng", "Trường hợp thông thường"]
    assert "Giấy hỏng" in citizen.press("Bị hỏng")
    citizen.press("Trường hợp của tôi khác")
    assert citizen.press("Trường hợp thông thường") == usual


def test_where_all_depends_on_the_situation_it_is_asked_first() -> None:
    papers = [{"ten": "Giấy mất", "truong_hop": "mat"}, {"ten": "Giấy hỏng", "truong_hop": "hong"}]
    citizen = talk(truong_hop=CASES, giay_to=papers)
    citizen.say("giấy A")
    assert citizen.events == ("ask_case",)
    assert citizen.labels == ["Bị mất", "Bị hỏng"]
    assert "Giấy mất" in citizen.say("1")
    assert citizen.events == ("answered.papers",)


def test_no_page_of_buttons_holds_a_single_one() -> None:
    lengths = {n: [len(page) for page in pages.rows(range(n))] for n in (1, 4, 5, 6, 9, 13, 14)}
    assert lengths == {
        1: [1], 4: [4], 5: [5], 6: [4, 2], 9: [4, 5], 13: [4, 4, 5], 14: [4, 4, 4, 2],
    }  # fmt: skip


@pytest.mark.parametrize("text", ["5", "số 9", "cái thứ tư", "12", "0"])
def test_a_number_that_no_row_has_shows_the_rows_again(text: str) -> None:
    citizen = talk()
    question = citizen.say("A hay B")
    rows = citizen.labels
    assert citizen.say(text) == question
    assert citizen.labels == rows
    assert "không có dòng số ấy" in citizen.replies[0].text
    assert citizen.events == ("no_such_row",)


def test_a_number_is_no_choice_where_nothing_is_offered() -> None:
    citizen = talk()
    citizen.say("5")
    assert citizen.events == ("declined",)


# --- amounts that turn on the situation ---

LONG = "rất dài " * 12


def many(**facts: Any) -> dict[str, Any]:
    """Two situations and a general one, with notes that no single page holds."""
    key, amount = next(iter(facts.items()))
    rows = [
        {amount: 1, "ghi_chu": f"{LONG}chung"},
        {amount: 2, "ghi_chu": f"{LONG}mất", "truong_hop": "mat"},
        {amount: 3, "ghi_chu": f"{LONG}hỏng", "truong_hop": "hong"},
    ]
    return {"truong_hop": CASES, key: rows}


@pytest.mark.parametrize(
    ("facts", "about", "event"),
    [({"le_phi": "so_tien"}, "phí A", "fee"), ({"thoi_han": "so"}, "lâu A", "time")],
)
def test_one_thing_is_asked_where_no_page_holds_the_amounts(
    facts: dict[str, str], about: str, event: str
) -> None:
    said = SAID | {"lâu A": meant("ask_time", A), "lâu": meant("ask_time")}
    citizen = Talk(world(procedure(A, **many(**facts))), said)
    citizen.say(about)
    assert citizen.events == ("ask_case",)
    assert citizen.labels == ["Bị mất", "Bị hỏng", "Trường hợp thông thường"]
    assert "2 " in citizen.press("Bị mất")
    assert citizen.events == (f"answered.{event}",)
    assert citizen.labels[0] == "Trường hợp của tôi khác"
    citizen.press("Trường hợp của tôi khác")
    assert "1 " in citizen.press("Trường hợp thông thường")


def test_the_situation_is_not_asked_twice() -> None:
    citizen = Talk(world(procedure(A, **many(le_phi="so_tien"))), SAID)
    citizen.say("phí A")
    usual = citizen.press("Trường hợp thông thường")
    citizen.say("giấy A")
    assert citizen.say("phí") == usual
    assert citizen.state.case == "-"


def test_amounts_that_a_page_holds_are_said_at_once() -> None:
    fees = [{"so_tien": 1000, "truong_hop": "mat"}, {"so_tien": 2000}]
    citizen = talk(truong_hop=CASES, le_phi=fees)
    assert "Nếu bị mất: 1.000 đồng" in citizen.say("phí A")
    assert citizen.events == ("answered.fee",)


def test_a_short_answer_was_asked_for_and_nothing_more_is_asked() -> None:
    fees = [{"so_tien": 1000, "truong_hop": c["id"]} for c in CASES] + [{"so_tien": 2000}]
    citizen = Talk(
        world(procedure(A, truong_hop=CASES, le_phi=fees)), SAID | {"ngắn": meant("shorter")}
    )
    citizen.say("phí A")
    citizen.say("ngắn")
    assert "1.000 đồng" in citizen.replies[-1].text
    assert citizen.labels[0] == "Xem tiếp (mục 3 trong 3)"


def test_no_usual_situation_where_the_general_amount_only_comes_on_top() -> None:
    rows = [
        {"so_tien": 1, "ten": "Cấp bằng", "ghi_chu": LONG},
        {"so_tien": 2, "ten": "Thi", "ghi_chu": LONG, "truong_hop": "mat"},
        {"so_tien": 3, "ten": "Thi", "ghi_chu": LONG, "truong_hop": "hong"},
    ]
    citizen = talk(truong_hop=CASES, le_phi=rows)
    citizen.say("phí A")
    assert citizen.labels == ["Bị mất", "Bị hỏng"]
    assert "Cấp bằng" in citizen.press("Bị mất") and "Thi: 2 đồng" in citizen.replies[-1].text


def test_who_is_in_the_only_situation_or_not_can_say_so() -> None:
    rows = [
        {"so_tien": 1, "ten": "Cấp bằng", "ghi_chu": LONG},
        {"so_tien": 2, "ten": "Thi", "ghi_chu": LONG, "truong_hop": "mat"},
        {"so_tien": 3, "ten": "Ảnh", "ghi_chu": LONG, "truong_hop": "mat"},
    ]
    citizen = talk(truong_hop=CASES, le_phi=rows)
    citizen.say("phí A")
    assert citizen.labels == ["Bị mất", "Trường hợp thông thường"]


def test_nothing_is_asked_where_there_is_one_answer_only() -> None:
    rows = [{"so_tien": n, "ghi_chu": LONG, "truong_hop": "mat"} for n in (1, 2, 3)]
    citizen = talk(truong_hop=CASES, le_phi=rows)
    assert "Nếu bị mất: 1 đồng" in citizen.say("phí A")
    assert citizen.events == ("answered.fee",)
