"""What officials read about how content citizens are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import StringIO

from rich.console import Console

from actions.rating import End, Reason
from bot.ratings_report import report
from bot.store.ratings import Row, Words

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NAMES = {"1.001193": "Đăng ký khai sinh", "cai-vneid": "Cài VNeID"}


def row(
    score: int,
    count: int,
    about: str = "1.001193",
    day: date = MONDAY,
    unit: str = "",
    **more: Reason,
) -> Row:
    end = End.ANSWER if about[0] == "1" else End.GUIDE
    return Row(day, unit, end, about, score, more.get("reason"), count)


def shown(rows: Sequence[Row], words: Sequence[Words] = (), width: int = 110) -> str:
    console = Console(width=width, record=True, file=StringIO())
    console.print(report(rows, words, NAMES.get, {"00166": "phường Cầu Giấy"}.get))
    return console.export_text()


ROWS = (
    row(0, 10),
    row(5, 3),
    row(2, 1),
    row(2, 1, reason=Reason.SLOW),
    row(0, 4, "cai-vneid", TUESDAY, "00166"),
    row(1, 2, "cai-vneid", TUESDAY, "00166"),
    row(1, 2, "cai-vneid", TUESDAY, "00166", reason=Reason.UNCLEAR),
)


def test_everything_is_added_up() -> None:
    text = " ".join(shown(ROWS).split())
    assert "Hỏi 14 lần, 6 lần được trả lời; hài lòng trở lên 50%." in text
    assert "Lý do chưa hài lòng: khó hiểu 2, chờ lâu 1." in text
    assert "23/11/2026 │ 10 │ 4 │ 75%" in text and "24/11/2026 │ 4 │ 2 │ 0%" in text
    assert "Đăng ký khai sinh (1.001193) │ trả lời │ 10 │ 4 │ 75% │ chờ lâu 1" in text
    assert "Cài VNeID (cai-vneid) │ hướng dẫn │ 4 │ 2 │ 0% │ khó hiểu 2" in text
    assert "phường Cầu Giấy │ 4 │ 2 │ 0%" in text and "chưa rõ │ 10 │ 4 │ 75%" in text


def test_the_chart_draws_the_faces_to_scale() -> None:
    chart = shown(ROWS).split("Các mức")[1].split("Theo ngày")[0].splitlines()
    bars = {line.split("  ")[0].strip(): line.count("█") for line in chart if line.strip()}
    assert bars == {
        "rất hài lòng": 24, "hài lòng": 0, "bình thường": 0, "không hài lòng": 8, "rất không": 16
    }  # fmt: skip


def test_words_are_shown_as_they_are_the_newest_first() -> None:
    words = [
        Words(MONDAY, End.ANSWER, "1.001193", 2, "chữ [bold]nhỏ"),
        Words(TUESDAY, End.GUIDE, "", 1, "máy nói dài"),
    ]
    text = shown(ROWS, words)
    assert text.index("máy nói dài") < text.index("chữ [bold]nhỏ")
    assert "không rõ việc nào" in text


def test_many_things_are_counted_together() -> None:
    rows = [row(5, 20 - n, f"1.{n:06}") for n in range(20)]
    text = shown(rows)
    assert "1.000014" in text and "1.000015" not in text and "… và 5 việc nữa" in text


def test_nothing_is_said_to_be_nothing() -> None:
    assert shown([]).strip() == "Chưa hỏi ai trong thời gian này."
    assert "3 lần, 0 lần được trả lời." in shown([row(0, 3)])
