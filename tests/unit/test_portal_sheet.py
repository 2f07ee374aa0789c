"""Lists in workbooks: which row is the heading, what a cell says, what is told as unread."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from knowledge_base.portal.book import Facts, Form
from knowledge_base.portal.importing import FileUnreadable, form_of, read
from knowledge_base.portal.sheet import Row, read_sheets
from knowledge_base.schema import Procedure

DAY = date(2026, 11, 1)
HEADING = ["STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Cấp thực hiện", "Cơ quan thực hiện",
           "Phí, lệ phí", "Thời hạn giải quyết", "Đối tượng", "Căn cứ pháp lý"]  # fmt: skip


def rows(folder: Path, *table: list[Any], **sheets: list[list[Any]]) -> list[Row]:
    """The rows read out of a workbook with these rows."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    for row in table:
        first.append(row)
    for title, more in sheets.items():
        sheet = book.create_sheet(title)
        for row in more:
            sheet.append(row)
    file = folder / "ds.xlsx"
    book.save(file)
    return list(read_sheets(file, DAY, "Danh mục của xã"))


def one(folder: Path, **cells: Any) -> tuple[Facts, tuple[str, ...]]:
    """What a list says in one row with some columns, and what it could not read."""
    columns = {"Mã TTHC": "1.000001", **{name.replace("_", " "): v for name, v in cells.items()}}
    (row,) = rows(folder, list(columns), list(columns.values()))
    assert row.reading is not None and row.reading.facts is not None
    return row.reading.facts, row.troubles


def test_a_whole_row_makes_a_procedure(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, ["Danh mục"], [], HEADING, [
        1, "1.001193.000.00.00.H12", "Thủ tục đăng ký khai sinh", "Hộ tịch", "Cấp xã",
        "UBND xã", "Không", "01 ngày", "Công dân Việt Nam", "Nghị định 123/2015/NĐ-CP",
    ])  # fmt: skip
    assert row.reading is not None and row.troubles == () and row.place.endswith("ds.xlsx:4")
    told = Procedure.model_validate(row.reading.facts)
    assert (told.code, told.name, told.field) == ("1.001193", "Đăng ký khai sinh", "Hộ tịch")
    assert told.fees[0].amount == 0 and told.agency == "Ủy ban nhân dân xã"
    assert (told.times[0].amount, told.times[0].unit.value) == (1, "ngay")
    assert told.legal_basis[0].number == "123/2015/NĐ-CP" and told.who == ("Công dân Việt Nam",)
    assert told.sources[0].title == "Danh mục của xã"
    assert told.sources[0].day == DAY and told.sources[0].confidence.value == "thu_cap"
    assert row.reading.form is Form.LIST


@pytest.mark.parametrize(
    ("cell", "fee"),
    [
        ("Không", {"so_tien": 0}),
        ("Miễn phí", {"so_tien": 0}),
        ("Không thu phí", {"so_tien": 0}),
        (0, {"so_tien": 0}),
        ("8.000 đồng/bản", {"so_tien": 8000, "don_vi": "bản"}),
        (50000, {"so_tien": 50000}),
        ("20.000đ", {"so_tien": 20000}),
        ("Do HĐND tỉnh quyết định", {"so_tien": None, "tinh_quyet_dinh": True}),
        ("Theo quy định", None),
        ("8.000 đồng; cấp lại 5.000 đồng", None),
        ("100", None),
    ],
)
def test_fees(tmp_path: Path, cell: Any, fee: dict[str, Any] | None) -> None:
    facts, troubles = one(tmp_path, Lệ_phí=cell)
    assert facts.get("le_phi") == ([fee] if fee else None)
    assert bool(troubles) is (fee is None)


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("03 ngày làm việc", (3, "ngay_lam_viec")),
        ("Không quá 5 ngày", (5, "ngay")),
        ("1,5 tháng", (1.5, "thang")),
        (7, (7, "ngay")),
        ("30 phút.", (30, "phut")),
        ("Trong ngày", None),
        ("5 ngày, trường hợp phức tạp 10 ngày", None),
        ("0 ngày", None),
    ],
)
def test_times(tmp_path: Path, cell: Any, time: tuple[float, str] | None) -> None:
    facts, troubles = one(tmp_path, Thời_hạn=cell)
    told = [(item["so"], item["don_vi"]) for item in facts.get("thoi_han", ())]
    assert told == ([time] if time else []) and bool(troubles) is (time is None)


@pytest.mark.parametrize(
    ("cell", "levels"),
    [
        ("Cấp xã", ["xa"]), ("Tỉnh, xã", ["tinh", "xa"]), ("UBND cấp xã", ["xa"]),
        ("Trung ương", ["bo"]), ("Cơ quan khác", ["khac"]),
    ],
)  # fmt: skip
def test_levels(tmp_path: Path, cell: str, levels: list[str]) -> None:
    facts, troubles = one(tmp_path, Cấp_thực_hiện=cell)
    assert facts["cap"] == levels and not troubles


def test_an_unknown_level_is_named(tmp_path: Path) -> None:
    facts, troubles = one(tmp_path, Cấp_thực_hiện="Cấp huyện")
    assert "cap" not in facts and "Cấp huyện" in troubles[0]


def test_groups_remarks_numbers_and_errors(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        ["Mã thủ tục", "Tên thủ tục"],
        ["II. Lĩnh vực Chứng thực", None],
        [1.001193, "Số thay cho chữ"],
        ["2.000100", "#REF!"],
        ["Tổng cộng", None],
        ["xxx", "Không có mã"],
        ["6.000001", "Nội bộ"],
    )
    readings = [row.reading for row in found if row.reading]
    assert [r.code for r in readings] == ["1.001193", "2.000100"]
    assert all(r.facts and r.facts["linh_vuc"] == "Chứng thực" for r in readings)
    assert readings[1].facts is not None and "ten" not in readings[1].facts
    said = [trouble for row in found for trouble in row.troubles]
    assert len(said) == 2 and "không có mã" in said[0] and "nội bộ" in said[1]


def test_every_sheet_with_a_heading_is_read(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        ["Ghi chú"],
        Xã=[["Mã TTHC", "Tên TTHC"], ["1.000001", "Một"]],
        Tỉnh=[["Mã TTHC", "Tên TTHC"], ["1.000002", "Hai"]],
        Khác=[["Họ tên", "Số điện thoại"], ["An", "1.000003"]],
    )
    assert [row.place.rsplit("/", 1)[1] for row in found] == ["ds.xlsx[Xã]:2", "ds.xlsx[Tỉnh]:2"]


def test_a_workbook_without_codes_is_told(tmp_path: Path) -> None:
    rows(tmp_path, ["Họ tên"], ["An"])
    (found,) = read(tmp_path / "ds.xlsx", DAY)
    assert found.reading is None and "cột mã" in found.trouble


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="chỉ đọc được"):
        form_of(tmp_path / "ds.csv")
    with pytest.raises(FileUnreadable, match="không đọc được"):
        read(tmp_path / "thieu.jsonl", DAY)
