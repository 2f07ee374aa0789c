"""Lists that communes send each other: nothing rare leaves, nothing personal comes in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge_base.review.book import Miss, Missed, MissKind
from knowledge_base.review.exchange import read, write

DAY = date(2026, 11, 23)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "danh-sach.jsonl"
    often = (
        Miss("giấy lạ", MissKind.CORRECTED, DAY, ("1.000001",), None, 2),
        Miss("giấy lạ", MissKind.REPHRASED, DAY, ("1.000001",), "vua-sinh-con"),
        Miss("giấy lạ", MissKind.DECLINED, DAY),
    )
    rare = Miss("giấy hiếm", MissKind.DECLINED, DAY, count=2)
    missed = [Missed(4, "giấy lạ", often), Missed(5, "giấy hiếm", (rare,))]
    assert write(path, missed) == 3
    assert read(path) == (list(often), [])
    assert "4" not in path.read_text(encoding="utf-8").replace("2026-11-23", "")
    assert write(path, missed, least=1) == 4
    assert read(path)[0][-1] == rare


def test_lines_of_others_are_held_against_the_shape_and_scrubbed(tmp_path: Path) -> None:
    path = tmp_path / "la.jsonl"
    lines = [
        '{"cau": "tôi tên là Lan, xin giấy lạ", "kieu": "declined", "ngay": "2026-11-23"}',
        "",
        '{"cau": "giấy", "kieu": "khác", "ngay": "2026-11-23"}',
        '{"cau": "giấy", "kieu": "declined", "ngay": "hôm nay", "ai": "Lan"}',
        '{"cau": "Nguyễn Văn An 0912345678", "kieu": "declined", "ngay": "2026-11-23"}',
        '{"cau": "giấy", "kieu": "declined", "ngay": "2026-11-23", "so_lan": 0}',
        '{"cau": "giấy", "kieu": "declined", "ngay": "2026-11-23", "da_chon": "../x y"}',
        "không phải JSON",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    misses, problems = read(path)
    assert [miss.question for miss in misses] == ["tôi tên là [tên], xin giấy lạ"]
    assert sorted({problem.line for problem in problems}) == [3, 4, 6, 7, 8]
    assert {problem.field for problem in problems} >= {"kieu", "ngay", "ai", "so_lan", "da_chon"}
    path.write_bytes(b'{"cau": "gi\xff", "kieu": "declined", "ngay": "2026-11-23"}')
    assert read(path)[0] == [] and len(read(path)[1]) == 1
