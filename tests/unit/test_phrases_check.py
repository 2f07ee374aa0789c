"""The checker of the wording and of the menu, shown by files broken in one place each."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.check import CHECKERS
from knowledge_base.loader import PACKAGE
from knowledge_base.problems import Problem, Severity, errors_of
from knowledge_base.wording_check import check_menu, check_wording

GOOD = """\
xin_chao: "Chào {ong_ba}. {Ong_ba} cần gì?"
tien:
  cau: "{ten}: {so} đồng."
  vi_du: {ten: Khai sinh, so: "8.000"}
"""
MENU = """\
- id: ho-tich
  ten: Khai sinh
  linh_vuc: [Hộ tịch]
"""


def wording(root: Path, text: str | bytes) -> list[Problem]:
    path = root / "wording" / "talk.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(check_wording(root))


def menu(root: Path, text: str, *fields: str) -> list[Problem]:
    for number, field in enumerate(fields):
        path = root / "procedures" / "a" / f"p{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"linh_vuc: {field}\n", encoding="utf-8")
    (root / "menu.yaml").write_text(text, encoding="utf-8")
    return list(check_menu(root))


def test_good_files_pass(tmp_path: Path) -> None:
    assert wording(tmp_path, GOOD) == []
    assert menu(tmp_path, MENU, "Hộ tịch") == []


def test_both_checkers_run_with_the_others_and_find_no_error_in_what_is_shipped() -> None:
    assert check_wording in CHECKERS
    assert check_menu in CHECKERS
    found = errors_of([*check_wording(PACKAGE), *check_menu(PACKAGE)])
    assert found == [], "\n".join(map(str, found))


def test_a_folder_without_these_files_has_no_such_problems(tmp_path: Path) -> None:
    assert list(check_wording(tmp_path)) == []
    assert list(check_menu(tmp_path)) == []


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        ("a: 'x'\nb: [1]\n", 2, "b", "cần một câu"),
        ("a: 2026-06-10\n", 1, "a", "dấu ngoặc kép"),
        ("a: '  '\n", 1, "a", "để trống"),
        ("a: Chào {ten}\n", 1, "a", "{ten} không có trong vi_du"),
        ("a:\n  cau: Chào {tenn}\n  vi_du: {ten: Lan}\n", 2, "a.cau", "có phải ý là 'ten'"),
        ("a:\n  cau: Chào\n  vi_du:\n    ten: Lan\n", 4, "a.vi_du.ten", "không có {ten}"),
        ("a: Chào {ong_bà}\n", 1, "a", "có phải ý là 'ong_ba'"),
        ("a: 'Chào {ten'\n", 1, "a", "không khớp"),
        ("a: 'Chào }'\n", 1, "a", "không khớp"),
        ("a: 'Chào {}'\n", 1, "a", "chỉ ghi một tên"),
        ("a: 'Chào {0}'\n", 1, "a", "chỉ ghi một tên"),
        ("a:\n  cau: '{x.y}'\n  vi_du: {x: a}\n", 2, "a.cau", "chỉ ghi một tên"),
        ("a:\n  cau: '{x:>9}'\n  vi_du: {x: a}\n", 2, "a.cau", "chỉ ghi một tên"),
        ("a:\n  cau: Chào\n  vidu: {}\n", 3, "a.vidu", "có phải ý là 'vi_du'"),
        ("a:\n  vi_du: {}\n", 1, "a.cau", "cần một câu"),
        ("a:\n  cau: Chào\n  vi_du: [x]\n", 3, "a.vi_du", "tên: ví dụ"),
        ("a: " + "x" * 301 + "\n", 1, "a", "301 ký tự"),
        ("a:\n  cau: 'x {t}'\n  vi_du: {t: " + "y" * 299 + "}\n", 2, "a.cau", "301 ký tự"),
        ("a: cha\u0300o\n", 1, "a", "NFC"),
        ("a: x\n\na: y\n", 3, "a", "hai lần"),
        ("- a\n", 1, "(cả tệp)", "tên: câu"),
        ("a: 'x\n", 2, "(cả tệp)", "YAML viết sai"),
        ("", 1, "(cả tệp)", "tệp trống"),
        (b"a: ch\xe0o\n", 1, "(cả tệp)", "UTF-8"),
    ],
)
def test_each_fault_of_the_wording_is_told_by_its_line(
    tmp_path: Path, text: str | bytes, line: int, field: str, words: str
) -> None:
    problems = wording(tmp_path, text)
    assert problems, "nothing was found"
    found = problems[0]
    assert (found.line, found.field) == (line, field), problems
    assert words in found.message
    assert found.severity is Severity.ERROR
    assert str(found).startswith(f"{tmp_path / 'wording' / 'talk.yaml'}:{line}: ")


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        (MENU.replace("Hộ tịch", "Thú y"), 3, "[1].linh_vuc", "chủ đề trống"),
        (MENU + MENU.replace("Hộ tịch", "Cư trú"), 4, "[2].id", "đã dùng"),
        (MENU + MENU.replace("ho-tich", "b"), 6, "[2].linh_vuc[1]", "đã có ở chủ đề 'Khai sinh'"),
        (MENU.replace("  ten", "  tenn"), 2, "[1].tenn", "có phải ý là 'ten'"),
        (MENU.replace("[Hộ tịch]", "Hộ tịch"), 3, "[1].linh_vuc", "danh sách"),
        (MENU.replace("[Hộ tịch]", "[]"), 3, "[1].linh_vuc", "ít nhất một"),
        (MENU.replace("Khai sinh", "x" * 61), 2, "[1].ten", "60 ký tự"),
        ("a: b\n", 1, "(cả tệp)", "danh sách chủ đề"),
        ("- a\n", 1, "(cả tệp)", "danh sách chủ đề"),
    ],
)
def test_each_fault_of_the_menu_is_told_by_its_line(
    tmp_path: Path, text: str, line: int, field: str, words: str
) -> None:
    errors = errors_of(menu(tmp_path, text, "Hộ tịch", "Cư trú"))
    assert any((e.line, e.field) == (line, field) and words in e.message for e in errors), errors


EVENTS = "- id: nha-co-viec\n  ten: Nhà có việc\n  su_kien: [sinh-con]\n"


def test_a_topic_of_life_events_needs_no_field(tmp_path: Path) -> None:
    (tmp_path / "life_events").mkdir()
    (tmp_path / "life_events" / "sinh-con.yaml").touch()
    assert menu(tmp_path, EVENTS + MENU, "Hộ tịch") == []


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "words"),
    [
        ("[sinh-con]", "[sinh-conn]", 3, "[1].su_kien[1]", "có phải ý là 'sinh-con'?"),
        ("[sinh-con]", "[sinh-con, sinh-con]", 3, "[1].su_kien[2]", "đã có ở trên"),
        ("[sinh-con]", "sinh-con", 3, "[1].su_kien", "danh sách"),
    ],
)
def test_each_fault_of_a_topics_events_is_told_by_its_line(
    tmp_path: Path, old: str, new: str, line: int, field: str, words: str
) -> None:
    (tmp_path / "life_events").mkdir()
    (tmp_path / "life_events" / "sinh-con.yaml").touch()
    errors = errors_of(menu(tmp_path, EVENTS.replace(old, new) + MENU, "Hộ tịch"))
    assert [(e.line, e.field) for e in errors] == [(line, field)]
    assert words in errors[0].message


def test_an_event_no_topic_leads_to_is_reminded_of(tmp_path: Path) -> None:
    (tmp_path / "life_events").mkdir()
    (tmp_path / "life_events" / "sinh-con.yaml").touch()
    (found,) = menu(tmp_path, MENU, "Hộ tịch")
    assert found.severity is Severity.WARNING
    assert "'sinh-con' chưa nằm trong chủ đề nào" in found.message


def test_a_guide_that_no_procedure_and_no_topic_leads_to_is_reminded_of(tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "khai-sinh.yaml").write_text('thu_tuc: ["1.001193"]', encoding="utf-8")
    assert not menu(tmp_path, MENU, "Hộ tịch")
    (tmp_path / "guides" / "khai-sinh.yaml").write_text("thu_tuc: []", encoding="utf-8")
    (found,) = menu(tmp_path, MENU, "Hộ tịch")
    assert "hướng dẫn 'khai-sinh' chưa nằm trong chủ đề nào" in found.message


def test_a_field_that_no_file_has_is_reminded_of(tmp_path: Path) -> None:
    (found,) = menu(tmp_path, MENU.replace("[Hộ tịch]", "[Hộ tịch, Hộ tich]"), "Hộ tịch")
    assert found.severity is Severity.WARNING
    assert (found.line, found.field) == (3, "[1].linh_vuc[2]")
    assert "có phải ý là 'Hộ tịch'" in found.message


def test_a_field_no_topic_leads_to_is_reminded_of(tmp_path: Path) -> None:
    (found,) = menu(tmp_path, MENU, "Hộ tịch", "Đất đai")
    assert found.severity is Severity.WARNING
    assert "'Đất đai' chưa nằm trong chủ đề nào" in found.message
