"""``check --cong``: the files held against what was synchronised into a real database."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.record_book import open_book
from knowledge_base import check as checking
from knowledge_base.__main__ import app
from knowledge_base.loader import read
from knowledge_base.portal.book import Form, Reading
from knowledge_base.portal.sync import seed
from tests.content.test_check import FEES, GOOD, RECORD, make

JUNE, NOVEMBER = date(2026, 6, 10), date(2026, 11, 20)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedded_conninfo: str) -> Path:
    """The good file and its catalogue, a database that knows the catalogue, in January 2027."""
    monkeypatch.setenv("DATABASE_URL", embedded_conninfo)
    monkeypatch.setattr(checking, "today", lambda: date(2027, 1, 5))
    return make(tmp_path, a=GOOD)


def bring(conninfo: str, root: Path, *changes: dict[str, Any], gone: tuple[str, ...] = ()) -> None:
    """Synchronise on 20 November: record 1.000001 as in the catalogue but for these parts."""

    async def run() -> None:
        async with open_book(conninfo) as book:
            await seed(book, read(root).catalogue)
            run = await book.begin(Form.API, "cổng", NOVEMBER)
            for change in changes:
                facts = {**json.loads(RECORD % ("1.000001", FEES)), **change}
                await book.keep(run, Reading("1.000001", Form.API, facts, facts))
            await book.finish(run, withdrawn=gone)

    asyncio.run(run())


def checked(root: Path, *options: str) -> tuple[int, list[str]]:
    """Exit code and lines of ``check``, without the folder in front."""
    done = CliRunner().invoke(app, ["check", "--root", str(root), *options])
    lines = done.output.replace(f"{root}/procedures/thu/", "").splitlines()
    return done.exit_code, [line.strip() for line in lines]


def test_without_records_it_says_what_to_run_and_the_plain_check_needs_none(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, lines = checked(root, "--cong")
    assert code == 1
    assert "python -m knowledge_base sync" in lines[-1]
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert checked(root, "--cong")[0] == 1
    assert checked(root)[0] == 0


def test_records_that_say_the_same_make_the_source_new_again(
    root: Path, embedded_conninfo: str
) -> None:
    assert any("nguồn đã cũ hơn nửa năm" in line for line in checked(root)[1])
    bring(embedded_conninfo, root, {})
    code, lines = checked(root, "--cong")
    assert code == 0
    assert lines == [
        "So với 2 bản ghi của Cổng, mới nhất ngày 20/11/2026; 0 mã không còn công bố.",
        "Không có thư mục tests: chưa so câu mẫu với câu kiểm tra.",
        "0 lỗi, 0 lời nhắc.",
    ]


def test_a_fee_the_portal_changed_is_a_contradiction_at_its_line(
    root: Path, embedded_conninfo: str
) -> None:
    bring(embedded_conninfo, root, {"le_phi": [{"so_tien": 30000}]})
    code, lines = checked(root, "--cong")
    assert code == 1
    assert (
        "a.yaml:28: le_phi[1]: 20.000 đồng khác với Cổng khi nộp trực tiếp: 30.000 đồng; "
        "nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì" in lines
    )
    assert (
        "a.yaml:27: le_phi: Cổng đã đổi lệ phí, thấy ngày 20/11/2026, sau nguồn của tệp; xem bằng: "
        "python -m knowledge_base diff 1.000001 --tu 2026-06-10" in lines
    )
    assert any("nguồn đã cũ" in line for line in lines), "it was not seen to say the same"
    assert checked(root)[0] == 0, "the plain check knows the catalogue alone"


def test_a_withdrawn_code_is_an_error_at_its_line(root: Path, embedded_conninfo: str) -> None:
    bring(embedded_conninfo, root, gone=("1.000001",))
    code, lines = checked(root, "--cong")
    assert code == 1
    assert "a.yaml:1: ma[1]: Cổng không còn công bố mã 1.000001 từ ngày 20/11/2026" in lines
    assert lines[0].endswith("1 mã không còn công bố.")
