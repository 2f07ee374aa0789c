"""The web chat over a real connection: session, origin, stream, history, erasure, shutdown."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from actions.replies import Reply
from actions.watching import LASTS
from api.limits import Limits
from bot.messages import Incoming, TurnResult
from tests.conftest import Server
from tests.web_server import BIRTH_FEE, WELCOME, WebServer, visit, web_server


@pytest.fixture(scope="module")
def conninfo(embedded_server: Server) -> Iterator[str]:
    with embedded_server.fresh() as conninfo:
        yield conninfo


@pytest.fixture(scope="module")
def server(conninfo: str) -> Iterator[WebServer]:
    with web_server(conninfo) as server:
        yield server


@pytest.fixture
def citizen(server: WebServer) -> Iterator[httpx.Client]:
    with visit(server) as client:
        yield client


def say(client: httpx.Client, text: str, message_id: str | None = None) -> httpx.Response:
    body = {"text": text, "message_id": message_id or uuid4().hex}
    return client.post("/web/messages", json=body)


def listen(
    client: httpx.Client, count: int, *, after: int = 0, last: int | None = None
) -> list[dict[str, Any]]:
    """The first ``count`` replies of a stream; each event's id is its reply's id."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    replies: list[dict[str, Any]] = []
    with client.stream("GET", f"/web/stream?after={after}", headers=headers) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                key, _, value = line.partition(": ")
                event[key] = value
                continue
            if event.get("event") == "reply":
                reply = json.loads(event["data"])
                assert event["id"] == str(reply["id"])
                replies.append(reply)
                if len(replies) == count:
                    return replies
            event = {}
    raise AssertionError(f"the stream ended after {len(replies)} replies")


def test_the_page_comes_with_a_session_and_strict_headers(server: WebServer) -> None:
    answer = httpx.get(f"{server.url}/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "server" not in answer.headers
    assert "http://" not in answer.text
    assert "https://" not in answer.text


def test_a_session_lasts_and_is_never_the_same_for_two(server: WebServer) -> None:
    with visit(server) as one, visit(server) as other:
        token = one.cookies["session"]
        assert len(token) == 43
        assert token != other.cookies["session"]
        one.get("/")
        assert one.cookies["session"] == token


def test_who_was_promised_news_is_known_as_long_as_that(server: WebServer) -> None:
    with visit(server) as waits, visit(server) as other:
        say(waits, "báo tin")
        assert listen(waits, 1)[0]["promises"]
        assert lasts(other) == timedelta(days=30)
        assert timedelta(0) <= LASTS - lasts(waits) < timedelta(minutes=1)
        assert "Set-Cookie" not in waits.get("/").headers  # it would last shorter
        held = {"X-Session": waits.cookies["session"]}
        with other.stream("GET", "/web/stream", headers=held) as answer:
            assert "Set-Cookie" not in answer.headers


def test_to_a_page_that_nobody_comes_back_to_nothing_is_promised(embedded_conninfo: str) -> None:
    seen: dict[str, object] = {}

    def handle(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        seen[incoming.text or ""] = incoming.watching
        return TurnResult({}, (Reply("vâng"),))

    with web_server(embedded_conninfo, handler=handle) as server, visit(server) as page:
        held = {"X-Session": page.post("/web/session").json()["token"]}
        for text, headers in (("của trình duyệt", {}), ("của trang", held)):
            body = {"text": text, "message_id": uuid4().hex}
            assert page.post("/web/messages", json=body, headers=headers).status_code == 202
            with page.stream("GET", "/web/stream", headers=headers) as answer:
                next(line for line in answer.iter_lines() if line == "event: reply")
    assert seen == {"của trình duyệt": (), "của trang": None}


def lasts(client: httpx.Client) -> timedelta:
    """How long from a line opened now on the browser keeps the session."""
    with client.stream("GET", "/web/stream") as answer:
        age = re.search(r"Max-Age=(\d+)", answer.headers["Set-Cookie"])
        assert age
        return timedelta(seconds=int(age[1]))


def test_over_https_the_cookie_is_bound_to_the_host(conninfo: str) -> None:
    options = {"public_url": "https://hoi.example.vn"}
    with web_server(conninfo, settings=options) as server:
        answer = httpx.get(f"{server.url}/")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-session=")
        assert "Secure" in cookie
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        token = cookie.split("=", 1)[1].split(";")[0]
        sent = httpx.post(
            f"{server.url}/web/messages",
            json={"text": "chào", "message_id": "1"},
            headers={"Origin": "https://hoi.example.vn", "Cookie": f"__Host-session={token}"},
        )
        assert sent.status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_other_pages_cannot_speak_for_the_citizen(
    server: WebServer, headers: dict[str, str], method: str
) -> None:
    path = "/web/messages" if method == "POST" else "/web/data"
    body = {"text": "chào", "message_id": "1"} if method == "POST" else None
    with httpx.Client(base_url=server.url) as client:
        client.get("/")
        refused = client.request(method, path, json=body, headers=headers)
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:tro-ly:not_same_site"
        ours = {"Sec-Fetch-Site": "same-origin"}
        assert client.request(method, path, json=body, headers=ours).is_success


@pytest.mark.parametrize("token", [None, "", "guess", "a" * 42, "a" * 42 + "!"])
@pytest.mark.parametrize("path", ["/web/history", "/web/stream", "/web/messages"])
def test_without_a_session_nothing_is_to_be_had(
    server: WebServer, token: str | None, path: str
) -> None:
    headers = {"Origin": server.url} | ({} if token is None else {"Cookie": f"session={token}"})
    method = "POST" if path == "/web/messages" else "GET"
    body = {"text": "chào", "message_id": "1"} if method == "POST" else None
    answer = httpx.request(method, server.url + path, json=body, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:tro-ly:no_session"


def test_a_reply_comes_by_the_stream(citizen: httpx.Client) -> None:
    assert say(citizen, "khai sinh", "m1").json() == {"text": "khai sinh", "masked": False}
    [reply] = listen(citizen, 1)
    assert reply["message_id"] == "m1"
    assert reply["text"] == BIRTH_FEE.text
    assert reply["source"] == BIRTH_FEE.source
    assert [choice["label"] for choice in reply["choices"]] == [
        choice.label for choice in BIRTH_FEE.choices
    ]


def test_a_reply_reaches_a_stream_that_is_already_open(citizen: httpx.Client) -> None:
    heard: list[dict[str, Any]] = []
    listener = threading.Thread(target=lambda: heard.extend(listen(citizen, 1)))
    listener.start()
    time.sleep(0.3)
    began = time.monotonic()
    say(citizen, "nghe không")
    listener.join(timeout=10)
    assert heard[0]["text"] == "Tin thứ 1: nghe không"
    assert time.monotonic() - began < 2


def test_a_message_sent_twice_is_answered_once(citizen: httpx.Client) -> None:
    for _ in range(3):
        assert say(citizen, "một lần", "same").status_code == 202
    say(citizen, "sau đó")
    assert [reply["text"] for reply in listen(citizen, 2)] == [
        "Tin thứ 1: một lần",
        "Tin thứ 2: sau đó",
    ]


def test_after_a_lost_line_nothing_is_missing_and_nothing_comes_twice(
    citizen: httpx.Client,
) -> None:
    for text in ("một", "hai", "ba"):
        say(citizen, text)
    first, second, third = listen(citizen, 3)
    assert listen(citizen, 2, after=first["id"]) == [second, third]
    # The browser's own header wins over the address the stream was first opened with.
    assert listen(citizen, 1, after=0, last=second["id"]) == [third]
    assert listen(citizen, 1, after=second["id"], last=0) == [third]


@pytest.mark.parametrize("after", ["-1", "x", "9" * 30])
def test_a_stream_from_nowhere_is_refused(citizen: httpx.Client, after: str) -> None:
    assert citizen.get(f"/web/stream?after={after}").status_code == 422


def test_history_shows_both_sides_with_labels_and_without_the_start(
    citizen: httpx.Client,
) -> None:
    say(citizen, "/start", "start")
    [welcome] = listen(citizen, 1)
    citizen.post("/web/messages", json={"choice": "birth", "message_id": "m2"})
    [_, fee] = listen(citizen, 2)
    history = citizen.get("/web/history").json()
    assert history["items"] == [
        {"who": "assistant", **welcome},
        {"who": "me", "message_id": "m2", "text": "Đăng ký khai sinh cho cháu", "media": None},
        {"who": "assistant", **fee},
    ]
    assert history["last"] == fee["id"]
    assert history["unanswered"] == []
    assert welcome["text"] == WELCOME.text


def test_history_tells_what_is_still_to_be_answered(citizen: httpx.Client) -> None:
    say(citizen, "chậm", "m1")
    assert citizen.get("/web/history").json() == {
        "items": [{"who": "me", "message_id": "m1", "text": "chậm", "media": None}],
        "last": 0,
        "unanswered": ["m1"],
    }


def test_what_was_handled_without_a_reply_is_not_waited_for(citizen: httpx.Client) -> None:
    say(citizen, "im lặng", "m1")
    say(citizen, "khai sinh", "m2")
    listen(citizen, 1)
    history = citizen.get("/web/history").json()
    assert [item.get("text") for item in history["items"][:2]] == ["im lặng", "khai sinh"]
    assert history["unanswered"] == []


def test_private_numbers_are_masked_and_the_page_is_told(citizen: httpx.Client) -> None:
    answer = say(citizen, "số của tôi 0912345678").json()
    assert answer["masked"] is True
    assert "0912345678" not in answer["text"]
    assert "0912345678" not in citizen.get("/web/history").text


def test_citizens_do_not_see_each_other(server: WebServer) -> None:
    with visit(server) as one, visit(server) as other:
        say(one, "chuyện của tôi")
        listen(one, 1)
        assert other.get("/web/history").json()["items"] == []


def test_erasing_leaves_nothing_and_begins_anew(server: WebServer, citizen: httpx.Client) -> None:
    old = citizen.cookies["session"]
    say(citizen, "xoá giúp tôi")
    listen(citizen, 1)
    assert citizen.delete("/web/data").status_code == 204
    assert citizen.cookies["session"] != old
    empty = {"items": [], "last": 0, "unanswered": []}
    assert citizen.get("/web/history").json() == empty
    before = httpx.get(f"{server.url}/web/history", headers={"Cookie": f"session={old}"})
    assert before.json() == empty


def test_one_citizen_cannot_hold_all_lines(conninfo: str) -> None:
    limits = Limits(streams_per_chat=2, burst=100, per_second=100)
    with web_server(conninfo, limits=limits) as server, visit(server) as citizen:
        with (
            citizen.stream("GET", "/web/stream") as one,
            citizen.stream("GET", "/web/stream") as two,
        ):
            lines = one.iter_raw(), two.iter_raw()
            assert all(next(line) for line in lines)
            refused = citizen.get("/web/stream")
            assert refused.status_code == 503
            assert refused.json()["type"] == "urn:tro-ly:busy"
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            say(citizen, "còn chỗ không")
            with citizen.stream("GET", "/web/stream") as again:
                if again.status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("closed lines are still counted")


def test_stopping_ends_the_streams_at_once(conninfo: str) -> None:
    server = WebServer(conninfo)
    server.start()
    ended = threading.Event()
    opened = threading.Event()

    def follow() -> None:
        with visit(server) as citizen, citizen.stream("GET", "/web/stream") as answer:
            for _ in answer.iter_raw():
                opened.set()
        ended.set()

    listener = threading.Thread(target=follow)
    listener.start()
    assert opened.wait(10)
    began = time.monotonic()
    server.stop()
    assert ended.wait(5)
    assert time.monotonic() - began < 5
    listener.join()


def test_a_conversation_goes_on_after_a_restart(conninfo: str) -> None:
    server = WebServer(conninfo)
    server.start()
    with visit(server) as citizen:
        say(citizen, "trước", "m1")
        [before] = listen(citizen, 1)
        server.stop()
        server.start()
        try:
            say(citizen, "trước", "m1")
            say(citizen, "sau", "m2")
            [after] = listen(citizen, 1, after=before["id"])
            assert after["text"] == "Tin thứ 2: sau"
        finally:
            server.stop()
