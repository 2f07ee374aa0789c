"""One line more in the right file, and nothing else; what must not be taught is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from knowledge_base.loader import PACKAGE, load
from knowledge_base.review.adding import Data, Refused

CURATED = """\
# Lời dặn của cán bộ.
ma: ["1.000001"]
ten: Xin giấy thử
ten_chinh_thuc: Thủ tục xin giấy thử
linh_vuc: Hộ tịch
cap: [xa]
goi_la: [giấy thử]
cau_hoi_mau:
  - xin giấy thử ở đâu   # câu đầu
  - >-
    giấy thử
    mất mấy ngày

# Nguồn
nguon:
  - {id: cong, ten: Cổng, ngay: 2026-06-10}
"""
EVENT = """\
id: co-chuyen
ten: Nhà có chuyện
khi: nhà có chuyện
cau_hoi_mau:
- nhà có chuyện thì làm gì
mo_dau: Xin chia sẻ.
viec:
- viec: Xin giấy
  ma: "1.000001"
"""
INTENT = 'version: "3.1"\n\nnlu:\n  - intent: {}\n    examples: |\n      - {}\n      - {}'
ENTRY = {
    "ma": ["1.000002"], "ten": "Giấy xa", "ten_chinh_thuc": "Giấy xa", "linh_vuc": "Hộ tịch",
    "cap": ["xa"], "bien_soan": False,
    "nguon": [{"id": "cong", "ten": "Cổng", "ngay": "2026-06-10"}],
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "kho/procedures/giay-thu.yaml": CURATED,
        "kho/life_events/co-chuyen.yaml": EVENT,
        "kho/catalogue.jsonl": json.dumps(ENTRY) + "\n",
        "nlu_data/intents/out_of_scope.yml": INTENT.format("out_of_scope", "trời mưa", "nấu phở"),
        "nlu_data/intents/ask_fee.yml": INTENT.format("ask_fee", "mất mấy đồng", "phí giấy thử"),
        "tests/retrieval/blind.jsonl": json.dumps({"question": "Xin giấy chấm điểm?"}) + "\n",
        "tests/nlu/ask_fee.yaml": '- text: "chấm tiền giấy"\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "kho"


def file(root: Path, name: str) -> str:
    """What a file holds."""
    return (root.parent / name).read_bytes().decode()


def test_a_question_goes_after_the_last_and_the_form_stays(root: Path) -> None:
    data = Data(root)
    first = data.add("ra xã  xin giấy thử được không", "1.000001")
    second = data.add("giấy thử: mất tiền chứ", "1.000001")
    assert (first.line, second.line, second.question) == (13, 14, "giấy thử: mất tiền chứ")
    assert str(second).endswith("giay-thu.yaml:14: giấy thử: mất tiền chứ")
    assert file(root, "kho/procedures/giay-thu.yaml") == CURATED.replace(
        "    mất mấy ngày\n",
        "    mất mấy ngày\n  - ra xã xin giấy thử được không\n  - 'giấy thử: mất tiền chứ'\n",
    )
    assert load(root).curated[0].sample_questions[-1] == "giấy thử: mất tiền chứ"


def test_life_events_and_intents_are_taught_too(root: Path) -> None:
    data = Data(root)
    data.add("nhà tôi có chuyện rồi", "co-chuyen")
    assert data.add("mưa to quá", "out_of_scope").line == 8
    assert file(root, "kho/life_events/co-chuyen.yaml") == EVENT.replace(
        "làm gì\n", "làm gì\n- nhà tôi có chuyện rồi\n"
    )
    text = file(root, "nlu_data/intents/out_of_scope.yml")
    assert text.endswith("      - nấu phở\n      - mưa to quá\n")
    assert yaml.safe_load(text)["nlu"][0]["examples"].splitlines()[-1] == "- mưa to quá"


def test_lines_of_windows_stay_lines_of_windows(root: Path) -> None:
    path = root / "procedures" / "giay-thu.yaml"
    path.write_bytes(CURATED.replace("\n", "\r\n").encode())
    Data(root).add("giấy thử có lâu không", "1.000001")
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    assert (
        b"\r\n  - gi\xe1\xba\xa5y th\xe1\xbb\xad c\xc3\xb3 l\xc3\xa2u kh\xc3\xb4ng\r\n"
        in path.read_bytes()
    )


@pytest.mark.parametrize(
    ("question", "target", "why"),
    [
        ("xin GIAY cham diem!", "1.000001", "chấm điểm .*blind.jsonl"),
        ("chấm tiền giấy", "out_of_scope", "chấm điểm .*ask_fee.yaml"),
        ("xin giay thu o dau", "1.000001", "đã có trong .*giay-thu.yaml"),
        ("xin giấy thử ở đâu", "co-chuyen", "đã có trong .*giay-thu.yaml"),
        ("xin giấy thử ở đâu", "out_of_scope", "đã có trong .*giay-thu.yaml"),
        ("nấu phở", "1.000001", "đã có trong .*out_of_scope.yml"),
        ("nấu phở", "ask_fee", "đã có trong .*out_of_scope.yml"),
        ("bà Lan xin giấy thử", "1.000001", "thông tin riêng"),
        ("xin giấy cho [tên]", "1.000001", "thông tin riêng"),
        ("giấy thử số 0123456", "1.000001", "thông tin riêng"),
        ("giấy " * 100, "1.000001", "dài quá"),
        (" 12 ? ", "1.000001", "không có chữ"),
        ("giấy xa ở đâu", "1.000002", "chưa có tệp biên soạn.*new 1.000002"),
        ("giấy xa ở đâu", "1.000011", "Không có .*1.000011 .có phải ý là '1.000001'"),
        ("giấy xa ở đâu", "../ask_fee", "Không có"),
        ("giấy xa ở đâu", "", "Không có"),
    ],
)
def test_what_must_not_be_taught(root: Path, question: str, target: str, why: str) -> None:
    before = {path: path.read_bytes() for path in root.parent.rglob("*.y*ml")}
    with pytest.raises(Refused, match=why):
        Data(root).add(question, target)
    assert {path: path.read_bytes() for path in root.parent.rglob("*.y*ml")} == before


def test_a_kind_of_question_may_also_be_asked_of_a_procedure(root: Path) -> None:
    data = Data(root)
    data.add("phí giấy thử", "1.000001")
    data.add("giấy thử mất mấy ngày", "ask_fee")
    with pytest.raises(Refused, match="đã có"):
        data.add("phí giấy thử", "1.000001")  # known at once, without reading again


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            CURATED[CURATED.index("cau_hoi_mau") : CURATED.index("\n# Nguồn")],
            "cau_hoi_mau: [a b]\n",
        ),
        (CURATED[CURATED.index("cau_hoi_mau") : CURATED.index("\n# Nguồn")], ""),
    ],
)
def test_a_file_of_another_form_is_left_alone(root: Path, old: str, new: str) -> None:
    path = root / "procedures" / "giay-thu.yaml"
    path.write_text(CURATED.replace(old, new), encoding="utf-8")
    with pytest.raises(Refused, match="mỗi câu một dòng"):
        Data(root).add("giấy thử có lâu không", "1.000001")
    assert path.read_text(encoding="utf-8") == CURATED.replace(old, new)


def test_without_test_questions_everything_else_still_holds(root: Path) -> None:
    for path in (root.parent / "tests").rglob("*.*"):
        path.unlink()
    Data(root).add("xin giấy chấm điểm", "1.000001")


def test_every_file_of_ours_can_be_added_to(tmp_path: Path) -> None:
    """Nothing is written: only the text that would be."""
    from knowledge_base.review import adding
    from knowledge_base.yaml_lines import read_yaml

    folders = (PACKAGE / "procedures", PACKAGE / "life_events", PACKAGE.parent / "nlu_data/intents")
    files = [path for folder in folders for path in folder.rglob("*.y*ml")]
    assert len(files) > 300
    for path in files:
        change = adding._with_example if path.suffix == ".yml" else adding._with_item
        text, line = change(read_yaml(path), path.read_bytes().decode(), "một câu hỏi thử: xong")
        assert "một câu hỏi thử: xong" in text.split("\n")[line - 1], path
