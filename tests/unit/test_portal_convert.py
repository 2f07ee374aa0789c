"""Records of the portal's interface as procedures: what is read, what is told as wrong."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from knowledge_base.loader import load
from knowledge_base.portal.book import Form, Line, Reading
from knowledge_base.portal.convert import convert, is_internal
from knowledge_base.portal.flat import read_flat
from knowledge_base.schema import Manner, Procedure, TimeUnit
from tests.emulators.portal import Record, api_record

DAY = date(2026, 11, 22)
CATALOGUE = {p.code: p for p in load().catalogue}
LINE = Line("id-1", "1.001193", "Thủ tục đăng ký khai sinh", "d", stamped=True)


def record(**parts: Any) -> Record:
    """The record of birth registration, with parts replaced."""
    return {**api_record(CATALOGUE["1.001193"]), **parts}


def read(**parts: Any) -> Reading:
    return convert(record(**parts), LINE, DAY)


def procedure(**parts: Any) -> Procedure:
    found = read(**parts)
    assert found.facts is not None and not found.problems, found.problems
    return Procedure.model_validate(found.facts)


def problems(**parts: Any) -> list[tuple[str, str, str]]:
    """Field, reason and value of what is wrong, each with the record's code."""
    found = read(**parts)
    assert all(problem.code == "1.001193" for problem in found.problems)
    return [(problem.part, problem.reason, problem.text) for problem in found.problems]


def way(**parts: Any) -> dict[str, Any]:
    """One way of handing in."""
    whole = {"submissionMethod": "DIRECT", "processingTime": 1, "processingTimeUnit": "DAY"}
    return {**whole, "description": "", "fees": [], **parts}


def fee(value: Any, description: str = "", **parts: Any) -> list[dict[str, Any]]:
    """The ways of a procedure with one fee."""
    told = {"type": "SERVICE_FEE", "value": value, "currencyId": "VND", "description": description}
    return [way(fees=[{**told, **parts}])]


def times(procedure: Procedure) -> set[tuple[Manner, float | None, TimeUnit]]:
    """Each manner's times."""
    return {
        (manner, time.amount, time.unit)
        for time in procedure.times
        for manner in time.manners or [s.manner for s in procedure.submissions]
    }


def test_the_whole_catalogue_comes_back_out_of_the_interface() -> None:
    """All is read as out of the flattened records."""
    seen = 0
    for code, known in CATALOGUE.items():
        found = convert(api_record(known), Line(f"id-{code}", code, "", "", stamped=True), DAY)
        assert found.facts is not None, found.problems
        again = Procedure.model_validate(found.facts)
        assert (again.official_name, again.field) == (known.official_name, known.field)
        assert set(again.levels) == set(known.levels)
        assert {s.manner for s in again.submissions} == {s.manner for s in known.submissions}
        assert times(again) == times(known), code
        assert (again.agency, again.results) == (known.agency, known.results)
        assert again.legal_basis == known.legal_basis
        sums = {(f.amount, f.by_province) for f in known.fees}
        assert sums == {(f.amount, f.by_province) for f in again.fees}, code
        seen += 1
    assert seen > 2500


def test_a_record_says_where_it_is_from_and_when_it_was_seen() -> None:
    found = procedure()
    assert found.sources[0].day == DAY and not found.curated
    assert found.link == "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/id-1"
    assert found.papers == ()
    assert read().watched["giay_to"] == ["Tờ khai (1 bản chính)"]


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (3, "WORKING_DAY", (3, "ngay_lam_viec")),
        (1, "OTHER", (1, "ngay")),
        ("1", "OTHER", (1, "ngay")),
        ("1,5", "MONTH", (1.5, "thang")),
        (2.0, None, (2, "ngay")),
        (None, "DAY", None),
        ("Không quy định", "OTHER", None),
    ],
)
def test_one_time(value: Any, unit: str | None, told: tuple[float, str] | None) -> None:
    told_times = procedure(
        executionMethods=[way(processingTime=value, processingTimeUnit=unit)]
    ).times
    assert [(t.amount, t.unit.value) for t in told_times] == ([told] if told else [])


@pytest.mark.parametrize(
    ("value", "description", "amount", "by_province"),
    [
        (0, "", 0, False),
        (8000, "đồng/bản", 8000, False),
        ("8000", "", 8000, False),
        (0, "Mức thu do Hội đồng nhân dân tỉnh quyết định", None, True),
        (None, "Theo Nghị quyết của HĐND tỉnh", None, True),
        (None, "Theo Thông tư số 85/2019/TT-BTC", None, False),
    ],
)
def test_fees(value: Any, description: str, amount: int | None, by_province: bool) -> None:
    (told,) = procedure(executionMethods=fee(value, description)).fees
    assert (told.amount, told.by_province) == (amount, by_province)


def test_a_fee_that_says_nothing_is_none() -> None:
    assert procedure(executionMethods=fee(None)).fees == ()


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"executionMethods": fee(9000, type="BRIBE")},
         ("executionMethods[1].fees[1].type", "giá trị chưa biết", "BRIBE")),
        ({"executionMethods": fee(9000, currencyId="EUR")},
         ("executionMethods[1].fees[1].currencyId", "giá trị chưa biết", "EUR")),
        ({"executionMethods": fee("tám nghìn")},
         ("executionMethods[1].fees[1].value", "không phải số tiền", "tám nghìn")),
        ({"executionMethods": fee(-5)},
         ("executionMethods[1].fees[1].value", "không phải số tiền", "-5")),
        ({"executionMethods": [way(processingTimeUnit="MOON")]},
         ("executionMethods[1].processingTimeUnit", "giá trị chưa biết", "MOON")),
        ({"executionMethods": [way(processingTime="3-5")]},
         ("executionMethods[1].processingTime", "không phải số", "3-5")),
        ({"executionMethods": [way(), way(submissionMethod="PIGEON")]},
         ("executionMethods[2].submissionMethod", "giá trị chưa biết", "PIGEON")),
        ({"executionMethods": None}, ("executionMethods", "thiếu", "")),
        ({"executionMethods": "?"}, ("executionMethods", "sai kiểu dữ liệu", "?")),
        ({"executionMethods": [7]}, ("executionMethods[1]", "sai kiểu dữ liệu", "7")),
        ({"resultsDetails": [{"name": 7}]},
         ("resultsDetails[1].name", "sai kiểu dữ liệu", "7")),
        ({"legalBasisesDetails": [{"code": "QĐ gì đó"}]},
         ("legalBasisesDetails[1].code", "không đọc được số văn bản", "QĐ gì đó")),
        ({"type": "MYTH"}, ("type", "giá trị chưa biết", "MYTH")),
    ],
)  # fmt: skip
def test_an_odd_part_is_named_and_the_rest_holds(
    parts: Record, problem: tuple[str, str, str]
) -> None:
    assert problem in problems(**parts)
    found = read(**parts)
    assert found.facts is not None and found.raw == record(**parts)
    told = Procedure.model_validate(found.facts)
    assert told.official_name == CATALOGUE["1.001193"].official_name
    assert "executionMethods" not in parts or all(f.amount is None for f in told.fees)


def test_no_way_is_told_when_one_of_them_is_not_known() -> None:
    """ "In every manner" would be said of the others."""
    told = read(executionMethods=[way(), way(submissionMethod="PIGEON")]).facts
    assert told is not None and "cach_nop" not in told and "thoi_han" not in told


@pytest.mark.parametrize(
    ("parts", "part", "reason"),
    [
        ({"name": None}, "name", "thiếu"),
        ({"category": None}, "category", "thiếu"),
        ({"isWard": False}, "isWard…", "thiếu"),
        ({"code": "7.12"}, "cả bản ghi", "mã không theo mẫu của thủ tục công khai"),
        ({"type": "SPECIFIC"}, "cả bản ghi", "thủ tục riêng của một địa phương"),
        ({"type": "STANDARD_INTERNAL"}, "cả bản ghi", "thủ tục nội bộ"),
        ({"name": "Công bố Danh mục và Quy trình nội bộ giải quyết"}, "cả bản ghi",
         "tên là tên quyết định công bố"),
    ],
)  # fmt: skip
def test_what_makes_no_procedure_is_kept_raw(parts: Record, part: str, reason: str) -> None:
    found = read(**parts)
    assert found.facts is None and found.raw == record(**parts)
    assert (part, reason) in [(p.part, p.reason) for p in found.problems]


@pytest.mark.parametrize("raw", [{}, {"code": 5}, {"name": ["x"], "executionMethods": {"a": 1}}])
def test_whatever_comes_is_kept_under_the_code_of_the_list(raw: Record) -> None:
    found = convert(raw, LINE, DAY)
    assert found.code == "1.001193" and found.facts is None and found.problems
    json.dumps(found.watched)


def test_internal_codes() -> None:
    assert is_internal("5.001193") and is_internal("6.000001") and not is_internal("1.001193")


FLAT = {
    "ma_thu_tuc": "1.001193", "ten_thu_tuc": "Thủ tục đăng ký khai sinh",
    "detail_url": "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/x", "cap_thuc_hien": "Cấp xã",
    "linh_vuc": "Hộ tịch", "doi_tuong_thuc_hien": "Công dân Việt Nam",
    "cach_thuc_thuc_hien": "Hình thức nộpThời gianPhí, lệ phíMô tảTrực tiếp1 NgàyMiễn phí",
    "can_cu_phap_ly": "", "co_quan_co_tham_quyen": "", "co_quan_thuc_hien": "",
    "ket_qua_xu_ly": "", "trinh_tu_thuc_hien": "Nộp hồ sơ.", "so_quyet_dinh": "1/QĐ",
    "thanh_phan_ho_so": "--Tên giấy tờMẫu đơn, tờ khaiSố lượngTờ khai1 bản chính",
}  # fmt: skip


def test_the_flattened_form_is_read_too() -> None:
    found = read_flat(FLAT, DAY)
    assert found.form is Form.FLAT and found.facts is not None and not found.problems
    told = Procedure.model_validate(found.facts)
    assert told.fees[0].amount == 0 and told.sources[0].day == DAY
    assert found.watched["giay_to"] == ["Tờ khai (1 bản chính)"]


def test_a_flattened_record_that_lacks_a_part_is_kept_and_told() -> None:
    found = read_flat({k: v for k, v in FLAT.items() if k != "linh_vuc"}, DAY)
    assert found.facts is None and found.problems[0].part == "linh_vuc"
    assert read_flat({**FLAT, "ma_thu_tuc": "6.001193"}, DAY).facts is None
    with pytest.raises(ValueError, match="ma_thu_tuc"):
        read_flat({**FLAT, "ma_thu_tuc": None}, DAY)
