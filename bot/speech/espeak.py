"""The voice that comes with the program: eSpeak NG, from a wheel, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from bot.speech.port import MOST_WORDS, SpeechError
from knowledge_base.spoken.lexicon import Region

_PROGRAM = Path(__file__).with_name("espeak_program.py")
_VOICES = {Region.NORTH: "vi", Region.CENTRAL: "vi-vn-x-central", Region.SOUTH: "vi-vn-x-south"}
_USUAL = 175  # words a minute that eSpeak NG speaks by itself
_AT_ONCE = 2  # processes


class Espeak:
    """Speaks with eSpeak NG. Thread-unsafe, as all of asyncio."""

    def __init__(self, rate: float, *, limit: float = 10.0, program: Path = _PROGRAM) -> None:
        """``rate``: of the usual speed; ``limit``: seconds until a process is killed."""
        self._words_a_minute = round(_USUAL * rate)
        self.name = f"espeak-ng {self._words_a_minute}"
        self._limit = limit
        self._program = program
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def speak(self, words: str, region: Region) -> bytes:
        """See :class:`bot.speech.port.Speaker`."""
        asked = {
            "voice": _VOICES[region],
            "rate": self._words_a_minute,
            "words": words[:MOST_WORDS],
        }
        try:
            async with asyncio.timeout(2 * self._limit), self._room:
                return await self._run(json.dumps(asked).encode())
        except TimeoutError as error:
            raise SpeechError("eSpeak NG took too long") from error
        except OSError as error:
            raise SpeechError(f"eSpeak NG could not be run: {error}") from error

    async def _run(self, asked: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(self._program),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._limit):
                sound, told = await process.communicate(asked)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0 or not sound:
            last = told.decode(errors="replace").strip().rpartition("\n")[2]
            raise SpeechError(f"eSpeak NG ended with {process.returncode}: {last}")
        return sound
