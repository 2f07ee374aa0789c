"""What was sent of a reply before a failure is not sent again."""

from __future__ import annotations

import pytest

from actions.replies import Reply
from bot.begun import Begun

REPLY, OTHER = Reply("một hai ba"), Reply("khác")
PARTS = ["một", "hai", "ba"]


def interrupted(begun: Begun, chat: str, at: int) -> None:
    """Send the reply's messages up to number ``at``, which fails."""
    with pytest.raises(ConnectionError):
        for number, _ in begun.rest(chat, REPLY, PARTS):
            if number == at:
                raise ConnectionError


def test_a_message_that_failed_is_the_next_to_be_sent() -> None:
    begun = Begun()
    interrupted(begun, "an", 2)
    interrupted(begun, "an", 3)
    assert list(begun.rest("ba", REPLY, PARTS)) == [(1, "một"), (2, "hai"), (3, "ba")]
    assert list(begun.rest("an", REPLY, PARTS)) == [(3, "ba")]
    assert list(begun.rest("an", REPLY, PARTS)) == [(1, "một"), (2, "hai"), (3, "ba")]


def test_another_reply_is_sent_whole_and_one_that_is_over_too() -> None:
    begun = Begun()
    interrupted(begun, "an", 2)
    assert list(begun.rest("an", OTHER, ["khác"])) == [(1, "khác")]
    interrupted(begun, "an", 3)
    begun.over("an")
    assert list(begun.rest("an", REPLY, PARTS)) == [(1, "một"), (2, "hai"), (3, "ba")]
