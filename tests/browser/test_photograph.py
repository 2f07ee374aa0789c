"""A photograph sent from the page: with the camera button, made small, read, confirmed, resent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import FilePayload, Route, expect

from actions.dossier_sources.port import Finding
from bot.conversation import Conversation
from bot.messages import PHOTO
from bot.photos.reader import PhotoReader
from tests.browser.conftest import Open
from tests.conftest import Server
from tests.receipts import Bearing, Condition, photograph
from tests.samples import DOSSIERS, find_sample, meant, procedure, world
from tests.web_server import WebServer, web_server

CODE = next(iter(DOSSIERS.values())).code


@pytest.fixture(scope="module")
def site(embedded_server: Server) -> Iterator[WebServer]:
    """A server whose turn is the real one, over made-up dossiers."""

    async def look_up(code: str, _: object) -> Finding:
        return find_sample(code)

    turn = Conversation(lambda text: replace(meant("nlu_fallback"), text=text), world(procedure()))
    with (
        embedded_server.fresh() as conninfo,
        web_server(
            conninfo, handler=turn, readers={PHOTO: PhotoReader(idle=1.0)}, look_up=look_up
        ) as server,
    ):
        yield server


def test_a_receipt_is_photographed_read_confirmed_and_looked_up(open_page: Open) -> None:
    page = open_page(errors=True)  # the line is cut on purpose
    shot = photograph(1, Condition.TILT_8, Bearing.TEXT, code=CODE, long_side=3000)
    assert len(shot.content) > 600_000
    sizes: list[int] = []
    answers = 0

    def cut_once(route: Route) -> None:
        nonlocal answers
        sizes.append(len(route.request.post_data_buffer or b""))
        answer = route.fetch()
        answers += 1
        if answers == 1:
            route.abort()  # the server has it, the page does not know
        else:
            route.fulfill(response=answer)

    page.route("**/web/photos?*", cut_once)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Chụp giấy hẹn").click()
    picture: FilePayload = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": shot.content}
    chooser.value.set_files(picture)
    right = page.get_by_role("button", name="Đúng")
    right.wait_for(timeout=60_000)
    expect(page.locator(".mine .said")).to_have_text(["(ảnh)"])
    assert CODE.replace("-", " - ") in page.locator(".reply").last.inner_text()
    right.click()
    expect(page.locator(".reply").last).to_contain_text("đang được giải quyết")
    assert len(sizes) == 2
    assert max(sizes) < 500_000
    page.reload()
    expect(page.locator(".mine .said")).to_have_text(["(ảnh)", "Đúng"])
