"""Each rule of the checker, shown by a file broken in one place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge_base import check as checking
from knowledge_base.__main__ import app
from knowledge_base.check import CHECKERS, check
from knowledge_base.curation import ABBREVIATIONS
from knowledge_base.problems import Problem, Severity

GOOD = """\
ma: ["1.000001"]
ten: Xin giấy thử
ten_chinh_thuc: Thủ tục xin giấy thử
linh_vuc: Thử nghiệm
cap: [xa]
lien_ket: https://dichvucong.gov.vn/1
goi_la:
  - giấy thử
  - làm giấy thử
  - xin tờ thử
cau_hoi_mau:
  - xin giấy thử ở đâu
  - xin giấy thử cần gì
  - xin giấy thử mất tiền không
  - xin giấy thử bao lâu
  - ai xin được giấy thử
  - giấy thử mất thì làm sao
khac_voi:
  - ma: "1.000002"
    khi: đã có giấy rồi
tom_tat: Ai cũng xin được giấy thử.
truong_hop:
  - id: mat
    ten: bị mất giấy
giay_to:
  - ten: Tờ khai
le_phi:
  - so_tien: 20000
    cach: [truc_tiep]
  - so_tien: 10000
    cach: [truc_tuyen]
thoi_han:
  - so: 7
noi_nop:
  - ten: Ủy ban nhân dân cấp xã
cach_nop:
  - cach: truc_tiep
  - cach: truc_tuyen
ket_qua:
  - noi_dung: Giấy thử
xem_them: ["1.000002"]
nguon:
  - id: cong
    ten: Cổng Dịch vụ công quốc gia
    ngay: 2026-06-10
"""
RECORD = (
    '{"ma":["%s"],"ten":"Xin giấy","ten_chinh_thuc":"Thủ tục xin giấy thử","linh_vuc":"Thử",'
    '"cap":["xa"],"lien_ket":"https://dichvucong.gov.vn/1","le_phi":[%s],'
    '"thoi_han":[{"so":7}],"cach_nop":[{"cach":"truc_tiep"},{"cach":"truc_tuyen"}],'
    '"ket_qua":[{"noi_dung":"Giấy"}],"can_cu":[{"so":"123/2015/NĐ-CP"},{"so":"1/2020/TT-BYT"}],'
    '"nguon":[{"id":"cong","ten":"Cổng","ngay":"2026-06-10"}],"bien_soan":false}\n'
)
FEES = '{"so_tien":20000,"cach":["truc_tiep"]},{"so_tien":10000,"cach":["truc_tuyen"]}'


@pytest.fixture(autouse=True)
def on_the_first_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The good file is of June 2026; a test must not begin to fail when that is long ago."""
    monkeypatch.setattr(checking, "today", lambda: date(2026, 11, 1))


def make(root: Path, fees: str = FEES, **files: str) -> Path:
    """A knowledge folder with the given curated files and a catalogue of two records."""
    for name, text in files.items():
        path = root / "procedures" / "thu" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    catalogue = RECORD % ("1.000001", fees) + RECORD % ("1.000002", FEES)
    (root / "catalogue.jsonl").write_text(catalogue, encoding="utf-8")
    return root


def told(problems: Iterable[Problem]) -> list[str]:
    return [str(p).replace(f"{p.path.parent}/", "") for p in problems]


def test_a_good_file_has_no_problem(tmp_path: Path) -> None:
    assert told(check(make(tmp_path, a=GOOD))) == []


# What is changed in the good file, and the problem that must be told, to the line.
RULES = {
    "too few lay names": (
        "  - xin tờ thử\n",
        "",
        "a.yaml:7: goi_la: cần ít nhất 3 tên gọi, mới có 2",
    ),
    "too few questions": (
        "  - ai xin được giấy thử\n",
        "",
        "a.yaml:11: cau_hoi_mau: cần ít nhất 6 câu hỏi mẫu, mới có 5",
    ),
    "no summary": ("tom_tat: Ai cũng xin được giấy thử.\n", "", "a.yaml:1: tom_tat: thiếu mục này"),
    "no place": (
        "noi_nop:\n  - ten: Ủy ban nhân dân cấp xã\n",
        "",
        "a.yaml:1: noi_nop: thiếu mục này; ghi nơi người dân đến",
    ),
    "no result though the portal has one": (
        "ket_qua:\n  - noi_dung: Giấy thử\n",
        "",
        "a.yaml:1: ket_qua: thiếu mục này; ghi người dân nhận được gì",
    ),
    "an abbreviation": (
        "ten: Ủy ban nhân dân cấp xã",
        "ten: UBND cấp xã",
        "a.yaml:35: noi_nop[1].ten: viết 'UBND' thành 'Ủy ban nhân dân'",
    ),
    "a sum that only the summary says": (
        "tom_tat: Ai cũng xin được giấy thử.",
        "tom_tat: Giấy thử 25.000 đồng.",
        "a.yaml:21: tom_tat: 25.000 đồng không khớp dòng nào của le_phi (không kể dòng có hạn); "
        "sửa cho khớp, hoặc đừng ghi số tiền ở đây",
    ),
    "a telephone number": (
        "bao lâu",
        "gọi 0912 345 678",
        "a.yaml:15: cau_hoi_mau[4]: có dãy số giống số điện thoại hoặc số căn cước, hãy bỏ đi",
    ),
    "an identity number": (
        "làm giấy thử",
        "giấy 012345678901",
        "a.yaml:9: goi_la[2]: có dãy số giống số điện thoại hoặc số căn cước, hãy bỏ đi",
    ),
    "a source of the future": (
        "2026-06-10",
        "2999-01-01",
        "a.yaml:45: nguon[1].ngay: ngày 01/01/2999 ở tương lai",
    ),
    "a lay name twice": (
        "làm giấy thử",
        "Giấy thử!",
        "a.yaml:9: goi_la[2]: tên gọi này trùng với a.yaml",
    ),
    "a neighbour nowhere": (
        'ma: "1.000002"',
        'ma: "1.999999"',
        "a.yaml:19: khac_voi[1].ma: mã 1.999999 không có trong danh mục "
        "lẫn trong các tệp biên soạn",
    ),
    "itself as further reading": (
        'xem_them: ["1.000002"]',
        'xem_them: ["1.000001"]',
        "a.yaml:41: xem_them[1]: mã 1.000001 là của chính thủ tục này",
    ),
    "a code the portal lacks": (
        '"1.000001"',
        '"1.000001", "1.000007"',
        "a.yaml:1: ma[2]: mã 1.000007 không có trong danh mục lấy ngày 10/06/2026; "
        "nếu mã có thật thì khai thêm nguồn mới hơn hoặc nguồn thu_cap",
    ),
    "another link": (
        "gov.vn/1",
        "gov.vn/2",
        "a.yaml:6: lien_ket: liên kết khác với Cổng: https://dichvucong.gov.vn/1",
    ),
    "another level": ("[xa]", "[xa, tinh]", "a.yaml:5: cap[2]: Cổng không ghi cấp này, chỉ có: xa"),
    "another manner": (
        "  - cach: truc_tuyen\nket_qua",
        "  - cach: truc_tuyen\n  - cach: buu_chinh\nket_qua",
        "a.yaml:39: cach_nop[3]: Cổng không có cách nộp qua bưu chính; "
        "nếu đúng thì ghi rõ nguon hoặc ghi_chu",
    ),
    "another fee": (
        "so_tien: 20000",
        "so_tien: 25000",
        "a.yaml:28: le_phi[1]: 25.000 đồng khác với Cổng khi nộp trực tiếp: 20.000 đồng; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
    ),
    "another fee, with a note that does not tell what the portal says": (
        "so_tien: 20000",
        "so_tien: 25000\n    ghi_chu: Nộp một lần.",
        "a.yaml:28: le_phi[1]: 25.000 đồng khác với Cổng khi nộp trực tiếp: 20.000 đồng; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
    ),
    "a note on something else that the portal says": (
        "so_tien: 20000",
        "so_tien: 25000\n    ghi_chu: Cổng không ghi tính theo bản hay theo lần.",
        "a.yaml:28: le_phi[1]: 25.000 đồng khác với Cổng khi nộp trực tiếp: 20.000 đồng; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
    ),
    "a fee left out": (
        "  - so_tien: 10000\n    cach: [truc_tuyen]\n",
        "",
        "a.yaml:27: le_phi: Cổng ghi 10.000 đồng khi nộp trực tuyến, tệp không có",
    ),
    "a fee for the wrong manner": (
        "    cach: [truc_tiep]\n",
        "",
        "a.yaml:28: le_phi[1]: 20.000 đồng khác với Cổng khi nộp trực tuyến: 10.000 đồng; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
    ),
    "days in the wrong order": (
        "    cach: [truc_tiep]\n",
        "    cach: [truc_tiep]\n    hieu_luc_tu: 2026-02-01\n    hieu_luc_den: 2026-01-31\n",
        "a.yaml:28: le_phi[1]: hieu_luc_tu không được sau hieu_luc_den",
    ),
    "another time": (
        "so: 7",
        "so: 9",
        "a.yaml:33: thoi_han[1]: 9 ngày làm việc khác với Cổng khi nộp trực tiếp: 7 ngày làm việc; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
    ),
    "another unit of time": (
        "so: 7",
        "so: 7\n    don_vi: ngay",
        "a.yaml:33: thoi_han[1]: 7 ngày khác với Cổng khi nộp trực tiếp: 7 ngày làm việc; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_an_error_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    old, new, said = RULES[name]
    assert old in GOOD
    errors = [p for p in check(make(tmp_path, a=GOOD.replace(old, new, 1))) if not is_mild(p)]
    assert said in told(errors)


def is_mild(problem: Problem) -> bool:
    return problem.severity is Severity.WARNING


WARNINGS = {
    "an old source": (
        "2026-06-10",
        "2024-06-10",
        "a.yaml:45: nguon[1].ngay: nguồn đã cũ hơn nửa năm (10/06/2024), nên xem lại",
    ),
    "a document nobody else knows": (
        "xem_them:",
        "can_cu:\n  - so: 123/2015/NĐ-PC\nxem_them:",
        "a.yaml:42: can_cu[1].so: không bản ghi nào của Cổng, không tệp nào khác có số "
        "123/2015/NĐ-PC (có phải ý là '123/2015/NĐ-CP'?); nếu đúng thì ghi thêm ten của văn bản",
    ),
    "a document of a body nobody else knows": (
        "xem_them:",
        "can_cu:\n  - so: 9/2020/NĐ-BYTE\nxem_them:",
        "a.yaml:42: can_cu[1].so: không bản ghi nào của Cổng, không tệp nào khác có số "
        "9/2020/NĐ-BYTE, cũng không số nào có 'BYTE' (có phải ý là 'BYT'?); "
        "nếu đúng thì ghi thêm ten của văn bản",
    ),
    "a name of another procedure of the portal": (
        "  - xin tờ thử\n",
        "  - Xin  giấy\n",
        "a.yaml:10: goi_la[3]: tên gọi này là tên của thủ tục khác: Xin giấy (1.000002)",
    ),
    "no papers": (
        "giay_to:\n  - ten: Tờ khai\n",
        "",
        "a.yaml:1: giay_to: thiếu mục này (danh mục cũng không có); "
        "nếu không cần giấy tờ thì ghi một dòng nói vậy",
    ),
    "another official name": (
        "ten_chinh_thuc: Thủ tục",
        "ten_chinh_thuc: Việc",
        "a.yaml:3: ten_chinh_thuc: tên trên Cổng là: Thủ tục xin giấy thử",
    ),
    "a manner left out": (
        "  - cach: truc_tuyen\nket_qua",
        "ket_qua",
        "a.yaml:36: cach_nop: Cổng có cách nộp trực tuyến, tệp không có",
    ),
    "another time in a case": (
        "  - so: 7\n",
        "  - so: 7\n  - so: 3\n    truong_hop: mat\n",
        "a.yaml:34: thoi_han[2]: 3 ngày làm việc khác với Cổng khi nộp trực tiếp: 7 ngày làm việc; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
    ),
    "a fee that ran out": (
        "    cach: [truc_tiep]\n",
        "    cach: [truc_tiep]\n    hieu_luc_den: 2025-12-31\n",
        "a.yaml:30: le_phi[1].hieu_luc_den: "
        "hết hiệu lực sau ngày 31/12/2025 mà không có dòng nào thay",
    ),
    "a fee that ran out before its successor begins": (
        "    cach: [truc_tiep]\n",
        "    cach: [truc_tiep]\n    hieu_luc_den: 2025-12-31\n"
        "  - so_tien: 20000\n    cach: [truc_tiep]\n    hieu_luc_tu: 2026-01-02\n",
        "a.yaml:30: le_phi[1].hieu_luc_den: "
        "hết hiệu lực sau ngày 31/12/2025 mà không có dòng nào thay",
    ),
    "two fees on one day": (
        "    cach: [truc_tiep]\n",
        "    cach: [truc_tiep]\n    hieu_luc_den: 2026-01-01\n"
        "  - so_tien: 20000\n    cach: [truc_tiep]\n    hieu_luc_tu: 2026-01-01\n",
        "a.yaml:31: le_phi[2]: "
        "có ngày trùng hiệu lực với dòng ở trên cùng trường hợp, cùng cách nộp",
    ),
}
# A fee with a successor from the next day on, and two that never meet: nothing to warn of.
FOLLOWED = (
    "    cach: [truc_tiep]\n    hieu_luc_den: 2025-12-31\n"
    "  - so_tien: 20000\n    cach: [truc_tiep]\n    hieu_luc_tu: 2026-01-01\n"
)


def test_a_fee_that_another_one_follows_is_no_problem(tmp_path: Path) -> None:
    text = GOOD.replace("    cach: [truc_tiep]\n", FOLLOWED, 1)
    assert told(check(make(tmp_path, a=text))) == []


@pytest.mark.parametrize("name", WARNINGS)
def test_a_warning_is_told_and_is_no_error(name: str, tmp_path: Path) -> None:
    old, new, said = WARNINGS[name]
    assert old in GOOD
    problems = check(make(tmp_path, a=GOOD.replace(old, new, 1)))
    assert said in told(problems) and all(map(is_mild, problems))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("so_tien: 20000", "so_tien: 25000\n    ghi_chu: Cổng còn ghi 20.000 đồng."),
        ("so_tien: 20000", "so_tien: 25000\n    nguon: cong"),
        ("so: 7", "so: 5\n    den: 9"),
        ("so: 7", "so: 9\n    ghi_chu: Cổng ghi 7 ngày, văn bản mới ghi 9 ngày."),
        ("so_tien: 20000", "so_tien: 5000\n    den: 30000"),
    ],
)
def test_a_difference_explained_beside_the_fact_is_accepted(
    old: str, new: str, tmp_path: Path
) -> None:
    assert old in GOOD
    assert told(check(make(tmp_path, a=GOOD.replace(old, new, 1)))) == []


def test_an_amount_of_the_record_that_no_line_gives_is_warned_of(tmp_path: Path) -> None:
    fees = FEES + ',{"so_tien":30000,"cach":["truc_tiep"]}'
    problems = check(make(tmp_path, fees, a=GOOD))
    left = "a.yaml:27: le_phi: Cổng ghi 30.000 đồng khi nộp trực tiếp, tệp không có"
    assert told(problems) == [left] and all(map(is_mild, problems))
    spoken = GOOD.replace(
        "so_tien: 20000", "so_tien: 20000\n    ghi_chu: Cổng còn ghi 30.000 đồng."
    )
    assert told(check(make(tmp_path, fees, a=spoken))) == []


def test_an_amount_the_record_does_not_make_clear_is_accepted(tmp_path: Path) -> None:
    unclear = '{"so_tien":null,"ghi_chu":"Xem tại Cổng."}'
    assert told(check(make(tmp_path, unclear, a=GOOD))) == []


def test_a_new_source_explains_a_new_code_and_a_new_level(tmp_path: Path) -> None:
    text = GOOD.replace('"1.000001"', '"1.000001", "1.000007"').replace("[xa]", "[xa, tinh]")
    newer = "  - id: moi\n    ten: Nghị định mới\n    ngay: 2026-10-05\n"
    assert told(check(make(tmp_path, a=text + newer))) == []


@pytest.mark.parametrize(
    "number", ["123/2015/NĐ-CP", "9/2020/NĐ-BYTE\n    ten: Nghị định của một bộ lạ"]
)
def test_a_known_document_and_one_with_its_title_are_accepted(number: str, tmp_path: Path) -> None:
    text = GOOD.replace("xem_them:", f"can_cu:\n  - so: {number}\nxem_them:")
    assert told(check(make(tmp_path, a=text))) == []


def test_a_code_that_took_the_place_of_a_known_one_has_its_own_name_and_page(
    tmp_path: Path,
) -> None:
    text = GOOD.replace('"1.000001"', '"1.000007", "1.000001"').replace("gov.vn/1", "gov.vn/7")
    text = text.replace("ten_chinh_thuc: Thủ tục", "ten_chinh_thuc: Việc mới,")
    newer = "  - id: moi\n    ten: Nghị định mới\n    ngay: 2026-10-05\n"
    assert told(check(make(tmp_path, a=text + newer))) == []


def test_a_lay_name_of_two_files_is_told_in_both(tmp_path: Path) -> None:
    other = GOOD.replace('ma: ["1.000001"]', 'ma: ["1.000002"]').replace(
        '"1.000002"\n', '"1.000001"\n'
    )
    other = other.replace('xem_them: ["1.000002"]\n', "").replace(
        "  - giấy thử\n", "  - Giấy  Thử\n"
    )
    other = other.replace("làm giấy thử", "làm tờ khác").replace("xin tờ thử", "xin tờ khác")
    lines = told(check(make(tmp_path, a=GOOD, b=other)))
    assert "a.yaml:8: goi_la[1]: tên gọi này trùng với b.yaml" in lines
    assert "b.yaml:8: goi_la[1]: tên gọi này trùng với a.yaml" in lines
    assert "a.yaml:12: cau_hoi_mau[1]: câu hỏi mẫu này trùng với b.yaml" in lines


def test_lay_names_and_official_names_may_be_abbreviated(tmp_path: Path) -> None:
    assert ABBREVIATIONS
    text = GOOD.replace("làm giấy thử", "giấy UBND").replace("linh_vuc: Thử", "linh_vuc: BHXH")
    assert told(check(make(tmp_path, a=text))) == []


@pytest.mark.parametrize(
    ("fees", "fits"),
    [
        ("  - so_tien: 20000\n", True),
        ("  - so_tien: 15000\n    den: 20000\n", True),
        ("  - so_tien: 1000\n    ghi_chu: Cả bộ không quá 20.000 đồng.\n", True),
        ("  - so_tien: 30000\n    ghi_chu: Cổng còn ghi 20.000 đồng.\n", False),
        ("  - so_tien: 20000\n    hieu_luc_den: 2999-12-31\n", False),
    ],
)
def test_a_sum_of_the_summary_is_a_lasting_sum_of_the_file(
    tmp_path: Path, fees: str, fits: bool
) -> None:
    text = GOOD.replace("Ai cũng xin được giấy thử.", "Giấy thử 20.000 đồng.")
    start, end = text.index("le_phi:\n"), text.index("thoi_han:")
    text = text[:start] + "le_phi:\n" + fees + text[end:]
    lines = told(check(make(tmp_path, a=text)))
    assert any("tom_tat" in line for line in lines) != fits, lines


def test_checkers_of_other_files_are_run_too(tmp_path: Path) -> None:
    mine = Problem(tmp_path / "x.yaml", 3, "chao", "thiếu")
    assert check(tmp_path, [lambda root: [mine, mine]]) == [mine]
    assert CHECKERS


def test_the_command_lists_errors_and_ends_with_one(tmp_path: Path) -> None:
    run = CliRunner().invoke
    good = run(app, ["check", "--root", str(make(tmp_path, a=GOOD))])
    assert good.exit_code == 0 and "0 lỗi, 0 lời nhắc." in good.output
    broken = GOOD.replace("so: 7", "so: 9").replace("2026-06-10", "2024-06-10")
    bad = run(app, ["check", "--root", str(make(tmp_path, a=broken))])
    assert bad.exit_code == 1
    assert "a.yaml:33: thoi_han[1]" in bad.output and "1 lỗi, 1 lời nhắc." in bad.output
    quiet = run(app, ["check", "--no-warnings", "--root", str(tmp_path)])
    assert "nguồn đã cũ" in bad.output and "nguồn đã cũ" not in quiet.output


def test_build_without_records_refuses_broken_knowledge(tmp_path: Path) -> None:
    run = CliRunner().invoke
    good = run(app, ["build", "--root", str(make(tmp_path, a=GOOD))])
    assert good.exit_code == 0 and "1 thủ tục đã biên soạn" in good.output
    bad = run(app, ["build", "--root", str(make(tmp_path, a="ten: x"))])
    assert bad.exit_code == 1 and "a.yaml:1: ma: thiếu mục này" in bad.output


def test_new_writes_a_file_that_is_read_and_only_lacks_an_officials_words(tmp_path: Path) -> None:
    run = CliRunner().invoke
    root = make(tmp_path)
    made = run(app, ["new", "1.000001", "--root", str(root)])
    path = root / "procedures" / "thu" / "xin-giay.yaml"
    assert made.exit_code == 0 and path.exists()
    errors = [p for p in check(root) if not is_mild(p)]
    assert {p.field for p in errors} == {"goi_la", "cau_hoi_mau", "tom_tat", "noi_nop"}
    text = path.read_text(encoding="utf-8")
    assert "Ít nhất 6 câu" in text and "so: 7\n" in text
    again = run(app, ["new", "1.000001", "--root", str(root)])
    assert again.exit_code == 1 and "đã có tệp biên soạn" in again.output
    assert run(app, ["new", "1.999999", "--root", str(root)]).exit_code == 1
