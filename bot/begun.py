"""Replies of several messages that are sent in part: what was sent before a failure is not sent
again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from actions.replies import Reply

_M = TypeVar("_M")


class Begun:
    """Remembers, chat by chat, how much of a reply was sent."""

    def __init__(self) -> None:
        self._sent: dict[str, tuple[Reply, int]] = {}  # chat -> reply sent in part, messages sent

    def rest(self, chat: str, reply: Reply, messages: Iterable[_M]) -> Iterator[tuple[int, _M]]:
        """Those of a reply's messages that are still to be sent, each with its number from 1. One
        counts as sent when the next is asked for: whoever fails with one asks for no more."""
        begun, done = self._sent.get(chat, (reply, 0))
        for number, message in enumerate(messages, 1):
            if begun == reply and number <= done:
                continue
            yield number, message
            self._sent[chat] = (reply, number)
        self.over(chat)

    def over(self, chat: str) -> None:
        """The chat's last reply needs no further attempt."""
        self._sent.pop(chat, None)
