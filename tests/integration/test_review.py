"""From a citizen's unanswered question to a line in a file: the conversation with the real
understanding, the database, and ``python -m knowledge_base review`` in processes of its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from bot.messages import Incoming
from bot.settings import ROOT
from tests.brain import open_brain
from tests.mailroom import mailroom

ASKED = "tôi tên là Trần Thị Hoa, số 0912345678, xin giấy phép thả diều sáo ban đêm ở bãi bồi"
MASKED = "tôi tên là [tên], số [số điện thoại], xin giấy phép thả diều sáo ban đêm ở bãi bồi"
AGAIN = "xin giấy phép thả diều sáo ban đêm"
BIRTH = "ho-tich/dang-ky-khai-sinh.yaml"


@dataclass
class Office:
    """A copy of the data, and the program's database."""

    conninfo: str
    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    async def run(
        self, *arguments: str, typed: str = "", command: str = "review"
    ) -> tuple[int, str]:
        """Run a command to its end: the exit code and what it printed."""
        # Rasa's event loops start no processes.
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "knowledge_base", command, *arguments, "--root", str(self.root)],
            env={**os.environ, "DATABASE_URL": self.conninfo, "COLUMNS": "200", **self.environment},
            input=typed.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = done.stdout.decode()
        assert "Traceback" not in said, said
        return done.returncode, said

    async def told(self, *texts: str, chat: str = "nguoi-71") -> None:
        """A citizen says these, one after the other."""
        async with mailroom(self.conninfo, open_brain().conversation) as mailbox:
            for number, text in enumerate(texts):
                message = Incoming("web", chat, f"m{number}", text)
                await mailbox.receive(message)
                await mailbox.answer_to(message, 30)

    def rows(self) -> str:
        """All that the two tables hold."""
        with psycopg.connect(self.conninfo) as con:
            found = con.execute("SELECT q::text FROM missed_questions q").fetchall()
            found += con.execute("SELECT m::text FROM misses m").fetchall()
        return "\n".join(row[0] for row in found)

    @property
    def birth(self) -> str:
        """The file on registering a birth."""
        return (self.root / "procedures" / BIRTH).read_text(encoding="utf-8")


@pytest.fixture
def office(embedded_conninfo: str, tmp_path: Path) -> Office:
    data = shutil.ignore_patterns("*.py", "*.bin", "__pycache__")
    shutil.copytree(ROOT / "knowledge_base", tmp_path / "knowledge_base", ignore=data)
    for folder in ("nlu_data", "tests/retrieval", "tests/nlu"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=data)
    return Office(embedded_conninfo, tmp_path / "knowledge_base")


def number_of(question: str, listed: str) -> str:
    """The number a question is listed under."""
    found = re.search(rf"^ *(\d+)  {re.escape(question)}  \(", listed, re.MULTILINE)
    assert found, listed
    return found[1]


@pytest.mark.timeout(300)  # the understanding is loaded twice
async def test_from_an_unanswered_question_to_a_line_in_a_file(office: Office) -> None:
    await office.told(ASKED, "không phải cái đó", "đăng ký khai sinh cho cháu")
    await office.told(AGAIN, "không phải cái đó", chat="nguoi-72")
    rows = office.rows()
    for personal in ("Hoa", "0912345678", "nguoi-7", "web"):
        assert personal not in rows
    code, listed = await office.run("--list")
    assert code == 0 and "Nhóm 1/1 · 2 lần" in listed  # both mean the same
    assert "người dân sau đó chọn: 1.001193 " in listed and "gợi ý 1: 1.001193 " in listed
    masked, again = number_of(MASKED, listed), number_of(AGAIN, listed)
    code, said = await office.run("--accept", f"{again},{masked}", "1.001193")
    assert code == 1 and f"{BIRTH}:" in said and "thông tin riêng" in said
    words = "xin giấy phép thả diều sáo ở bãi bồi"
    code, said = await office.run("--accept", masked, "1.001193", "--cau", words)
    assert code == 0 and f"{BIRTH}:" in said and "make setup" in said
    assert f"  - {AGAIN}\n  - {words}\n" in office.birth
    assert (await office.run("--list"))[1].strip() == "Không có câu nào chờ xem."
    code, said = await office.run("--no-warnings", command="check")
    assert code == 0 and said.startswith("0 lỗi"), said


async def test_an_official_goes_through_the_groups_before_set_up(office: Office) -> None:
    """Without what set-up makes: grouped by words, with what citizens chose."""
    office.environment["DATA_DIR"] = str(office.root.parent)
    await office.told(ASKED, "không phải cái đó", "đăng ký khai sinh cho cháu")
    await office.told(AGAIN, "không phải cái đó", chat="nguoi-72")
    # Keys that mean nothing, then the first suggestion: one wording is a test question, so another
    # is written for the second.
    taken = "vợ tôi sinh bé gái tuần trước, đi khai báo cho bé thì mang giấy gì"
    typed = f"9\n1.99\n1\n{taken}\nmuốn thả diều mừng cháu ra đời\n"
    code, said = await office.run(typed=typed)
    assert code == 0, said
    assert "Xin chạy: make setup" in said and "Nhóm 1/1" in said
    assert "mang mã 9" in said and "mang mã 1.99" in said
    assert "dùng để chấm điểm" in said and "questions.jsonl" in said
    assert "tôi tên là , số , xin giấy phép thả diều sáo" in said  # offered without its masks
    assert "  - muốn thả diều mừng cháu ra đời\n" in office.birth
    assert (await office.run())[1].strip() == "Không có câu nào chờ xem."


async def test_what_is_put_off_or_broken_off_waits_on(office: Office) -> None:
    office.environment["DATA_DIR"] = str(office.root.parent)
    await office.told(AGAIN, "không phải cái đó")
    before = office.birth
    for typed, code in (("1.001193\n-\ns\n", 0), ("1.001193\n", 1)):
        assert (await office.run(typed=typed))[0] == code, typed
    assert office.birth == before
    code, said = await office.run(typed=f"n\n{AGAIN}\n")
    assert code == 0 and "out_of_scope.yml:" in said, said
    text = (office.root.parent / "nlu_data/intents/out_of_scope.yml").read_text(encoding="utf-8")
    assert text.endswith(f"      - {AGAIN}\n")
    assert (await office.run())[1].strip() == "Không có câu nào chờ xem."


async def test_lists_go_from_one_commune_to_another(office: Office, tmp_path: Path) -> None:
    await office.told(AGAIN, "không phải cái đó")
    list_ = tmp_path / "danh-sach.jsonl"
    code, said = await office.run("--xuat", str(list_))
    assert code == 0 and "0 dòng" in said and list_.read_text(encoding="utf-8") == ""
    code, said = await office.run("--xuat", str(list_), "--it-nhat", "1")
    assert code == 0 and AGAIN in list_.read_text(encoding="utf-8")
    list_.write_text(list_.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    for _ in range(2):
        code, said = await office.run("--nhap", str(list_), "--nguon", "xã bên")
        assert code == 0 and "danh-sach.jsonl:2: cau: thiếu mục này" in said
    with psycopg.connect(office.conninfo) as con:
        kept = con.execute("SELECT origin, count FROM misses ORDER BY origin").fetchall()
    assert kept == [("", 1), ("xã bên", 1)]
    number = re.findall(r"\((\d+),", office.rows())[0]
    assert await office.run("--drop", number) == (0, "Đã bỏ 1 câu.\n")
    assert (await office.run("--list"))[1].strip() == "Không có câu nào chờ xem."


async def test_what_goes_wrong_is_one_sentence(office: Office) -> None:
    for arguments, expected in [
        (("--list", "--drop", "1"), "chỉ dùng một"),
        (("--cau", "a"), "--cau đi cùng --accept"),
        (("--drop", "một"), "không phải số của câu"),
        (("--drop", "7"), "Không có câu số 7"),
        (("--accept", "7", "1.001193"), "Không có câu số 7"),
        (("--nhap", "/không/có.jsonl"), "/không/có.jsonl"),
    ]:
        code, said = await office.run(*arguments)
        assert code == 1 and expected in said, said
    office.conninfo = "host=127.0.0.1 port=9 user=nobody"
    code, said = await office.run("--list")
    assert code == 1 and "cơ sở dữ liệu" in said
