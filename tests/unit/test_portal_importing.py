"""Lines of a file of records that cannot be read are told with their place; the rest is read."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from knowledge_base.portal.importing import read

GOOD = {"ma_thu_tuc": "1.000005", "ten_thu_tuc": "Thủ tục thử", "linh_vuc": "Thử"}


def test_a_mark_that_a_windows_editor_puts_before_the_first_line_is_no_part_of_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(GOOD), encoding="utf-8-sig")
    (found,) = read(path, date(2026, 6, 10))
    assert found.reading
    assert found.reading.code == "1.000005"


def test_what_no_parser_or_database_takes_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    half = json.dumps({**GOOD, "ten_thu_tuc": "nửa chữ \ud800"})
    path.write_text("\n".join([half, "[" * 100_000, json.dumps(GOOD)]), encoding="utf-8")
    first, second, third = read(path, date(2026, 6, 10))
    assert (first.place, first.trouble) == (f"{path}:1", "không phải chữ UTF-8")
    assert (second.place, second.trouble) == (f"{path}:2", "các mục lồng nhau quá sâu")
    assert third.reading
