"""A voice on a server that speaks the shape of OpenAI's ``/v1/audio/speech``.

Neural Vietnamese voices can be run behind that shape at home (openedai-speech, LocalAI, Speaches)
or bought. Documented fields: model, input, voice, response_format, speed 0.25 to 4.
"""

from __future__ import annotations

import asyncio
import logging
from time import monotonic

import httpx

from bot.speech import mp3
from bot.speech.port import MOST_WORDS, Speaker, SpeechError
from knowledge_base.spoken.lexicon import Region

_log = logging.getLogger(__name__)
_MOST_BYTES = 4 * 1024 * 1024
REGION = "{vung}"  # in the voice's name: bac, trung or nam


class HttpVoice:
    """Speaks by asking a server."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        *,
        model: str,
        voice: str,
        rate: float,
        limit: float = 8.0,
    ) -> None:
        """``client`` carries the key; ``url`` ends in ``/v1``; ``voice`` may hold
        :data:`REGION`; ``limit`` in seconds, for all of it."""
        self._client = client
        self._url = f"{url.rstrip('/')}/audio/speech"
        self._model, self._voice, self._rate = model, voice, rate
        self._limit = limit
        self.name = f"{self._url} {model} {voice} {rate:g}"

    async def speak(self, words: str, region: Region) -> bytes:
        """See :class:`bot.speech.port.Speaker`."""
        asked = {
            "model": self._model,
            "input": words[:MOST_WORDS],
            "voice": self._voice.replace(REGION, region.value),
            "response_format": "mp3",
            "speed": self._rate,
        }
        try:
            async with asyncio.timeout(self._limit):
                sound = await self._ask(asked)
            mp3.seconds(sound)
        except TimeoutError as error:
            raise SpeechError("the voice's server took too long") from error
        except httpx.HTTPError as error:
            raise SpeechError(f"the voice's server: {type(error).__name__}") from error
        except ValueError as error:
            raise SpeechError(f"the voice's server sent something else: {error}") from error
        return sound

    async def _ask(self, asked: dict[str, object]) -> bytes:
        async with self._client.stream("POST", self._url, json=asked) as answer:
            if answer.status_code != httpx.codes.OK:
                raise SpeechError(f"the voice's server answered {answer.status_code}")
            sound = bytearray()
            async for piece in answer.aiter_bytes():
                sound += piece
                if len(sound) > _MOST_BYTES:
                    raise SpeechError("the voice's server sent too much")
            return bytes(sound)


class Either:
    """The better voice, and another while it fails: for :data:`REST` seconds it is not asked, so
    that nobody waits for a server that is away."""

    REST = 30.0

    def __init__(self, better: Speaker, other: Speaker) -> None:
        self._better, self._other = better, other
        self._rests_until = 0.0
        self.name = f"{better.name} | {other.name}"

    async def speak(self, words: str, region: Region) -> bytes:
        """See :class:`bot.speech.port.Speaker`."""
        if monotonic() >= self._rests_until:
            try:
                return await self._better.speak(words, region)
            except SpeechError as error:
                _log.warning("Speaking with the voice at hand: %s", error)
                self._rests_until = monotonic() + self.REST
        return await self._other.speak(words, region)
