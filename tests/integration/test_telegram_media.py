"""Photographs and voice messages of Telegram: which file is asked for, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from actions.replies import Reply
from bot import media as media_module
from bot.media import MOST_BYTES
from bot.messages import PHOTO, Incoming, MediaRead, TurnResult
from tests.emulators.bot_api import BotApi, Fields, bot_api
from tests.mailroom import eventually
from tests.telegram_bot import assistant


async def read(content: bytes) -> MediaRead:
    return MediaRead(codes=(content.decode(),))


def tell(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    found = incoming.media.read if incoming.media else None
    seen = "-" if found is None else found.fault or " ".join(found.codes)
    return TurnResult({}, (Reply(f"{incoming.text}|{seen}"),))


def size(name: str, count: int) -> Fields:
    return {"file_id": name, "file_unique_id": name, "width": 9, "height": 9, "file_size": count}


async def answers(conninfo: str, data: Path, api: BotApi, *updates: Fields) -> list[str]:
    async with assistant(conninfo, api.url, data, handler=tell, readers={PHOTO: read}):
        api.arrive(*updates)
        await eventually(lambda: len(api.texts(1)) == len(updates))
    return api.texts(1)


async def test_the_largest_photo_that_is_not_too_large_is_read(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with bot_api() as api:
        api.files = {"nho": b"nho", "vua": b"vua", "tep": b"tep"}
        sizes = [size("nho", 900), size("vua", 90_000), size("to", MOST_BYTES + 1)]
        file = {"file_id": "tep", "file_unique_id": "t", "mime_type": "image/png"}
        told = await answers(
            embedded_conninfo,
            tmp_path,
            api,
            api.message(1, photo=sizes, caption="giấy hẹn đây"),
            api.message(1, document=file),
            api.message(1, document={**file, "mime_type": "application/pdf"}),
            api.message(1, voice=size("nho", 900)),
        )
        none = "/khong_doc_duoc|-"
        assert told == ["giấy hẹn đây|vua", "/khong_doc_duoc|tep", "/khong_doc_duoc file|-", none]
        assert [fields["name"] for fields in api.of("file")] == ["vua", "tep"]


async def test_what_telegram_no_longer_has_or_calls_too_big_is_told(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    def rule(method: str, fields: Fields) -> tuple[int, str, Fields] | None:
        if method == "getFile" and fields["file_id"] == "to":
            return (400, "Bad Request: file is too big", {})
        return (404, "Not Found", {}) if fields.get("name") == "mat" else None

    async with bot_api() as api:
        api.rule = rule
        api.files = {"mat": b"", "nang": b"." * (MOST_BYTES + 1)}
        names = ("to", "nang", "mat", "la")
        photos = [api.message(1, photo=[size(name, 5)]) for name in names]
        told = await answers(embedded_conninfo, tmp_path, api, *photos)
        faults = [text.partition("|")[2] for text in told]
        assert faults == ["too_large", "too_large", "gone", "gone"]


async def test_a_photo_is_asked_for_again_while_telegram_is_down(
    embedded_conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media_module, "_LONGEST_PAUSE", 0.05)

    def rule(method: str, fields: Fields) -> tuple[int, str, Fields] | None:
        down = (method == "getFile" and len(api.of("getFile")) < 3) or (
            method == "file" and len(api.of("file")) < 2
        )
        return (502, "Bad Gateway", {}) if down else None

    async with bot_api() as api:
        api.rule = rule
        api.files = {"anh": b"anh"}
        told = await answers(
            embedded_conninfo, tmp_path, api, api.message(1, photo=[size("anh", 3)])
        )
        assert told == ["/khong_doc_duoc|anh"]
