"""What an evaluation makes of its counts: floors, tables, charts, the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from knowledge_base.evaluation import charts, floors, page
from knowledge_base.evaluation.baselines import FUSED, PLAIN, WORDS
from knowledge_base.evaluation.charts import Bar
from knowledge_base.evaluation.counting import ALL, Asked, judge
from knowledge_base.evaluation.floors import CEILINGS, NAMES, Bound, Figures, Floors, FloorsError
from knowledge_base.evaluation.measured import OTHER, OURS, Measured, Mistaken
from knowledge_base.evaluation.questions import Question
from knowledge_base.evaluation.tables import Table, figures, tables
from tests.unit.test_evaluate import A, B, Came, came, names, question, same

ASKS_TIME = question("mấy ngày", A, intent="ask_time", group="accented")


def judged(q: Question, tried: Came) -> Asked:
    return judge(q, tried, same)


def measured(**ranks: list[int | None]) -> Measured:
    asked = [
        judged(ASKS_TIME, came("ask_fee", B, A, told=(B,))),
        judged(question("bao lâu", A, intent="ask_time", group="accented"), came("ask_fee", B)),
        judged(question("lệ phí", A, intent="ask_fee", group="keyword"), came("ask_fee", A)),
        judged(question("cháu ơi", intent="greet", group="nlu"), came("greet")),
    ]
    return Measured({"blind": asked[:3], "nlu": asked[3:]}, 640, ranks)


HELD = Floors(
    names={"accented": "có dấu"},
    sets={"blind": "chưa ai xem"},
    wanted={ALL: Figures(hit5=0.9, memory_mb=700), "accented": Figures(hit1=0.92)},
    floors={"blind": {"EACH": Figures(hit1=0.4), "keyword": Figures(hit1=0.9, wrong=0.1)}},
)


# --- floors ---


def test_a_groups_own_floor_goes_before_that_of_each() -> None:
    assert list(HELD.bounds("blind", ["accented", "keyword"])) == [
        Bound("blind", "accented", "hit1", 0.4),
        Bound("blind", "keyword", "hit1", 0.9),
        Bound("blind", "keyword", "wrong", 0.1),
    ]
    assert list(HELD.bounds("other", ["accented"])) == []


def test_a_figure_under_its_floor_is_named_with_set_and_group() -> None:
    assert measured().shortfalls(HELD) == ["blind · có dấu (accented): Hit@1 0 dưới sàn 0.4"]


def test_a_ceiling_is_passed_from_below() -> None:
    held = Floors(floors={"blind": {ALL: Figures(wrong=0.3, hit5=0.6)}})
    assert measured().shortfalls(held) == ["blind · ALL: sai mà chắc 0.3333 vượt mức 0.3"]


def test_a_floor_for_what_is_not_measured_does_not_pass() -> None:
    held = Floors(
        floors={"gone": {"x": Figures(hit1=0.1)}, "nlu": {"nlu": Figures(hit1=0.1)}},
    )
    assert measured().shortfalls(held) == [
        "nlu · nlu: Hit@1 không đo được, cần 0.1",
        "gone · x: Hit@1 không đo được, cần 0.1",
    ]


def test_every_figure_has_a_name_and_a_side() -> None:
    assert Figures.model_fields.keys() == NAMES.keys()
    assert NAMES.keys() > CEILINGS


@pytest.mark.parametrize(
    ("text", "line"),
    [("wanted: {x: {hit9: 1}}", 1), ("floors:\n  a:\n    b: {hit1: x}", 3), ("x: ]", 1)],
)
def test_broken_floors_name_the_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "floors.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FloorsError, match=rf"floors.yaml:{line}: "):
        floors.load(path)
    with pytest.raises(FloorsError, match=r"none\.yaml"):
        floors.load(tmp_path / "none.yaml")


# --- what is made of the counts ---


def test_groups_run_over_all_sets_and_sentences_without_a_procedure_are_one() -> None:
    rows = measured().groups()
    assert [(row.group, row.n) for row in rows] == [
        ("accented", 2), ("keyword", 1), ("nlu", 1), (ALL, 4)
    ]  # fmt: skip
    assert [(row.group, row.n) for row in measured().sets()] == [("blind", 3), ("nlu", 1)]


def test_what_is_taken_for_what_is_counted_with_an_example() -> None:
    assert measured().confused_kinds() == [Mistaken("ask_time", "ask_fee", 2, "mấy ngày")]
    named = measured().confused_procedures(names)
    assert named == [Mistaken(f"{A} Xin giấy", B, 2, "mấy ngày")]


def test_kinds_heard_as_no_question_share_a_column() -> None:
    asked = [judged(ASKS_TIME, came(kind)) for kind in ("ask_time", "ask_bot", "greet")]
    kinds, counts = Measured({"x": asked}, 0).kinds()
    assert kinds == ["ask_time"]
    assert counts == {("ask_time", "ask_time"): 1, ("ask_time", OTHER): 2}


def test_what_no_office_does_is_in_no_row_though_it_is_asked_as_papers_are() -> None:
    near = Question("vay bao nhiêu", (), ("out_of_scope", "ask_fee"), "near_scope", nothing=True)
    assert Measured({"x": [judged(near, came("ask_fee"))]}, 0).kinds() == ([], {})


def test_yardsticks_are_set_beside_ours_group_by_group() -> None:
    found = measured(**{WORDS: [1, None, 5]}).compared()
    assert found == {
        "accented": {WORDS: (0.5, 0.5), OURS: (0.0, 0.5)},
        "keyword": {WORDS: (0.0, 1.0), OURS: (1.0, 1.0)},
        ALL: {WORDS: (1 / 3, 2 / 3), OURS: (1 / 3, 2 / 3)},
    }
    assert measured().compared() == {}


def test_what_is_wanted_stands_beside_what_was_measured() -> None:
    table = figures("x", measured().groups(), HELD)
    cells = {row[0]: dict(zip(table.headings, row, strict=True)) for row in table.rows}
    assert cells["có dấu"]["Hit@1"] == "0.000 (cần 0.92)"
    assert cells["keyword"]["Hit@1"] == "1.000"
    assert cells["keyword"]["Hit@5"] == "1.000 ✓"
    assert cells["nlu"]["Hit@1"] == "–"
    assert "nói đủ số" not in table.headings


def test_a_cell_does_not_break_a_table() -> None:
    said = Table("Tên", ("a", "b"), (("1|2", "3\n4"),)).markdown()
    assert said == "## Tên\n\n| a | b |\n| --- | --- |\n| 1\\|2 | 3 4 |\n"


def test_every_table_has_its_rows() -> None:
    found = list(tables(measured(**{WORDS: [1, None, 5]}), HELD, names))
    assert [bool(table.rows) for table in found] == [True] * 6
    assert len({table.title for table in found}) == 6
    assert "640 ✓" in str(found[2].rows)


# --- charts and page ---

ROW = measured().groups()[0]
DRAWN = {
    "yardsticks": charts.yardsticks(
        "Đứng đầu", [WORDS, PLAIN, FUSED, OURS], [Bar("có dấu <5>", (0.2, 0.4, 0.5, 0.9), 0.92)]
    ),
    "outcomes": charts.outcomes("Nhận được", [("có dấu <5>", ROW)]),
    "matrix": charts.matrix(
        "Nhầm", [("a", "có dấu <5>")], [("a", "a"), ("b", "b")], {("a", "a"): 3, ("a", "b"): 1}
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_small_whole_and_fits_a_telephone(name: str) -> None:
    drawing = DRAWN[name]
    root = ElementTree.fromstring(drawing)
    assert len(drawing) < 20_000
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    assert width == 400
    texts = [e for e in root.iter() if e.tag.endswith("text")]
    assert "có dấu <5>" in [e.text for e in texts]
    for shape in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y = float(shape.get("x", 0)), float(shape.get("y", 0))
        assert 0 <= x <= x + float(shape.attrib["width"]) <= width
        assert 0 <= y <= y + float(shape.attrib["height"]) <= height


def luminance(colour: str) -> float:
    """Relative luminance of ``#rgb`` or ``#rrggbb`` (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def themes() -> list[Mapping[str, str]]:
    return [
        dict(re.findall(r"--(\w+):(#\w+)", block))
        for block in re.findall(r":root\{([^}]*)\}", DRAWN["matrix"])
    ]


@pytest.mark.parametrize("dark", [False, True])
def test_charts_can_be_read_in_the_light_and_in_the_dark_theme(dark: bool) -> None:
    assert len(themes()) == 2
    colours = themes()[dark]
    assert contrast(colours["ink"], colours["paper"]) >= 7
    assert all(contrast(colours[f"c{n}"], colours["paper"]) >= 1.9 for n in range(5))
    # Figures are written on these two in the colour of the paper.
    assert all(contrast(colours[name], colours["paper"]) >= 4.5 for name in ("c3", "c4"))
    assert (luminance(colours["paper"]) < 0.1) == dark


def test_the_page_shows_charts_tables_and_day(tmp_path: Path) -> None:
    found = measured(**{WORDS: [1, None, 5]})
    written = page.write(found, HELD, names, date(2026, 11, 22), tmp_path)
    text = written[0].read_text(encoding="utf-8")
    assert "22/11/2026" in text and "4 câu" in text and "chưa ai xem" in text
    links = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert [tmp_path / link for link in links] == written[1:]
    assert len(links) == 3
    for drawing in written[1:]:
        ElementTree.fromstring(drawing.read_text(encoding="utf-8"))
    again = page.write(found, HELD, names, date(2026, 11, 22), tmp_path / "again")
    assert [a.read_bytes() for a in again] == [b.read_bytes() for b in written]


def test_the_page_in_the_repository_shows_its_charts() -> None:
    text = (page.DOCS / "evaluation.md").read_text(encoding="utf-8")
    links = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(links) == 3
    assert all((page.DOCS / link).is_file() for link in links)
