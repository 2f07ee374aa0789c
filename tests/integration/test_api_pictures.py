"""Drawings over HTTP: those of the knowledge base alone, kept for good, with nothing that runs."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from bot.pictures import address
from knowledge_base import drawings
from tests.conftest import Server
from tests.web_server import DRAWN, WebServer, web_server


@pytest.fixture(scope="module")
def server(embedded_server: Server) -> Iterator[WebServer]:
    with embedded_server.fresh() as conninfo, web_server(conninfo) as server:
        yield server


def test_a_reply_tells_where_its_picture_is(server: WebServer) -> None:
    known = drawings.load()[DRAWN.name]
    body = {"conversation": uuid4().hex, "message_id": "1", "text": "xem hình"}
    replies = httpx.post(f"{server.url}/api/v1/messages", json=body).json()["replies"]
    assert [reply["attachment"] for reply in replies] == [
        {
            "kind": "image",
            "name": DRAWN.name,
            "alt": DRAWN.alt,
            "url": f"/hinh/{DRAWN.name}.{known.digest}.svg",
            "width": 360,
            "height": 300,
        },
        None,  # a drawing that was taken away since: the text says enough
    ]
    answer = httpx.get(server.url + replies[0]["attachment"]["url"])
    assert answer.content == known.svg
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_an_address_of_before_gives_the_drawing_of_now_but_is_not_kept(server: WebServer) -> None:
    answer = httpx.get(f"{server.url}/hinh/{DRAWN.name}.0123456789ab.svg")
    assert answer.content == drawings.load()[DRAWN.name].svg
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "file",
    ["khong-co.0123456789ab.svg", f"{DRAWN.name}.svg", f"{DRAWN.name}.0123456789ab.gif", "",
     "..%2Fhinh%2Fcong-dang-nhap.0123456789ab.svg", "%00", "cai-vneid.yaml"],
)  # fmt: skip
def test_anything_else_is_not_there(server: WebServer, file: str) -> None:
    answer = httpx.get(f"{server.url}/hinh/{file}")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:tro-ly:not_found"


def test_chats_that_fetch_pictures_get_them_as_png(server: WebServer) -> None:
    answer = httpx.get(f"{server.url}{address(drawings.load()[DRAWN.name], 'png')}")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert "immutable" in answer.headers["Cache-Control"]
