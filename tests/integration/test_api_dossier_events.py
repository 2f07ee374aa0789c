"""Systems that tell of dossiers by themselves, over HTTP: signed, once, in order, and passed on."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from actions.dossier_sources.config import Sources, open_sources
from actions.watched import Wish
from actions.watching import LASTS
from bot.messages import Incoming, TurnResult
from bot.times import VIETNAM
from knowledge_base.loader import KnowledgeError
from tests.web_server import WebServer, scripted_turn, web_server

KEY = "khoá thử"
CODE = "H57.132-261116-0583"
OFFICE = "UBND phường An Cựu"
SOURCES = """
- {loai: bao_tin, ten: Phần mềm của phường, ma: [H57.132, H57.133], khoa_bao_tu: KHOA}
- {loai: igate, ten: iGate, ma: [H48], dia_chi: "http://127.0.0.1:9", khoa_bao_tu: KHOA}
"""


def waits(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Wants to be told of the dossier."""
    result = scripted_turn(incoming, state, now)
    if incoming.text != "theo dõi":
        return result
    wish = Wish(CODE, "dang_xu_ly|", "đồng ý", now + LASTS)
    return TurnResult(result.state, result.replies, watching=(wish,))


def sources(tmp_path: Path, text: str = SOURCES) -> Sources:
    """The systems of a file."""
    path = tmp_path / "nguon.yaml"
    path.write_text(text, encoding="utf-8")
    return open_sources(path, {"KHOA": KEY})


@pytest.fixture
def server(embedded_conninfo: str, tmp_path: Path) -> Iterator[WebServer]:
    """A server that such systems may tell."""
    with web_server(embedded_conninfo, handler=waits) as running:
        assert running.services
        running.services.dossiers = sources(tmp_path)
        yield running


def event(number: int = 1, state: str = "da_tra", **more: Any) -> dict[str, Any]:
    """An event of now."""
    at = datetime.now(VIETNAM).isoformat()
    titled = {
        "title": "Cấp thẻ\0 cho ông Nguyễn Văn Thử",
        "procedure": "\0",
        "agency": OFFICE,
        "promised": "9999-12-31",
    }
    dossier = {"code": CODE, "state": state, "applicantName": "Nguyễn Văn Thử", **titled}
    return {"id": f"e{number}", "at": at, "dossier": dossier} | more


def send(server: WebServer, body: bytes, **headers: str) -> httpx.Response:
    """Send a body, signed as it should be unless the headers say otherwise."""
    hour = headers.pop("hour", str(int(time.time())))
    signed = hmac.new(KEY.encode(), f"{hour}.".encode() + body, hashlib.sha256).hexdigest()
    given = {
        "Content-Type": "application/json",
        "X-Dossier-Source": "H57.132",
        "X-Dossier-Timestamp": hour,
        "X-Dossier-Signature": f"sha256={signed}",
    }
    where = f"{server.url}/api/v1/dossiers/events"
    return httpx.post(where, content=body, headers={**given, **headers})


def ask(server: WebServer, text: str) -> None:
    """Say something and wait for the answer."""
    body = {"conversation": "an", "message_id": "1", "text": text}
    assert httpx.post(f"{server.url}/api/v1/messages", json=body).status_code == 200


def test_an_event_is_taken_once_and_told_to_who_waits(server: WebServer) -> None:
    ask(server, "theo dõi")
    body = json.dumps(event()).encode()
    assert send(server, body).json() == {"result": "taken"}
    assert send(server, body).json() == {"result": "known"}
    url = f"{server.url}/api/v1/messages?conversation=an&after=1&wait=10"
    (told,) = httpx.get(url, timeout=15).json()["replies"]
    assert CODE in told["text"]
    assert "da_tra" in told["text"]
    other = json.dumps(event(state="dang_xu_ly")).encode()
    assert send(server, other).status_code == 409
    at = (datetime.now(VIETNAM) - timedelta(hours=1)).isoformat()
    before = json.dumps(event(2, "dang_xu_ly", at=at)).encode()
    assert send(server, before).json() == {"result": "overtaken"}
    metrics = httpx.get(f"{server.url}/metrics").text
    assert 'dossier_events_total{result="taken",source="H57.132"} 1.0' in metrics
    with psycopg.connect(server.conninfo) as con:
        kept = con.execute("SELECT facts FROM dossiers").fetchone()
    assert kept == ({"agency": OFFICE, "title": "Cấp thẻ cho ông [tên]"},)
    assert "Thử" not in str(httpx.get(url.replace("after=1", "after=0")).json())


REFUSED: tuple[tuple[dict[str, str], int], ...] = (
    ({"X-Dossier-Signature": "sha256=" + "0" * 64}, 401),
    ({"X-Dossier-Signature": ""}, 401),
    ({"X-Dossier-Source": "H57"}, 401),
    ({"X-Dossier-Timestamp": "mot gio"}, 401),
    ({"hour": str(int(time.time()) - 3600)}, 401),
    ({"hour": str(int(time.time()) + 3600)}, 401),
    ({"hour": "9" * 400}, 401),
    ({"Content-Type": "text/plain"}, 415),
)
UNUSABLE = (
    b"{",
    b"[]",
    b'"\xff"',
    json.dumps({"id": "e1"}).encode(),
    json.dumps(event(id="có dấu")).encode(),
    json.dumps(event(at="2026-11-22T09:00:00")).encode(),  # of which place?
    json.dumps(event(at="2096-11-22T09:00:00+07:00")).encode(),
    json.dumps(event(state="lạ")).encode(),
    json.dumps(event(dossier={"code": "H48-261116-0583", "state": "10"})).encode(),
    json.dumps(event(dossier={"code": "H57.132-261116", "state": "10"})).encode(),
)


def test_what_is_not_signed_just_now_or_cannot_be_used_is_refused(server: WebServer) -> None:
    for headers, status in REFUSED:
        answer = send(server, json.dumps(event()).encode(), **headers)
        assert answer.status_code == status, headers
        assert answer.json()["title"]
    for body in UNUSABLE:
        answer = send(server, body)
        assert answer.status_code == 422, body
        assert "/docs" in answer.json()["detail"]
    assert send(server, b" " * 70_000).status_code == 413


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("- {loai: bao_tin, ten: Phường, ma: [H57]}", "khoa_bao_tu"),
        ("- {loai: igate, ten: Tỉnh, ma: [H57]}", "dia_chi"),
        ("- {loai: bao_tin, ten: Phường, ma: [H57], khoa_bao_tu: KHAC}", "KHAC"),
        ("- {loai: bao_tin, ten: A b, ma: [H57], khoa_bao_tu: KHOA}\n" * 2, "đã có nơi khác"),
    ],
)
def test_a_system_without_what_it_needs_is_told(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(KnowledgeError, match=wrong):
        sources(tmp_path, text)
