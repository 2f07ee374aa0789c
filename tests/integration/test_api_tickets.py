"""The team's programs over HTTP: real server, real PostgreSQL, the real rules and dialogue."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.messages import DESK
from tests.team import ALWAYS, dialogue, plan
from tests.web_server import WebServer, web_server

TOKEN = "khoa-cua-to-ho-tro-0123456789"
LAN, BINH = {"id": "lan", "name": "Lan"}, {"id": "binh", "name": "Bình"}


@pytest.fixture(scope="module")
def server(embedded_server: Any) -> Iterator[WebServer]:
    """A server whose team works by another program alone."""
    desk = replace(plan(ALWAYS), chat=DESK)
    with (
        embedded_server.fresh() as conninfo,
        web_server(
            conninfo, settings={"team_api_token": TOKEN}, desk=desk, handler=dialogue(ALWAYS)
        ) as running,
    ):
        yield running


@pytest.fixture
def team(server: WebServer) -> Iterator[httpx.Client]:
    """Somebody who knows the token."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client


def citizen(server: WebServer, chat: str, number: str, text: str) -> list[dict[str, Any]]:
    """A citizen writes through a program of their own."""
    message = {"conversation": chat, "message_id": number, "text": text}
    answer = httpx.post(f"{server.url}/api/v1/messages", json=message, trust_env=False)
    replies = answer.json()["replies"]
    assert isinstance(replies, list)
    return replies


def opened(server: WebServer, team: httpx.Client, chat: str) -> int:
    """A ticket of a new citizen; its number."""
    citizen(server, chat, "1", "khai sinh")
    citizen(server, chat, "2", "gặp người")
    number = max(one["number"] for one in team.get("/api/v1/tickets").json()["tickets"])
    assert isinstance(number, int)
    return number


def test_a_talk_by_the_api(server: WebServer, team: httpx.Client) -> None:
    number = opened(server, team, "c-talk")
    path = f"/api/v1/tickets/{number}"
    read = team.get(path).json()
    assert (read["status"], read["summary"], read["channel"]) == ("open", "Xin giấy thử", "api")
    assert [line["who"] for line in read["transcript"]][:3] == ["citizen", "machine", "machine"]
    taken = team.post(f"{path}/claim", json={"request_id": "r1", "helper": LAN})
    assert (taken.status_code, taken.json()["helper"]) == (200, "Lan")
    said = {"request_id": "r2", "helper": LAN, "text": "Số tôi là 0912345678, bác gọi nhé"}
    for _ in range(2):  # sent twice, said once
        answered = team.post(f"{path}/replies", json=said)
        assert (answered.status_code, answered.headers["X-Masked"]) == (202, "true")
    last = citizen(server, "c-talk", "3", "vâng")
    assert last == []
    end = time.monotonic() + 10
    while True:
        heard = httpx.get(
            f"{server.url}/api/v1/messages", params={"conversation": "c-talk", "wait": 5}
        ).json()["replies"]
        if any(one["by"] for one in heard):
            break
        assert time.monotonic() < end
    spoken = [one for one in heard if one["by"]]
    assert [one["text"] for one in spoken] == ["Số tôi là [số điện thoại], bác gọi nhé"]
    assert (spoken[0]["by"], spoken[0]["partner"]) == ("Cán bộ hỗ trợ Lan", "person")
    closed = team.post(f"{path}/close", json={"request_id": "r4", "helper": LAN}).json()
    assert (closed["status"], closed["closed_why"]) == ("closed", "done")
    lines = team.get(path).json()["transcript"]
    assert {"person"} <= {line["who"] for line in lines}
    assert number not in [one["number"] for one in team.get("/api/v1/tickets").json()["tickets"]]
    done = team.get("/api/v1/tickets", params={"status": "closed"}).json()["tickets"]
    assert number in [one["number"] for one in done]


def test_of_many_who_claim_at_once_one_gets_it(server: WebServer, team: httpx.Client) -> None:
    path = f"/api/v1/tickets/{opened(server, team, 'c-race')}/claim"

    def claim(n: int) -> int:
        helper = {"id": f"h{n}", "name": f"Người {n}"}
        return team.post(path, json={"request_id": f"race-{n}", "helper": helper}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(claim, range(8))) == [200] + [409] * 7


def test_a_request_sent_many_times_at_once_is_done_once(
    server: WebServer, team: httpx.Client
) -> None:
    path = f"/api/v1/tickets/{opened(server, team, 'c-repeated')}"
    said = {"request_id": "same", "helper": LAN, "text": "Chào bác"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: team.post(f"{path}/replies", json=said), range(8)))
    assert [one.status_code for one in answers] == [202] * 8


def test_a_request_of_one_ticket_is_none_of_another(server: WebServer, team: httpx.Client) -> None:
    claimed = {"request_id": "1", "helper": LAN}
    for chat in ("c-first", "c-second"):
        path = f"/api/v1/tickets/{opened(server, team, chat)}/claim"
        assert team.post(path, json=claimed).json()["status"] == "claimed"


def test_rules_are_told_as_problems(server: WebServer, team: httpx.Client) -> None:
    path = f"/api/v1/tickets/{opened(server, team, 'c-rules')}"
    team.post(f"{path}/claim", json={"request_id": "p1", "helper": LAN})
    taken = team.post(f"{path}/replies", json={"request_id": "p2", "helper": BINH, "text": "Chào"})
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:tro-ly:ticket_taken")
    assert "Lan" in taken.json()["detail"]
    passed = team.post(f"{path}/transfer", json={"request_id": "p3", "helper": LAN}).json()
    assert (passed["status"], passed["helper"]) == ("open", None)
    gone = team.post("/api/v1/tickets/999999/claim", json={"request_id": "p4", "helper": LAN})
    assert (gone.status_code, gone.json()["type"]) == (404, "urn:tro-ly:ticket_unknown")
    assert gone.headers["content-type"] == "application/problem+json"
    empty = team.post(f"{path}/replies", json={"request_id": "p5", "helper": LAN, "text": " "})
    assert empty.status_code == 422


@pytest.mark.parametrize("shown", [None, "Bearer", f"Basic {TOKEN}", "Bearer sai", "Bearer é"])
def test_without_the_token_nothing_is_told(server: WebServer, shown: str | None) -> None:
    headers = [(b"Authorization", shown.encode())] if shown else []
    for method, path in (("GET", ""), ("GET", "/1"), ("POST", "/1/claim")):
        answer = httpx.request(
            method, f"{server.url}/api/v1/tickets{path}", headers=headers, json={}
        )
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_tickets_are_counted(server: WebServer, team: httpx.Client) -> None:
    opened(server, team, "c-metrics")
    text = httpx.get(f"{server.url}/metrics").text
    assert 'tickets{status="open"}' in text
    age = next(
        line for line in text.splitlines() if line.startswith("tickets_oldest_open_seconds ")
    )
    assert float(age.split()[1]) > 0


def test_where_no_token_is_set_there_is_nothing(embedded_conninfo: str) -> None:
    with web_server(embedded_conninfo) as server:
        answer = httpx.get(
            f"{server.url}/api/v1/tickets", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert answer.status_code == 404
