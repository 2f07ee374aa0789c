"""Replies read aloud: the one thing channels and the web ask of this room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from actions.replies import Reply
from bot.logs import hush_addresses
from bot.settings import Settings
from bot.speech.espeak import Espeak
from bot.speech.http_voice import Either, HttpVoice
from bot.speech.port import Speaker, authorization
from bot.speech.shelf import Shelf
from bot.speech.words import words_of
from knowledge_base.phrases import Phrases
from knowledge_base.spoken.lexicon import Region


class ReadAloud:
    """Makes the sound of a reply. Build it with :func:`open_aloud`."""

    def __init__(self, speaker: Speaker, say: Phrases, region: Region) -> None:
        """``region``: for who chose none."""
        self._speaker = speaker
        self._say = say
        self._region = region

    async def sound(self, reply: Reply) -> bytes:
        """The reply as an MP3 file.

        Raises:
            bot.speech.port.SpeechError: there is none, within a bounded time.
        """
        region = reply.voice.region or self._region
        return await self._speaker.speak(words_of(reply, region, self._say), region)


@asynccontextmanager
async def open_aloud(settings: Settings, say: Phrases) -> AsyncIterator[ReadAloud]:
    """The voices of the settings: the one that comes along, or that of a server before it."""
    folder, days = settings.data_dir / "speech", float(settings.retention_days)
    rate, region = settings.speech_rate, settings.speech_region
    own = Shelf(Espeak(rate), folder, days=days)
    if settings.speech_url is None:
        yield ReadAloud(own, say, region)
        return
    hush_addresses()
    async with httpx.AsyncClient(headers=authorization(settings.speech_key)) as client:
        server = HttpVoice(
            client,
            str(settings.speech_url),
            model=settings.speech_model,
            voice=settings.speech_voice,
            rate=rate,
        )
        yield ReadAloud(Either(Shelf(server, folder, days=days), own), say, region)
