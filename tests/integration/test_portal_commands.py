"""``python -m knowledge_base sync | import | diff`` as an official runs them, in processes."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import psycopg
import pytest

from knowledge_base.loader import CATALOGUE_FILE, load, read
from knowledge_base.records.build import write
from tests.emulators.portal import PortalServer, Trouble, api_record, challenge, portal_server
from tests.mailroom import eventually
from tests.unit.test_portal_convert import FLAT

CATALOGUE = load().catalogue[:40]
RECORDS = [api_record(procedure) for procedure in CATALOGUE]
IDS = [record["id"] for record in RECORDS]
BIRTH = next(
    file.document
    for file in read().files
    if file.procedure is not None and "1.001193" in file.procedure.codes
)


@dataclass
class Office:
    """A machine with a knowledge base of forty procedures and a database."""

    conninfo: str
    root: Path
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start a command."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "knowledge_base", *arguments, "--root", str(self.root),
            env={**os.environ, "DATABASE_URL": self.conninfo, "COLUMNS": "200"},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        self.running.append(process)
        return process

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end: the exit code and what it printed."""
        process = await self.start(*arguments)
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    async def sync(self, server: PortalServer, *more: str) -> tuple[int, str]:
        """Synchronise as fast as it goes."""
        return await self.run("sync", "--url", server.url, "--nhip", "1000", *more)

    def done(self) -> set[str]:
        """Ids that the unfinished run has in the database."""
        with psycopg.connect(self.conninfo) as con:
            return {row[0] for row in con.execute("SELECT id FROM portal_lines WHERE done")}


@pytest.fixture
def office(embedded_conninfo: str, tmp_path: Path) -> Office:
    root = tmp_path / "kho"
    (root / "procedures").mkdir(parents=True)
    write(root / CATALOGUE_FILE, CATALOGUE)
    return Office(embedded_conninfo, root)


async def until(server: PortalServer, requests: int) -> None:
    """Wait until so many requests have come."""
    await eventually(lambda: len(server.asked) >= requests, 60)


async def test_a_killed_synchronisation_goes_on_without_fetching_anything_again(
    office: Office,
) -> None:
    async with portal_server(RECORDS, page=10) as server:
        process = await office.start("sync", "--url", server.url, "--nhip", "40")
        await until(server, 20)
        process.kill()
        await process.wait()
        first, kept = list(server.asked), office.done()
        assert len(server.of("list")) == 4 and 10 <= len(kept) < 40
        # One may have been on its way; all others are there.
        assert len(set(server.of("record")) - kept) <= 1
        server.forget()
        code, said = await office.sync(server)
        assert code == 0, said
        assert server.of("list") == []
        assert not kept & set(server.of("record"))
        assert kept | set(server.of("record")) == set(IDS)
        both = [key for what, key in [*first, *server.asked] if what == "record"]
        assert len(both) <= 41
        assert "Không có gì đổi." in said  # nothing but what the catalogue says
        server.forget()
        await office.sync(server)
        assert server.of("record") == [] and len(server.of("list")) == 4


async def test_killed_in_the_list_and_again_and_again(office: Office) -> None:
    async with portal_server(RECORDS, page=10) as server:
        asked: list[tuple[str, str]] = []
        for requests in (2, 6, 9):
            process = await office.start("sync", "--url", server.url, "--nhip", "15")
            await until(server, requests)
            process.kill()
            await process.wait()
            asked += server.asked
            server.forget()
        assert (await office.sync(server))[0] == 0
        asked += server.asked
        assert {key for what, key in asked if what == "record"} == set(IDS)
        assert len(asked) <= 44 + 3  # each kill may have lost the one on its way


async def test_stopping_by_hand_says_how_to_go_on(office: Office) -> None:
    async with portal_server(RECORDS) as server:
        process = await office.start("sync", "--url", server.url, "--nhip", "20")
        await until(server, 3)  # far from the end, however busy the machine is
        process.send_signal(signal.SIGINT)
        said, _ = await process.communicate()
        assert process.returncode == 1, said.decode()
        assert "chạy lại lệnh này để làm tiếp" in said.decode()
        assert "Traceback" not in said.decode()
        kept = office.done()
        server.forget()
        assert (await office.sync(server))[0] == 0
        assert not kept & set(server.of("record"))


async def test_what_goes_wrong_is_one_sentence(office: Office) -> None:
    async with portal_server(RECORDS) as server:
        server.rule = lambda what, body, count: challenge()
        code, said = await office.sync(server)
        assert code == 1 and "JavaScript" in said and "Traceback" not in said
        server.rule = lambda what, body, count: Trouble(404)
        code, said = await office.sync(server)
        assert code == 1 and "--url" in said and "Traceback" not in said
    code, said = await office.run("sync", "--url", "http://127.0.0.1:9")
    assert code == 1 and "mạng" in said and "Traceback" not in said
    office.conninfo = "host=127.0.0.1 port=9 user=nobody"
    code, said = await office.run("diff")
    assert code == 1 and "cơ sở dữ liệu" in said and "Traceback" not in said
    code, said = await office.run("diff", "--tu", "hôm qua")
    assert code == 2 and "năm-tháng-ngày" in said


async def test_the_second_of_two_at_once_says_so(office: Office) -> None:
    async with portal_server(RECORDS) as server:
        process = await office.start("sync", "--url", server.url, "--nhip", "5")
        await until(server, 3)
        code, said = await office.sync(server)
        assert code == 1 and "Đang có một lần đồng bộ" in said
        process.kill()
        await process.wait()


async def test_changes_are_told_with_the_file_they_concern(office: Office) -> None:
    shutil.copy(BIRTH.path, office.root / "procedures")
    birth = next(p for p in load().catalogue if p.code == "1.001193")
    write(office.root / CATALOGUE_FILE, [*CATALOGUE, birth])
    async with portal_server([*RECORDS, api_record(birth)]) as server:
        for method in server.record("1.001193")["executionMethods"]:
            method["fees"] = [{"type": "FEE", "value": 9000, "currencyId": "VND"}]
            method["processingTime"] = 2
        del server.records[0]
        code, said = await office.sync(server)
        assert code == 0
        assert "1 thủ tục đổi lệ phí, 1 đổi thời hạn, 1 không còn trên Cổng." in said
        assert "miễn phí" in said and "9.000 đồng" in said and BIRTH.path.name in said
        code, said = await office.run("diff", "--tu", "2026-06-10")
        assert code == 0 and "9.000 đồng" in said and "1 đổi thời hạn" in said
        code, said = await office.run("diff", "1.000999")
        assert code == 1 and "Không có mã 1.000999" in said
        code, said = await office.run("diff", "1.001193")
        assert "Từ 10/06/2026" in said and "không còn" not in said
        code, said = await office.run("diff", "--tu", "2026-06-01", "--den", "2026-06-10")
        assert "41 thủ tục mới" in said
        code, said = await office.run("diff", "--tu", "2026-06-10", "--den", "2026-06-01")
        assert code == 1 and "--tu" in said


async def test_a_file_of_records_is_imported_and_bad_lines_are_named(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "ban-ghi.jsonl.gz"
    lines = [
        json.dumps(FLAT, ensure_ascii=False).encode(),
        b"{not json",
        b"",
        b'{"ten_thu_tuc": "khong ma"}',
        b"\xff\xfe",
        json.dumps({**FLAT, "ten_thu_tuc": "hai"}).encode(),
        json.dumps({**FLAT, "ma_thu_tuc": "5.000001"}).encode(),
        json.dumps({**FLAT, "ma_thu_tuc": "1.000777", "linh_vuc": None}).encode(),
        b'["list"]',
    ]
    file.write_bytes(gzip.compress(b"\n".join(lines)))
    code, said = await office.run("import", str(file), "--ngay", "2026-08-01")
    assert code == 0, said
    for line, word in ((2, "JSON"), (4, "ma_thu_tuc"), (5, "UTF-8"), (6, "đã có"), (9, "bản ghi")):
        assert f"{file}:{line}: " in said and word in said
    assert "linh_vuc: thiếu" in said or "linh_vuc: sai kiểu" in said
    assert "Đã nhập 2 bản ghi (1 mã nội bộ, không nhập), 5 chỗ không đọc được." in said
    assert "1 thủ tục mới." in said
    code, said = await office.run("import", str(file), "--ngay", "2026-07-01")
    assert code == 0 and "2 bản ghi cũ hơn bản đang có (tệp ngày 01/07/2026)" in said


async def test_a_workbook_is_imported_and_bad_rows_are_named(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "danh-sach.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["DANH MỤC THỦ TỤC HÀNH CHÍNH"],
        ["STT", "Mã số TTHC", "Tên thủ tục hành chính", "Thời hạn giải quyết", "Phí, lệ phí",
         "Cơ quan thực hiện", "Cấp thực hiện"],
        ["I", "LĨNH VỰC HỘ TỊCH"],
        [1, "1.777777.000.00.00.H12", "Việc của xã", "03 ngày làm việc", "8.000 đồng/bản",
         "UBND xã", "Cấp xã"],
        [2, "1.777778", "Việc khác", "một hôm nào đó", "Theo quy định", "UBND xã", "Cấp xã"],
        [3, "1.777779", "Chỉ có tên"],
        [4, "chưa có mã", "Việc lạ", "5 ngày", "Không", "", ""],
    ):  # fmt: skip
        sheet.append(row)
    book.save(file)
    code, said = await office.run("import", str(file), "--ngay", "2026-11-01")
    assert code == 0, said
    assert f"{file}:5: thời hạn" in said and f"{file}:5: lệ phí" in said
    assert f"{file}:7: không có mã" in said
    assert "1 thủ tục Cổng chưa có mà danh sách thiếu" in said and "3 thủ tục mới." in said


async def test_what_cannot_be_imported_is_said(office: Office, tmp_path: Path) -> None:
    for name, content, word in (
        ("a.pdf", b"x", "chỉ đọc được"),
        ("b.xlsx", b"no workbook", "Excel"),
        ("c.jsonl.gz", b"no gzip", "không đọc được tệp"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        code, said = await office.run("import", str(file))
        assert code == 1 and word in said and "Traceback" not in said
    code, said = await office.run("import", str(tmp_path / "khong-co.jsonl"))
    assert code == 1 and "Không có tệp" in said
    code, said = await office.run("import", str(tmp_path / "a.pdf"), "--ngay", "2099-01-01")
    assert code == 1 and "chưa tới" in said
