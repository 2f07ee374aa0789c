"""Files of life events: what is read, what is refused, and what the checker finds lacking."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.check import check
from knowledge_base.life_events_check import LEAST_QUESTIONS
from knowledge_base.loader import KnowledgeError, load
from knowledge_base.problems import errors_of
from knowledge_base.retrieval import corpus
from tests.content.test_check import GOOD as PROCEDURE
from tests.content.test_check import make

GOOD = """\
id: co-chuyen
ten: Nhà có chuyện
khi: nhà có chuyện
goi_la:
  - nhà có chuyện
  - có việc lớn
  - chuyện trong nhà
cau_hoi_mau:
{questions}
mo_dau: Xin chia sẻ cùng {{ong_ba}}.
viec:
  - viec: Xin giấy
    ma: "1.000001"
    han: trong 7 ngày
  - viec: Lấy giấy
    hoi: Giấy nào?
    chon:
      - khi: Giấy mới
        ma: "1.000001"
      - khi: Giấy cũ
        ma: "1.000002"
    gom: ["1.000002"]
    khi: đã xin
""".format(questions="\n".join(f"  - có chuyện thứ {n} thì sao" for n in range(LEAST_QUESTIONS)))


def root_with(folder: Path, text: str, name: str = "co-chuyen.yaml") -> Path:
    root = make(folder, a=PROCEDURE)
    (root / "life_events").mkdir(exist_ok=True)
    (root / "life_events" / name).write_text(text, encoding="utf-8")
    return root


def test_a_life_event_is_read_and_found_by_its_id(tmp_path: Path) -> None:
    root = root_with(tmp_path, GOOD)
    assert [str(p) for p in errors_of(check(root))] == []
    knowledge = load(root)
    event = knowledge.event("co-chuyen")
    assert event is not None and event.code == "co-chuyen"
    assert knowledge.name_of("co-chuyen") == "Nhà có chuyện"
    assert knowledge.name_of("1.000001") == "Xin giấy thử"
    assert knowledge.name_of("khong-co") is None and knowledge.event("1.000001") is None
    assert [step.codes for step in event.steps] == [("1.000001",), ("1.000001", "1.000002")]
    places = [event.place_of(frozenset({c})) for c in ("1.000001", "1.000002", "1.000003")]
    assert places == [0, 1, None]


def test_a_life_event_is_one_more_thing_to_find(tmp_path: Path) -> None:
    found = corpus.of(load(root_with(tmp_path, GOOD)))
    first = found.entries[0]
    assert (first.code, first.name, first.curated) == ("co-chuyen", "Nhà có chuyện", True)
    assert found.priors.shape == (len(found.entries), 4)
    assert found.priors[:, 3].tolist() == [1.0] + [0.0] * (len(found.entries) - 1)
    said = [t.text for t in found.texts if t.owner == 0]
    assert "có việc lớn" in said and not any("Xin giấy" in text for text in said)


BROKEN = {
    "another name": ("id: co-chuyen", "id: co-viec", 1, "id phải là tên tệp: co-chuyen.yaml"),
    "no such code": ('ma: "1.000001"', 'ma: "1.000009"', 27, "mã 1.000009 không có"),
    "no such option": ('        ma: "1.000002"', '        ma: "1.000009"', 35, "1.000009"),
    "nothing in one go": ('["1.000002"]', '["1.000009"]', 36, "1.000009 không có"),
    "leads nowhere": ('    ma: "1.000001"\n    han', "    han", 26, "đúng một trong hai"),
    "leads twice": ("    hoi: Giấy", '    ma: "1.000001"\n    hoi: Giấy', 29, "một trong hai"),
    "no question": ("    hoi: Giấy nào?\n", "", 29, "đi cùng nhau"),
    "one answer": (
        '      - khi: Giấy cũ\n        ma: "1.000002"\n', "", 29, "ít nhất hai dòng",
    ),
    "an unknown key": ("    han:", "    hann:", 28, "có phải ý là 'han'?"),
    "another's deadline": ("    khi: đã xin", '    han_theo: "1.000009"', 29, "han_theo phải"),
    "a placeholder": ("{ong_ba}", "{ten}", 1, "chỉ ghi {ong_ba}"),
    "too long": ("ten: Nhà có chuyện", "ten: " + "x" * 61, 2, "nhiều nhất 60"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_life_event_is_told_by_its_line(
    old: str, new: str, line: int, words: str, tmp_path: Path
) -> None:
    assert old in GOOD
    with pytest.raises(KnowledgeError) as caught:
        load(root_with(tmp_path, GOOD.replace(old, new, 1)))
    problems = caught.value.problems
    assert [(p.path.name, p.line) for p in problems] == [("co-chuyen.yaml", line)], problems
    assert words in problems[0].message


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="id phải là tên tệp"):
        load(root_with(tmp_path, GOOD, "co-chuyen.yml"))


LACKING = {
    "few questions": ("  - có chuyện thứ 3 thì sao\n", "", "cần ít nhất 15 câu hỏi mẫu, mới có 14"),
    "few names": ("  - có việc lớn\n", "", "cần ít nhất 3 tên gọi, mới có 2"),
    "a wrong deadline": ("trong 7 ngày", "trong 8 ngày", "số 8 không có trong tệp của thủ tục"),
    "an abbreviation": ("viec: Xin giấy", "viec: Xin giấy BHXH", "viết 'BHXH' thành"),
    "a telephone number": ("có chuyện thứ 3", "gọi 0912345678", "giống số điện thoại"),
    "a procedure's name": ("có việc lớn", "giấy thử", "trùng với a.yaml"),
    "the same thing twice": (
        '    hoi: Giấy nào?\n    chon:\n      - khi: Giấy mới\n        ma: "1.000001"\n'
        '      - khi: Giấy cũ\n        ma: "1.000002"\n',
        '    ma: "1.000001"\n',
        "mã 1.000001 đã có ở việc trên",
    ),
}


@pytest.mark.parametrize(("old", "new", "words"), LACKING.values(), ids=LACKING)
def test_what_a_life_event_lacks_is_told(old: str, new: str, words: str, tmp_path: Path) -> None:
    assert old in GOOD
    errors = errors_of(check(root_with(tmp_path, GOOD.replace(old, new, 1))))
    mine = [p for p in errors if p.path.name == "co-chuyen.yaml"]
    assert len(mine) == 1 and words in mine[0].message, errors
