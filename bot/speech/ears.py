"""Words out of recordings, by a server that speaks the shape of OpenAI's
``/v1/audio/transcriptions``.

Such servers can be run at home (faster-whisper-server, Speaches, LocalAI, whisper.cpp) or bought.
Documented fields: file, model, language, response_format, temperature; the answer has ``text``.
Neither the sound nor the words are kept or logged here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic

import httpx

from bot.logs import hush_addresses
from bot.media import Reader
from bot.messages import VOICE, MediaRead
from bot.privacy import MAX_LENGTH
from bot.settings import Settings
from bot.speech import length
from bot.speech.port import authorization

_log = logging.getLogger(__name__)

MOST_SECONDS = 60.0
MOST_BYTES = 5 * 1024 * 1024
LIMIT = 40.0  # seconds after which a citizen is told, all attempts together
REST = 20.0  # seconds for which an ill server is left alone, so that nobody waits for it; then one
# message finds out whether it is well again
PAUSES = (0.5, 2.0)  # seconds before the second and the third attempt
_SLACK = 2.0  # seconds: a recorder that stops after a minute is a little late
TOO_LONG, TOO_LARGE = "too_long", "too_large"  # faults, see bot.messages.MediaRead
SILENT = "silent"  # no words were heard
AWAY = "unavailable"  # the server cannot be reached, or does not answer in time
NO_SOUND = "no_sound"  # it is no recording


class Ears:
    """Reads voice messages; a :data:`bot.media.Reader`. Build it with :func:`open_ears`."""

    def __init__(
        self, client: httpx.AsyncClient, url: str, *, model: str, limit: float = LIMIT
    ) -> None:
        """``client`` carries the key; ``url`` ends in ``/v1``; ``limit`` in seconds, for all."""
        self._client = client
        self._url = f"{url.rstrip('/')}/audio/transcriptions"
        self._model = model
        self._limit = limit
        self._is_ill = False  # the last one asked of the server got no answer
        self._rests_until = 0.0
        self._tried = False  # somebody is finding out whether it is well again

    async def __call__(self, sound: bytes) -> MediaRead:
        """What is said in a recording, or the fault that kept it from being heard."""
        if len(sound) > MOST_BYTES:
            return MediaRead(fault=TOO_LARGE)
        kind = length.kind_of(sound)
        if kind is None:
            return MediaRead(fault=NO_SOUND)
        if (length.seconds(sound) or 0.0) > MOST_SECONDS + _SLACK:
            return MediaRead(fault=TOO_LONG)
        if self._is_ill and (self._tried or monotonic() < self._rests_until):
            return MediaRead(fault=AWAY)
        tries = self._tried = self._is_ill
        try:
            async with asyncio.timeout(self._limit):
                words = await self._heard(sound, kind)
        except (TimeoutError, _Away) as error:
            _log.warning("Nothing was heard: %s", error or "the server took too long")
            self._is_ill, self._rests_until = True, monotonic() + REST
            return MediaRead(fault=AWAY)
        finally:
            if tries:
                self._tried = False
        self._is_ill = False
        return MediaRead(text=words) if words else MediaRead(fault=SILENT)

    async def _heard(self, sound: bytes, kind: str) -> str:
        """The words; "" for none. Asked again while the server is ill.

        Raises:
            _Away: it stayed ill, or refuses.
        """
        for pause in PAUSES:
            try:
                return await self._ask(sound, kind)
            except _Ill as error:
                if self._is_ill:
                    raise  # others found out meanwhile, or this one is to find out
                _log.info("The server that hears is asked again: %s", error)
                await asyncio.sleep(pause)
        return await self._ask(sound, kind)

    async def _ask(self, sound: bytes, kind: str) -> str:
        form = {
            "model": self._model,
            "language": "vi",
            "response_format": "json",
            "temperature": "0",
        }
        try:
            answer = await self._client.post(
                self._url, data=form, files={"file": (f"loi-noi.{kind}", sound)}
            )
        except httpx.HTTPError as error:
            raise _Ill(type(error).__name__) from error
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            raise _Ill(f"status {answer.status_code}")
        if not answer.is_success:
            raise _Away(f"status {answer.status_code}")
        try:
            words = answer.json()["text"]
        except (ValueError, LookupError, TypeError) as error:
            raise _Away("the answer has no text") from error
        if not isinstance(words, str):
            raise _Away("the answer has no text")
        return " ".join(words[: 2 * MAX_LENGTH].split()) if any(map(str.isalnum, words)) else ""


class _Away(Exception):
    """Nothing will be heard; the message holds no words."""


class _Ill(_Away):
    """… now; perhaps in a moment."""


@asynccontextmanager
async def open_ears(settings: Settings) -> AsyncIterator[Mapping[str, Reader]]:
    """The reader of voice messages under its kind; none where no server is set."""
    if settings.hearing_url is None:
        yield {}
        return
    hush_addresses()
    headers = authorization(settings.hearing_key)
    async with httpx.AsyncClient(headers=headers, timeout=LIMIT) as client:
        yield {VOICE: Ears(client, str(settings.hearing_url), model=settings.hearing_model)}
