"""A person on the page: who answers is said in words, the wait is shown, and nobody is told that
the machine is about to answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from bot.messages import DESK
from tests.browser.conftest import Open
from tests.browser.test_looks import violations
from tests.conftest import Server
from tests.samples import meant
from tests.team import ALWAYS, dialogue, plan
from tests.web_server import WebServer, web_server

TOKEN = "khoa-cua-to-ho-tro-0123456789"
LAN = {"id": "lan", "name": "Lan"}


@pytest.fixture
def site(embedded_server: Server) -> Iterator[WebServer]:
    """The chat where there is a team."""
    desk = replace(plan(ALWAYS), chat=DESK)
    options: dict[str, Any] = {"settings": {"team_api_token": TOKEN}, "desk": desk}
    handler = dialogue(ALWAYS, {"Gặp người hỗ trợ": meant("human")})
    with (
        embedded_server.fresh() as conninfo,
        web_server(conninfo, handler=handler, **options) as server,
    ):
        yield server


def test_a_person_is_seen_to_be_one(open_page: Open, site: WebServer) -> None:
    def team(path: str, **more: Any) -> None:
        body = {"request_id": path.replace("/", "-"), "helper": LAN, **more}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{site.url}/api/v1/tickets/1/{path}"
        httpx.post(url, json=body, headers=headers, trust_env=False).raise_for_status()

    page = open_page()
    page.locator("#text-size").click()
    page.locator("#meet-person").click()
    partner = page.locator("#partner")
    expect(partner).to_have_text("Đang chờ cán bộ trả lời. Máy im lặng.")
    page.locator("#message").fill("tôi ở xa")
    page.locator("#message").press("Enter")
    expect(page.locator("#typing")).to_be_empty()
    team("replies", text="Chào bác, bác nộp trên mạng được ạ.")
    said = page.locator(".person")
    expect(said.locator(".by")).to_have_text("Cán bộ hỗ trợ Lan")
    expect(said.locator(".said")).to_have_text("Chào bác, bác nộp trên mạng được ạ.")
    expect(partner).to_have_text("Cán bộ đang trả lời ông/bà. Máy im lặng.")
    assert violations(page) == []
    page.reload()  # all of it is there again
    expect(partner).to_have_text("Cán bộ đang trả lời ông/bà. Máy im lặng.")
    expect(page.locator(".person .by")).to_have_text("Cán bộ hỗ trợ Lan")
    expect(page.locator(".mine")).to_have_count(2)
    expect(page.locator("#typing")).to_be_empty()
    team("close")
    expect(page.locator(".reply").last).to_contain_text("Từ giờ máy trả lời")
    expect(partner).to_be_empty()
