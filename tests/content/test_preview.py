"""``python -m knowledge_base preview``: the program's own answers, drawn as on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from knowledge_base import offices
from knowledge_base.__main__ import app
from knowledge_base.loader import PACKAGE, KnowledgeError
from knowledge_base.preview import PHONE
from knowledge_base.problems import Problem

CARD = "1.014064"
FILE = PACKAGE / "procedures" / "can-cuoc" / "cap-lai-the-can-cuoc.yaml"


def preview(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["preview", *arguments])


def words(result: Result) -> str:
    """What was printed, without frames and line ends."""
    assert result.exit_code == 0, result.output
    return " ".join("".join(c if c not in "╭╮╰╯│─" else " " for c in result.output).split())


def test_both_sides_of_a_day_are_seen() -> None:
    before = words(preview(CARD, "--ngay", "2026-12-31"))
    assert "ngày 31/12/2026" in before and "35.000 đồng/thẻ" in before
    after = words(preview(CARD, "--ngay", "2027-01-01"))
    assert "70.000 đồng/thẻ" in after and "35.000" not in after


def test_questions_buttons_and_sources_are_drawn_no_wider_than_a_phone() -> None:
    result = preview(CARD, "--ngay", "2026-11-22")
    assert max(map(len, result.output.splitlines()[1:])) <= PHONE
    said = words(result)
    for shown in ("Mất bao nhiêu tiền", "[1] Cần giấy tờ gì", "mã 1.014064.", "↗ Xem trên Cổng"):
        assert shown in said


def test_the_fee_is_that_of_the_province() -> None:
    code = "1.004884"
    nowhere = words(preview(code, "--ngay", "2026-11-22"))
    assert "Ông/bà ở tỉnh, thành phố nào?" in nowhere
    here = words(preview(code, "--ngay", "2026-11-22", "--tinh", "01"))
    assert "người hỏi ở thành phố Hà Nội" in here
    assert "77/2025/NQ-HĐND" in here and "ở tỉnh, thành phố nào" not in here


def test_the_office_is_that_of_the_commune() -> None:
    (office,) = offices.load().of(offices.OfficeKind.CENTRE, "26737")
    said = words(preview("1.001193", "--tinh", "26737"))
    assert office.address in said
    assert offices.load().source_of(office).title in said


def test_an_office_that_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Problem(Path("offices.yaml"), 7, "noi[1].ten", "thiếu mục này")

    def load(*_: object, **__: object) -> offices.Directory:
        raise KnowledgeError([wrong])

    monkeypatch.setattr(offices, "load", load)
    result = preview(CARD)
    assert result.exit_code == 1
    assert str(wrong) in result.output


def test_a_file_is_shown_as_it_is_now(tmp_path: Path) -> None:
    changed = tmp_path / "thu.yaml"
    text = FILE.read_text(encoding="utf-8")
    assert text.count("so_tien: 35000") == 1
    changed.write_text(text.replace("so_tien: 35000", "so_tien: 36000"), encoding="utf-8")
    assert "36.000 đồng/thẻ" in words(preview(str(changed), "--ngay", "2026-12-31"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("1.014069",), "có phải ý là"),
        (("khong-co.yaml",), "Không có tệp khong-co.yaml"),
        ((CARD, "--tinh", "02"), "Không có tỉnh hay xã nào mang mã 02"),
        ((CARD, "--ngay", "05/01/2027"), "năm-tháng-ngày"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = preview(*arguments)
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())


def test_a_broken_file_is_told_and_not_drawn(tmp_path: Path) -> None:
    broken = tmp_path / "thu.yaml"
    broken.write_text('ma: ["1.000001"]\n', encoding="utf-8")
    result = preview(str(broken))
    assert result.exit_code == 1
    assert "thu.yaml:1: ten: thiếu mục này" in result.output
