"""A real browser (Debian's chromium) before a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.conftest import Server
from tests.web_server import WebServer, web_server

_BLOCKED = "Service Worker registration blocked by Playwright"
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
]
Open = Callable[..., Page]


# One browser a module: Playwright's own event loop, once begun, would be in the way of asynchronous
# tests in the same process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "Debian's chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(embedded_server: Server) -> Iterator[WebServer]:
    with embedded_server.fresh() as conninfo, web_server(conninfo) as server:
        yield server


@pytest.fixture
def open_page(browser: Browser, site: WebServer) -> Iterator[Open]:
    """Opens the chat as a new citizen: ``open_page(width, height, **context options)``.

    A test fails when the page logs an error or a warning, unless it cuts the line on purpose and
    says so: ``open_page(errors=True)``. ``init_script`` runs before the page's own scripts; the
    service worker is left out unless it is what is tested (``service_workers="allow"``).
    """
    contexts = []
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and message.text != _BLOCKED:
            errors.append(message.text)

    def open_(width: int = 360, height: int = 740, *, errors: bool = False, **more: Any) -> Page:
        viewport = {"width": width, "height": height}
        script = more.pop("init_script", None)
        more = {"service_workers": "block", **more}
        context = browser.new_context(viewport=viewport, locale="vi-VN", **more)  # type: ignore[arg-type]
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(15_000)
        if not errors:
            page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{site.url}/")
        page.locator(".reply").first.wait_for()
        return page

    faults: list[str] = []
    yield open_
    for context in contexts:
        context.close()
    assert faults == []
    assert errors == []
