"""What was sent of a reply before a failure is not sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.replies import Reply
from bot.begun import Begun, PerChat
from bot.messages import GIVE_UP_SECONDS

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


def test_a_later_reply_that_says_the_same_is_sent_whole() -> None:
    begun = Begun()
    given_up, later = replace(REPLY, number=7), replace(REPLY, number=8)
    parts = begun.rest("an", given_up, PARTS)
    assert [next(parts), next(parts)] == [(1, "một"), (2, "hai")]  # the second fails for ever
    assert list(begun.rest("an", later, PARTS)) == [(1, "một"), (2, "hai"), (3, "ba")]


def test_nothing_is_remembered_longer_than_it_is_tried() -> None:
    now = [0.0]
    kept = PerChat[int](lambda: now[0])
    kept.keep("an", 1)
    now[0] = GIVE_UP_SECONDS
    kept.keep("ba", 2)
    assert (kept.get("an", 0), len(kept)) == (1, 2)
    now[0] += 1
    kept.keep("ba", 3)
    assert (kept.get("an", 0), kept.get("ba", 0), len(kept)) == (0, 3, 1)
