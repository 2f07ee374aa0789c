"""A photograph sent while a complaint is written: shown to the team's group by Telegram's own name
for it, and kept by nobody else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from actions.draft import MOST_PHOTOS, Category, Draft, Part
from actions.feedback_screen import here
from actions.state import State
from bot import writing
from bot.messages import PHOTO, Incoming, Media, MediaRead
from bot.team_words import number_of
from tests.emulators.bot_api import BotApi, Fields, bot_api
from tests.mailroom import eventually
from tests.team import ALWAYS, dialogue, plan
from tests.telegram_bot import assistant

GROUP, CITIZEN = -100500, 1
TEAM = replace(ALWAYS, photos_from="telegram")


def photo(name: str) -> list[Fields]:
    return [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9, "file_size": 900}]


async def say(api: BotApi, words: str, **message: Any) -> None:
    """The citizen sends something; returns once ``words`` were answered."""
    before = len(api.texts(CITIZEN))
    api.arrive(api.message(CITIZEN, **message))
    await eventually(lambda: any(words in text for text in api.texts(CITIZEN)[before:]))


async def test_a_photo_goes_to_the_group_with_the_complaint(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with (
        bot_api() as api,
        assistant(
            embedded_conninfo,
            api.url,
            tmp_path,
            handler=dialogue(TEAM),
            desk=plan(TEAM),
            team_chat=GROUP,
        ),
    ):
        api.photos = {"cong-cua": b""}
        await say(api, "về việc gì", text="/gopy")
        await say(api, "cơ quan, xã, phường nào", text="2")
        await say(api, "kể giúp", text="bỏ qua")
        await say(api, "gửi kèm cho tổ hỗ trợ", photo=photo("cong-cua"))
        await say(api, "có cần trả lời không", text="cửa đóng cả buổi sáng thứ ba")
        await say(api, "không chuyển được", voice={"file_id": "v", "file_unique_id": "v"})
        await say(api, "Gửi đi chứ", text="không cần trả lời")
        assert not api.of("sendPhoto"), "nothing goes anywhere before it is sent"
        await say(api, "Đã gửi", text="gửi")
        await eventually(lambda: any("Ảnh kèm theo" in text for text in api.texts(GROUP)))
        (shown,) = [f for name, f in api.calls if name == "sent" and "photo" in f]
        assert shown["photo"] == "cong-cua"
        assert shown["chat_id"] == str(GROUP)
        assert number_of(str(shown["caption"])) == 1, "who answers the picture answers the citizen"
        with psycopg.connect(embedded_conninfo) as con:
            kept = con.execute("SELECT count(*) FROM messages WHERE media ? 'handle'").fetchone()
        assert kept == (0,)


def written(**fields: object) -> State:
    draft = Draft(at=Part.STORY, category=Category.DELAY, placed=True).model_copy(update=fields)
    return State(feedback=draft).at(here())


def sent(channel: str = "telegram", read: MediaRead | None = None, handle: str = "a") -> Incoming:
    return Incoming(channel, "1", "1", "/khong_doc_duoc", media=Media(PHOTO, handle, read))


@pytest.mark.parametrize(
    ("incoming", "state"),
    [
        (sent("zalo"), written()),
        (sent("web", handle=""), written()),
        (sent(read=MediaRead(fault="card")), written()),  # an identity card is nobody's
        (sent(), written(photos=("b", "c", "d"))),
        (sent(), State(feedback=Draft())),  # not what is looked at
    ],
)
def test_what_cannot_or_must_not_be_shown_does_not_go_along(
    incoming: Incoming, state: State
) -> None:
    assert writing.pictured(incoming, state, TEAM) == state
    assert writing.pictured(sent(), written(), ALWAYS) == written()


def test_the_same_photo_goes_along_once() -> None:
    twice = writing.pictured(sent(), writing.pictured(sent(), written(), TEAM), TEAM)
    assert twice.feedback is not None
    assert twice.feedback.photos == ("a",)
    assert MOST_PHOTOS == 3
