"""A guide's drawing on the page: seen, described, enlarged, still there on coming back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.test_looks import contrast, large, violations
from tests.web_server import DRAWN

LOADED = "one => one.complete && one.naturalWidth > 0"


def ask(page: Page) -> Locator:
    """The bubble with a picture, once it is there."""
    page.locator("#message").fill("xem hình")
    page.locator("#message").press("Enter")
    return page.locator(".picture:visible")


def loaded(page: Page, picture: Locator) -> None:
    """Wait until the picture is drawn; it is fetched when it comes near the window."""
    picture.scroll_into_view_if_needed()
    image = picture.locator("img").element_handle()
    assert image
    page.wait_for_function(LOADED, arg=image)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_seen_and_enlarged_with_the_keyboard_in_large_text(
    open_page: Open, scheme: str
) -> None:
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    large(page)
    contrast(page)
    page.keyboard.press("Escape")
    picture = ask(page)
    expect(picture).to_have_count(1)  # and none for a drawing that is gone
    image = picture.locator("img")
    place = image.bounding_box()
    loaded(page, picture)
    assert image.get_attribute("alt") == DRAWN.alt
    box = image.bounding_box()
    assert place
    assert box
    assert (box["width"], box["height"]) == (place["width"], place["height"]), "the page jumped"
    assert box["width"] > 300  # of 360: its letters of 18 are at least 15 px
    assert box["width"] / box["height"] == pytest.approx(360 / 300, rel=0.01)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(page) == []
    picture.focus()
    page.keyboard.press("Enter")
    shown = page.get_by_role("dialog").get_by_role("img", name=DRAWN.alt)
    expect(shown).to_be_visible()
    wide = shown.bounding_box()
    assert wide
    assert wide["width"] >= 350
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(picture).to_be_focused()


def test_a_tap_enlarges_it_and_a_tap_puts_it_away_also_on_coming_back(open_page: Open) -> None:
    page = open_page()
    loaded(page, ask(page))
    page.reload()
    picture = page.locator(".picture:visible")
    loaded(page, picture)
    for away in (page.locator("#picture img"), page.get_by_role("button", name="Đóng hình")):
        picture.click()
        expect(page.locator("#picture")).to_be_visible()
        away.click()
        expect(page.locator("#picture")).to_be_hidden()
        expect(picture).to_be_focused()
