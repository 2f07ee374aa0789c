"""The whole program: a dossier out of an imported list, and its change that arrives by itself on
the page when the list is imported again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.settings import ROOT
from tests.conftest import Server
from tests.program import running

CODE = "H57.132-261116-0583"
HEADING = "Mã hồ sơ,Tên thủ tục,Chủ hồ sơ,Ngày hẹn trả,Trạng thái\n"


def take_in(conninfo: str, folder: Path, state: str) -> None:
    """An official imports a list."""
    path = folder / "danh-sach.csv"
    path.write_text(f"{HEADING}{CODE},Đăng ký khai sinh,Người Thử,27/11/2026,{state}\n", "utf-8")
    subprocess.run(
        [sys.executable, "-m", "bot", "dossiers", "import", str(path)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": conninfo},
        check=True,
        capture_output=True,
        timeout=120,
    )


def answer(page: httpx.Client, number: int, **said: str) -> dict[str, object]:
    """Say or press something on the page; the last reply to it."""
    page.post("/web/messages", json={"message_id": f"m{number}", **said}).raise_for_status()
    end = time.monotonic() + 60
    while time.monotonic() < end:
        items = page.get("/web/history").json()["items"]
        replies = [one for one in items if one.get("message_id") == f"m{number}" and "id" in one]
        if replies:
            last: dict[str, object] = replies[-1]
            return last
        time.sleep(0.2)
    raise AssertionError(items)


def choice(reply: dict[str, object], label: str) -> str:
    """The id of a button."""
    choices = reply["choices"]
    assert isinstance(choices, list)
    return next(str(one["id"]) for one in choices if one["label"].startswith(label))


@pytest.mark.timeout(300)
def test_a_change_in_a_list_arrives_on_the_page_by_itself(
    embedded_server: Server, tmp_path: Path
) -> None:
    with embedded_server.fresh() as conninfo:
        take_in(conninfo, tmp_path, "Đang xử lý")
        with (
            running(conninfo) as (_, url),
            httpx.Client(base_url=url, headers={"Sec-Fetch-Site": "same-origin"}) as page,
        ):
            page.get("/")
            shown = answer(page, 1, text=f"hồ sơ {CODE} tới đâu rồi")
            assert "đang được giải quyết" in str(shown["text"])
            assert "Người Thử" not in str(shown)
            asked = answer(page, 2, choice=choice(shown, "Báo tôi"))
            started = answer(page, 3, choice=choice(asked, "Đồng ý"))
            take_in(conninfo, tmp_path, "Đã có kết quả")
            told = ""
            with page.stream("GET", f"/web/stream?after={started['id']}") as stream:
                for line in stream.iter_lines():
                    if line.startswith("data: {"):
                        told = json.loads(line.removeprefix("data: "))["text"]
                        break
            assert CODE in told
            assert "có kết quả rồi" in told
            assert "tôi thôi theo dõi" in told
