"""Every voice: the one that comes along, one on a server, one that remembers, one of two."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from bot.speech import mp3
from bot.speech.espeak import Espeak
from bot.speech.http_voice import Either, HttpVoice
from bot.speech.port import MOST_WORDS, Speaker, SpeechError
from bot.speech.shelf import Shelf
from knowledge_base.spoken.lexicon import Region
from tests.emulators.speech import KEY, AudioServer, audio_server

WORDS = "Lệ phí là tám nghìn đồng. Xin chọn: một, cần giấy tờ gì; hai, nộp ở đâu."
KINDS = ("espeak", "server", "shelf", "either")


def voice(client: httpx.AsyncClient, server: AudioServer, limit: float = 5.0) -> HttpVoice:
    """The voice of the test's server."""
    return HttpVoice(client, server.url, model="m", voice="chi-{vung}", rate=0.8, limit=limit)


@asynccontextmanager
async def at(server: AudioServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client that shows the server's key."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A real sound for the server to give."""
    return asyncio.run(Espeak(0.8).speak(WORDS, Region.NORTH))


@pytest.fixture(params=KINDS)
async def speaker(
    request: pytest.FixtureRequest, sound: bytes, tmp_path: Path
) -> AsyncIterator[Speaker]:
    espeak = Espeak(0.8)
    async with audio_server() as server, at(server) as client:
        server.sound = sound
        match request.param:
            case "espeak":
                yield espeak
            case "server":
                yield voice(client, server)
            case "shelf":
                yield Shelf(espeak, tmp_path)
            case _:
                server.status = 503
                yield Either(voice(client, server), espeak)


def measured(sound: bytes) -> tuple[float, float, float]:
    """Seconds, loudest sample and mean power (root of the mean square), both of 1."""
    samples, rate = soundfile.read(io.BytesIO(sound))
    assert samples.ndim == 1
    loudest, power = np.abs(samples).max(), np.sqrt((samples**2).mean())
    return len(samples) / rate, float(loudest), float(power)


@pytest.mark.parametrize("region", Region)
async def test_words_are_heard_neither_silent_nor_cut_off(speaker: Speaker, region: Region) -> None:
    sound = await speaker.speak(WORDS, region)
    seconds, loudest, power = measured(sound)
    assert 5 < seconds < 12  # 19 syllables, slowly, with pauses
    assert mp3.seconds(sound) == pytest.approx(seconds, abs=0.2)
    assert 0.3 < loudest < 0.99
    assert power > 0.03


async def test_the_same_words_sound_the_same_and_more_words_longer(speaker: Speaker) -> None:
    first, again = [await speaker.speak(WORDS, Region.SOUTH) for _ in range(2)]
    assert first == again
    if not speaker.name.startswith("http"):
        assert len(await speaker.speak(f"{WORDS} {WORDS}", Region.SOUTH)) > 1.8 * len(first)


async def test_nothing_said_ends_in_time(speaker: Speaker) -> None:
    """However odd the words are: sound, or an error of ours."""
    for words in (".", "\x00", "a" * 10_000, "<s>漢字\ud800"):
        async with asyncio.timeout(30):
            try:
                assert await speaker.speak(words, Region.NORTH)
            except SpeechError as error:
                assert len(words) < 5 or words not in str(error)


async def test_regions_sound_differently() -> None:
    sounds = {await Espeak(0.8).speak(WORDS, region) for region in Region}
    assert len(sounds) == 3


async def test_slower_lasts_longer() -> None:
    slow, fast = [mp3.seconds(await Espeak(r).speak(WORDS, Region.NORTH)) for r in (0.7, 1.2)]
    assert slow > 1.3 * fast


PROGRAMS = {
    "hangs": "import time; time.sleep(60)",
    "crashes": "import os; os.abort()",
    "eats memory": "import resource as r; r.setrlimit(r.RLIMIT_AS, (1 << 28,) * 2); [0] * 10**9",
    "says nothing": "",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
async def test_a_voice_that_breaks_harms_nobody(program: str, tmp_path: Path) -> None:
    path = tmp_path / "voice.py"
    path.write_text(program)
    with pytest.raises(SpeechError, match="eSpeak NG"):
        await Espeak(0.8, limit=0.5, program=path).speak(WORDS, Region.NORTH)


async def test_a_server_is_asked_in_the_documented_shape(sound: bytes) -> None:
    async with audio_server() as server, at(server) as client:
        server.sound = sound
        assert await voice(client, server).speak("w" * 9000, Region.CENTRAL) == sound
    assert server.asked == [
        {
            "model": "m",
            "input": "w" * MOST_WORDS,
            "voice": "chi-trung",
            "response_format": "mp3",
            "speed": 0.8,
        }
    ]


@pytest.mark.parametrize(
    "broken",
    [
        {"status": 500},
        {"status": 429},
        {"wait": 1.0},
        {"body": b"<html>"},
        {"sound": b""},
        {"body": b"\xff\xf3\x40\xc0" * 2**21},
    ],
    ids=["error", "busy", "slow", "malformed", "empty", "endless"],
)
async def test_a_server_that_fails_is_left_alone_for_a_while(
    broken: dict[str, object], sound: bytes
) -> None:
    async with audio_server() as server, at(server) as client:
        for name, value in broken.items():
            setattr(server, name, value)
        better = voice(client, server, limit=0.3)
        with pytest.raises(SpeechError):
            await better.speak(WORDS, Region.NORTH)
        either = Either(better, Espeak(0.8))
        assert await either.speak(WORDS, Region.NORTH) == sound
        asked = len(server.asked)
        assert await either.speak(WORDS, Region.NORTH) == sound
        assert len(server.asked) == asked  # it rests
        either.REST = 0.0
        server.status, server.body, server.wait, server.sound = 200, None, 0.0, sound + sound
        either._rests_until = 0.0
        assert await either.speak(WORDS, Region.NORTH) == sound + sound


async def test_a_server_that_is_away() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        away = HttpVoice(client, "http://127.0.0.1:9/v1", model="m", voice="v", rate=1.0)
        with pytest.raises(SpeechError, match="ConnectError"):
            await away.speak(WORDS, Region.NORTH)


class Counted:
    """A speaker that counts."""

    name = "counted"

    def __init__(self, size: int = 1000) -> None:
        self.made = 0
        self.size = size

    async def speak(self, words: str, region: Region) -> bytes:
        """Some bytes of the size."""
        self.made += 1
        await asyncio.sleep(0.05)
        return f"{words} {region} ".encode().ljust(self.size, b".")


def kept(folder: Path) -> list[bytes]:
    """What lies in a folder."""
    return [path.read_bytes() for path in folder.iterdir()]


async def test_a_sound_is_made_once_by_all_who_want_it(tmp_path: Path) -> None:
    counted = Counted()
    shelves = [Shelf(counted, tmp_path / "x") for _ in range(2)]
    first = await asyncio.gather(*(shelves[0].speak("a", Region.NORTH) for _ in range(5)))
    assert counted.made == 1
    assert {*first, await shelves[1].speak("a", Region.NORTH)} == {first[0]}
    assert counted.made == 1
    await shelves[1].speak("a", Region.SOUTH)
    await shelves[1].speak("b", Region.NORTH)
    assert counted.made == 3


async def test_who_asked_first_may_go_away(tmp_path: Path) -> None:
    counted = Counted()
    shelf = Shelf(counted, tmp_path)
    first = asyncio.create_task(shelf.speak("a", Region.NORTH))
    await asyncio.sleep(0.02)
    second = asyncio.create_task(shelf.speak("a", Region.NORTH))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert counted.made == 1


async def test_what_was_unheard_for_longest_goes_first(tmp_path: Path) -> None:
    counted = Counted()
    await Shelf(counted, tmp_path, most=5000).speak("heard again", Region.NORTH)
    for number in range(8):
        await Shelf(counted, tmp_path, most=5000).speak(f"words {number}", Region.NORTH)
        await Shelf(counted, tmp_path, most=5000).speak("heard again", Region.NORTH)
    assert counted.made == 9
    assert sum(map(len, kept(tmp_path))) <= 5000
    await Shelf(counted, tmp_path, most=5000).speak("words 0", Region.NORTH)
    assert counted.made == 10
    (tmp_path / "ab12.77-cd34").write_bytes(b"half of what a process wrote that died")
    await Shelf(counted, tmp_path, days=0).speak("old", Region.NORTH)
    assert kept(tmp_path) == []


async def test_a_folder_that_cannot_be_written_is_no_reason_to_be_silent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert await Shelf(Counted(), tmp_path / "file" / "x").speak("a", Region.NORTH)
