"""What goes wrong around a conversation: no line, a server killed, no cookies, a script that does
not come, several tabs, the back button. Nothing that was said is lost or answered twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bot.settings import ROOT
from tests.browser.conftest import Open
from tests.browser.test_chat import ask, delete_everything, mine, posts, replies
from tests.conftest import Server
from tests.program import free_port
from tests.web_server import WELCOME, WebServer

CACHED = """
async () => {
  await navigator.serviceWorker.ready;
  const found = [];
  for (const name of await caches.keys()) {
    for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
  }
  return found;
}
"""


@contextmanager
def process(conninfo: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """The scripted web in a process of its own, killed at the end."""
    command = [sys.executable, "-m", "tests.web_process", conninfo, str(port)]
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout
        assert program.stdout.readline() == "ready\n"
        yield program
    finally:
        program.kill()
        program.communicate()


def test_the_server_is_killed_and_the_page_opened_anew_meanwhile(
    browser: Browser, embedded_server: Server
) -> None:
    port = free_port()
    with embedded_server.fresh() as conninfo:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
        page = context.new_page()
        page.set_default_timeout(30_000)
        with process(conninfo, port) as program:
            page.goto(f"http://127.0.0.1:{port}/")
            page.locator(".reply").wait_for()
            page.wait_for_function("() => navigator.serviceWorker.controller !== null")
            files = page.evaluate(CACHED)
            assert "/shell" in files
            assert any(file.endswith("/chat.js") for file in files)
            assert not [file for file in files if file.startswith(("/web", "/hinh", "/in"))]
            with page.expect_response("**/web/messages"):
                ask(page, "chậm")  # its turn takes longer than the server lives
            page.locator("#message").fill("viết dở")
            program.kill()
        page.reload()  # nobody answers: the page comes from the browser
        expect(page.locator("#line")).to_have_text("Mất kết nối, đang nối lại…")
        expect(page.locator("#message")).to_have_value("viết dở")
        ask(page, "viết lúc mất mạng")
        ask(page, "và câu nữa")
        assert mine(page) == ["viết lúc mất mạng", "và câu nữa"]
        expect(page.locator("#line")).to_have_text("Mất kết nối, tin sẽ được gửi lại.")
        with process(conninfo, port):
            expect(page.locator(".reply .said").nth(3)).to_have_text(
                "Tin thứ 4: và câu nữa", timeout=30_000
            )
            said = [WELCOME.text, "Tin thứ 2: chậm", "Tin thứ 3: viết lúc mất mạng"]
            assert replies(page) == [*said, "Tin thứ 4: và câu nữa"]
            assert mine(page) == ["chậm", "viết lúc mất mạng", "và câu nữa"]
            expect(page.locator("#typing")).to_be_empty()
            expect(page.locator("#line")).to_be_empty()
        context.close()


@pytest.mark.parametrize("arrived", [False, True], ids=["never arrived", "answer lost"])
def test_a_message_lost_on_the_way_goes_once_more_and_is_not_doubled(
    open_page: Open, arrived: bool
) -> None:
    page = open_page(errors=True)
    sent = posts(page)

    def cut(route: Route) -> None:
        if arrived:
            route.fetch()
        route.abort("connectionreset")

    page.route("**/web/messages", cut, times=1)
    ask(page, "qua mạng yếu")
    expect(page.locator("#line")).to_have_text("Mất kết nối, tin sẽ được gửi lại.")
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: qua mạng yếu")
    expect(page.locator("#line")).to_have_text("")
    page.wait_for_timeout(2500)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert mine(page) == ["qua mạng yếu"]
    assert len(replies(page)) == 2


def test_lost_twice_the_citizen_decides(open_page: Open) -> None:
    page = open_page(errors=True)
    sent = posts(page)
    page.route("**/web/messages", lambda route: route.abort(), times=2)
    ask(page, "mất hai lần")
    again = page.get_by_role("button", name="Gửi lại")
    again.wait_for()
    page.wait_for_timeout(2500)
    below = again.evaluate("one => one.closest('.mine').getBoundingClientRect().bottom")
    assert below <= page.locator(".composer").evaluate("one => one.getBoundingClientRect().top")
    assert len(sent) == 2
    again.click()
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: mất hai lần")
    assert len(set(sent)) == 1
    assert mine(page) == ["mất hai lần"]
    expect(page.locator(".mine .state")).to_be_hidden()


def test_what_a_busy_server_could_not_take_goes_again_by_itself(open_page: Open) -> None:
    page = open_page(errors=True)
    sent = posts(page)
    busy = {"type": "urn:problem:busy", "detail": "Xin ông/bà thử lại sau ít phút."}
    refuse = "**/web/messages"
    page.route(refuse, lambda route: route.fulfill(status=503, json=busy), times=1)
    ask(page, "lúc máy chủ đông")
    expect(page.locator(".mine .state")).to_contain_text("Xin ông/bà thử lại sau ít phút.")
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: lúc máy chủ đông")
    assert len(set(sent)) == 1
    expect(page.locator(".mine .state")).to_be_hidden()
    page.route(refuse, lambda route: route.fulfill(status=503, json=busy), times=2)
    delete_everything(page)  # the page is empty, and the welcome does not come
    expect(page.locator("#line")).to_have_text("Mất kết nối, đang nối lại…")
    expect(page.locator(".reply .said")).to_have_text([WELCOME.text])
    expect(page.locator("#line")).to_be_empty()


def test_without_a_network_it_waits_for_the_network(open_page: Open) -> None:
    page = open_page(errors=True)
    sent = posts(page)
    page.context.set_offline(True)
    ask(page, "đang trong thang máy")
    expect(page.locator("#line")).to_have_text("Mất kết nối, tin sẽ được gửi lại.")
    page.wait_for_timeout(2500)
    assert len(sent) == 1
    page.context.set_offline(False)
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: đang trong thang máy")
    assert mine(page) == ["đang trong thang máy"]


def test_a_message_left_unsent_is_sent_after_a_reload(open_page: Open) -> None:
    page = open_page(errors=True)
    page.route("**/web/messages", lambda route: route.abort())
    ask(page, "chưa gửi được")
    page.get_by_role("button", name="Gửi lại").wait_for()
    page.unroute("**/web/messages")
    page.reload()
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: chưa gửi được")
    assert mine(page) == ["chưa gửi được"]


def test_the_server_goes_and_comes_back(open_page: Open, site: WebServer) -> None:
    page = open_page(errors=True)
    site.stop()
    try:
        for text in ("ai đó rút dây", "còn đấy không", "hay là hỏng"):
            ask(page, text)
        expect(page.get_by_role("button", name="Gửi lại")).to_have_count(3)
        expect(page.locator("#typing")).to_have_text("")
    finally:
        site.start()
    # Nobody has to press anything: what was kept back goes by itself, in order.
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: ai đó rút dây")
    expect(page.locator(".reply .said").nth(2)).to_have_text("Tin thứ 3: còn đấy không")
    expect(page.locator(".reply .said").nth(3)).to_have_text("Tin thứ 4: hay là hỏng")
    expect(page.get_by_role("button", name="Gửi lại")).to_have_count(0)
    ask(page, "sau đó")
    expect(page.locator(".reply .said").nth(4)).to_have_text("Tin thứ 5: sau đó")
    page.wait_for_timeout(1000)
    assert mine(page) == ["ai đó rút dây", "còn đấy không", "hay là hỏng", "sau đó"]
    assert len(replies(page)) == 5


def without_cookies(page: Page, home: str) -> None:
    """A browser that keeps no cookie of ours."""
    page.context.clear_cookies()
    text = httpx.get(home, trust_env=False).text
    page.route(home, lambda route: route.fulfill(body=text, content_type="text/html"))


def test_a_browser_without_cookies(open_page: Open, site: WebServer) -> None:
    page = open_page(errors=True)
    without_cookies(page, f"{site.url}/")
    page.reload()
    page.locator(".reply").wait_for()
    ask(page, "không có cookie")
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: không có cookie")
    assert page.context.cookies() == []
    page.reload()  # this tab still knows
    page.locator(".reply").nth(1).wait_for()
    assert mine(page) == ["không có cookie"]
    delete_everything(page)
    expect(page.locator(".reply .said")).to_have_text(WELCOME.text)
    assert mine(page) == []


def test_a_page_that_does_not_come_whole_says_so(open_page: Open) -> None:
    page = open_page(errors=True)
    page.route("**/log.js", lambda route: route.abort())
    page.reload()
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("Trang này gặp trục trặc")
    expect(trouble).to_contain_text("1800 1096")
    page.unroute("**/log.js")
    trouble.get_by_role("button", name="Tải lại trang").click()
    page.locator(".reply").wait_for()
    expect(trouble).to_be_hidden()


def test_words_written_before_the_history_is_there_stay_below_it(open_page: Open) -> None:
    page = open_page()
    ask(page, "trước")
    page.locator(".reply").nth(1).wait_for()
    held: list[Route] = []
    page.route("**/web/history", lambda route: held.append(route))  # noqa: PLW0108 it is wrapped
    page.reload()
    page.wait_for_function("() => document.querySelector('#text-size') !== null")
    while not held:
        page.wait_for_timeout(20)
    ask(page, "ngay sau")
    assert mine(page) == ["ngay sau"]
    held[0].continue_()
    expect(page.locator(".reply .said").nth(2)).to_have_text("Tin thứ 3: ngay sau")
    assert mine(page) == ["trước", "ngay sau"]
    # Away and back: the conversation is there, and goes on.
    page.unroute("**/web/history")
    page.goto("about:blank")
    page.go_back()
    page.locator(".reply").nth(2).wait_for()
    ask(page, "đã quay lại")
    expect(page.locator(".reply .said").nth(3)).to_have_text("Tin thứ 4: đã quay lại")
    assert mine(page) == ["trước", "ngay sau", "đã quay lại"]


def test_two_tabs_show_one_conversation_and_forget_it_together(
    open_page: Open, site: WebServer
) -> None:
    page = open_page()
    other = page.context.new_page()
    other.goto(site.url)
    other.locator(".reply").wait_for()
    ask(page, "hỏi ở đây")
    expect(other.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: hỏi ở đây")
    expect(other.locator(".mine .said")).to_have_text("hỏi ở đây")
    other.locator("#message").fill("viết dở")
    page.bring_to_front()  # a tab behind another takes its time
    delete_everything(page)
    expect(other.locator(".mine")).to_have_count(0)
    expect(other.locator(".reply .said")).to_have_text(WELCOME.text)
    expect(other.locator("#message")).to_have_value("")
    ask(other, "bắt đầu lại")
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: bắt đầu lại")
