"""Replies of several messages that are sent in part: what was sent before a failure is not sent
again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Generic, TypeVar

from actions.replies import Reply
from bot.messages import GIVE_UP_SECONDS

_M = TypeVar("_M")
_V = TypeVar("_V")


class PerChat(Generic[_V]):
    """What is remembered of a reply that each chat is being sent: no longer than it is tried."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """``clock`` in seconds."""
        self._clock = clock
        self._kept: dict[str, tuple[float, _V]] = {}  # the longest kept first

    def get(self, chat: str, default: _V) -> _V:
        """What is remembered of a chat."""
        return self._kept.get(chat, (0.0, default))[1]

    def keep(self, chat: str, value: _V) -> None:
        """Remember it."""
        self.drop(chat)
        self._kept[chat] = (self._clock(), value)
        while (oldest := next(iter(self._kept))) and self._is_old(oldest):
            self.drop(oldest)

    def drop(self, chat: str) -> None:
        """Remember nothing of a chat."""
        self._kept.pop(chat, None)

    def __len__(self) -> int:
        return len(self._kept)

    def _is_old(self, chat: str) -> bool:
        return self._clock() - self._kept[chat][0] > GIVE_UP_SECONDS


class Begun:
    """Remembers, chat by chat, how much of a reply was sent."""

    def __init__(self) -> None:
        self._sent = PerChat[tuple[Reply, int]]()  # reply sent in part, messages sent

    def rest(self, chat: str, reply: Reply, messages: Iterable[_M]) -> Iterator[tuple[int, _M]]:
        """Those of a reply's messages that are still to be sent, each with its number from 1. One
        counts as sent when the next is asked for: whoever fails with one asks for no more."""
        begun, done = self._sent.get(chat, (reply, 0))
        for number, message in enumerate(messages, 1):
            if begun == reply and number <= done:
                continue
            yield number, message
            self._sent.keep(chat, (reply, number))
        self.over(chat)

    def over(self, chat: str) -> None:
        """The chat's last reply needs no further attempt."""
        self._sent.drop(chat)
