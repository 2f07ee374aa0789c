"""A round trip through a third-party server that speaks the Bot API (npm: telegram-test-api)."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.emulators.bot_api import TOKEN, person
from tests.telegram_bot import SOURCE, assistant

FOLDER = Path(__file__).resolve().parents[1] / "emulators" / "telegram"


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    """The emulator's address."""
    if not (FOLDER / "node_modules" / "telegram-test-api").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen(
        ["node", "start.js", str(port)], cwd=FOLDER, stdout=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout
        assert program.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
    finally:
        program.terminate()
        program.wait(10)
        if program.stdout:
            program.stdout.close()


class Citizen:
    """Somebody with a telephone."""

    def __init__(self, url: str, chat: int) -> None:
        self._http = httpx.AsyncClient(base_url=url, trust_env=False)
        self._chat = chat

    async def says(self, text: str) -> None:
        """Send a message."""
        message = {"botToken": TOKEN, "date": 1_790_000_000, "text": text, **person(self._chat)}
        (await self._http.post("/sendMessage", json=message)).raise_for_status()

    async def presses(self, button: dict[str, Any]) -> None:
        """Press a button of a message."""
        head = {"message_id": 1, "date": 1_790_000_000, **person(self._chat)}
        query = {"botToken": TOKEN, "from": head["from"], "message": head}
        query["data"] = button["callback_data"]
        (await self._http.post("/sendCallback", json=query)).raise_for_status()

    async def reads(self, count: int = 1) -> list[dict[str, Any]]:
        """Wait for so many messages of the bot."""
        seen: list[dict[str, Any]] = []
        async with asyncio.timeout(15):
            while len(seen) < count:
                asked = {"token": TOKEN, "chatId": self._chat}
                answer = await self._http.post("/getUpdates", json=asked)
                seen += [update["message"] for update in answer.json()["result"]]
                await asyncio.sleep(0.05)
        return seen


async def test_a_question_its_buttons_and_the_answer_to_a_press(
    emulator: str, embedded_conninfo: str, tmp_path: Path
) -> None:
    citizen = Citizen(emulator, 11)
    async with assistant(embedded_conninfo, emulator, tmp_path):
        await citizen.says("khai sinh")
        [shown] = await citizen.reads()
        assert shown["text"] == f"Ông/bà hỏi về đăng ký khai sinh.\n\n{SOURCE}"
        assert shown["entities"] == [{"type": "italic", "offset": 34, "length": len(SOURCE)}]
        rows = shown["reply_markup"]["inline_keyboard"]
        assert [[button["text"] for button in row] for row in rows] == [
            ["1. Hết bao nhiêu tiền"],
            ["2. Cần giấy tờ gì"],
            ["Cổng Dịch vụ công"],
        ]
        assert rows[2][0]["url"] == "https://dichvucong.gov.vn/"
        await citizen.presses(rows[0][0])
        [answer] = await citizen.reads()
        assert answer["text"].startswith("2: không mất tiền.")
        assert answer["reply_markup"]["is_persistent"]


async def test_two_citizens_at_once_are_each_answered_in_order(
    emulator: str, embedded_conninfo: str, tmp_path: Path
) -> None:
    citizens = [Citizen(emulator, 21), Citizen(emulator, 22)]
    async with assistant(embedded_conninfo, emulator, tmp_path):
        for number in range(1, 6):
            for citizen in citizens:
                await citizen.says(f"tin {number} <b>&amp;</b> _*[`")
        for citizen in citizens:
            assert [message["text"] for message in await citizen.reads(5)] == [
                f"{number}: tin {number} <b>&amp;</b> _*[`" for number in range(1, 6)
            ]
