"""Speaking on the page, into a microphone that beeps: seen to record, sent, thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.messages import VOICE, MediaRead
from bot.speech import length
from tests.browser.conftest import Open
from tests.browser.test_looks import violations
from tests.conftest import Server
from tests.web_server import WebServer, web_server

HEARD: list[bytes] = []


async def hear(sound: bytes) -> MediaRead:
    """Keeps what was recorded."""
    HEARD.append(sound)
    return MediaRead(text="khai sinh")


@pytest.fixture(scope="module")
def site(embedded_server: Server) -> Iterator[WebServer]:
    with (
        embedded_server.fresh() as conninfo,
        web_server(conninfo, readers={VOICE: hear}) as server,
    ):
        yield server


def test_a_citizen_speaks_instead_of_writing(open_page: Open) -> None:
    page = open_page(320, 640, permissions=["microphone"])
    page.locator("#speak").click()
    panel = page.locator("#recording")
    expect(panel).to_contain_text("Đang ghi tiếng")
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#voice-send")).to_be_focused()
    assert violations(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320
    page.locator("#voice-cancel").click()
    expect(panel).to_be_hidden()
    expect(page.locator("#speak")).to_be_focused()
    assert HEARD == []
    page.locator("#speak").click()
    expect(page.locator("#voice-send")).to_be_focused()  # it records anew, its clock too
    expect(page.locator("#recording-time")).to_have_text(re.compile("0:0[1-9]"))
    page.keyboard.press("Enter")
    expect(page.locator(".mine .said").last).to_have_text("khai sinh")
    expect(page.locator(".reply").last).to_contain_text("không mất lệ phí")
    [sound] = HEARD
    assert length.kind_of(sound) == "webm"
    assert 0.7 < (length.seconds(sound) or 0) < 20
    page.reload()
    expect(page.locator(".mine .said").last).to_have_text("khai sinh")


def test_without_a_microphone_the_page_says_what_to_do(open_page: Open) -> None:
    page = open_page(320, 640)
    page.locator("#speak").click()
    expect(page.locator("#hint")).to_contain_text("chưa cho dùng micrô")
    expect(page.locator("#composer")).to_be_visible()
