"""Drawings: plain shapes and text or nothing, made into PNG with letters that are there."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image as Png

from bot.fonts import fonts
from bot.pictures import WIDTH, Pictures
from knowledge_base import drawings, loader
from knowledge_base.drawings import Drawing, DrawingError

GOOD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 480" role="img"><title>Ô</title>'
    '<rect width="360" height="480" fill="#FFF"/><text x="9" y="40" font-size="18">Ổ</text></svg>'
)
WRONG = {
    "script": ("<title>", "<script>alert(1)</script><title>", "không có <script>"),
    "a page within": ("<title>", "<foreignObject/><title>", "không có <foreignObject>"),
    "handler": ("<rect ", '<rect onclick="alert(1)" ', "onclick"),
    "link": ("<rect ", '<rect href="https://x.vn/a.png" ', "href"),
    "style": ("<rect ", '<rect style="fill:red" ', "style"),
    "loads": ('fill="#FFF"', 'fill="url(https://x.vn)"', "url("),
    "entity": ("<svg ", '<!DOCTYPE svg [<!ENTITY a "b">]><svg ', "<!"),
    "stylesheet": ("<svg ", '<?xml-stylesheet href="a.css"?><svg ', "<?"),
    "no size": (' viewBox="0 0 360 480"', "", "viewBox"),
    "broken": ("</svg>", "", "không đọc được"),
    "foreign": ('xmlns="http://www.w3.org/2000/svg"', "", "không có <svg>"),
    "heavy": ("Ổ", "Ổ" * 10_000, "nặng"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_runs_loads_or_links_is_no_drawing(name: str, tmp_path: Path) -> None:
    old, new, says = WRONG[name]
    folder = tmp_path / "guides" / "hinh"
    folder.mkdir(parents=True)
    (folder / "good.svg").write_text(GOOD, encoding="utf-8")
    (folder / "bad.svg").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DrawingError, match=r".") as said:
        drawings.read(folder / "bad.svg")
    assert says in str(said.value)
    assert set(drawings.load(tmp_path)) == {"good"}
    [problem] = drawings.check_drawings(tmp_path)
    assert (problem.path.name, problem.line) == ("bad.svg", 1)


def test_every_picture_of_a_guide_is_drawn_and_fits_a_message() -> None:
    known = drawings.load()
    files = loader.PACKAGE.glob("guides/*.yaml")
    named = {
        name for file in files for name in re.findall(r"tep: ([a-z0-9-]+)\.svg", file.read_text())
    }
    assert len(named) >= 50
    assert named == set(known), "a drawing that no guide shows, or the reverse"
    pictures = Pictures(known)
    for name in sorted(named):
        made = pictures.png(name)
        assert made is not None
        size = Png.open(io.BytesIO(made)).size
        assert size == (WIDTH, round(WIDTH * known[name].height / known[name].width))
        assert len(made) < 150_000


def test_vietnamese_letters_are_drawn_each_as_itself() -> None:
    letters = " OÔỐỒỔỖỘơờởỡợăằẳẵặêếềểễệưừửữựđĐỷỹ•…–"  # nine in a row, 40 units each way
    texts = "".join(
        f'<text x="{n % 9 * 40 + 5}" y="{n // 9 * 40 + 32}" font-size="24">{letter}</text>'
        for n, letter in enumerate(letters)
    )
    svg = GOOD.replace(">Ổ<", "><").replace("</svg>", f"{texts}</svg>")
    made = Pictures({"a": Drawing("a", svg.encode(), 360, 480, "")}).png("a")
    assert made is not None
    page = Png.open(io.BytesIO(made)).convert("L")
    places = [(n % 9 * 80, n // 9 * 80) for n in range(len(letters))]
    cells = [page.crop((x, y, x + 80, y + 80)) for x, y in places]
    looks = {cell.tobytes() for cell in cells}
    assert len(looks) == len(letters), "some look alike: boxes for want of letters"


def test_a_picture_is_made_once_and_an_unknown_one_not_at_all() -> None:
    pictures = Pictures(drawings.load())
    assert pictures.png("cong-dang-nhap") is pictures.png("cong-dang-nhap")
    assert pictures.png("../vneid-dang-nhap") is None
    assert all(file.is_file() for file in fonts())
