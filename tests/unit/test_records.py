"""Reading the portal's flattened records: rows, sums, documents, results, papers, names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge_base.records.build import build, read_records, write
from knowledge_base.records.export import read_export
from knowledge_base.records.fields import (
    read_agency,
    read_applicants,
    read_levels,
    read_results,
)
from knowledge_base.records.legal import find_numbers, read_legal
from knowledge_base.records.manners import HEADER, Row, read_manners
from knowledge_base.records.money import FlatKind, bracketed
from knowledge_base.records.names import MAX_NAME, display_names
from knowledge_base.records.papers import COLUMNS, read_papers
from knowledge_base.schema import Handing, Level, Manner, Procedure


def rows_of(table: str) -> tuple[Row, ...]:
    return read_manners("1.000001", HEADER + table)[0]


def reasons(table: str) -> set[str]:
    return {item.reason for item in read_manners("1.000001", HEADER + table)[1]}


def test_each_manner_has_its_time_and_fee() -> None:
    rows = rows_of(
        "Dịch vụ bưu chính7 Ngày làm việc10,000 Việt Nam Đồng(/lần)"
        "Trực tuyến3Miễn phíTrực tiếp2 GiờKhông có thông tinTrực tiếp tại trụ sở"
    )
    assert [row.manner for row in rows] == [Manner.POSTAL, Manner.ONLINE, Manner.DIRECT]
    times = [(row.time.amount, row.time.unit.value) for row in rows if row.time]
    assert times == [(7, "ngay_lam_viec"), (3, "ngay"), (2, "gio")]
    assert [(fee.amount, fee.unit) for fee in rows[0].fees] == [(10_000, "lần")]
    assert [fee.kind for fee in rows[1].fees] == [FlatKind.FREE]
    assert rows[2].fees == () and rows[2].description == "Trực tiếp tại trụ sở"


def test_a_row_may_hold_several_fees() -> None:
    (row,) = rows_of("Trực tiếp5 Ngày1,500,000 VNĐ(Cấp mới loại lớn)20,000 VNĐ(Cấp lại loại nhỏ)")
    assert [(fee.amount, fee.note) for fee in row.fees] == [
        (1_500_000, "Cấp mới loại lớn"),
        (20_000, "Cấp lại loại nhỏ"),
    ]


# What stands in the fee cell and beside it, what is believed, and why not.
FEES = [
    ("Miễn phí", FlatKind.FREE, 0, None),
    ("Miễn phí(Không có)", FlatKind.FREE, 0, None),
    ("Miễn phí(Không thu lệ phí)", FlatKind.FREE, 0, None),
    ("Miễn phí(Mức thu do Hội đồng nhân dân tỉnh quyết định)", FlatKind.BY_PROVINCE, 0, None),
    ("Miễn phí(Theo Luật phí)", FlatKind.UNCLEAR, 0, "miễn phí nhưng dẫn văn bản về phí"),
    ("Miễn phí(40.000 đồng/giấy)", FlatKind.UNCLEAR, 0, "miễn phí nhưng có chú thích"),
    ("Miễn phíThu 40.000 đồng", FlatKind.UNCLEAR, 0, "miễn phí nhưng mô tả nói có thu"),
    ("20,000 VNĐ(thu 20.000 đồng/lần)", FlatKind.AMOUNT, 20_000, None),
    ("20,000 VNĐ(Thông tư số 25/2021/TT-BTC)", FlatKind.AMOUNT, 20_000, None),
    (
        "5,000 VNĐ(thu 7.000 đồng/lần)",
        FlatKind.UNCLEAR,
        0,
        "ô lệ phí và chú thích ghi hai số khác nhau",
    ),
    (
        "5,000,000 VNĐ(5.000.0000 đồng)",
        FlatKind.UNCLEAR,
        0,
        "ô lệ phí và chú thích ghi hai số khác nhau",
    ),
    (
        "70,000 VNĐ(bằng 50% mức thu)",
        FlatKind.UNCLEAR,
        0,
        "chú thích ghi mức giảm, tỷ lệ hoặc thời gian áp dụng",
    ),
    (
        "500,000 VNĐThu 500.000 đồng, áp dụng mức 250.000 đồng đến hết năm",
        FlatKind.UNCLEAR,
        0,
        "mô tả ghi mức giảm, tỷ lệ hoặc thời gian áp dụng",
    ),
    ("20 VNĐ(20.000 đồng)", FlatKind.UNCLEAR, 0, "số tiền dưới 1.000 đồng"),
    ("10 USD(/bản)", FlatKind.UNCLEAR, 0, "tính bằng ngoại tệ"),
]


@pytest.mark.parametrize(("cell", "kind", "amount", "reason"), FEES)
def test_an_amount_is_believed_only_when_nothing_beside_it_disagrees(
    cell: str, kind: FlatKind, amount: int, reason: str | None
) -> None:
    table = f"Trực tiếp5 Ngày{cell}"
    (row,) = rows_of(table)
    assert [(fee.kind, fee.amount) for fee in row.fees] == [(kind, amount)]
    assert reasons(table) == ({reason} if reason else set())


def test_an_amount_of_another_case_is_told_of() -> None:
    (row,) = rows_of("Trực tiếp1 Ngày2,000 VNĐ(/trang)Từ trang thứ 3 thu 1.000 đồng/trang")
    assert row.fees[0].amount == 2_000 and row.fees[0].unit == "trang"
    assert row.fees[0].note is not None and row.fees[0].note.startswith("Còn mức thu khác")


def test_another_manners_amount_in_a_note_is_no_doubt() -> None:
    note = "(trực tiếp 20.000 đồng, trực tuyến 10.000 đồng)"
    rows = rows_of(f"Trực tuyến7 Ngày10,000 VNĐ{note}Trực tiếp7 Ngày20,000 VNĐ{note}")
    assert [row.fees[0].amount for row in rows] == [10_000, 20_000]


def test_free_by_post_beside_a_fee_at_the_desk_is_doubted() -> None:
    table = "Trực tuyến1 NgàyMiễn phíDịch vụ bưu chính1 NgàyMiễn phíTrực tiếp1 Ngày10,000 VNĐ"
    assert [row.fees[0].kind for row in rows_of(table)] == [
        FlatKind.FREE,
        FlatKind.UNCLEAR,
        FlatKind.AMOUNT,
    ]
    assert reasons(table) == {"miễn phí khác với cách nộp khác"}
    table = "Trực tuyến1 NgàyMiễn phíTrực tiếp1 NgàyMiễn phí(do HĐND tỉnh quy định)"
    assert [row.fees[0].kind for row in rows_of(table)] == [
        FlatKind.UNCLEAR,
        FlatKind.BY_PROVINCE,
    ]


def test_the_case_an_amount_holds_for_is_kept() -> None:
    (row,) = rows_of("Trực tiếp4 Tháng2,500,000 VNĐ(đồng/lần (Đối với đăng ký bổ sung))")
    assert row.fees[0].note == "Đối với đăng ký bổ sung"
    (row,) = rows_of("Trực tiếp4 Tháng2,500,000 VNĐ(theo quy định tại Thông tư số 9/2024/TT-BTC)")
    assert row.fees[0].amount == 2_500_000 and row.fees[0].note is None


def test_a_long_note_becomes_a_short_word_about_conditions() -> None:
    (row,) = rows_of(f"Trực tiếp1 Ngày10,000 VNĐ({'rất dài ' * 40})")
    assert row.fees[0].note == "Có điều kiện kèm theo, xem tại Cổng Dịch vụ công quốc gia."


def test_time_glued_to_an_amount_is_parted_only_with_the_notes_help() -> None:
    (row,) = rows_of("Trực tiếp1100,000 VNĐ(100.000 đồng/lần)")
    assert row.time is not None and row.time.amount == 1
    assert [fee.amount for fee in row.fees] == [100_000]
    table = "Trực tiếp120,000 VNĐ"
    (row,) = rows_of(table)
    assert row.time is None and row.fees[0].kind is FlatKind.UNCLEAR
    assert reasons(table) == {"thời gian dính liền số tiền", "số tiền dính liền thời gian"}


def test_odd_tables_are_reported() -> None:
    assert reasons("") == {"bảng trống"}
    assert read_manners("1.000001", "chữ khác")[1][0].reason == "không có bảng"
    assert "thời gian bằng 0" in reasons("Trực tiếp0Miễn phí")
    assert "cổng không ghi thời gian" in reasons("Trực tiếpKhông có thông tinMiễn phí")
    table = "Trực tiếpHệ thống trả lời ngayTrực tuyến1Miễn phí"
    assert [row.manner for row in rows_of(table)] == [Manner.DIRECT, Manner.ONLINE]
    assert reasons(table) == {"ô thời gian không phải số"}


def test_brackets_within_a_note_are_kept() -> None:
    assert bracketed("(a (b) c)d") == ("a (b) c", "d")
    assert bracketed("(never closed") == ("never closed", "")
    assert bracketed("none") == (None, "none")


def test_document_numbers_are_told_apart_from_titles() -> None:
    text = (
        "Tên văn bản pháp lýMã văn bảnLuật Cư trú 202068/2020/QH14Luật 54/2014/QH1354/2014/QH13"
        "Sửa Thông tư số 02/2020/TT-BTP ngày 08/4/202004/2024/TT-BTPNghị quyết66.7/2025/NQ-CP"
        "Có hiệu lực từ năm 2026.55/2026/TT-BTCThông tư cũ08.a/2010/TT-BTP"
    )
    assert read_legal("1.000001", text)[0] == (
        "68/2020/QH14",
        "54/2014/QH13",
        "04/2024/TT-BTP",
        "66.7/2025/NQ-CP",
        "55/2026/TT-BTC",
        "08.a/2010/TT-BTP",
    )
    assert read_legal("1.000001", "Không có thông tin") == ((), [])
    assert read_legal("1.000001", "Tên văn bản pháp lýMã văn bảnLuật")[1]
    assert find_numbers("theo 02/2020/TT-BTP và 104/2022/NĐ - CP") == (
        "02/2020/TT-BTP",
        "104/2022/NĐ-CP",
    )


def test_short_fields() -> None:
    assert read_levels("1.000001", "Cấp tỉnh, Cấp xã")[0] == (Level.PROVINCE, Level.COMMUNE)
    assert read_levels("1.000001", "Cấp làng")[1][0].text == "Cấp làng"
    who, left = read_applicants(
        "1.000001", "Tổ chức (không bao gồm doanh nghiệp, HTX), Cán bộ, công chức, viên chức"
    )
    assert who == ("Tổ chức (trừ doanh nghiệp, hợp tác xã)", "Cán bộ, công chức, viên chức")
    assert not left
    assert read_applicants("1.000001", "Người ngoài hành tinh")[1]
    assert read_agency("1.000001", "", "UBND cấp xã")[0] == "Ủy ban nhân dân cấp xã"
    assert read_agency("1.000001", "Công an huyện")[0] is None
    assert read_agency("1.000001", "", "Không có thông tin") == (None, [])


def test_results_are_parted_at_their_codes() -> None:
    results, left = read_results(
        "1.000001", "Giấy khai sinh.Mã: KQ.G15.000031Thẻ bảo hiểm y tếMã: 000.00.00.G04-KQ0343"
    )
    assert results == ("Giấy khai sinh", "Thẻ bảo hiểm y tế") and not left
    results, left = read_results("1.000001", "Giấy phépMã: lạ1Văn bảnMã: KQ.G15.000031")
    assert results == () and left[0].reason == "mã kết quả không theo mẫu"
    assert read_results("1.000001", "x" * 300 + "Mã: KQ.G15.000031")[1][0].reason == "dài quá"


def test_papers_with_case_form_and_quantity() -> None:
    papers, left = read_papers(
        "1.000001",
        f"* Giấy tờ phải nộp:{COLUMNS}Tờ khai theo mẫuMẫu số 02.docx1 bản chính,1 bản sao"
        f"Giấy chứng sinh1 bản chính* Giấy tờ phải xuất trình:{COLUMNS}Thẻ căn cước0 bản chính",
    )
    assert not left
    assert [(p.name, p.handing, p.form, p.quantity) for p in papers] == [
        ("Tờ khai theo mẫu", Handing.SUBMIT, "Mẫu số 02.docx", "1 bản chính, 1 bản sao"),
        ("Giấy chứng sinh", Handing.SUBMIT, None, "1 bản chính"),
        ("Thẻ căn cước", Handing.SHOW, None, None),
    ]
    assert read_papers("1.000001", "--") == ((), [])


def test_display_names_are_plain_short_and_apart() -> None:
    names = display_names(
        {
            "1": "Thủ tục đăng ký khai sinh",
            "2": "Cấp lại thẻ (thực hiện tại cấp tỉnh)",
            "3": "Cấp lại thẻ (cấp TW)",
            "4": "Nộp dần tiền thuế",
            "5": "Nộp dần tiền thuế.",
            "6": "Thủ tục hải quan đối với tàu",
            "7": "CẤP GIẤY PHÉP",
            "8": "Xin " + "rất dài " * 30,
            "9": "Gia hạn giấy phép (cấp tỉnh)",
        },
        {"4": "xã", "5": "tỉnh"},
    )
    assert names["8"].endswith(" dài…") or names["8"].endswith(" rất…")
    assert len(names.pop("8")) <= MAX_NAME
    assert names == {
        "1": "Đăng ký khai sinh",
        "2": "Cấp lại thẻ (cấp tỉnh)",
        "3": "Cấp lại thẻ (cấp trung ương)",
        "4": "Nộp dần tiền thuế (cấp xã)",
        "5": "Nộp dần tiền thuế (cấp tỉnh)",
        "6": "Thủ tục hải quan đối với tàu",
        "7": "Cấp giấy phép",
        "9": "Gia hạn giấy phép",
    }


def record(
    code: str, name: str = "Thủ tục thử", table: str = "Trực tiếp1Miễn phí"
) -> dict[str, str]:
    return {
        "ma_thu_tuc": code,
        "ten_thu_tuc": name,
        "detail_url": "https://example.vn/x",
        "cap_thuc_hien": "Cấp xã",
        "linh_vuc": "Hộ tịch",
        "doi_tuong_thuc_hien": "Công dân Việt Nam",
        "co_quan_co_tham_quyen": "",
        "co_quan_thuc_hien": "Không có thông tin",
        "cach_thuc_thuc_hien": HEADER + table,
        "ket_qua_xu_ly": "",
        "can_cu_phap_ly": "",
    }


def test_the_catalogue_holds_public_procedures_sorted_and_comes_back_the_same(
    tmp_path: Path,
) -> None:
    table = "Trực tuyến5 Ngày100,000 VNĐTrực tiếp5 Ngày100,000 VNĐTrực tiếp9 Ngày50,000 VNĐ"
    done: list[int] = []
    built = build(
        [
            record("2.000002", table=table),
            record("1.000001"),
            record("5.000001"),
            record("1.000003", "Công bố Danh mục và Quy trình nội bộ thủ tục"),
        ],
        date(2026, 6, 10),
        done.append,
    )
    assert [p.code for p in built.procedures] == ["1.000001", "2.000002"] and done == [1, 2]
    assert {i.reason for i in built.left} >= {"mã nội bộ", "tên là tên quyết định công bố"}
    first, second = built.procedures
    assert first.fees[0].amount == 0 and first.fees[0].manners == ()
    assert [(f.amount, f.manners, bool(f.note)) for f in second.fees] == [
        (100_000, (Manner.ONLINE,), False),
        (100_000, (Manner.DIRECT,), True),
        (50_000, (Manner.DIRECT,), True),
    ]
    assert [(t.amount, t.manners) for t in second.times] == [
        (5, (Manner.ONLINE,)),
        (None, (Manner.DIRECT,)),
    ]
    path = tmp_path / "catalogue.jsonl"
    write(path, built.procedures)
    again = [Procedure.model_validate_json(x) for x in path.read_text("utf-8").splitlines()]
    assert again == list(built.procedures)


def test_records_are_read_plain_and_compressed(tmp_path: Path) -> None:
    plain = tmp_path / "a.jsonl"
    plain.write_text('{"ma_thu_tuc": "1.000001"}\n\n', encoding="utf-8")
    assert read_records(plain) == [{"ma_thu_tuc": "1.000001"}]
    broken = tmp_path / "b.jsonl"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        read_records(broken)


EXPORT = """\
CHI TIẾT THỦ TỤC HÀNH CHÍNH
Tên thủ tục Thủ tục thử dài
hai dòng
Mã thủ tục 1.000001
Cấp thực hiện Xã, Tỉnh
Lĩnh vực Hộ tịch
CÁCH THỨC THỰC HIỆN
Hình thức nộp Thời hạn giải Phí, lệ phí Mô tả
quyết
Trực tuyến 5 ngày làm việc 8.000 VNĐ
Qua bưu điện Không xác định Miễn phí
CĂN CỨ PHÁP LÝ
Tên văn bản pháp lý Mã văn bản
Thông tư số 03/2023/TT-BTP ngày 02/8/2023 Thông tư số 03/2023/TT-
pháp BTP
KẾT QUẢ XỬ LÝ
Giấy
thử
Mã: KQ.G15.000031
"""


def test_an_official_export_is_read_line_by_line() -> None:
    export = read_export(EXPORT)
    assert (export.code, export.name) == ("1.000001", "Thủ tục thử dài hai dòng")
    assert export.levels == (Level.COMMUNE, Level.PROVINCE)
    assert [(r.manner, r.time, r.fee) for r in export.rows] == [
        (Manner.ONLINE, (5, "ngày làm việc"), 8_000),
        (Manner.POSTAL, None, 0),
    ]
    assert export.legal == ("03/2023/TT-BTP",) and export.results == ("Giấy thử",)
    with pytest.raises(ValueError, match="Mã thủ tục"):
        read_export(EXPORT.replace("Mã thủ tục", "Khác"))
