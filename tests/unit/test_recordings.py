"""What kind of file a recording is and how long it plays."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.speech import length
from tests.recordings import hum, mp4, webm

MADE = {
    "ogg": hum(7), "wav": hum(7, "wav"), "mp3": hum(7, "mp3"), "webm": webm(7), "m4a": mp4(7),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "sound"), MADE.items(), ids=MADE)
def test_kinds_and_lengths(kind: str, sound: bytes) -> None:
    assert length.kind_of(sound) == kind
    assert length.seconds(sound) == pytest.approx(7, abs=0.2)
    assert (length.seconds(sound[: len(sound) // 3]) or 0) < 7.2


def test_long_ones() -> None:
    assert length.seconds(webm(75)) == 75
    assert length.seconds(mp4(75, version=1)) == 75


def test_what_is_no_recording() -> None:
    for other in (b"", b"x", b"%PDF-1.7 ...", b"\x89PNG\r\n", "đây là chữ".encode()):
        assert length.kind_of(other) is None
        assert length.seconds(other) is None
    assert length.kind_of(b"\xff\xf1\x50\x80") == "aac"
    assert length.kind_of(b"#!AMR\n...") == "amr"


def test_one_made_to_take_long_is_not_gone_through() -> None:
    began = time.perf_counter()
    assert length.seconds(webm(1) + b"\x81\x80" * 2_000_000) is None
    assert time.perf_counter() - began < 0.5
    assert length.seconds(webm(1) + b"\xe7\x43\xe8" + b"\xff" * 1000 + webm(1)[-26:]) is None


@given(st.sampled_from(sorted(MADE)), st.integers(0, 400), st.binary(max_size=40))
@example("mp3", 0, b"ID3\x04\0\0\x7f\x7f\x7f\x7f")
def test_broken_ones_have_some_length_or_none(kind: str, at: int, noise: bytes) -> None:
    sound = MADE[kind]
    found = length.seconds(sound[:at] + noise + sound[at + len(noise) :])
    assert found is None or isinstance(found, float | int)
