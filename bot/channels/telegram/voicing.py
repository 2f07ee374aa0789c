"""Replies heard on Telegram: a voice message before the words.

The Bot API plays OGG with Opus, MP3 and M4A as voice messages (sendVoice, read November 2026).
"""

from __future__ import annotations

import logging
from dataclasses import replace

from telegram import InputFile
from telegram.error import BadRequest, NetworkError

from actions.replies import Reply
from bot.begun import PerChat
from bot.channels.telegram.client import Client, Uploads, send_errors
from bot.speech import mp3
from bot.speech.aloud import ReadAloud
from bot.speech.port import SpeechError
from knowledge_base.phrases import Phrases

_log = logging.getLogger(__name__)


class Voicing:
    """Says replies; remembers which was said, should its words have to be sent once more."""

    def __init__(self, client: Client, aloud: ReadAloud, say: Phrases) -> None:
        self._client = client
        self._aloud = aloud
        self._say = say
        self._said = PerChat[Reply | None]()  # reply that was said
        self._uploads = Uploads()

    async def voiced(self, chat: str, reply: Reply) -> Reply:
        """Send the sound of a reply that is to be heard; returns what is to be written: where no
        sound could be made or taken, that is told.

        Raises:
            bot.messages.SendError: see :class:`bot.messages.Sender`.
        """
        if not reply.voice.aloud or self._said.get(chat, None) == reply:
            return reply
        try:
            sound = await self._aloud.sound(reply)
            with send_errors():
                await self._send(chat, reply, sound)
        except (SpeechError, _NotTaken) as error:
            _log.warning("A reply is written only: %s", error)
            text = f"{reply.text}\n{self._say('aloud.not_now')}"
            return replace(reply, text=text)
        self._said.keep(chat, reply)
        return reply

    def written(self, chat: str) -> None:
        """The words of the last reply are sent too."""
        self._said.drop(chat)
        self._uploads.over(chat)

    async def _send(self, chat: str, reply: Reply, sound: bytes) -> None:
        try:
            await self._client.voice(
                chat, InputFile(sound, "loi-doc.mp3"), duration=round(mp3.seconds(sound))
            )
        except BadRequest as error:
            if "chat not found" in str(error).lower():
                raise
            raise _NotTaken(str(error)) from error  # who forbids voice messages reads
        except NetworkError as error:
            if not self._uploads.is_given_up(chat, reply, error):
                raise
            raise _NotTaken(str(error)) from error


class _NotTaken(Exception):
    """Telegram refuses this voice message."""
