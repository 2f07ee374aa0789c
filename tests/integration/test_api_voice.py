"""What a citizen says on the page, over HTTP: heard at once, kept as words, refused kindly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import datetime
from time import sleep
from typing import Any

import httpx
import pytest

from actions.replies import Reply
from api.routes import voice
from bot.messages import VOICE, Incoming, MediaRead, TurnResult
from bot.speech.ears import MOST_BYTES
from tests.conftest import Server
from tests.web_server import WebServer, visit, web_server

HEARD: list[bytes] = []


async def hear(sound: bytes) -> MediaRead:
    """A recording that says what it is; one that begins with "chậm" takes its time."""
    HEARD.append(sound)
    if sound.startswith("chậm".encode()):
        await asyncio.sleep(0.3)
    return MediaRead(text=sound.decode()) if sound else MediaRead(fault="silent")


def tell(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """What came with a message."""
    read = incoming.media.read if incoming.media else None
    return TurnResult({}, (Reply(f"{incoming.text}|{read and (read.text or read.fault)}"),))


@pytest.fixture(scope="module")
def site(embedded_server: Server) -> Iterator[WebServer]:
    with (
        embedded_server.fresh() as conninfo,
        web_server(conninfo, handler=tell, readers={VOICE: hear}) as server,
    ):
        yield server


def says(client: httpx.Client, sound: bytes, number: str = "1") -> httpx.Response:
    return client.post(f"/web/voice?message_id={number}", content=sound)


def reads(client: httpx.Client, count: int) -> list[dict[str, Any]]:
    """The lines of the conversation once there are so many."""
    for _ in range(200):
        items: list[dict[str, Any]] = client.get("/web/history").json()["items"]
        if len(items) >= count:
            return items
        sleep(0.05)
    raise AssertionError(items)


def test_what_was_heard_is_kept_masked_once(site: WebServer) -> None:
    with visit(site) as client:
        for _ in range(2):
            answer = says(client, "số tôi là 0912345678".encode())
            assert (answer.status_code, answer.json()) == (
                202,
                {"text": "số tôi là [số điện thoại]"},
            )
        mine, reply = reads(client, 2)
        assert mine["text"] == "số tôi là [số điện thoại]"
        assert reply["text"] == "số tôi là [số điện thoại]|số tôi là [số điện thoại]"


def test_what_is_sent_twice_is_heard_once(site: WebServer) -> None:
    slow = "chậm thôi".encode()
    told: list[Any] = []
    with visit(site) as client:
        both = [
            threading.Thread(target=lambda: told.append(says(client, slow).json())) for _ in "ab"
        ]
        for one in both:
            one.start()
        for one in both:
            one.join()
        told.append(says(client, slow).json())  # and once more, when it was answered
        assert told == [{"text": "chậm thôi"}] * 3
    assert HEARD.count(slow) == 1


def test_what_was_not_heard_is_answered_too(site: WebServer) -> None:
    with visit(site) as client:
        assert says(client, b"").json() == {"text": None}
        assert reads(client, 2)[1]["text"] == "/khong_doc_duoc|silent"


def test_what_is_refused(site: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with visit(site) as client:
        assert says(client, b"." * (MOST_BYTES + 1)).status_code == 413
        assert says(client, b"x", number="a b").status_code == 422
        elsewhere = {"Origin": "https://example.com"}
        other = client.post("/web/voice?message_id=2", content=b"x", headers=elsewhere)
        assert other.status_code == 403
        monkeypatch.setattr(voice, "AT_ONCE", 0)
        assert says(client, b"x").status_code == 503
    with httpx.Client(base_url=site.url, trust_env=False) as stranger:
        assert says(stranger, b"x").status_code == 403


def test_many_at_once_are_all_heard_or_told_to_wait(site: WebServer) -> None:
    seen: list[int] = []

    def one(client: httpx.Client, number: int) -> None:
        seen.append(says(client, b"xin", number=str(number)).status_code)

    with visit(site) as client:
        threads = [threading.Thread(target=one, args=(client, n)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(seen) <= {202, 503}
        assert says(client, b"xin", number="last").status_code == 202


def test_where_nobody_hears_there_is_no_button(embedded_server: Server, site: WebServer) -> None:
    with embedded_server.fresh() as conninfo, web_server(conninfo) as deaf, visit(deaf) as client:
        assert 'id="speak"' not in client.get("/").text
        assert says(client, b"x").status_code == 404
    with visit(site) as client:
        page = client.get("/")
        assert 'id="speak"' in page.text
        assert "microphone=(self)" in page.headers["Permissions-Policy"]
        assert 'id="speak"' not in client.get("/embed").text
