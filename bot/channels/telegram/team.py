"""The team's group on Telegram: what it is told, each message about a ticket under the first."""

from __future__ import annotations

import logging

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated

from actions.replies import Choice, Forwarded, Reply
from bot.channels.telegram.client import Client, send_errors
from bot.messages import TEAM, ChatBlocked, RetryLater
from bot.rendering import split
from bot.telegram_protocol import MOST_UNITS

logger = logging.getLogger(__name__)

IN_A_ROW = 2  # buttons
_AGAIN = 60.0  # seconds between attempts while the bot is not let into the group


class TeamGroup:
    """A :class:`bot.messages.Poster` into the group."""

    channel = TEAM
    per_second = 1.0  # a group takes about 20 a minute; what is more is asked to wait

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; see :meth:`post`."""
        await self.post(chat, reply, None)

    async def post(self, chat: str, reply: Reply, under: str | None) -> str:
        """Deliver one reply under the message ``under``, if that is still there; returns the id of
        its last message.

        Raises:
            bot.messages.SendError: see :class:`bot.messages.Poster`. A group that the bot was put
                out of is tried again: what waits for the team is not dropped.
        """
        try:
            with send_errors():
                return await self._post(chat, reply, under)
        except ChatBlocked as error:
            logger.error("The bot cannot write into the group of TEAM_CHAT: %s", error)
            raise RetryLater(str(error), after=_AGAIN) from error

    async def _post(self, chat: str, reply: Reply, under: str | None) -> str:
        if isinstance(reply.attachment, Forwarded):
            label = reply.text.partition(" ")[0]
            await self._show(chat, reply.attachment.handle, label, under)
        parts = split(reply.text, MOST_UNITS)
        answered = None
        if under is not None:
            answered = ReplyParameters(int(under), allow_sending_without_reply=True)
        posted = 0
        for number, part in enumerate(parts, 1):
            try:
                posted = await self._client.say(
                    chat,
                    part,
                    reply_markup=_keyboard(reply.choices) if number == len(parts) else None,
                    reply_parameters=answered,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
            except ChatMigrated as error:
                logger.error("The group has a new number: set TEAM_CHAT=%s", error.new_chat_id)
                raise
        return str(posted)

    async def _show(self, chat: str, photo: str, label: str, under: str | None) -> None:
        """Show a photograph that a citizen sent to this bot, above what is said of it; with the
        label of its ticket, or an answer to it would lead nowhere."""
        answered = None
        if under is not None:
            answered = ReplyParameters(int(under), allow_sending_without_reply=True)
        try:
            await self._client.photo(chat, photo, caption=label, reply_parameters=answered)
        except BadRequest as error:
            logger.warning("A photograph cannot be shown to the team: %s", error)


def _keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    buttons = [InlineKeyboardButton(one.label, callback_data=one.id) for one in choices]
    rows = [buttons[at : at + IN_A_ROW] for at in range(0, len(buttons), IN_A_ROW)]
    return InlineKeyboardMarkup(rows) if rows else None
