"""Guide files: what is wrong with them is said in Vietnamese, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base import loader
from knowledge_base.guide_names import by_form, named
from knowledge_base.guides_check import wanting
from tests.samples import guide

GOOD = """\
id: thu
ten: Làm thử
goi_la: [làm thử, cách làm thử, học làm thử]
nguon:
  - {id: cong, ten: Cổng, ngay: 2026-06-10}
buoc:
  - id: hoi
    ten: Có máy không
    loi: "{Ong_ba} có máy không?"
    nho: may
    chon:
      - {id: co, nut: Có}
      - {id: khong, nut: Không, toi: thoi}
  - id: lam
    ten: Làm
    loi: Làm đi.
    thay: chữ Xong.
    su_co:
      - id: chua-thay
        nut: Chưa thấy
        loi: Xem lại.
  - id: het
    ten: Hết
    loi: Xong.
    ket_thuc: xong
  - id: thoi
    ten: Thôi
    loi: Không làm được.
    ket_thuc: chua
"""
# What is changed in the good file -> the line and the words of the error.
WRONG = {
    "unknown target": ("toi: thoi", "toi: thoj", 13, "không có bước 'thoj' (có phải ý là 'thoi'?)"),
    "unknown guide": ("nut: Có}", "nut: Có, goi: khac}", 12, "không có hướng dẫn 'khac'"),
    "calls itself": ("nut: Có}", "nut: Có, goi: thu}", 12, "đi vòng mãi"),
    "unknown source": ("loi: Làm đi.", "loi: Làm đi.\n    nguon: bao", 17, "không có nguồn 'bao'"),
    "no source": ("nguon:\n  - {id: cong, ten: Cổng, ngay: 2026-06-10}\n", "", 1, "thiếu mục này"),
    "source without a day": (", ngay: 2026-06-10", "", 5, "thiếu mục này"),
    "circle": ("loi: Làm đi.", "loi: Làm đi.\n    toi: hoi", 14, "dẫn ngược lên 'hoi'"),
    "unreachable": (", toi: thoi", "", 26, "không có đường nào tới 'thoi'"),
    "no end": ("    ket_thuc: chua\n", "", 26, "bước cuối phải có ket_thuc"),
    "never reached": ("ket_thuc: xong", "ket_thuc: chua", 6, "cần ít nhất một bước có ket_thuc"),
    "one choice": ("      - {id: co, nut: Có}\n", "", 7, "chon cần ít nhất hai dòng"),
    "id twice": ("id: chua-thay", "id: lam", 19, "id 'lam' đã dùng ở trên"),
    "id of the program": ("{id: co,", "{id: xong,", 12, "máy đã dùng"),
    "too long": ("loi: Làm đi.", f"loi: {'a' * 270}", 16, "dài quá: loi và thay có"),
    "much too long": ("loi: Xong.", f"loi: {'a' * 281}", 24, "dài quá, nhiều nhất 280"),
    "unknown brace": ("Làm đi.", "Làm đi {ten}.", 16, "không ghi 'ten'"),
    "open brace": ("Làm đi.", '"Làm {ong_ba."', 16, "dấu ngoặc nhọn"),
    "unknown key": ("nho: may", "nhớ: may", 10, "không có mục tên này"),
    "picture": ("loi: Làm đi.", "loi: A.\n    hinh: {tep: a.svg, mo_ta: Nút}", 17, "hinh/a.svg"),
    "picture without words": ("Làm đi.", "Làm đi.\n    hinh: {tep: a.svg}", 17, "thiếu mục này"),
    "name": ("id: thu", "id: khac", 1, "id phải là tên tệp"),
    "procedure": ("ten: Làm thử", 'ten: A\nthu_tuc: ["9.000001"]', 3, "không phải mã thủ tục"),
    "unknown procedure": ("ten: Làm thử", 'ten: A\nthu_tuc: ["1.999999"]', 3, "không có thủ tục"),
    "end that goes on": ("ket_thuc: chua", "ket_thuc: chua\n    toi: het", 26, "thì không ghi"),
    "abroad": ("nut: Không, toi: thoi", "nut: Không, toi: thoi, dung: true", 13, "chỉ ghi một"),
}  # fmt: skip
CATALOGUE = '{"ma":["1.000001"],"ten":"A","ten_chinh_thuc":"A","linh_vuc":"L","cap":["xa"],"nguon":[{"id":"c","ten":"C","ngay":"2026-06-10"}],"bien_soan":false}\n'  # noqa: E501


def lay(root: Path, text: str, name: str = "thu") -> Path:
    (root / "guides").mkdir(exist_ok=True)
    (root / "catalogue.jsonl").write_text(CATALOGUE, encoding="utf-8")
    path = root / "guides" / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    lay(tmp_path, GOOD)
    (found,) = loader.load(tmp_path).guides
    assert [step.id for step in found.steps] == ["hoi", "lam", "het", "thoi"]
    assert found.step("chua-thay") is found.steps[1]
    assert not [*wanting(loader.read(tmp_path))]


@pytest.mark.parametrize(("old", "new", "line", "words"), WRONG.values(), ids=WRONG)
def test_an_error_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in GOOD
    path = lay(tmp_path, GOOD.replace(old, new, 1))
    problems = loader.load_problems(tmp_path)
    assert any(p.path == path and p.line == line and words in p.message for p in problems), problems
    with pytest.raises(loader.KnowledgeError):
        loader.load(tmp_path)


def test_six_buttons_are_too_many(tmp_path: Path) -> None:
    more = "".join(f"      - {{id: t{n}, nut: Lỗi {n}, loi: Xem.}}\n" for n in range(4))
    lay(tmp_path, GOOD.replace("    su_co:\n", f"    bo_qua: true\n    su_co:\n{more}"))
    (problem,) = loader.load_problems(tmp_path)
    assert "có 7 nút, nhiều nhất 5" in problem.message


def test_guides_may_not_call_each_other_in_a_circle(tmp_path: Path) -> None:
    lay(tmp_path, GOOD.replace("nut: Có}", "nut: Có, goi: hai}"))
    two = GOOD.replace("id: thu", "id: hai").replace("nut: Có}", "nut: Có, goi: thu}")
    lay(tmp_path, two, "hai")
    problems = loader.load_problems(tmp_path)
    assert [p.path.stem for p in problems] == ["hai", "thu"]
    assert all("đi vòng mãi" in p.message for p in problems)


def test_names_of_a_guide_are_its_own_and_enough(tmp_path: Path) -> None:
    lay(tmp_path, GOOD)
    lay(tmp_path, GOOD.replace("id: thu", "id: hai").replace("ten: Làm thử", "ten: Làm tiếp")
        .replace("[làm thử, cách làm thử, học làm thử]", "[LAM THU]"), "hai")  # fmt: skip
    said = [f"{p.path.name}: {p.message}" for p in wanting(loader.read(tmp_path))]
    assert "hai.yaml: cần ít nhất 3 tên gọi, mới có 1" in said
    assert "thu.yaml: tên gọi 'lam thu' cũng có ở hai.yaml" in said


@pytest.mark.parametrize(
    "text",
    ["làm thử", "LAM THU", "cách làm thử", "cho tôi hỏi cách làm thử với ạ", "làm thử thế nào",
     "chỉ tôi làm thử", "tôi muốn làm thử", "hướng dẫn làm thử", "làm sao để làm thử?",
     "bác muốn làm thử như thế nào", "làm thử thì mần răng", "tôi làm thử thì phải làm thế nào"],
)  # fmt: skip
def test_a_guide_is_known_by_its_name(text: str) -> None:
    one = guide()
    assert named(text, by_form([one])) is one


@pytest.mark.parametrize(
    "text", ["", "thử", "làm thử được không", "làm thử giấy khai sinh", "không làm thử", "cách"]
)
def test_other_words_name_no_guide(text: str) -> None:
    assert named(text, by_form([guide()])) is None


def test_its_edition_changes_with_its_ways_and_not_with_its_words() -> None:
    steps = guide().model_dump(by_alias=True)["buoc"]
    reworded = guide(buoc=[{**steps[0], "loi": "Làm."}, *steps[1:]])
    shorter = guide(buoc=steps[1:])
    assert guide().edition == reworded.edition
    assert guide().edition != shorter.edition
