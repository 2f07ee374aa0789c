"""Photographs over HTTP: measured before they are taken, read once, not kept; web and JSON API."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from actions.replies import Reply
from api import context, photographs
from api.limits import Limits
from bot.media import MOST_BYTES
from bot.messages import Incoming, MediaRead, TurnResult
from tests.conftest import Server
from tests.web_server import WebServer, visit, web_server

CODE = "H57.132-260804-0583"
PICTURE = b"\xff\xd8 a picture"
read: list[bytes] = []


async def reader(content: bytes) -> MediaRead:
    read.append(content)
    return MediaRead((CODE,))


def tell(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    found = incoming.media.read if incoming.media else None
    return TurnResult({}, (Reply(f"{incoming.text}|{found.codes[0] if found else '-'}"),))


@pytest.fixture(scope="module")
def server(embedded_server: Server) -> Iterator[WebServer]:
    with embedded_server.fresh() as conninfo:
        limits = Limits(burst=1000, photos=20)
        with web_server(conninfo, handler=tell, readers={"photo": reader}, limits=limits) as server:
            yield server


@pytest.fixture
def citizen(server: WebServer) -> Iterator[httpx.Client]:
    read.clear()
    with visit(server) as client:
        client.headers["Content-Type"] = "image/jpeg"
        yield client


def send(client: httpx.Client, number: str | None = None, **more: Any) -> httpx.Response:
    options = {"params": {"message_id": number or uuid4().hex}, "content": PICTURE, **more}
    return client.post("/web/photos", **options)


def test_a_photograph_is_read_once_and_its_bytes_are_nowhere(
    citizen: httpx.Client, server: WebServer
) -> None:
    assert [send(citizen, "a").status_code for _ in range(2)] == [202, 202]
    assert read == [PICTURE]
    shown = None
    for _ in range(50):
        items = citizen.get("/web/history").json()["items"]
        shown = items[-1]
        if shown["who"] == "assistant":
            break
    assert items[0] == {"who": "me", "message_id": "a", "text": "", "media": "photo"}
    assert shown is not None
    assert shown["text"].endswith(f"|{CODE}")
    with psycopg.connect(server.conninfo) as con:
        rows = con.execute("SELECT to_jsonb(messages)::text FROM messages").fetchall()
    assert all("a picture" not in row for (row,) in rows)


def test_what_is_no_photograph_is_refused_before_it_is_read(citizen: httpx.Client) -> None:
    def problem(answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["type"].removeprefix("urn:tro-ly:")

    def endless() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 65536 + 2):
            yield b"." * 65536

    assert problem(send(citizen, content=b"")) == (422, "photo_empty")
    assert problem(send(citizen, headers={"Content-Type": "text/html"})) == (415, "not_a_photo")
    large = b"." * (MOST_BYTES + 1)
    assert problem(send(citizen, content=large)) == (413, "photo_too_large")
    assert problem(send(citizen, content=endless())) == (413, "photo_too_large")
    assert problem(send(citizen, headers={"Origin": "https://other.vn"}))[0] == 403
    assert problem(citizen.post("/web/photos", content=PICTURE)) == (422, "bad_request")
    with httpx.Client(base_url=str(citizen.base_url), headers=citizen.headers) as stranger:
        assert send(stranger).status_code in {401, 403}
    assert read == []


def test_only_so_many_are_taken_in_at_a_time(
    citizen: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photographs, "AT_ONCE", 1)
    with ThreadPoolExecutor() as threads:
        began, over = threading.Event(), threading.Event()

        def slow() -> Iterator[bytes]:
            yield b"."
            began.set()
            over.wait(20)

        one = threads.submit(send, citizen, content=slow())
        assert began.wait(20)
        while (answer := send(citizen)).status_code == 202:  # the first has not come in yet
            assert not one.done()
        over.set()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert one.result().status_code == 202
    assert send(citizen).status_code == 202


def test_a_telephone_that_lost_its_line_keeps_no_place(
    citizen: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photographs, "AT_ONCE", 1)
    monkeypatch.setattr(context, "LONGEST", 0.2)
    host, port = citizen.base_url.host, citizen.base_url.port
    with socket.create_connection((host, port or 80), 20) as line:
        lost = citizen.build_request("POST", "/web/photos", params={"message_id": "l"})
        lost.headers["Content-Length"] = "1000"
        head = "".join(f"{name}: {value}\r\n" for name, value in lost.headers.items())
        line.sendall(f"POST {lost.url.raw_path.decode()} HTTP/1.1\r\n{head}\r\n.".encode())
        assert b" 408 " in line.recv(100)
    assert send(citizen).status_code == 202


def test_a_program_sends_one_with_words_and_gets_the_replies(citizen: httpx.Client) -> None:
    asked = {"conversation": uuid4().hex, "message_id": "1", "text": "giấy hẹn 0912345678"}
    for _ in range(2):
        answer = citizen.post("/api/v1/photos", params=asked, content=PICTURE)
        assert answer.status_code == 200
        (reply,) = answer.json()["replies"]
        assert reply["text"] == f"giấy hẹn [số điện thoại]|{CODE}"
    assert read == [PICTURE]


def test_one_address_sends_only_so_many(citizen: httpx.Client) -> None:
    answers = [send(citizen) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
