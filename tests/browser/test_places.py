"""The chat where others show it: inside an office's site, and on a screen that stands in one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Frame, Page, Request, expect

from api.security import chat_of
from bot.settings import ROOT
from tests.browser.test_chat import PLAYERS, delete_everything
from tests.browser.test_looks import SMALL_TARGETS, violations
from tests.conftest import Server
from tests.integration.test_passing_on import conversation
from tests.web_server import WebServer, web_server

_ANY = 'SELECT 1 FROM "{}" AS t WHERE t::text LIKE %s'
SAMPLE = ROOT / "docs" / "trang-co-quan-mau.html"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def office(folder: Path, port: int = 0) -> Iterator[str]:
    """An office's own site, the address of which is another one than ours to a browser."""
    with ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """The folder of two offices' sites, that which may show the chat and that which may not."""
    folder = tmp_path_factory.mktemp("office")
    with office(folder) as ours, office(folder) as other:
        yield folder, ours, other


@pytest.fixture(scope="module")
def site(embedded_server: Server, offices: tuple[Path, str, str]) -> Iterator[WebServer]:
    folder, ours, _ = offices
    options = {"handler": conversation(), "settings": {"embed_origins": ours}}
    with embedded_server.fresh() as conninfo, web_server(conninfo, **options) as server:
        text = SAMPLE.read_text(encoding="utf-8")
        assert "http://127.0.0.1:8000/" in text
        page = text.replace("http://127.0.0.1:8000/", f"{server.url}/")
        (folder / "index.html").write_text(page, encoding="utf-8")
        yield server


def traces(site: WebServer, token: str) -> list[str]:
    """The tables in which anything is left of the conversation of a token."""
    like = f"%{chat_of(token)}%"
    with psycopg.connect(site.conninfo) as con:
        tables = con.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_type = 'BASE TABLE'"
        ).fetchall()
        assert len(tables) > 8
        return [name for (name,) in tables if con.execute(_ANY.format(name), (like,)).fetchone()]


def ask(where: Page | Frame, text: str) -> None:
    """Send a text and wait for what follows."""
    count = where.locator(".reply").count()
    where.locator("#message").fill(text)
    where.locator("#message").press("Enter")
    where.locator(".reply").nth(count).wait_for()


def framed(page: Page) -> Frame:
    """The chat in the office's page, once it is there."""
    page.locator("tro-ly-thu-tuc iframe").wait_for()
    frame = page.frames[-1]
    frame.locator(".reply").first.wait_for()
    return frame


def token_of(page: Page) -> str:
    """The token that a screen for everybody holds; the newest."""
    kept = page.evaluate("JSON.parse(localStorage.session).at(-1).token")
    assert isinstance(kept, str)
    return kept


def test_in_an_offices_page(
    browser: Browser, site: WebServer, offices: tuple[Path, str, str]
) -> None:
    _, ours, other = offices
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.goto(ours)
    launcher = page.get_by_role("button", name="Hỏi thủ tục")
    expect(launcher).to_be_visible()
    box = launcher.bounding_box()
    assert box
    assert box["height"] >= 56
    # Nothing of the chat is fetched before it is wanted.
    assert [url for url in asked if site.url in url] == [f"{site.url}/embed.js"]
    launcher.focus()
    page.keyboard.press("Enter")
    frame = framed(page)
    panel = page.get_by_role("dialog", name="Trợ lý thủ tục hành chính").bounding_box()
    assert panel
    assert (panel["x"], panel["y"], panel["width"], panel["height"]) == (0, 0, 360, 740)
    ask(frame, "giấy tờ A")
    assert "Giấy chứng sinh" in frame.locator("#log").inner_text()
    page.set_viewport_size({"width": 360, "height": 1600})  # with nothing half below the tools
    assert violations(page) == []
    assert violations(frame) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert frame.evaluate(SMALL_TARGETS) == []
    assert frame.evaluate("document.documentElement.scrollWidth") <= 360
    [cookie] = context.cookies()  # of this office's site alone: another's frame has another
    assert cookie["partitionKey"] == "http://localhost"
    first = cookie["value"]

    # A page to print opens beside, though no cookie says whose it is.
    frame.get_by_role("button", name="Chuẩn bị hồ sơ").click()
    frame.get_by_role("button", name="In ra giấy").last.click()
    with context.expect_page() as opened:
        frame.get_by_role("button", name="Mở tờ giấy").click()
    opened.value.locator(".papers li").first.wait_for()
    opened.value.close()

    # Escape puts away what is open inside first, then the frame; the launcher has the focus again.
    frame.locator("#more summary").click()
    frame.locator("#more summary").press("Escape")
    expect(frame.locator("#more")).not_to_have_attribute("open", "")
    expect(launcher).to_be_hidden()
    frame.locator("#message").press("Escape")
    expect(launcher).to_be_focused()
    launcher.click()
    expect(frame.locator(".reply").first).to_be_visible()
    frame.locator("#close").click()
    expect(launcher).to_be_focused()

    # On the office's next page the conversation is still there; erased, it is gone everywhere.
    said = frame.locator(".mine").count()
    page.reload()
    page.get_by_role("button", name="Hỏi thủ tục").click()
    frame = framed(page)
    expect(frame.locator(".mine")).to_have_count(said)
    assert traces(site, first) != []
    delete_everything(frame)
    frame.locator(".reply").first.wait_for()
    assert frame.locator(".mine").count() == 0
    assert traces(site, first) == []
    assert [one["value"] for one in context.cookies()] != [first]

    # On a wide screen it stands in the corner, and the office's page can be used beside it.
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_role("dialog").press("Escape")
    launcher.click()
    panel = page.get_by_role("dialog").bounding_box()
    assert panel
    assert panel["width"] == 440
    page.get_by_role("searchbox").fill("lịch làm việc")
    expect(page.get_by_role("searchbox")).to_be_focused()

    # A site that is not on the list gets nothing shown.
    page.goto(other)
    page.get_by_role("button", name="Hỏi thủ tục").click()
    page.locator("tro-ly-thu-tuc iframe").wait_for()
    page.wait_for_function("() => true")
    with pytest.raises(AssertionError):
        expect(page.frame_locator("tro-ly-thu-tuc iframe").locator("h1")).to_have_text(
            "Trợ lý thủ tục hành chính", timeout=1000
        )
    context.close()


def test_a_screen_that_stands_in_an_office(browser: Browser, site: WebServer) -> None:
    context = browser.new_context(viewport={"width": 1080, "height": 1920}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.add_init_script(PLAYERS)
    page.clock.install()
    page.goto(f"{site.url}/kiosk")
    page.locator(".reply").first.wait_for()
    assert page.locator("link[rel=manifest]").count() == 0
    sizes = page.locator("button:visible, .said:visible, #message").evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 22
    heights = page.locator("button:visible, #message").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert len(heights) > 5
    assert min(heights) >= 56
    # As long as nobody has said anything there is nothing to forget.
    page.clock.fast_forward(300_000)
    expect(page.locator("#idle")).to_be_hidden()
    ask(page, "giấy tờ A")
    page.locator("#text-size").click()
    assert violations(page) == []

    # Read aloud, as long as it takes.
    page.get_by_role("button", name="Đọc to").last.click()
    page.wait_for_function("() => window.players[0].src.startsWith('blob:')")
    page.wait_for_function("() => window.players[0].currentTime > 0.1")
    page.get_by_role("button", name="Dừng đọc").click()

    # On the citizen's own phone it goes on, also after it was forgotten here.
    page.get_by_role("button", name="Chuẩn bị hồ sơ").click()
    page.get_by_role("button", name="Giấy chứng sinh").click()
    page.get_by_text("đã có 1/2 giấy").wait_for()
    page.locator("#along").click()
    expect(page.locator("#code")).to_be_visible()
    address = page.locator("#code .address").inner_text()
    assert violations(page) == []
    page.get_by_role("button", name="Xong, đóng lại").click()
    pages = context.pages
    page.get_by_role("button", name="In ra giấy").last.click()
    page.get_by_role("button", name="Mở tờ giấy").click()
    expect(page.locator("#code .address")).to_contain_text("/in/")
    page.get_by_role("button", name="Xong, đóng lại").click()
    assert context.pages == pages, "a window on a screen for everybody would stay"

    # Who is away for a while is asked, and may go on.
    first = token_of(page)
    page.clock.fast_forward(42_000)
    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#left")).to_have_text("18")
    assert violations(page) == []
    page.get_by_role("button", name="Tôi vẫn ở đây").click()
    expect(page.locator("#idle")).to_be_hidden()
    page.clock.fast_forward(30_000)
    expect(page.locator("#idle")).to_be_hidden()
    assert traces(site, first) != []
    # Who is gone is forgotten: on the screen, in its settings, and on the server. That the question
    # was closed counts as a touch too, and a busy browser may tell of it after the jump before.
    page.clock.fast_forward(61_000)
    page.locator(".mine").first.wait_for(state="detached")
    page.locator(".reply").first.wait_for()
    expect(page.locator("#text-size")).to_have_text("Chữ to")
    page.wait_for_function("() => JSON.parse(localStorage.session).length === 1")
    assert traces(site, first) == []
    assert token_of(page) != first

    phone = browser.new_context(viewport={"width": 360, "height": 740})
    there = phone.new_page()
    there.goto(address)
    there.get_by_text("đã có 1/2 giấy").wait_for()
    phone.close()

    # No line when somebody leaves, then no power: what they said goes all the same.
    ask(page, "giấy tờ A")
    second = token_of(page)
    page.route("**/web/data", lambda route: route.abort())
    page.get_by_role("button", name="Xong, xoá hết").click()
    page.locator(".mine").first.wait_for(state="detached")
    page.locator(".reply").first.wait_for()
    assert traces(site, second) != []
    # Another window of the same screen is left alone.
    beside = context.new_page()
    beside.goto(f"{site.url}/kiosk")
    ask(beside, "giấy tờ A")
    third = token_of(beside)
    page.unroute("**/web/data")
    page.reload()
    gone = "(one) => !localStorage.session.includes(one)"
    page.wait_for_function(gone, arg=second)
    assert traces(site, second) == []
    assert traces(site, third) != []
    # That one's power is cut: soon nobody holds it any more.
    beside.close()
    page.clock.fast_forward(100_000)
    page.clock.fast_forward(61_000)
    page.wait_for_function(gone, arg=third)
    assert traces(site, third) == []
    context.close()
