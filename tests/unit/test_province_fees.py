"""Fees that the province sets: known where the citizen lives, known elsewhere, known nowhere."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from knowledge_base.schema import Manner, Procedure
from tests.samples import Talk, meant, procedure, province, world

A = "1.000001"
DAY = date(2026, 11, 22)
WAYS = [{"cach": "truc_tiep"}, {"cach": "truc_tuyen"}]
BY_PROVINCE: dict[str, Any] = {"so_tien": None, "tinh_quyet_dinh": True}
SAID = {"phí A": meant("ask_fee", A), "phí": meant("ask_fee"), "quay lại": meant("back")}


def undecided(**fields: Any) -> Procedure:
    return procedure(A, **{"cach_nop": WAYS, "le_phi": [BY_PROVINCE], **fields})


def fee(amount: int = 0, **fields: Any) -> dict[str, Any]:
    return {"ma": [A], "so_tien": amount, **fields}


def said(found: Procedure) -> list[tuple[int | None, tuple[str, ...], str | None]]:
    return [(f.amount, tuple(m.value for m in f.manners), f.case) for f in found.fees]


# --- what a province's fees make of a procedure ---


def test_a_fee_for_every_way_takes_the_place_of_the_open_one() -> None:
    found = province(le_phi=[fee(8000)]).applied(undecided(), DAY)
    assert said(found) == [(8000, (), None)]
    assert found.source_of(found.fees[0]).title == "Nghị quyết của Hà Nội"
    assert [s.id for s in found.sources] == ["cong", "tinh-01-nq"]


def test_a_fee_for_one_way_leaves_the_others_open() -> None:
    found = province(le_phi=[fee(cach=["truc_tuyen"])]).applied(undecided(), DAY)
    assert said(found) == [(0, ("truc_tuyen",), None), (None, ("truc_tiep",), None)]


def test_a_way_the_procedure_does_not_have_says_nothing() -> None:
    found = undecided(cach_nop=WAYS[:1])
    assert province(le_phi=[fee(cach=["truc_tuyen"])]).applied(found, DAY) is found
    both = province(le_phi=[fee(cach=["truc_tuyen", "truc_tiep"])]).applied(found, DAY)
    assert both.fees[0].manners == (Manner.DIRECT,)


def test_what_the_province_does_not_decide_stays() -> None:
    case = [{"id": "mat", "ten": "bị mất"}]
    fees = [{"so_tien": 5000, "truong_hop": "mat"}, BY_PROVINCE]
    found = province(le_phi=[fee(8000)]).applied(undecided(truong_hop=case, le_phi=fees), DAY)
    assert said(found) == [(8000, (), None), (5000, (), "mat")]
    other = procedure("1.000002", le_phi=[{"so_tien": 5000}])
    whole_field = province(le_phi=[{"linh_vuc": ["Thử nghiệm"], "so_tien": 0}])
    assert whole_field.applied(other, DAY) is other


def test_a_fee_of_a_situation_answers_for_that_one_only() -> None:
    case = [{"id": "mat", "ten": "bị mất"}]
    fees = [{**BY_PROVINCE, "truong_hop": "mat"}, BY_PROVINCE]
    record = undecided(truong_hop=case, le_phi=fees)
    found = province(le_phi=[fee(8000, truong_hop="mat")]).applied(record, DAY)
    assert said(found) == [(8000, (), "mat"), (None, (), None)]
    assert said(province(le_phi=[fee(8000)]).applied(record, DAY)) == [(8000, (), None)]


def test_a_field_stands_for_all_its_procedures() -> None:
    lines = province(le_phi=[{"linh_vuc": ["Thử nghiệm"], "so_tien": 3000}])
    assert said(lines.applied(undecided(), DAY)) == [(3000, (), None)]
    elsewhere = undecided(linh_vuc="Khác")
    assert lines.applied(elsewhere, DAY) is elsewhere


def test_who_pays_nothing_there_is_added() -> None:
    record = undecided(mien=[{"ai": "hộ nghèo"}])
    found = province(mien=[{"ma": [A], "ai": "người cao tuổi"}]).applied(record, DAY)
    assert [e.who for e in found.exemptions] == ["hộ nghèo", "người cao tuổi"]
    assert found.fees == record.fees


@pytest.mark.parametrize(
    ("day", "amount"), [("2025-12-31", None), ("2026-01-01", 0), ("2026-06-30", 0)]
)
def test_a_resolution_holds_from_its_first_to_its_last_day(day: str, amount: int | None) -> None:
    lines = province(le_phi=[fee(hieu_luc_tu="2026-01-01", hieu_luc_den="2026-06-30")])
    assert lines.applied(undecided(), date.fromisoformat(day)).fees[0].amount == amount
    assert lines.applied(undecided(), date(2026, 7, 1)).fees[0].amount is None


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"le_phi": [{"so_tien": 0}]}, "phải ghi ma hoặc linh_vuc"),
        ({"le_phi": [fee(tinh_quyet_dinh=True)]}, "không ghi tinh_quyet_dinh"),
        ({"le_phi": [fee(nguon="la")]}, "nguon 'la' chưa khai"),
        ({"nguon": []}, "at least 1 item"),
    ],
)
def test_a_line_that_says_too_little_is_refused(lists: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        province(**lists)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("nghi_quyet", "77", "phải là số nghị quyết"),
        ("duong_dan", "vbpl.vn", "phải bắt đầu bằng https://"),
    ],
)
def test_a_source_has_its_number_and_page(key: str, value: str, message: str) -> None:
    source = province().sources[0].model_dump(by_alias=True)
    with pytest.raises(ValidationError, match=message):
        province(nguon=[{**source, key: value}])


# --- what a citizen is told ---


def talk(*, known: bool = True) -> Talk:
    lines = (province(le_phi=[fee(cach=["truc_tuyen"])]),) if known else ()
    return Talk(world(undecided(), provinces=lines), SAID)


def test_the_province_is_asked_once_and_its_fee_told() -> None:
    citizen = talk()
    assert "tỉnh, thành phố nào" in citizen.say("phí A")
    assert citizen.events == ("ask_unit",)
    fees = citizen.say("Hà Nội")
    assert "• Nộp trực tuyến: miễn phí" in fees
    assert "• Nộp trực tiếp: do Hội đồng nhân dân" in fees
    assert "Nghị quyết của Hà Nội" in (citizen.replies[-1].source or "")
    assert citizen.say("phí") == fees
    assert citizen.events == ("answered.fee",)


def test_a_commune_lies_in_its_province() -> None:
    citizen = talk()
    citizen.say("phí A")
    assert "Nộp trực tuyến: miễn phí" in citizen.say("phường Hoàn Kiếm")


def test_a_province_without_a_file_has_its_council_named() -> None:
    citizen = talk()
    citizen.say("phí A")
    text = citizen.say("Cà Mau")
    assert text.startswith("Xin giấy thử: do Hội đồng nhân dân tỉnh, thành phố quy định")
    assert "xin hỏi nơi nộp" in text
    assert "Nộp ở đâu" in citizen.labels
    assert citizen.events == ("placed",)


def test_who_would_not_say_where_they_live_is_not_asked_again() -> None:
    citizen = talk()
    citizen.say("phí A")
    general = citizen.press(citizen.labels[-1])
    assert "do Hội đồng nhân dân" in general
    assert citizen.say("phí") == general


def test_the_province_is_asked_for_only_in_the_situation_it_decides() -> None:
    long = "rất dài " * 12
    fees = [
        {"so_tien": 0, "ghi_chu": long, "truong_hop": "som"},
        {**BY_PROVINCE, "ghi_chu": long, "truong_hop": "muon"},
        {"so_tien": 1000, "ghi_chu": long, "ten": "Ảnh"},
    ]
    situations = [{"id": "som", "ten": "đúng hạn"}, {"id": "muon", "ten": "quá hạn"}]
    found = undecided(truong_hop=situations, le_phi=fees)
    citizen = Talk(world(found, provinces=(province(le_phi=[fee(8000)]),)), SAID)
    citizen.say("phí A")
    assert citizen.labels == ["Đúng hạn", "Quá hạn"]
    assert "• Miễn phí" in citizen.press("Đúng hạn")
    citizen.press("Trường hợp của tôi khác")
    assert "tỉnh, thành phố nào" in citizen.press("Quá hạn")
    assert "8.000 đồng" in citizen.say("Hà Nội")


def test_nobody_is_asked_where_no_province_is_known() -> None:
    citizen = talk(known=False)
    assert "do Hội đồng nhân dân" in citizen.say("phí A")
    assert citizen.events == ("answered.fee",)
