"""Names and neighbours across files: what is told, in which file, and what is left alone."""

from __future__ import annotations

from pathlib import Path

from knowledge_base.loader import CuratedFile, Reading
from knowledge_base.neighbours import conflicts
from knowledge_base.problems import Severity
from knowledge_base.schema import Procedure
from knowledge_base.yaml_lines import Document
from tests.samples import procedure


def told(*procedures: Procedure, catalogue: tuple[Procedure, ...] = ()) -> list[str]:
    """``file.field: message`` of every problem; a file is named after its code's last digit."""
    files = tuple(
        CuratedFile(
            Document(Path(f"{p.code[-1]}.yaml"), p.model_dump(by_alias=True, mode="json")), p
        )
        for p in procedures
    )
    found = conflicts(Reading(Path(), files, catalogue))
    return [f"{problem.path.stem}.{problem.field}: {problem.message}" for problem in sorted(found)]


def points(*codes: str) -> list[dict[str, str]]:
    return [{"ma": code, "khi": "muốn việc kia"} for code in codes]


ADOPT = procedure("1.000001", ten="Nhận con nuôi", khac_voi=points("1.000002"))
ADOPT_AGAIN = procedure("1.000002", ten="Đăng ký lại việc nuôi con", khac_voi=points("1.000001"))


def test_two_files_that_name_each_other_are_fine() -> None:
    assert told(ADOPT, ADOPT_AGAIN) == []


def test_a_file_that_does_not_name_back_is_told_where_the_line_is_missing() -> None:
    silent = procedure("1.000002", ten="Đăng ký lại việc nuôi con")
    (line,) = told(ADOPT, silent)
    assert line.startswith("2.khac_voi: 1.yaml ghi thủ tục này trong khac_voi")
    assert line.endswith("Nhận con nuôi (1.000001)")


def test_naming_any_code_of_the_other_file_is_naming_it() -> None:
    both = procedure("1.000002", ma=["1.000002", "1.000003"], ten="Việc khác hẳn")
    back = both.model_copy(update={"neighbours": ADOPT_AGAIN.neighbours})
    third = procedure("1.000001", ten="Nhận con nuôi", khac_voi=points("1.000003"))
    assert told(third, back) == []


def test_near_names_that_nobody_tells_apart_are_told_once() -> None:
    car = procedure("1.000001", ten="Sang tên xe", goi_la=["sang tên đổi chủ"])
    land = procedure("1.000002", ten="Sổ đỏ", goi_la=["sang tên đổi chủ đất"])
    others = [procedure(f"1.00000{n}", ten=f"Việc thứ {n} trong năm") for n in range(3, 9)]
    (line,) = [line for line in told(car, land, *others) if "sang tên" in line]
    assert line.startswith("1.goi_la[1]: 'sang tên đổi chủ' dễ nhầm với 'sang tên đổi chủ đất'")
    aware = car.model_copy(update={"neighbours": ADOPT.neighbours})
    assert not any("dễ nhầm" in line for line in told(aware, land))


def test_names_that_share_only_a_common_word_are_not_near() -> None:
    many = [
        procedure(f"1.00000{n}", ten=f"Giấy {word}")
        for n, word in enumerate(("khai sinh", "kết hôn", "lái xe", "báo tử"), 1)
    ]
    assert told(*many) == []


def test_a_lay_name_that_is_another_procedures_name_is_an_error() -> None:
    thief = procedure("1.000003", ten="Việc khác hẳn", goi_la=["nhận con  nuôi!"])
    assert "3.goi_la[1]: tên gọi này là tên của thủ tục khác: Nhận con nuôi (1.000001)" in told(
        ADOPT, ADOPT_AGAIN, thief
    )
    twice = procedure("1.000003", ten="Nhận con nuôi")
    lines = told(ADOPT, ADOPT_AGAIN, twice)
    assert any(line.startswith("1.ten: tên này là tên của thủ tục khác") for line in lines)
    assert any(line.startswith("3.ten: tên này là tên của thủ tục khác") for line in lines)


def test_a_lay_name_that_is_a_name_of_the_catalogue_is_a_warning_unless_it_is_its_own() -> None:
    entry = procedure("1.000009", ten="Nuôi con người khác", bien_soan=False)
    thief = procedure("1.000003", ten="Việc khác hẳn", goi_la=["nuôi con người khác"])
    files = (CuratedFile(Document(Path("3.yaml"), {}), thief),)
    found = [p for p in conflicts(Reading(Path(), files, (entry,))) if "1.000009" in p.message]
    assert [p.severity for p in found] == [Severity.WARNING]
    own = entry.model_copy(update={"codes": ("1.000003",)})
    assert not any("thủ tục khác" in line for line in told(thief, catalogue=(own,)))
