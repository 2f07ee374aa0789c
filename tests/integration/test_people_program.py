"""The program with a team: a citizen on the page, helpers in a group on Telegram, and the
program killed in the middle of it."""

from __future__ import annotations

import asyncio
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.settings import ROOT
from tests.emulators.bot_api import TOKEN, BotApi, bot_api
from tests.program import free_port

GROUP = -100500
BOT = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Trợ lý"}


class Citizen:
    """Somebody on the page; the cookie stays while the program goes."""

    def __init__(self) -> None:
        self.web = httpx.AsyncClient(trust_env=False)
        self._sent = 0

    async def says(self, url: str, text: str) -> None:
        """Send a message."""
        self._sent += 1
        message = {"message_id": f"m{self._sent}", "text": text}
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = await self.web.post(f"{url}/web/messages", json=message, headers=headers)
        assert answer.status_code == 202, answer.text

    async def reads(self, url: str, words: str) -> dict[str, Any]:
        """Wait for a reply with these words."""
        end = time.monotonic() + 30
        while True:
            items = (await self.web.get(f"{url}/web/history")).json()["items"]
            for item in items:
                if words in item["text"] and item["who"] == "assistant":
                    assert isinstance(item, dict)
                    return item
            assert time.monotonic() < end, items
            await asyncio.sleep(0.1)


async def told(api: BotApi, words: str) -> dict[str, Any]:
    """Wait until the group is told something; the call that told it."""
    end = time.monotonic() + 30
    while True:
        for name, fields in api.calls:
            if name == "sent" and words in fields["text"] and fields["chat_id"] == str(GROUP):
                return fields
        assert time.monotonic() < end, api.texts(GROUP)
        await asyncio.sleep(0.02)


def helper(api: BotApi, **content: Any) -> dict[str, Any]:
    """An update with what Lan does in the group."""
    lan = {"id": 7, "is_bot": False, "first_name": "Lan"}
    head = {"message_id": 70, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}}
    return api.update(message={**head, "from": lan, **content})


@contextmanager
def program(conninfo: str, api: BotApi, folder: Path) -> Iterator[str]:
    """The program; killed at the end."""
    port = free_port()
    arguments = [conninfo, api.url, str(folder), str(port)]
    command = [sys.executable, "-m", "tests.team_process", *arguments]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout
        assert select.select([started.stdout], [], [], 100)[0], "it has not started"
        assert started.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
    finally:
        started.kill()
        started.communicate(timeout=30)


@pytest.mark.timeout(300)
async def test_words_go_both_ways_over_a_kill(embedded_conninfo: str, tmp_path: Path) -> None:
    citizen = Citizen()
    async with bot_api() as api:
        with program(embedded_conninfo, api, tmp_path) as url:
            await citizen.web.get(url)
            await citizen.says(url, "khai sinh")
            await citizen.says(url, "gặp người")
            card = await told(api, "#phieu1 ")
            assert "Xin giấy thử" in card["text"]
            await citizen.says(url, "tôi ở xa, không tới xã được")
        shown = {"message_id": 5, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}}
        about = {**shown, "from": BOT, "text": card["text"]}
        answer = helper(api, text="Bác nộp trên mạng được ạ", reply_to_message=about)
        api.arrive(helper(api, text="cả nhóm ơi"), answer, answer)  # while nobody listens
        with program(embedded_conninfo, api, tmp_path) as url:
            said = await citizen.reads(url, "Bác nộp trên mạng được ạ")
            assert (said["by"], said["partner"]) == ("Cán bộ hỗ trợ Lan", "person")
            relayed = await told(api, "Người dân: tôi ở xa")
            assert relayed["reply_parameters"]["message_id"]
            await citizen.says(url, "cảm ơn cô")
            await told(api, "Người dân: cảm ơn cô")
            history = (await citizen.web.get(f"{url}/web/history")).json()["items"]
            mine = [item["text"] for item in history if item["who"] == "me"]
            assert "Bác nộp trên mạng được ạ" not in mine
            assert [item["text"] for item in history].count("Bác nộp trên mạng được ạ") == 1
            assert not any("cả nhóm ơi" in text for text in api.texts(GROUP))
    await citizen.web.aclose()
