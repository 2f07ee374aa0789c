"""The program refuses to start with a broken file of officials, and says which and where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from actions.state import State
from api.wording import WordingError, load_wording
from bot.settings import Settings
from bot.wiring import build_world
from knowledge_base.loader import PACKAGE, KnowledgeError
from knowledge_base.units import UnitsError
from tests.samples import NOW


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A knowledge base with the real wording, one procedure and a menu of its field."""
    shutil.copytree(PACKAGE / "wording", tmp_path / "wording")
    file = "procedures/ho-tich/dang-ky-khai-sinh.yaml"
    (tmp_path / file).parent.mkdir(parents=True)
    shutil.copy(PACKAGE / file, tmp_path / file)
    (tmp_path / "catalogue.jsonl").touch()
    (tmp_path / "menu.yaml").write_text(
        "- id: ho-tich\n  ten: Khai sinh\n  linh_vuc: [Hộ tịch]\n", encoding="utf-8"
    )
    return tmp_path


def test_a_whole_knowledge_base_is_read(root: Path) -> None:
    world = build_world(Settings(), root)
    assert [topic.title for topic in world.topics] == ["Khai sinh"]
    assert world.knowledge.by_code("1.001193") is not None


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("menu.yaml", "ten: Khai sinh", "tenn: Khai sinh", r"menu\.yaml:2: \[1\]\.tenn"),
        ("menu.yaml", "linh_vuc: [Hộ tịch]", "linh_vuc: Hộ tịch", r"menu\.yaml:3: "),
        ("menu.yaml", "- id", "-id", r"menu\.yaml:\d+: "),
        ("wording/talk.yaml", "home:\n", "home: 5\nelse:\n", r"talk\.yaml:\d+: home"),
        ("wording/talk.yaml", "{dien_thoai} để gặp", "{dt} để gặp", r"talk\.yaml:\d+: human"),
        (
            "procedures/ho-tich/dang-ky-khai-sinh.yaml",
            "linh_vuc: ",
            "linhvuc: ",
            r"dang-ky-khai-sinh\.yaml:\d+: linhvuc",
        ),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    root: Path, file: str, old: str, new: str, where: str
) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=where):
        build_world(Settings(), root)


def test_the_commune_of_the_deployment_is_where_its_citizens_live(root: Path) -> None:
    world = build_world(Settings(commune="00166"), root)
    assert world.telling(State(), NOW).province == "01"
    assert world.telling(State(unit="25951"), NOW).unit == "25951"


@pytest.mark.parametrize(
    ("commune", "said"),
    [
        ("99999", "00166 là phường Cầu Giấy"),
        ("01", "mã 5 chữ số"),
        ("phường Láng, Hà Nội", "00199 là phường Láng, thành phố Hà Nội"),
    ],
)
def test_a_commune_that_does_not_exist_is_told(root: Path, commune: str, said: str) -> None:
    with pytest.raises(UnitsError, match=f"COMMUNE={commune} không phải mã .*{said}"):
        build_world(Settings(commune=commune), root)


def test_wording_that_cannot_be_read_at_all_is_named_with_its_line(root: Path) -> None:
    with (root / "wording" / "web.yaml").open("a", encoding="utf-8") as file:
        file.write('\nlast: "no end\n')
    with pytest.raises(WordingError, match=r"web\.yaml:\d+: \(cả tệp\): YAML viết sai"):
        load_wording(root / "wording")
