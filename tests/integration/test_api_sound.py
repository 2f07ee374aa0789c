"""Sounds of replies over HTTP: for whose conversation it is, whole or in pieces."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import pytest
import soundfile

from tests.conftest import Server
from tests.web_server import BIRTH_FEE, WebServer, visit, web_server


@pytest.fixture(scope="module")
def site(embedded_server: Server) -> Iterator[WebServer]:
    with embedded_server.fresh() as conninfo, web_server(conninfo) as server:
        yield server


def asked(client: httpx.Client, text: str = "khai sinh") -> int:
    """Asks and waits; the id of the last reply."""
    client.post("/web/messages", json={"message_id": text.replace(" ", "-"), "text": text})
    while True:
        replies = [i for i in client.get("/web/history").json()["items"] if i["who"] != "me"]
        if replies:
            return int(replies[-1]["id"])


def test_a_reply_is_heard_by_whom_it_was_said_to(site: WebServer) -> None:
    with visit(site) as an, visit(site) as binh:
        reply = asked(an)
        answer = an.get(f"/web/sound/{reply}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert answer.headers["Cache-Control"].startswith("private")
        samples, rate = soundfile.read(io.BytesIO(answer.content))
        assert len(samples) / rate > 5
        assert binh.get(f"/web/sound/{reply}").status_code == 404
        assert an.get(f"/web/sound/{reply + 1}").status_code == 404
        assert an.get("/web/sound/0").status_code == 422
    assert httpx.get(f"{site.url}/web/sound/{reply}", trust_env=False).status_code == 403


@pytest.mark.parametrize(
    ("wanted", "status", "piece"),
    [
        ("bytes=0-1", 206, slice(0, 2)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-50", 206, slice(-50, None)),
        ("bytes=0-999999999", 206, slice(0, None)),
        ("bytes=999999999-", 416, slice(0, 0)),
        ("bytes=5-2", 416, slice(0, 0)),
        ("bytes=-", 200, slice(0, None)),
        ("pages=1", 200, slice(0, None)),
    ],
)
def test_safari_asks_in_pieces(site: WebServer, wanted: str, status: int, piece: slice) -> None:
    with visit(site) as an:
        address = f"/web/sound/{asked(an)}"
        whole = an.get(address).content
        answer = an.get(address, headers={"Range": wanted})
        assert (answer.status_code, answer.content) == (status, whole[piece])
        if status == 206:
            first = range(len(whole))[piece][0]
            told = f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"
            assert answer.headers["Content-Range"] == told


def test_programs_get_the_address_of_the_sound(site: WebServer) -> None:
    message = {"conversation": "c-1", "message_id": "1", "text": "khai sinh"}
    with httpx.Client(base_url=site.url, trust_env=False, timeout=30) as client:
        (reply,) = client.post("/api/v1/messages", json=message).json()["replies"]
        assert reply["text"] == BIRTH_FEE.text
        assert reply["voice"] == {"region": None, "aloud": False}
        assert client.get(reply["sound"]).headers["Content-Type"] == "audio/mpeg"
        assert client.get(reply["sound"].replace("c-1", "c-2")).status_code == 404
