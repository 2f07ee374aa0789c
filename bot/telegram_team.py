"""What the team's Telegram group sends: answers to the bot's messages, pressed buttons, members who
leave. Whatever else is said there is the team's own and is neither kept nor counted by its words.

A bot sees answers to its own messages and service messages in every group, and changes of members
(``chat_member``) where it is an administrator (core.telegram.org/bots/features#privacy-mode, read
in November 2026).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, ValidationError

from bot.messages import TEAM, Helper, Incoming
from bot.privacy import MAX_LENGTH, CleanText
from bot.team_desk import LEFT, NO_WORDS, TOO_LONG
from bot.team_words import number_of
from bot.telegram_protocol import MaskedText

LONGEST_NAME = 40  # characters
_PRESSED = re.compile(r"(?:claim|release|close|transcript)\.\d{1,18}")
_GONE = frozenset({"left", "kicked"})


def _is_cut(text: object) -> bool:
    return isinstance(text, str) and len(text) > MAX_LENGTH


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class _Chat(_Model):
    id: StrictInt


class _User(_Model):
    id: StrictInt
    is_bot: bool = False
    first_name: MaskedText = ""

    @property
    def helper(self) -> Helper:
        """This one as somebody of the team."""
        name = " ".join(self.first_name.split())[:LONGEST_NAME]
        return Helper(f"telegram:{self.id}", name)


class _Message(_Model):
    chat: _Chat
    sender: _User | None = Field(None, alias="from")
    text: MaskedText | None = None
    is_too_long: Annotated[bool, BeforeValidator(_is_cut)] = Field(False, alias="text")
    caption: MaskedText | None = None
    reply_to_message: _Message | None = None
    left_chat_member: _User | None = None


class _Query(_Model):
    sender: _User = Field(alias="from")
    data: CleanText | None = None
    message: _Message | None = None


class _Membership(_Model):
    user: _User
    status: str


class _Change(_Model):
    chat: _Chat
    new_chat_member: _Membership


class _Update(_Model):
    update_id: StrictInt
    message: _Message | None = None
    callback_query: _Query | None = None
    chat_member: _Change | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The team's group, and the bot's own number in it."""

    chat: int
    bot: int

    def incoming(self, update: object) -> Incoming | str | None:
        """What the group says in an update, masked; or why there is nothing to do; None where the
        update is not the group's."""
        try:
            read = _Update.model_validate(update)
        except (ValidationError, RecursionError):
            return None
        query = read.callback_query
        holder = read.message or (query and query.message) or read.chat_member
        if holder is None or holder.chat.id != self.chat:
            return None
        number = str(read.update_id)
        if query is not None:
            if query.data is None or not _PRESSED.fullmatch(query.data):
                return "team_stale"
            ticket = int(query.data.partition(".")[2])
            return self._of(number, query.sender, choice=query.data, ticket=ticket)
        if read.chat_member is not None:
            changed = read.chat_member.new_chat_member
            gone = changed.status in _GONE
            return self._of(number, changed.user, choice=LEFT) if gone else "team_joined"
        return self._said(number, read.message) if read.message else None

    def _said(self, number: str, message: _Message) -> Incoming | str:
        if message.left_chat_member is not None:
            return self._of(number, message.left_chat_member, choice=LEFT)
        about = message.reply_to_message
        if about is None or about.sender is None or about.sender.id != self.bot:
            return "team_talk"
        ticket = number_of(about.text or about.caption or "")
        if ticket is None or message.sender is None:
            return "team_talk"
        if message.is_too_long:
            return self._of(number, message.sender, choice=TOO_LONG, ticket=ticket)
        if not message.text:
            return self._of(number, message.sender, choice=NO_WORDS, ticket=ticket)
        return self._of(number, message.sender, text=message.text, ticket=ticket)

    def _of(
        self,
        number: str,
        user: _User,
        *,
        text: str | None = None,
        choice: str | None = None,
        ticket: int | None = None,
    ) -> Incoming:
        return Incoming(
            TEAM, str(self.chat), number, text, choice, ticket=ticket, helper=user.helper
        )
