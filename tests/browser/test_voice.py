"""Speaking on the page, into a microphone that beeps: seen to record, sent, thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from bot.messages import VOICE, MediaRead
from bot.speech import length
from tests.browser.test_looks import AXE
from tests.conftest import Server
from tests.web_server import WebServer, web_server

HEARD: list[bytes] = []


async def hear(sound: bytes) -> MediaRead:
    """Keeps what was recorded."""
    HEARD.append(sound)
    return MediaRead(text="khai sinh")


@pytest.fixture(scope="module")
def hearing_site(embedded_server: Server) -> Iterator[WebServer]:
    with (
        embedded_server.fresh() as conninfo,
        web_server(conninfo, readers={VOICE: hear}) as server,
    ):
        yield server


def opened(browser: Browser, site: WebServer, *permissions: str) -> Page:
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, locale="vi-VN", permissions=permissions
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(site.url)
    page.locator(".reply").first.wait_for()
    return page


def test_a_citizen_speaks_instead_of_writing(browser: Browser, hearing_site: WebServer) -> None:
    page = opened(browser, hearing_site, "microphone")
    page.locator("#speak").click()
    panel = page.locator("#recording")
    expect(panel).to_contain_text("Đang ghi tiếng")
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#voice-send")).to_be_focused()
    wrong = Axe().run(page, options=AXE).response["violations"]
    assert wrong == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320
    page.locator("#voice-cancel").click()
    expect(panel).to_be_hidden()
    expect(page.locator("#speak")).to_be_focused()
    assert HEARD == []
    page.locator("#speak").click()
    expect(page.locator("#recording-time")).to_have_text(re.compile("0:0[1-9]"))
    page.keyboard.press("Enter")
    expect(page.locator(".mine .said").last).to_have_text("khai sinh")
    expect(page.locator(".reply").last).to_contain_text("không mất lệ phí")
    [sound] = HEARD
    assert length.kind_of(sound) == "webm"
    assert 0.7 < (length.seconds(sound) or 0) < 20
    page.reload()
    expect(page.locator(".mine .said").last).to_have_text("khai sinh")
    page.context.close()


def test_without_a_microphone_the_page_says_what_to_do(
    browser: Browser, hearing_site: WebServer
) -> None:
    page = opened(browser, hearing_site)
    page.locator("#speak").click()
    expect(page.locator("#hint")).to_contain_text("chưa cho dùng micrô")
    expect(page.locator("#composer")).to_be_visible()
    page.context.close()
