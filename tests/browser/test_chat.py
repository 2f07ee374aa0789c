"""Conversations in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Frame, Page, Request, expect

from actions.watching import LASTS
from tests.browser.conftest import Open
from tests.web_server import BIRTH_FEE, WELCOME, WebServer

PHONE = (360, 740)
DESK = (1280, 800)


def ask(page: Page, text: str) -> None:
    page.locator("#message").fill(text)
    page.locator("#message").press("Enter")


def mine(page: Page) -> list[str]:
    return page.locator(".mine .said").all_inner_texts()


def replies(page: Page) -> list[str]:
    return page.locator(".reply .said").all_inner_texts()


def posts(page: Page) -> list[str]:
    """The ids of the messages the page sends from now on, as they go."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/web/messages"):
            sent.append(json.loads(request.post_data or "")["message_id"])

    page.on("request", note)
    return sent


def delete_everything(page: Page | Frame) -> None:
    """Erase the conversation, as the page asks to be sure."""
    page.get_by_text("Thêm", exact=True).click()
    page.locator("#delete").click()
    page.get_by_role("button", name="Xoá hết").click()
    expect(page.locator("#log .notice")).to_contain_text("Đã xoá dữ liệu")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_conversation(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(*size)
    assert replies(page) == [WELCOME.text]
    assert mine(page) == []
    ask(page, "khai sinh")
    answer = page.locator(".reply").nth(1)
    expect(answer.locator(".said")).to_have_text(BIRTH_FEE.text)
    expect(answer.locator(".source")).to_have_text(str(BIRTH_FEE.source))
    expect(page.locator("#message")).to_be_focused()
    expect(page.locator("#message")).to_have_value("")
    link = answer.get_by_role("link")
    expect(link).to_have_attribute("href", "https://dichvucong.gov.vn/")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    answer.get_by_role("button", name="1. Cần giấy tờ gì?").click()
    expect(page.locator(".reply .said").nth(2)).to_have_text("Tin thứ 3: papers")
    assert mine(page) == ["khai sinh", "Cần giấy tờ gì?"]
    expect(page.locator("#typing")).to_have_text("")
    expect(page.locator(".reply").last).to_be_in_viewport()


def test_a_number_is_dialled_from_the_page_itself(open_page: Open) -> None:
    page = open_page()
    ask(page, "cháy nhà")
    answer = page.locator(".reply").nth(1)
    link = answer.get_by_role("link", name="Gọi 114", exact=True)
    expect(link).to_have_attribute("href", "tel:114")
    assert link.get_attribute("target") is None
    expect(answer.get_by_role("button", name="1. Việc khác")).to_be_visible()


def test_old_choices_step_back_but_still_work(open_page: Open) -> None:
    page = open_page()
    first = page.locator(".choices").first
    expect(first).not_to_have_class("choices past")
    ask(page, "khai sinh")
    page.locator(".reply").nth(1).wait_for()
    expect(first).to_have_class("choices past")
    first.get_by_role("button", name="Đăng ký khai sinh cho cháu").click()
    expect(page.locator(".reply .said").nth(2)).to_have_text(BIRTH_FEE.text)
    # A question behind an answer leaves the answer's own as they are; numbers mean the question's.
    ask(page, "xong việc")
    page.get_by_role("button", name="2. Chưa hài lòng").wait_for()
    own = page.locator(".choices").nth(-2)
    expect(own).to_have_class("choices unnumbered")
    assert own.locator("button").inner_text() == "Cần giấy tờ gì?"
    page.reload()
    page.get_by_role("button", name="2. Chưa hài lòng").wait_for()
    expect(own).to_have_class("choices unnumbered")
    own.get_by_role("button", name="Cần giấy tờ gì?").click()
    expect(own).to_have_class("choices unnumbered past")


def test_while_the_answer_is_on_its_way_the_page_says_so(open_page: Open) -> None:
    page = open_page()
    ask(page, "chậm")
    expect(page.locator("#typing")).to_have_text("đang trả lời…")
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: chậm")
    expect(page.locator("#typing")).to_have_text("")


def test_coming_back_shows_what_was_said(open_page: Open) -> None:
    page = open_page()
    ask(page, "khai sinh")
    page.locator(".reply").nth(1).wait_for()
    page.locator(".choices").first.get_by_role("button").nth(1).click()
    page.locator(".reply").nth(2).wait_for()
    before = (mine(page), replies(page))
    page.reload()
    page.locator(".reply").nth(2).wait_for()
    page.wait_for_timeout(500)
    assert (mine(page), replies(page)) == before
    assert mine(page) == ["khai sinh", "Đăng ký thường trú, tạm trú"]


def test_a_reload_before_the_answer_loses_nothing(open_page: Open) -> None:
    page = open_page()
    ask(page, "chậm")
    page.locator(".mine").wait_for()
    page.reload()
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: chậm")
    assert mine(page) == ["chậm"]


def test_two_tabs_get_one_welcome(open_page: Open, site: WebServer) -> None:
    page = open_page()
    other = page.context.new_page()
    other.goto(site.url)
    other.locator(".reply").wait_for()
    other.wait_for_timeout(500)
    assert replies(other) == [WELCOME.text]
    assert replies(page) == [WELCOME.text]


def test_markup_is_shown_as_text(open_page: Open) -> None:
    page = open_page()
    texts = [
        "<script>document.title='hacked'</script>",
        "<img src=x onerror=\"document.title='hacked'\">",
        "</span><b>đậm</b> &amp; &lt;i&gt;",
    ]
    for number, text in enumerate(texts, 2):
        ask(page, text)
        expect(page.locator(".reply .said").nth(number - 1)).to_have_text(
            f"Tin thứ {number}: {text}"
        )
    assert mine(page) == texts
    page.reload()
    expect(page.locator(".reply .said").nth(3)).to_have_text(f"Tin thứ 4: {texts[-1]}")
    assert page.locator(".said img, #log script, .said b").count() == 0
    assert page.title() == "Trợ lý thủ tục hành chính"


def test_a_link_that_would_run_something_leads_nowhere(open_page: Open) -> None:
    page = open_page()
    ask(page, "liên kết lạ")
    odd = page.locator(".reply").nth(1).locator(".choice")
    expect(odd).to_contain_text("Bấm vào đây")
    assert odd.get_attribute("href") is None


def test_line_breaks_are_kept(open_page: Open) -> None:
    page = open_page()
    page.locator("#message").press_sequentially("dòng một")
    page.locator("#message").press("Shift+Enter")
    page.locator("#message").press_sequentially("dòng hai")
    page.locator("#message").press("Enter")
    expect(page.locator(".reply").nth(1)).to_be_visible()
    assert mine(page) == ["dòng một\ndòng hai"]
    assert replies(page)[0] == WELCOME.text


def test_an_input_method_may_use_enter(open_page: Open) -> None:
    page = open_page()
    page.locator("#message").fill("tiếng")
    page.locator("#message").dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    )
    page.wait_for_timeout(300)
    assert mine(page) == []
    expect(page.locator("#message")).to_have_value("tiếng")


def test_nothing_written_is_not_sent(open_page: Open) -> None:
    page = open_page()
    sent = posts(page)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.locator("#hint")).to_have_text("Mời ông/bà viết câu hỏi rồi bấm Gửi.")
    page.keyboard.insert_text("dài " * 1000)
    expect(page.locator("#hint")).to_contain_text("Ô này đầy rồi")
    page.locator("#message").fill("ngắn")
    expect(page.locator("#hint")).to_be_empty()
    assert sent == []


def test_private_numbers_disappear_before_the_eyes(open_page: Open) -> None:
    page = open_page()
    ask(page, "số của tôi là 0912345678")
    expect(page.locator(".mine .state")).to_have_text("Số riêng tư đã được che.")
    assert "0912345678" not in page.locator("#log").inner_text()


def test_a_person_is_one_press_away(open_page: Open) -> None:
    page = open_page()
    page.locator("#meet-person").click()
    expect(page.locator(".mine .said")).to_have_text("Gặp người hỗ trợ")
    page.locator(".reply").nth(1).wait_for()


def test_what_is_forgotten_in_the_chat_leaves_the_screen(open_page: Open) -> None:
    page = open_page()
    ask(page, "giấy của tôi")
    page.locator(".reply").nth(1).wait_for()
    ask(page, "quên hết")
    page.get_by_text("Đã quên.").wait_for()
    expect(page.locator(".reply .said")).to_have_text("Đã quên.")
    assert mine(page) == []


def test_whom_news_is_promised_the_browser_knows_as_long(open_page: Open) -> None:
    page = open_page()
    [before] = page.context.cookies()
    ask(page, "báo tin")
    page.get_by_text("Có tin thì tôi nhắn.").wait_for()
    ask(page, "và sau đó")  # comes by the line opened again
    expect(page.locator(".reply .said").nth(2)).to_have_text("Tin thứ 3: và sau đó")
    [after] = page.context.cookies()
    assert after["value"] == before["value"]
    days = (after["expires"] - before["expires"]) / 86400
    assert days == pytest.approx(LASTS.days - 30, abs=0.1)


def test_deleting_asks_first_and_then_forgets_everything(open_page: Open, site: WebServer) -> None:
    page = open_page()
    ask(page, "giữ hay xoá")
    page.locator(".reply").nth(1).wait_for()
    before = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.get_by_text("Thêm", exact=True).click()
    page.locator("#delete").click()
    page.get_by_role("button", name="Giữ lại").click()
    assert mine(page) == ["giữ hay xoá"]
    delete_everything(page)
    expect(page.locator(".reply .said")).to_have_text(WELCOME.text)
    assert mine(page) == []
    after = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert before["session"] != after["session"]
    ask(page, "mới")
    expect(page.locator(".reply .said").nth(1)).to_have_text("Tin thứ 2: mới")
    page.reload()
    page.locator(".reply").nth(1).wait_for()
    assert mine(page) == ["mới"]


def test_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page(*DESK)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("khai sinh")
    page.keyboard.press("Enter")
    page.locator(".reply").nth(1).wait_for()
    expect(page.locator("#message")).to_be_focused()
    page.keyboard.press("Shift+Tab")  # back to the last thing in the newest reply
    expect(page.locator(".reply").nth(1).get_by_role("link")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".reply .said").nth(2)).to_have_text("Tin thứ 3: papers")
    page.locator("#meet-person").focus()
    page.keyboard.press("Tab")
    ring = "one => getComputedStyle(one).outlineWidth + getComputedStyle(one).outlineStyle"
    assert page.locator("#text-size").evaluate(ring) == "3pxsolid"
    page.keyboard.press("Space")
    expect(page.locator("#text-size")).to_have_text("To nữa")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.locator("#delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Giữ lại")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm-delete")).to_be_hidden()
    assert mine(page) == ["khai sinh", "Cần giấy tờ gì?"]


def test_a_screen_reader_is_told(open_page: Open) -> None:
    page = open_page()
    log = page.get_by_role("log", name="Nội dung trò chuyện")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="Câu hỏi của ông/bà")).to_be_visible()
    ask(page, "khai sinh")
    page.locator(".reply").nth(1).wait_for()
    tree = log.aria_snapshot()
    assert "Ông/bà: khai sinh" in tree
    assert f"Trợ lý: {BIRTH_FEE.text}" in tree
    # A link cannot be followed by typing a number, so it has none.
    assert 'link "Mở Cổng Dịch vụ công (mở trang mới)"' in tree
    page.locator("#text-size").click()
    expect(page.locator("#announce")).to_have_text("Đã chuyển sang chữ to.")


VOICE = """
const spoken = [];
window.spoken = spoken;
const synthesis = {
  getVoices: () => [{ lang: "en-US", localService: true }, { lang: "vi-VN", localService: true }],
  speak: (utterance) => spoken.push(utterance.text),
  cancel: () => {},
  addEventListener: () => {},
};
Object.defineProperty(window, "speechSynthesis", { value: synthesis });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


def heard(page: Page) -> float:
    """Seconds of the sound that plays now."""
    page.wait_for_function("() => window.players[0].currentTime > 0.1")
    return float(page.evaluate("() => window.players[0].duration"))


# Keeps the page's player within the test's reach.
PLAYERS = """
window.players = [];
const Sound = window.Audio;
window.Audio = function (...given) {
  const player = new Sound(...given);
  window.players.push(player);
  return player;
};
"""


def test_a_reply_is_heard_in_the_servers_voice(open_page: Open) -> None:
    page = open_page(init_script=PLAYERS)
    button = page.get_by_role("button", name="Đọc to")
    button.click()
    stop = page.get_by_role("button", name="Dừng đọc")
    expect(stop).to_be_visible()
    assert 5 < heard(page) < 30
    stop.click()
    expect(button).to_be_visible()
    assert page.evaluate("() => window.players[0].paused")
    # Who wants to hear hears the next one without pressing anything.
    page.locator("#message").fill("đọc")
    page.locator(".send").click()
    expect(stop).to_be_visible()
    assert 3 < heard(page) < 20


def test_while_the_server_has_no_sound_the_browsers_own_voice_reads(open_page: Open) -> None:
    page = open_page(init_script=VOICE, errors=True)
    page.route("**/web/sound/*", lambda route: route.fulfill(status=503, body="{}"))
    button = page.get_by_role("button", name="Đọc to")
    button.click()
    expect(page.get_by_role("button", name="Dừng đọc")).to_be_visible()
    page.wait_for_function("() => window.spoken.length > 2")
    spoken = page.evaluate("window.spoken")
    assert spoken[0] == "Kính chào ông/bà."
    assert spoken[-1] == "3. Gặp người hỗ trợ"
    page.get_by_role("button", name="Dừng đọc").click()
    expect(button).to_be_visible()


def test_where_nothing_can_be_heard_the_button_says_so(open_page: Open) -> None:
    page = open_page(init_script=VOICE.replace("vi-VN", "de-DE"), errors=True)
    page.route("**/web/sound/*", lambda route: route.abort())
    page.locator(".aloud").click()
    expect(page.locator(".aloud")).to_have_text("Lúc này chưa đọc thành tiếng được.")
