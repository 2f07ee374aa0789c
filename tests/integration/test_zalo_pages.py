"""Pages and codes to an Official Account's citizens: brought there, or told in words."""

from __future__ import annotations

from typing import Any

import pytest

from actions.replies import Document, Reply
from bot.messages import RetryLater
from tests.emulators.zalo_open_api import Fields, zalo_open_api
from tests.zalo import official_account

PAPERS: dict[str, Any] = {
    "layout": "papers", "title": "Giấy tờ", "under": [], "heading": "Mang theo", "rows": [],
    "facts": [], "scan": "Quét mã này.", "sources": [], "ends": "Hết.",
}  # fmt: skip
PAGE = Document("giay-to.pdf", "Giấy tờ", PAPERS)
CODE = Document("ma-qr.png", "Mã QR", {"layout": "code", "matter": {}})
DOWN = (500, "")


@pytest.mark.parametrize("document", [PAGE, CODE], ids=["page", "code"])
async def test_failures_of_one_page_are_not_counted_with_those_of_another(
    embedded_conninfo: str, document: Document
) -> None:
    reply, told = Reply("Đây.", attachment=document), []
    answers: list[int | tuple[int, str] | None] = []

    def rule(path: str, body: Fields) -> int | tuple[int, str] | None:
        return answers.pop(0) if "upload" in path else None

    async with zalo_open_api() as api, official_account(embedded_conninfo, api) as (channel, _):
        api.rule = rule
        for ending in (None, -210, DOWN, None):  # brought, refused, given up, brought
            answers += [DOWN, DOWN, ending]
            for _ in range(2):
                with pytest.raises(RetryLater):
                    await channel.send("an", reply)
            await channel.send("an", reply)
            told.append("chưa đưa tờ giấy ra được" in api.texts("an")[-1])
        answers += [DOWN] * 3
        for chat in ("an", "ba", "chi"):
            with pytest.raises(RetryLater):
                await channel.send(chat, reply)
    assert told == [False, True, True, False]
