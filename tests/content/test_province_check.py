"""Each rule of the checker for files of provinces, shown by a file broken in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge_base.__main__ import app
from knowledge_base.check import check_procedures
from knowledge_base.loader import KnowledgeError, load
from knowledge_base.problems import Problem, Severity

PROCEDURE = """\
ma: ["{code}"]
ten: Xin giấy {code}
ten_chinh_thuc: Thủ tục xin giấy
linh_vuc: {field}
cap: [xa]
truong_hop:
  - id: mat
    ten: bị mất giấy
le_phi:
  - {fee}
nguon:
  - id: cong
    ten: Cổng Dịch vụ công quốc gia
    ngay: 2026-06-10
"""
OPEN = "{so_tien: null, tinh_quyet_dinh: true}"
GOOD = """\
tinh: "01"
ten: Hà Nội
le_phi:
  - linh_vuc: [Hộ tịch]
    so_tien: 0
    cach: [truc_tuyen]
    hieu_luc_tu: 2026-01-01
  - ma: ["1.000001"]
    so_tien: 8000
    truong_hop: mat
nguon:
  - id: nq
    nghi_quyet: 77/2025/NQ-HĐND
    ten: Nghị quyết 77/2025/NQ-HĐND của Hà Nội
    ngay: 2026-11-22
    duong_dan: https://vbpl.vn/1
"""


def make(root: Path, **files: str) -> Path:
    for code, field, fee in (("1.000001", "Hộ tịch", OPEN), ("1.000002", "Khác", "{so_tien: 1}")):
        path = root / "procedures" / f"{code}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(PROCEDURE.format(code=code, field=field, fee=fee), encoding="utf-8")
    (root / "province_fees").mkdir()
    for name, text in files.items():
        (root / "province_fees" / f"{name.strip('_')}.yaml").write_text(text, encoding="utf-8")
    return root


def told(root: Path) -> list[Problem]:
    return [p for p in check_procedures(root) if "province_fees" in str(p.path)]


def lines(problems: list[Problem]) -> list[str]:
    return [str(p).replace(f"{p.path.parent}/", "") for p in problems]


def test_a_good_file_has_no_problem_and_is_served(tmp_path: Path) -> None:
    root = make(tmp_path, **{"01-ha-noi": GOOD})
    assert lines(told(root)) == []
    (found,) = load(root).provinces
    assert (found.code, found.name, len(found.fees)) == ("01", "Hà Nội", 2)


RULES = {
    "no such province": (
        'tinh: "01"',
        'tinh: "02"',
        "02-x.yaml:1: tinh: không có mã tỉnh 02 trong 34 tỉnh, thành phố",
    ),
    "the name of another": ("ten: Hà Nội\n", "ten: Huế\n", "01-x.yaml:2: ten: mã 01 là Hà Nội"),
    "an unknown procedure": (
        '"1.000001"',
        '"1.000009"',
        "01-x.yaml:8: le_phi[2].ma[1]: mã 1.000009 không có trong danh mục "
        "lẫn trong các tệp biên soạn",
    ),
    "a fee the province does not decide": (
        '"1.000001"',
        '"1.000002"',
        "01-x.yaml:8: le_phi[2].ma[1]: lệ phí của Xin giấy 1.000002 (1.000002) "
        "không do tỉnh quyết định",
    ),
    "a field without such fees": (
        "[Hộ tịch]",
        "[Khác]",
        "01-x.yaml:4: le_phi[1].linh_vuc[1]: lĩnh vực 'Khác' không có thủ tục nào "
        "do tỉnh quyết định lệ phí",
    ),
    "an unknown situation": (
        "truong_hop: mat",
        "truong_hop: hong",
        "01-x.yaml:10: le_phi[2].truong_hop: Xin giấy 1.000001 (1.000001) "
        "không có trường hợp 'hong'",
    ),
    "no source": (GOOD[GOOD.index("nguon:") :], "", "01-x.yaml:1: nguon: thiếu mục này"),
    "a source without its page": (
        "    duong_dan: https://vbpl.vn/1\n",
        "",
        "01-x.yaml:12: nguon[1].duong_dan: thiếu mục này",
    ),
    "a source without its number": (
        "77/2025/NQ-HĐND\n    ten",
        "QĐ 77\n    ten",
        "01-x.yaml:13: nguon[1].nghi_quyet: phải là số nghị quyết, ví dụ 77/2025/NQ-HĐND",
    ),
    "an unknown source": (
        "    so_tien: 8000\n",
        "    so_tien: 8000\n    nguon: la\n",
        "01-x.yaml:10: le_phi[2].nguon: 'la' chưa khai trong mục nguon của tệp",
    ),
    "a day to come": (
        "2026-11-22",
        "2999-01-01",
        "01-x.yaml:15: nguon[1].ngay: ngày 01/01/2999 ở tương lai",
    ),
    "a misspelt key": (
        "    truong_hop: mat\n",
        "    truonghop: mat\n",
        "01-x.yaml:10: le_phi[2].truonghop: không có mục tên này (có phải ý là 'truong_hop'?)",
    ),
    "an abbreviation": (
        "ten: Nghị quyết",
        "ten: HĐND, nghị quyết",
        "01-x.yaml:14: nguon[1].ten: viết 'HĐND' thành 'Hội đồng nhân dân'",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_an_error_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    old, new, said = RULES[name]
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    code = said[:2]
    problems = told(make(tmp_path, **{f"{code}-x": text}))
    assert said in lines(problems)
    assert all(p.severity is Severity.ERROR for p in problems)


def test_a_file_is_named_after_its_province_and_is_the_only_one(tmp_path: Path) -> None:
    root = make(tmp_path, **{"01-ha-noi": GOOD, "01-thu-do": GOOD, "ha-noi": GOOD})
    assert lines(told(root)) == [
        "ha-noi.yaml:1: tinh: tên tệp phải là <mã tỉnh>-<tên không dấu>.yaml, ví dụ 01-ha-noi.yaml",
        "01-thu-do.yaml:1: tinh: tỉnh 01 đã có tệp 01-ha-noi.yaml",
    ]


def test_a_fee_that_ran_out_is_warned_of(tmp_path: Path) -> None:
    text = GOOD.replace("2026-01-01\n", "2025-01-01\n    hieu_luc_den: 2025-12-31\n", 1)
    (problem,) = told(make(tmp_path, **{"01-ha-noi": text}))
    assert problem.severity is Severity.WARNING
    assert "hết hiệu lực sau ngày 31/12/2025" in problem.message


def test_a_broken_file_keeps_the_program_from_starting(tmp_path: Path) -> None:
    root = make(tmp_path, **{"01-ha-noi": GOOD.replace("so_tien: 0", "so_tien: 10.000")})
    with pytest.raises(KnowledgeError, match=r"01-ha-noi\.yaml:5: le_phi"):
        load(root)


def test_a_new_file_passes_and_only_lacks_its_fees(tmp_path: Path) -> None:
    root = make(tmp_path)
    command = ["new-province", "40", "09/2025/NQ-HĐND", "https://vbpl.vn/2", "--root", str(root)]
    made = CliRunner().invoke(app, command)
    assert made.exit_code == 0, made.output
    path = root / "province_fees" / "40-nghe-an.yaml"
    text = path.read_text(encoding="utf-8")
    assert "ten: Nghệ An\n" in text and "#   Hộ tịch\n" in text and "#   Khác" not in text
    (only,) = told(root)
    assert (only.severity, only.message) == (Severity.WARNING, "chưa ghi mức thu nào")
    # What is commented out is right as it stands.
    path.write_text(
        text.replace("# le_phi", "le_phi").replace("#   - l", "  - l"), encoding="utf-8"
    )
    filled = path.read_text(encoding="utf-8")
    for key in ("so_tien", "don_vi", "cach", "hieu_luc_tu", "ai"):
        filled = filled.replace(f"#     {key}", f"    {key}")
    path.write_text(filled.replace("# mien", "mien"), encoding="utf-8")
    assert told(root) == []


@pytest.mark.parametrize(("code", "said"), [("02", "mang mã 02"), ("01", "đã có tệp")])
def test_a_new_file_is_of_a_province_that_has_none(tmp_path: Path, code: str, said: str) -> None:
    root = make(tmp_path, **{"01-ha-noi": GOOD})
    command = ["new-province", code, "1/2026/NQ-HĐND", "https://vbpl.vn/2", "--root", str(root)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert said in result.output
