"""Loading curated files and the catalogue, and what is said about broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.loader import PACKAGE, KnowledgeError, load, load_problems
from knowledge_base.problems import known_patterns, translate

GOOD = """\
ma: ["1.000001", "1.000002"]
ten: Xin giấy thử
ten_chinh_thuc: Thủ tục xin giấy thử
linh_vuc: Thử nghiệm
cap: [xa]
truong_hop:
  - id: mat
    ten: bị mất giấy
le_phi:
  - so_tien: 10000
    truong_hop: mat
nguon:
  - id: cong
    ten: Cổng Dịch vụ công quốc gia
    ngay: 2026-06-10
"""
LINE = (
    '{"ma":["%s"],"ten":"Việc","ten_chinh_thuc":"Việc","linh_vuc":"Khác","cap":["bo"],'
    '"nguon":[{"id":"cong","ten":"Cổng","ngay":"2026-06-10"}],"bien_soan":false}\n'
)


def make(root: Path, catalogue: str | None = None, **files: str) -> Path:
    """A knowledge folder with the given curated files (name -> text)."""
    for name, text in files.items():
        path = root / "procedures" / "thu" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if catalogue is not None:
        (root / "catalogue.jsonl").write_text(catalogue, encoding="utf-8")
    return root


def test_curated_file_wins_over_the_catalogue_under_each_of_its_codes(tmp_path: Path) -> None:
    knowledge = load(make(tmp_path, LINE % "1.000002" + LINE % "1.000003", a=GOOD))
    for code in ("1.000001", "1.000002"):
        found = knowledge.by_code(code)
        assert found is not None and found.name == "Xin giấy thử"
    assert [p.code for p in knowledge.procedures] == ["1.000001", "1.000003"]
    assert [p.code for p in knowledge.catalogue] == ["1.000002", "1.000003"]
    assert knowledge.fields == ("Khác", "Thử nghiệm")
    assert knowledge.by_code("1.999999") is None


def test_an_empty_root_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="không có thủ tục nào"):
        load(tmp_path)


def test_the_error_lists_every_problem_of_every_file(tmp_path: Path) -> None:
    root = make(
        tmp_path,
        LINE % "1.000009" + "{\n",
        a=GOOD.replace("so_tien: 10000", "so_tien: 10.000"),
        b=GOOD.replace("1.00000", "1.00001").replace("cap: [xa]", "cap: [huyen]"),
    )
    with pytest.raises(KnowledgeError) as caught:
        load(root)
    said = str(caught.value)
    assert "thu/a.yaml:10: le_phi[1].so_tien: phải là số nguyên" in said
    assert "thu/b.yaml:5: cap[1]: 'huyen' không dùng được" in said
    assert "catalogue.jsonl:2: (cả tệp): không phải JSON" in said
    assert len(caught.value.problems) == 3


BROKEN = {
    "unknown key": ("    ten: bị mất giấy", "    tenn: x\n    ten: y", 8, "có phải ý là 'ten'?"),
    "english key": ("le_phi:", "fees:", 9, "fees: không có mục tên này"),
    "missing": ("ten: Xin giấy thử\n", "", 1, "ten: thiếu mục này"),
    "missing inside": ("    ten: bị mất giấy\n", "", 7, "truong_hop[1].ten: thiếu"),
    "duplicate key": ("cap: [xa]", "cap: [xa]\ncap: [tinh]", 6, "cap: mục này viết hai lần"),
    "number for code": ('"1.000001"', "1.000001", 1, "ma[1]: phải là chữ"),
    "internal code": ('"1.000001"', '"5.000001"', 1, "mã đầu 5, 6 là nội bộ"),
    "twice in one file": ('"1.000002"', '"1.000001"', 1, "khai trùng"),
    "too long": ("Xin giấy thử", "x" * 121, 2, "ten: dài quá, nhiều nhất 120"),
    "negative fee": ("so_tien: 10000", "so_tien: -1", 10, "không được nhỏ hơn 0"),
    "quoted fee": ("so_tien: 10000", "so_tien: '10000'", 10, "phải là số nguyên"),
    "true fee": ("so_tien: 10000", "so_tien: true", 10, "phải là số nguyên"),
    "fee without amount": ("so_tien: 10000", "so_tien:", 10, "phải có tinh_quyet_dinh"),
    "wrong date": ("2026-06-10", "10/06/2026", 15, "năm-tháng-ngày"),
    "impossible date": ("2026-06-10", "2026-02-30", 1, "YAML viết sai"),
    "unknown case": ("truong_hop: mat", "truong_hop: hong", 11, "'hong' chưa khai"),
    "unknown source": ("truong_hop: mat", "nguon: bao", 11, "le_phi[1].nguon: 'bao' chưa khai"),
    "case twice": ("le_phi:", "  - id: mat\n    ten: mất nữa\nle_phi:", 9, "đã dùng ở trên"),
    "decomposed text": ("bị mất giấy", "bi\u0323 mất", 8, "truong_hop[1].ten: chữ phải gõ"),
    "not a list": ("cap: [xa]", "cap: xa", 5, "cap: phải là danh sách"),
    "not yaml": ("cap: [xa]", "cap: [xa", 6, "YAML viết sai"),
    "a loop": ("cap: [xa]", "cap: &a [*a]", 1, "tham chiếu vòng"),
    "not curated": ("cap: [xa]", "cap: [xa]\nbien_soan: false", 6, "không được ghi false"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told_by_line_field_and_what_to_do(name: str, tmp_path: Path) -> None:
    old, new, line, said = BROKEN[name]
    assert old in GOOD
    problems = load_problems(make(tmp_path, a=GOOD.replace(old, new, 1)))
    told = [str(p) for p in problems]
    assert any(f"a.yaml:{line}: " in one and said in one for one in told), told


def test_other_unreadable_files_are_told(tmp_path: Path) -> None:
    root = make(tmp_path, a="", b=GOOD)
    (root / "procedures" / "thu" / "c.yaml").write_bytes(b"ma: x\nten: \xff\n")
    (root / "procedures" / "thu" / "d.yml").write_text(GOOD, encoding="utf-8")
    told = [str(p).rpartition("/")[2] for p in load_problems(root)]
    assert told == [
        "a.yaml:1: (cả tệp): tệp trống",
        "c.yaml:2: (cả tệp): tệp phải lưu bằng bảng mã UTF-8",
        "d.yml:1: (cả tệp): tệp thủ tục phải có đuôi .yaml",
    ]


def test_a_code_claimed_by_two_files_is_told_in_both(tmp_path: Path) -> None:
    root = make(tmp_path, a=GOOD, b=GOOD.replace('"1.000001", ', ""))
    told = [str(p).rpartition("/")[2] for p in load_problems(root)]
    assert told == [
        "a.yaml:1: ma[2]: mã 1.000002 khai trùng với b.yaml",
        "b.yaml:1: ma[1]: mã 1.000002 khai trùng với a.yaml",
    ]


def test_a_catalogue_code_given_twice_is_told(tmp_path: Path) -> None:
    told = [str(p) for p in load_problems(make(tmp_path, LINE % "1.000003" * 2))]
    assert len(told) == 1 and "catalogue.jsonl:2: ma[1]: mã 1.000003 đã có ở dòng 1" in told[0]


def test_every_pattern_of_the_schema_has_a_message_of_its_own() -> None:
    models = ("schema.py", "offices.py")
    schema = "".join((PACKAGE / name).read_text(encoding="utf-8") for name in models)
    assert known_patterns()
    assert schema.count('pattern=r"') == len(known_patterns())
    for pattern in known_patterns():
        assert f'r"{pattern}"' in schema
    assert translate(
        {"type": "new_kind", "loc": (), "msg": "Odd", "input": 1}  # what pydantic may add
    ).endswith("Odd")
