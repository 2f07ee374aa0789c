"""Pictures of a conversation with a running assistant, to be looked at and shown in the docs.

``python -m tests.browser.screenshots http://127.0.0.1:8000/ docs/images``; it runs with
``EMBED_ORIGINS=http://localhost:8123``, where this lays an office's page.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from bot.settings import ROOT
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.test_places import office

QUESTIONS = {
    "fee": "khai sinh cho cháu mất bao nhiêu tiền",
    "papers": "thế cần giấy tờ gì",
    "unaccented": "dang ky tam tru o dau",
    "overview": "làm giấy khai sinh",
    "ambiguous": "xin thẻ bảo hiểm y tế cho bà nội",
    "outside": "hôm nay trời có mưa không",
}
GUIDE = "cách đăng nhập cổng dịch vụ công"  # its second step is drawn
OFFICE_PORT = 8123
OFFICE_PAGE = ROOT / "docs" / "trang-co-quan-mau.html"
SIZES = {"phone": (360, 740, 2.0), "desk": (1280, 800, 1.0)}


def ask(page: Page, text: str) -> None:
    """Send a question and wait until all of its replies are there."""
    count = page.locator(".reply").count()
    page.locator("#message").fill(text)
    page.locator("#message").press("Enter")
    page.locator(".reply").nth(count).wait_for()
    page.wait_for_timeout(700)


def see_picture(page: Page) -> None:
    """A guide up to its first picture, that in the middle of the window."""
    ask(page, GUIDE)
    count = page.locator(".reply").count()
    page.locator(".reply").last.locator("button.choice").first.click()
    page.locator(".reply").nth(count).wait_for()
    picture = page.locator(".picture:visible img").last
    picture.scroll_into_view_if_needed()
    page.wait_for_function(
        "one => one.complete && one.naturalWidth > 0", arg=picture.element_handle()
    )


def take(browser: Browser, url: str, folder: Path, device: str) -> None:
    """The welcome, each question, a picture, large text, high contrast."""
    width, height, scale = SIZES[device]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.locator(".reply").first.wait_for()
    page.wait_for_timeout(700)
    page.screenshot(path=folder / f"{device}-welcome.png")
    for name, question in QUESTIONS.items():
        ask(page, question)
        page.screenshot(path=folder / f"{device}-{name}.png")
    see_picture(page)
    page.screenshot(path=folder / f"{device}-picture.png")
    page.locator(".picture:visible").last.click()
    page.screenshot(path=folder / f"{device}-picture-large.png")
    page.keyboard.press("Escape")
    page.locator("#more summary").click()
    page.screenshot(path=folder / f"{device}-menu.png")
    page.keyboard.press("Escape")
    for name in ("large", "largest"):
        page.locator("#text-size").click()
        ask(page, QUESTIONS["fee"])
        page.screenshot(path=folder / f"{device}-{name}.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=folder / f"{device}-dark.png")
    page.emulate_media(color_scheme="light")
    page.locator("#text-size").click()
    page.locator("#text-size").click()
    page.locator("#more summary").click()
    page.locator("#contrast").click()
    page.keyboard.press("Escape")
    ask(page, QUESTIONS["fee"])
    page.screenshot(path=folder / f"{device}-large-contrast.png")
    context.close()


def take_kiosk(browser: Browser, url: str, folder: Path) -> None:
    """The screen that stands in an office: the welcome, an answer, the code, the question."""
    context = browser.new_context(
        viewport={"width": 1080, "height": 1920}, locale="vi-VN", reduced_motion="reduce"
    )
    page = context.new_page()
    page.clock.install()
    page.goto(f"{url.rstrip('/')}/kiosk")
    page.locator(".reply").first.wait_for()
    page.wait_for_timeout(700)
    page.screenshot(path=folder / "kiosk-welcome.png")
    ask(page, QUESTIONS["papers"])
    ask(page, QUESTIONS["overview"])
    page.screenshot(path=folder / "kiosk-overview.png")
    page.locator("#along").click()
    page.locator("#code img").wait_for()
    page.screenshot(path=folder / "kiosk-code.png")
    page.locator("#code button").click()
    page.clock.fast_forward(45_000)
    page.locator("#left").wait_for()
    page.screenshot(path=folder / "kiosk-idle.png")
    context.close()


def take_embedded(browser: Browser, url: str, folder: Path, device: str) -> None:
    """An office's page with the button, and with the chat open."""
    width, height, scale = SIZES[device]
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, locale="vi-VN"
    )
    page = context.new_page()
    page.goto(f"http://localhost:{OFFICE_PORT}/")
    page.get_by_role("button", name="Hỏi thủ tục").wait_for()
    page.screenshot(path=folder / f"{device}-office.png")
    page.get_by_role("button", name="Hỏi thủ tục").click()
    frame = page.frame_locator("tro-ly-thu-tuc iframe")
    frame.locator(".reply").first.wait_for()
    frame.locator("#message").fill(QUESTIONS["overview"])
    frame.locator("#message").press("Enter")
    frame.locator(".mine").wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"{device}-embedded.png")
    context.close()


def main() -> None:
    """Take all pictures; the arguments are the address and the folder."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as site,
        office(Path(site), OFFICE_PORT),
        sync_playwright() as playwright,
    ):
        text = OFFICE_PAGE.read_text(encoding="utf-8").replace("http://127.0.0.1:8000/", url)
        (Path(site) / "index.html").write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for device in SIZES:
            take(browser, url, folder, device)
            take_embedded(browser, url, folder, device)
        take_kiosk(browser, url, folder)
        browser.close()


if __name__ == "__main__":
    main()
