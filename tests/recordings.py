"""Recordings as phones and browsers make them, for tests: a hum of any length."""

from __future__ import annotations

import io
import struct

import numpy as np
import soundfile

_RATE = 16_000


def hum(seconds: float, kind: str = "ogg") -> bytes:
    """A hum as an ``ogg`` (Opus, as Telegram's voice messages), ``wav`` or ``mp3`` file."""
    form, sub = {"ogg": ("OGG", "OPUS"), "wav": ("WAV", "PCM_16")}.get(
        kind, ("MP3", "MPEG_LAYER_III")
    )
    file = io.BytesIO()
    wave = 0.3 * np.sin(np.arange(int(seconds * _RATE)) * 2 * np.pi * 220 / _RATE)
    soundfile.write(file, wave, _RATE, format=form, subtype=sub)
    return file.getvalue()


def webm(seconds: float) -> bytes:
    """A WebM file as Chrome's recorder leaves it: sizes open, a cluster every ten seconds."""
    blocks = b""
    for second in range(int(seconds) + 1):
        if second % 10 == 0:
            blocks += b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7  # a cluster of unknown size
            blocks += b"\xe7\x84" + struct.pack(">I", second * 1000)
        block = b"\x81" + struct.pack(">h", second % 10 * 1000) + b"\x80" + b"." * 20
        blocks += b"\xa3" + bytes([0x80 | len(block)]) + block
    info = b"\x15\x49\xa9\x66\x87" + b"\x2a\xd7\xb1\x83\x0f\x42\x40"
    head = b"\x1a\x45\xdf\xa3\x84" + b"webm"
    return head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + info + blocks


def mp4(seconds: float, version: int = 0) -> bytes:
    """The beginning of an MP4 file as an iPhone writes it."""
    numbers = (">QQIQ" if version else ">IIII", 0, 0, 1000, int(seconds * 1000))
    body = bytes([version, 0, 0, 0]) + struct.pack(*numbers) + b"\0" * 80
    head = struct.pack(">I4s", len(body) + 8, b"mvhd") + body
    film = struct.pack(">I4s", len(head) + 8, b"moov") + head
    return struct.pack(">I4s", 16, b"ftyp") + b"M4A \0\0\0\0" + film
