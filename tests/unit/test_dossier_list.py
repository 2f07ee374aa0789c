"""Lists of dossiers out of spreadsheets: columns, rows in trouble, encodings."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from actions.dossier_sources import reading
from actions.dossier_sources.table import Row, read_list, read_mapping
from knowledge_base.dossiers.states import DossierState
from knowledge_base.loader import KnowledgeError

SEEN = datetime(2026, 11, 22, 3, tzinfo=UTC)
HEADING = ["TT", "Mã hồ sơ", "Tên thủ tục", "Chủ hồ sơ", "Ngày nhận", "Ngày hẹn trả", "Trạng thái"]
GOOD = ["1", "H57.132-261116-0583", "Đăng ký khai sinh", "Nguyễn Thị Thử", "16/11/2026",
        "27/11/2026", "Đang xử lý"]  # fmt: skip


def write(path: Path, rows: list[list[Any]], encoding: str = "utf-8-sig", mark: str = ",") -> Path:
    """A CSV file."""
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=mark).writerows(rows)
    return path


def rows_of(path: Path, mapping: Path | None = None) -> list[Row]:
    """What is read of a list."""
    return list(read_list(path, read_mapping(mapping), SEEN))


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8-sig", ","), ("utf-8", ";"), ("utf-16", "\t")]
)
def test_csv_as_programs_write_it(tmp_path: Path, encoding: str, mark: str) -> None:
    path = write(tmp_path / "a.csv", [["DANH SÁCH"], HEADING, GOOD], encoding, mark)
    (row,) = rows_of(path)
    assert row.dossier is not None
    code, dossier = row.dossier
    assert code.text == dossier.code == "H57.132-261116-0583"
    assert dossier.state is DossierState.PROCESSING
    assert (dossier.received, dossier.promised) == (date(2026, 11, 16), date(2026, 11, 27))
    assert dossier.title == "Đăng ký khai sinh"
    assert "Nguyễn" not in repr(dossier)


def test_a_workbook_with_real_dates(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Báo cáo một cửa"])
    sheet.append(HEADING)
    received = datetime(2026, 11, 16, 8, 30)  # noqa: DTZ001  # a workbook knows no zones
    sheet.append([*GOOD[:4], received, date(2026, 11, 27), 4])
    book.save(tmp_path / "a.xlsx")
    (row,) = rows_of(tmp_path / "a.xlsx")
    assert row.place.endswith("a.xlsx:3")
    assert row.dossier is not None
    assert row.dossier[1].promised == date(2026, 11, 27)
    assert row.dossier[1].state is DossierState.PROCESSING


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        (1, "H57.132-261116-05", "thiếu 2 số ở cuối"),
        (1, "", "không có mã hồ sơ"),
        (1, "hồ sơ của bà Tư", "mã không đúng dạng"),
        (5, "mai", "cột hen_tra: 'mai' không phải ngày tháng"),
        (5, "31/02/2026", "hen_tra"),
        (6, "chờ sếp xem", "'chờ sếp xem'"),
    ],
)
def test_a_row_in_trouble_says_where_and_why_and_spoils_no_other(
    tmp_path: Path, column: int, cell: str, words: str
) -> None:
    bad = [*GOOD]
    bad[column] = cell
    first, second = rows_of(write(tmp_path / "a.csv", [HEADING, bad, GOOD]))
    assert first.dossier is None
    assert words in (first.trouble or "")
    assert first.place.endswith("a.csv:2")
    assert second.dossier is not None


def test_a_mapping_names_columns_and_states(tmp_path: Path) -> None:
    heading = ["Số biên nhận nội bộ", "Việc", "Xong chưa", "Bổ sung"]
    row = ["H57.132-261116-0583", "Khai sinh", "thiếu đồ", "Tờ khai; Bản sao giấy chứng sinh"]
    path = write(tmp_path / "a.csv", [heading, row])
    with pytest.raises(OSError, match="không thấy cột mã hồ sơ"):
        rows_of(path)
    mapping = tmp_path / "cot.yaml"
    mapping.write_text(
        "cot: {ma: Số biên nhận nội bộ, ten: Việc, trang_thai: Xong chưa}\n"
        "trang_thai: {thiếu đồ: yeu_cau_bo_sung}\nten: sổ của phường\n",
        encoding="utf-8",
    )
    (read,) = rows_of(path, mapping)
    assert read.dossier is not None
    assert read.dossier[1].state is DossierState.SUPPLEMENT
    assert read.dossier[1].wanted == ("Tờ khai", "Bản sao giấy chứng sinh")
    assert read.dossier[1].source == "sổ của phường"


def test_a_list_may_name_offices_and_not_people(tmp_path: Path) -> None:
    heading = [*HEADING, "Đơn vị", "Nơi trả"]
    row = [*GOOD, "UBND xã Tân Thành", "Bộ phận một cửa phường An Cựu"]
    row[2] = "Đăng ký khai sinh cho cháu Nguyễn Văn Bình"
    (read,) = rows_of(write(tmp_path / "a.csv", [heading, row]))
    assert read.dossier is not None
    dossier = read.dossier[1]
    assert dossier.title == "Đăng ký khai sinh cho cháu [tên]"
    assert (dossier.agency, dossier.result_at) == tuple(row[-2:])


def test_a_broken_mapping_is_told_by_its_line(tmp_path: Path) -> None:
    mapping = tmp_path / "cot.yaml"
    mapping.write_text("cot:\n  ma: A\n  chu_ho_so: B\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"cot.yaml:3: .*chu_ho_so"):
        read_mapping(mapping)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"\xff\xfe\x00"])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_what_is_no_list_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(OSError, match=name):
        rows_of(path)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("16/11/2026", date(2026, 11, 16)),
        ("16-11-2026 08:30", date(2026, 11, 16)),
        ("20261116083000", date(2026, 11, 16)),
        ("2026-11-16T23:30:00.000+0700", date(2026, 11, 16)),
        ("2026-11-16", date(2026, 11, 16)),
        (1_794_790_800_000, date(2026, 11, 16)),
        (46_342, date(2026, 11, 16)),  # an Excel cell that is not shown as a day
        ("46342", date(2026, 11, 16)),
        ("", None),
        (None, None),
        (0, None),
        ("0001-01-01T00:00:00", None),  # what programs keep where there is no day
        ("9999-12-31T23:59:59.9999999Z", None),
        ("01/01/1900", None),
        (-62_135_596_800_000, None),
    ],
)
def test_days_in_every_form_that_was_seen(written: Any, day: date | None) -> None:
    assert reading.day(written) == day


@pytest.mark.parametrize(
    ("written", "amount"),
    [("75.000", 75_000), ("75,000 đồng", 75_000), (8000, 8000), ("", None), ("0", None),
     ("theo quy định", None)],
)  # fmt: skip
def test_amounts(written: Any, amount: int | None) -> None:
    assert reading.amount(written) == amount
