"""Words and buttons within a guide, and what stands between a citizen and the step they left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from actions.replies import Image
from tests.samples import Talk, guide, meant, procedure, world

A = "1.000001"
SAID = {
    "nộp giấy A thế nào nhỉ": meant("ask_how", A),
    "A là gì": meant("ask_overview", A),
    "phí": meant("ask_fee"),
    "cho tôi về câu lúc nãy": meant("back"),
    "bấm lộn": meant("correct"),
    "nghỉ tay cái đã": meant("stop"),
    "ngắn thôi": meant("shorter"),
    "nói lại": meant("repeat"),
    "trang chủ": meant("home"),
    "ừ thì vâng": meant("affirm"),
    "đâu có": meant("deny"),
    "xoá hết đi": meant("erase_data"),
}
KINDS: list[dict[str, Any]] = [
    {"id": "to", "nut": "Máy to", "noi": ["to"]},
    {"id": "nho", "nut": "Máy nhỏ", "noi": ["nhỏ", "bé"], "toi": "hai"},
]
STEPS: list[dict[str, Any]] = [
    {"id": "may", "ten": "Loại máy", "loi": "Máy nào?", "nho": "may", "chon": KINDS},
    {"id": "mot", "ten": "Việc một", "loi": "Làm việc một.", "bo_qua": True},
    {
        "id": "hai", "ten": "Việc hai", "loi": "{Ong_ba} làm {thu_tuc}.", "thay": "chữ Xong.",
        "ngan": "Làm hai.", "su_co": [{"id": "kho", "nut": "Chưa thấy", "loi": "Nhìn kỹ."}],
    },
    {
        "id": "het", "ten": "Hết", "loi": "Xong cả.", "ket_thuc": "xong",
        "tiep_theo": [
            {"nut": "Xem giấy A", "thu_tuc": A}, {"nut": "Làm lại", "huong_dan": "lam-thu"},
        ],
    },
]  # fmt: skip
ONLINE = {"cach_nop": [{"cach": "truc_tuyen"}], "le_phi": [{"so_tien": 8000}]}


def talk(**fields: Any) -> Talk:
    made = guide(**{"buoc": STEPS, "chung": "truc_tuyen", **fields})
    return Talk(world(procedure(A, **ONLINE), guides=(made,)), SAID)


def at_second(**fields: Any) -> Talk:
    citizen = talk(**fields)
    citizen.say("làm thử")
    citizen.press("Máy nhỏ")
    return citizen


@pytest.mark.parametrize("said", ["2", "Máy nhỏ", "nhỏ", "dạ bé ạ", "tôi dùng máy nhỏ", "số hai"])
def test_an_answer_may_be_typed(said: str) -> None:
    citizen = talk()
    assert citizen.say("cách làm thử") == "Bước 1/3. Máy nào?"
    assert citizen.replies[-1].source is None
    citizen.say(said)
    assert citizen.events == ("guide.step",)
    assert citizen.state.guides[0].at.screen == "hai"


def test_a_step_says_what_is_seen_and_on_what_it_rests() -> None:
    citizen = at_second()
    said = "Bước 2/2. Ông/bà làm thủ tục cần làm.\nÔng/bà sẽ thấy: chữ Xong."
    assert citizen.replies[-1].text == said
    assert citizen.replies[-1].source == "Theo Cổng, xem ngày 10/06/2026."
    assert citizen.labels == ["Xong rồi", "Chưa thấy"]


def test_short_words_are_said_to_whom_wants_them() -> None:
    citizen = at_second()
    assert citizen.say("ngắn thôi") == "Bước 2/2. Làm hai."
    assert citizen.say("nói lại") == "Bước 2/2. Làm hai."


def test_a_trouble_returns_to_its_step_and_back_leads_into_it_again() -> None:
    citizen = at_second()
    step = citizen.replies[-1].text
    assert citizen.press("Chưa thấy") == "Nhìn kỹ."
    assert citizen.labels == ["Được rồi", "Vẫn chưa được"]
    assert citizen.press("Được rồi") == step
    assert citizen.say("quay lại") == "Nhìn kỹ."
    assert citizen.say("quay lại") == step
    assert citizen.say("quay lại") == "Bước 1/3. Máy nào?"


def test_what_does_not_help_leads_to_a_person_and_the_step_stays() -> None:
    citizen = at_second()
    citizen.press("Chưa thấy")
    citizen.press("Vẫn chưa được")
    assert citizen.events == ("said.human",)
    assert citizen.labels[-1] == "Làm tiếp bước 2/2: Việc hai"
    assert citizen.press("Làm tiếp") == "Nhìn kỹ."


def test_only_what_may_be_skipped_is() -> None:
    citizen = talk()
    citizen.say("làm thử")
    citizen.press("Máy to")
    assert citizen.labels == ["Xong rồi", "Bỏ qua bước này"]
    citizen.say("bỏ qua")
    assert citizen.state.guides[0].at.screen == "hai"
    citizen.say("bỏ qua")
    assert citizen.events == ("guide.no_skip",)


def test_the_end_leads_on_and_is_not_gone_on_with() -> None:
    citizen = at_second()
    assert citizen.say("xong rồi ạ") == "Xong cả."
    assert citizen.events == ("guide.done",)
    assert citizen.labels == ["Xem giấy A", "Làm lại", "Việc khác"]
    citizen.press("Xem giấy A")
    assert not any(label.startswith("Làm tiếp") for label in citizen.labels)
    citizen.say("làm tiếp")
    assert citizen.events == ("guide.none",)


def test_going_back_is_possible_from_the_end() -> None:
    citizen = at_second()
    step = citizen.replies[-1].text
    citizen.press("Xong rồi")
    assert citizen.say("quay lại") == step


def test_before_the_first_step_lies_what_was_there_before() -> None:
    citizen = talk()
    before = citizen.say("A là gì")
    citizen.say("làm thử")
    assert citizen.say("cho tôi về câu lúc nãy") == before


def test_commands_in_other_words_are_understood() -> None:
    citizen = at_second()
    citizen.say("bấm lộn")
    assert citizen.labels == ["Loại máy: Máy nhỏ", "Làm tiếp bước 2/2: Việc hai"]
    citizen.press("Làm tiếp")
    citizen.say("cho tôi về câu lúc nãy")
    assert citizen.state.guides[0].at.screen == "may"
    citizen.say("nghỉ tay cái đã")
    assert citizen.events == ("guide.paused",)


@pytest.mark.parametrize(("said", "screen"), [("ừ thì vâng", "mot"), ("đâu có", "hai")])
def test_yes_and_no_answer_a_question_that_has_them(said: str, screen: str) -> None:
    kinds = [{"id": "co", "nut": "Có máy"}, {"id": "khong", "nut": "Không máy", "toi": "hai"}]
    citizen = talk(buoc=[{**STEPS[0], "chon": kinds}, *STEPS[1:]])
    citizen.say("làm thử")
    citizen.say(said)
    assert citizen.state.guides[0].at.screen == screen


def test_yes_to_something_to_do_does_not_mean_it_is_done() -> None:
    citizen = at_second()
    before = citizen.replies[-1].text
    assert citizen.say("ừ thì vâng") == before


def test_a_guide_is_forgotten_with_the_rest() -> None:
    citizen = at_second()
    citizen.say("xoá hết đi")
    citizen.press("Xoá hết")
    assert citizen.state.guides == ()
    citizen.say("làm tiếp")
    assert citizen.events == ("guide.none",)


def test_a_changed_answer_changes_the_way_and_keeps_what_was_done() -> None:
    citizen = at_second()
    citizen.say("sửa")
    citizen.press("Loại máy")
    assert citizen.events == ("guide.ask",)
    assert citizen.say("nói lại").startswith("Bước 2/2.")  # nothing was changed yet
    citizen.say("sửa")
    citizen.press("Loại máy")
    citizen.press("Máy to")
    assert citizen.events == ("guide.changed",)
    assert citizen.replies[-1].text == "Bước 2/3. Làm việc một."


def test_what_was_done_is_not_to_be_done_again_after_a_change() -> None:
    citizen = talk()
    citizen.say("làm thử")
    for button in ("Máy to", "Xong rồi", "Xong rồi"):
        citizen.press(button)
    citizen.say("sửa")
    citizen.press("Loại máy")
    assert citizen.press("Máy nhỏ") == "Xong cả."
    assert citizen.say("quay lại").startswith("Bước 2/2.")
    assert citizen.say("quay lại").startswith("Bước 1/3.")


def test_dung_without_accents_is_not_taken_for_stop() -> None:
    citizen = at_second()
    citizen.say("dừng")
    assert citizen.events == ("guide.paused",)
    citizen.say("làm tiếp")
    citizen.say("đúng")
    assert citizen.events != ("guide.paused",)


def test_a_question_in_between_is_about_the_procedure_of_the_guide() -> None:
    citizen = talk()
    citizen.say("nộp giấy A thế nào nhỉ")
    assert citizen.labels[0] == "Hướng dẫn từng bước"
    citizen.press("Hướng dẫn từng bước")
    citizen.press("Máy nhỏ")
    assert citizen.replies[-1].text.startswith("Bước 2/2. Ông/bà làm xin giấy thử.")
    assert "8.000 đồng" in citizen.say("phí")
    assert len(citizen.labels) == 5
    assert citizen.labels[-1] == "Làm tiếp bước 2/2: Việc hai"


def test_a_long_name_gives_way_to_a_plain_word() -> None:
    steps = [
        {**STEPS[0]},
        {**STEPS[1]},
        {**STEPS[2], "loi": "Làm {thu_tuc}. " + "a" * 230},
        STEPS[3],
    ]
    named = procedure(A, ten="Xin " + "b" * 110, **ONLINE)
    citizen = Talk(world(named, guides=(guide(buoc=steps, chung="truc_tuyen"),)), SAID)
    citizen.say("nộp giấy A thế nào nhỉ")
    citizen.press("Hướng dẫn từng bước")
    said = citizen.press("Máy nhỏ")
    assert "Làm thủ tục cần làm." in said
    assert len(said) <= 300


def test_a_step_is_offered_for_a_day_and_at_home_as_long_as_it_is_kept() -> None:
    citizen = at_second()
    citizen.now += timedelta(days=3)
    citizen.say("A là gì")
    assert not any(label.startswith("Làm tiếp") for label in citizen.labels)
    citizen.say("trang chủ")
    assert citizen.labels[-1] == "Làm tiếp bước 2/2: Việc hai"
    citizen.now += timedelta(days=30)
    assert citizen.say("làm tiếp").startswith("Bước 2/2.")


def two() -> Talk:
    other = guide("viec-khac", ten="Việc khác", goi_la=["việc kia"])
    citizen = Talk(world(procedure(A, **ONLINE), guides=(guide(buoc=STEPS), other)), SAID)
    citizen.say("làm thử")
    citizen.press("Máy nhỏ")
    citizen.say("việc kia")
    citizen.press("Xong rồi")
    return citizen


def test_of_two_guides_the_newer_goes_on_until_it_was_put_aside() -> None:
    citizen = two()
    assert citizen.say("làm tiếp") == "Bước 2/2. Làm việc hai."
    citizen.say("dừng")
    citizen.say("phí")
    citizen.now += timedelta(days=9)
    citizen.say("trang chủ")
    citizen.say("làm tiếp")
    assert citizen.events == ("guide.which",)
    assert citizen.labels == ["Làm tiếp: Việc khác", "Làm tiếp: Làm thử"]
    assert citizen.press("Làm tiếp: Làm thử").startswith("Bước 2/2. Ông/bà làm")


def test_a_guide_that_was_taken_away_is_said_to_be_gone() -> None:
    citizen = at_second()
    press = citizen.replies[-1].choices[0].id
    citizen.restart(world(procedure(A, **ONLINE)))
    citizen.press_id(press)
    assert citizen.events == ("guide.gone",)
    assert "không còn nữa" in citizen.replies[0].text
    assert citizen.state.guides == ()


def test_an_edited_guide_is_said_to_be_edited_once() -> None:
    citizen = at_second()
    citizen.restart(world(procedure(A, **ONLINE), guides=(guide(buoc=[STEPS[0], *STEPS[2:]]),)))
    citizen.say("làm tiếp")
    assert "vừa được sửa" in citizen.replies[0].text
    citizen.say("làm tiếp")
    assert len(citizen.replies) == 1


def test_a_step_that_is_gone_leaves_the_citizen_at_the_one_before() -> None:
    citizen = at_second()
    kinds = [KINDS[0], {**KINDS[1], "toi": "het"}]
    edited = guide(buoc=[{**STEPS[0], "chon": kinds}, STEPS[1], {**STEPS[3], "tiep_theo": []}])
    citizen.restart(world(procedure(A, **ONLINE), guides=(edited,)))
    assert citizen.say("làm tiếp") == "Bước 1/2. Máy nào?"
    assert "bước ông/bà đang làm không còn" in citizen.replies[0].text


def test_a_screen_brings_its_drawing_each_time_it_is_shown() -> None:
    def drawn(name: str) -> dict[str, str]:
        return {"tep": f"{name}.svg", "mo_ta": f"Hình {name}."}

    trouble = {"id": "kho", "nut": "Chưa thấy", "loi": "Nhìn kỹ.", "hinh": drawn("kho")}
    steps = [STEPS[0], STEPS[1], {**STEPS[2], "hinh": drawn("hai"), "su_co": [trouble]}, STEPS[3]]
    citizen = at_second(buoc=steps)
    step, stuck = Image("hai", "Hình hai."), Image("kho", "Hình kho.")
    assert citizen.replies[-1].attachment == step
    for said, shown in (("nói lại", step), ("phí", None), ("làm tiếp", step), ("ngắn thôi", step)):
        citizen.say(said)
        assert citizen.replies[-1].attachment == shown, said
    citizen.press("Chưa thấy")
    assert citizen.replies[-1].attachment == stuck
    citizen.press("Được rồi")
    assert citizen.replies[-1].attachment == step
    citizen.press("Xong rồi")
    assert citizen.replies[-1].attachment is None
