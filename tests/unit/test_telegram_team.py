"""The team's group: what of it is heard, and that nothing else is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Incoming
from bot.telegram_team import Group

TEAM = Group(chat=-100500, bot=123)
LAN = {"id": 7, "is_bot": False, "first_name": "Lan\n0912345678"}
BOT = {"id": 123, "is_bot": True, "first_name": "Trợ lý"}


def said(text: str | None, about: str | None = None, by: Any = BOT, chat: int = -100500) -> Any:
    """A message of the group; ``about``: the text of the message it answers."""
    head = {"chat": {"id": chat, "type": "supergroup"}, "message_id": 5, "date": 1}
    message: dict[str, Any] = {**head, "from": LAN, "text": text}
    if text is None:
        message["photo"] = []
    if about is not None:
        message["reply_to_message"] = {**head, "from": by, "text": about}
    return {"update_id": 9, "message": message}


def test_an_answer_to_a_ticket_is_masked_and_signed() -> None:
    found = TEAM.incoming(said("gọi tôi số 0987654321", "#phieu17 Có người dân"))
    assert isinstance(found, Incoming)
    assert (found.conversation, found.message_id, found.ticket) == ("team:-100500", "9", 17)
    assert found.text == "gọi tôi số [số điện thoại]"
    assert found.helper
    assert (found.helper.key, found.helper.name) == ("telegram:7", "Lan [số điện thoại]")


def test_words_that_would_be_cut_are_not_passed_on() -> None:
    found = TEAM.incoming(said("a" * 2001, "#phieu17 Có người dân"))
    assert isinstance(found, Incoming)
    assert (found.choice, found.text, found.ticket) == ("too_long", None, 17)


def test_an_answer_to_a_photograph_of_a_ticket_is_heard() -> None:
    update = said("Ảnh mờ quá, bác chụp lại nhé", "")
    about = update["message"]["reply_to_message"]
    about |= {"text": None, "photo": [], "caption": "#phieu17"}
    found = TEAM.incoming(update)
    assert isinstance(found, Incoming)
    assert (found.text, found.ticket) == ("Ảnh mờ quá, bác chụp lại nhé", 17)


@pytest.mark.parametrize(
    "update",
    [said("chuyện riêng"), said("chào", "#phieu17 giả", by=LAN), said("chào", "phiếu 17"),
     said("#phieu17 chào"), said("chào", "Lan: #phieu17")],
)  # fmt: skip
def test_talk_of_the_team_is_not_kept(update: Any) -> None:
    assert TEAM.incoming(update) == "team_talk"


def test_other_groups_and_citizens_are_not_the_teams() -> None:
    assert TEAM.incoming(said("chào", "#phieu17", chat=-100501)) is None
    assert TEAM.incoming(said("chào", chat=44)) is None


def test_what_has_no_words_is_said_to_have_none() -> None:
    found = TEAM.incoming(said(None, "#phieu17 Có người dân"))
    assert isinstance(found, Incoming)
    assert (found.choice, found.ticket) == ("no_words", 17)


@pytest.mark.parametrize(
    ("data", "choice"),
    [
        ("claim.17", "claim.17"),
        ("opened.17", None),
        ("claim.x", None),
        ("tick.1", None),
        ("", None),
    ],
)
def test_only_the_teams_own_buttons_are_heard(data: str, choice: str | None) -> None:
    shown = {"chat": {"id": -100500}, "message_id": 5}
    query = {"id": "q", "from": LAN, "data": data, "message": shown}
    found = TEAM.incoming({"update_id": 9, "callback_query": query})
    assert (found.choice if isinstance(found, Incoming) else None) == choice


@pytest.mark.parametrize(("status", "left"), [("left", True), ("kicked", True), ("member", False)])
def test_who_leaves_the_group_leaves_the_team(status: str, left: bool) -> None:
    change = {"chat": {"id": -100500}, "new_chat_member": {"user": LAN, "status": status}}
    found = TEAM.incoming({"update_id": 9, "chat_member": change})
    assert (isinstance(found, Incoming) and found.choice == "left") is left


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "update_id",
                    "message",
                    "callback_query",
                    "chat_member",
                    "chat",
                    "id",
                    "from",
                    "text",
                    "reply_to_message",
                    "data",
                    "new_chat_member",
                    "user",
                    "status",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_nothing_that_comes_breaks_it(update: Any) -> None:
    found = TEAM.incoming(update)
    assert found is None or isinstance(found, str | Incoming)
