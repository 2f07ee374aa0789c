"""What is said of two states of a record: field by field, for each manner, across forms."""

from __future__ import annotations

from datetime import date
from typing import Any

from knowledge_base.portal.book import Form, Snapshot, Step
from knowledge_base.portal.changes import Change, changes
from knowledge_base.portal.report import problems, table, totals
from knowledge_base.records.common import Leftover

DAY = date(2026, 11, 22)
BASE: dict[str, Any] = {
    "ma": ["1.000001"], "ten_chinh_thuc": "Thủ tục", "cap": ["xa"], "linh_vuc": "Hộ tịch",
    "cach_nop": [{"cach": "truc_tiep"}, {"cach": "truc_tuyen"}],
    "le_phi": [{"so_tien": 8000}], "thoi_han": [{"so": 3.0, "don_vi": "ngay"}],
}  # fmt: skip


def snapshot(form: Form = Form.API, watched: Any = None, **parts: Any) -> Snapshot:
    return Snapshot(form, {**BASE, **parts}, watched or {}, DAY, DAY)


def told(before: Snapshot, after: Snapshot) -> list[Change]:
    return list(changes(Step("1.000001", before, after)))


def test_nothing_is_different() -> None:
    same = snapshot(le_phi=[{"so_tien": 8000, "cach": ["truc_tuyen"]},
                            {"so_tien": 8000, "cach": ["truc_tiep"]}])  # fmt: skip
    assert told(snapshot(), same) == []
    turned = snapshot(cach_nop=list(reversed(BASE["cach_nop"])))
    assert told(snapshot(), turned) == []


def test_a_fee_is_told_for_the_manner_it_changed_for() -> None:
    after = snapshot(le_phi=[{"so_tien": 8000, "cach": ["truc_tiep"]},
                             {"so_tien": 0, "cach": ["truc_tuyen"]}])  # fmt: skip
    assert told(snapshot(), after) == [
        Change("lệ phí", "trực tuyến: 8.000 đồng", "trực tuyến: miễn phí")
    ]
    assert told(snapshot(), snapshot(le_phi=[{"so_tien": 9000}])) == [
        Change("lệ phí", "8.000 đồng", "9.000 đồng")
    ]
    assert told(snapshot(), snapshot(le_phi=[])) == [Change("lệ phí", "8.000 đồng", "không ghi")]


def test_times_and_lists() -> None:
    after = snapshot(
        thoi_han=[{"so": 1.5, "don_vi": "thang"}],
        watched={"giay_to": ["Tờ khai", "Giấy mới"], "trinh_tu": "b", "dieu_kien": "Có"},
    )
    before = snapshot(watched={"giay_to": ["Tờ khai", "Giấy cũ"], "trinh_tu": "a"})
    assert told(before, after) == [
        Change("thời hạn", "3 ngày", "1,5 tháng"),
        Change("giấy tờ", "Giấy cũ", "Giấy mới"),
        Change("điều kiện", "không ghi", "Có"),
        Change("trình tự", "", "đã đổi, xem tại Cổng"),
    ]


def test_another_form_alone_is_no_change() -> None:
    """Only what is read alike out of both counts, and no sum that one of them could not give."""
    flat = snapshot(
        Form.FLAT, {"giay_to": ["Tờ khai"]}, co_quan="Công an xã", ket_qua=[{"noi_dung": "Thẻ"}],
        le_phi=[{"so_tien": None, "ghi_chu": "Mức thu tùy trường hợp."}],
        thoi_han=[{"so": None, "ghi_chu": "Nhiều mốc"}],
    )  # fmt: skip
    assert told(flat, snapshot(watched={"giay_to": ["Đơn"]})) == []
    noted = snapshot(Form.FLAT, le_phi=[{"so_tien": 8000, "don_vi": "bản", "ghi_chu": "Có lưu ý"}])
    assert told(noted, snapshot()) == []
    assert told(noted, snapshot(le_phi=[{"so_tien": 9000}], ten_chinh_thuc="Khác")) == [
        Change("lệ phí", "8.000 đồng", "9.000 đồng"),
        Change("tên", "Thủ tục", "Khác"),
    ]


def test_the_sum_of_all_changes_is_one_sentence() -> None:
    raw = Snapshot(Form.API, None, {}, DAY, DAY, (Leftover("1.000004", "a[1].b", "lạ", "x"),))
    steps = [
        Step("1.000001", snapshot(), snapshot(le_phi=[{"so_tien": 1}])),
        Step("1.000002", None, snapshot()),
        Step("1.000003", snapshot(), None),
        Step("1.000004", None, raw),
        Step("1.000005", snapshot(), raw),
    ]
    assert totals(steps) == "1 thủ tục đổi lệ phí, 1 mới, 1 không còn trên Cổng."
    assert list(problems(steps)) == ["a.b: lạ (2 chỗ; 1.000004)"]
    shown = table(steps, {})
    assert shown is not None and shown.row_count == 3
    assert totals([]) == "Không có gì đổi." and table([], {}) is None
