"""Laying replies out for both Zalos."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.replies import Choice, Document, Image, Reply
from bot.channels.zalo_bot import sending as bot
from bot.channels.zalo_oa import sending as oa
from bot.channels.zalo_oa.client import OaRefused, send_error
from bot.messages import ChatBlocked, ReplyRefused, RetryLater
from bot.rendering import Part, units
from knowledge_base import phrases

SAY = phrases.load()
LINK = Choice("l", "Cổng", "https://x.vn/")
TWO = (Choice("1.1", "Một"), LINK, Choice("1.2", "Hai"))
MANY = tuple(Choice(f"1.{n}", f"Việc {n}") for n in range(1, 6))


def titles(shown: oa.Shown) -> list[str]:
    return [button["title"] for button in shown.buttons]


def test_buttons_stand_below_the_words_they_belong_to() -> None:
    [shown] = oa.messages_of(Reply("Việc nào?", "Theo Cổng", TWO), SAY)
    assert shown.text == "Việc nào?\n\nTheo Cổng"
    assert titles(shown) == ["1. Một", "Cổng", "2. Hai"]


def test_with_five_choices_links_are_written_out() -> None:
    [shown] = oa.messages_of(Reply("Việc nào?", choices=(*MANY, LINK)), SAY)
    assert shown.text == "Việc nào?\n\nCổng: https://x.vn/"
    assert titles(shown) == [f"{n}. Việc {n}" for n in range(1, 6)]


def test_beyond_five_choices_there_are_numbers_and_no_buttons() -> None:
    [shown] = oa.messages_of(Reply("Việc nào?", choices=(*MANY, Choice("1.6", "Việc 6"))), SAY)
    assert shown.text.endswith("5. Việc 5\n6. Việc 6")
    assert shown.buttons == ()


def test_a_label_too_wide_for_a_button_is_written_out_too() -> None:
    long = "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con, rồi " * 3 + "xin trích lục"
    [shown] = oa.messages_of(Reply("Việc nào?", choices=(Choice("1.1", long),)), SAY)
    assert f"1. {long}" in shown.text
    [title] = titles(shown)
    assert 90 < len(title) <= 100
    assert title.endswith("…")


def test_a_picture_has_words_and_buttons_come_behind_it() -> None:
    image = Image("a", "Màn hình.")
    [shown] = oa.messages_of(Reply("Bước 1.", attachment=image), SAY)
    assert (shown.text, shown.image) == ("Bước 1.", image)
    first, second = oa.messages_of(Reply("Bước 1.", choices=TWO, attachment=image), SAY)
    assert (first.text, first.image, first.buttons) == ("Bước 1.", image, ())
    assert (second.text, second.image, len(second.buttons)) == ("Ông/bà chọn giúp tôi:", None, 3)


def test_a_page_comes_before_its_words() -> None:
    page = Document("a.pdf", "Giấy tờ", {})
    first, second = oa.messages_of(Reply("Tờ giấy đây.", choices=TWO, attachment=page), SAY)
    assert (first.document, first.text) == (page, "")
    assert (second.document, second.text, len(second.buttons)) == (None, "Tờ giấy đây.", 3)


def test_an_id_that_no_button_can_send_is_an_error_of_ours() -> None:
    for odd in ("", "x" * 1000):
        with pytest.raises(ReplyRefused):
            oa.messages_of(Reply("?", choices=(Choice(odd, "Một"),)), SAY)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (-213, ChatBlocked), (-227, ChatBlocked), (-244, ChatBlocked),
        (-230, ReplyRefused), (-232, ReplyRefused), (-233, ReplyRefused), (-201, ReplyRefused),
        (-32, RetryLater), (-211, RetryLater), (-218, RetryLater), (-216, RetryLater),
        (-224, RetryLater), (-200, RetryLater), (-4711, OaRefused),
    ],
)  # fmt: skip
def test_what_the_numbers_of_errors_mean(code: int, kind: type) -> None:
    assert isinstance(send_error(OaRefused(code, "?")), kind)


def test_who_is_unknown_to_zalo_is_not_reachable() -> None:
    assert isinstance(send_error(OaRefused(-201, "user_id is invalid!")), ChatBlocked)
    told = send_error(OaRefused(-230, "?"))
    assert isinstance(told, ReplyRefused)
    assert told.why == "outside_window"


def test_choices_are_numbered_where_there_are_no_buttons() -> None:
    [shown] = bot.messages_of(Reply("Việc nào?", "Theo Cổng", TWO))
    assert shown.part.text == "Việc nào?\n\n1. Một\n2. Hai\n\nCổng: https://x.vn/\n\nTheo Cổng"
    words, source = bot.styles_of(shown.part)
    assert words == {"start": 0, "len": source["start"], "st": ["f_18"]}
    assert source["st"] == ["i"]
    assert bot.styles_of(Part("👴🏽 ơi")) == [{"start": 0, "len": 7, "st": ["f_18"]}]


REPLIES = st.builds(
    Reply,
    st.text(max_size=5000),
    st.none() | st.text(max_size=300),
    st.lists(
        st.builds(Choice, st.from_regex(r"\d\.\d", fullmatch=True), st.text("aă 👴", min_size=1)),
        max_size=8,
    ).map(tuple),
)


@settings(deadline=None)
@given(REPLIES)
def test_every_message_keeps_the_limits(reply: Reply) -> None:
    reply = replace(reply, text=f"Dạ. {reply.text}")
    for shown in oa.messages_of(reply, SAY):
        assert 0 < len(shown.text) <= oa.MOST_CHARACTERS
        assert len(shown.buttons) <= oa.MOST_BUTTONS
        assert all(0 < len(title) <= oa.LONGEST_LABEL for title in titles(shown))
    for part in (shown.part for shown in bot.messages_of(reply)):
        assert 0 < len(part.text) <= bot.MOST_CHARACTERS
        runs = bot.styles_of(part)
        assert sum(run["len"] for run in runs) == units(part.text)
