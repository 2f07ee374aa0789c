"""Ticking papers off, printing them, and going on from the paper, at 360 px with large text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_looks import violations
from tests.conftest import Server
from tests.integration.test_passing_on import conversation
from tests.web_server import WebServer, web_server

MOST_WIDE = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture(scope="module")
def site(embedded_server: Server) -> Iterator[WebServer]:
    with (
        embedded_server.fresh() as conninfo,
        web_server(conninfo, handler=conversation()) as server,
    ):
        yield server


def press(page: Page, label: str) -> None:
    """Press a button of the newest reply and wait for the answer."""
    count = page.locator(".reply").count()
    page.locator(".reply").last.get_by_role("button", name=label).click()
    page.locator(".reply").nth(count).wait_for()


def test_tick_print_and_go_on_from_the_paper(browser: Browser, site: WebServer) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "reduced_motion": "reduce"}
    context = browser.new_context(**phone)  # type: ignore[arg-type]
    context.add_init_script("localStorage.setItem('large', '1')")
    page = context.new_page()
    page.goto(site.url)
    page.locator(".reply").first.wait_for()
    page.locator("#message").fill("giấy tờ A")
    page.locator("#message").press("Enter")
    page.get_by_role("button", name="Chuẩn bị hồ sơ").wait_for()
    press(page, "Chuẩn bị hồ sơ")
    press(page, "Giấy chứng sinh")
    assert "đã có 1/2 giấy" in page.locator(".reply").last.inner_text()
    assert page.evaluate(MOST_WIDE)
    press(page, "In ra giấy")
    with context.expect_page() as opened:
        page.get_by_role("button", name="Mở tờ giấy").click()
    paper = opened.value
    paper.wait_for_load_state()
    assert paper.evaluate(MOST_WIDE)
    assert paper.locator(".papers li").count() == 2
    assert paper.locator(".papers li.ticked").count() == 1
    assert float(paper.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")) >= 21
    assert violations(paper) == []
    address = paper.locator(".address").first.inner_text()
    other = browser.new_context(**phone)  # type: ignore[arg-type]
    there = other.new_page()
    there.goto(address)
    there.get_by_text("đã có 1/2 giấy").wait_for()
    assert there.url == f"{site.url}/"
    assert address.partition("?t=")[2] not in there.content()
    assert there.evaluate("JSON.stringify({...localStorage})").count(address[-26:]) == 0
    context.close()
    other.close()
