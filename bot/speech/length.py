"""What kind of file a recording is, and how long it plays, told from its bytes alone.

The containers that phones and browsers record in: Ogg (Telegram's voice messages, Firefox), WebM
(Chrome), MP4 (Safari, iPhones), MP3, WAV; AAC and AMR (older phones) without their length.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bot.speech.mp3 import BIT_RATES_1, BIT_RATES_2, begin

_OPUS_RATE = 48_000  # samples a second that an Opus stream counts in, whatever it was recorded at
_SEGMENT, _CLUSTER, _GROUP = 0x18538067, 0x1F43B675, 0xA0  # of a WebM file: what holds others
_TIMECODE, _SIMPLE, _BLOCK = 0xE7, 0xA3, 0xA1
_MP3_RATES = (44_100, 48_000, 32_000)  # samples a second in MPEG-1; halved in 2, again in 2.5
_BOXES = 64  # of an MP4 file that are looked through
_PARTS = 30_000  # of a WebM file; a minute has some 3,000


def kind_of(sound: bytes) -> str | None:
    """The ending that a file of this kind has: ``ogg``, ``webm``, ``m4a``, ``mp3``, ``wav``,
    ``aac``, ``amr``; None for anything else."""
    match sound[:4]:
        case b"OggS":
            return "ogg"
        case b"\x1a\x45\xdf\xa3":
            return "webm"
        case b"RIFF" if sound[8:12] == b"WAVE":
            return "wav"
    if sound[4:8] == b"ftyp":
        return "m4a"
    if sound[:6] == b"#!AMR\n":
        return "amr"
    if len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xF6 == 0xF0:
        return "aac"
    is_mp3 = sound[:3] == b"ID3" or (
        len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0
    )
    return "mp3" if is_mp3 else None


def seconds(sound: bytes) -> float | None:
    """How long a recording plays; None where that cannot be told."""
    try:
        match kind_of(sound):
            case "ogg":
                return _ogg(sound)
            case "webm":
                return max(_times(sound), default=0) / 1000
            case "m4a":
                return _mp4(sound)
            case "wav":
                return float((len(sound) - 44) / max(1, struct.unpack_from("<I", sound, 28)[0]))
            case "mp3":
                return sum(_frames(sound))
    except (ValueError, struct.error, IndexError, OverflowError):
        pass  # cut off, or made up
    return None


def _ogg(sound: bytes) -> float | None:
    """The last page tells how many samples were played by its end."""
    last = sound.rfind(b"OggS")
    samples = struct.unpack_from("<q", sound, last + 6)[0]
    rate = _OPUS_RATE
    if (vorbis := sound.find(b"\x01vorbis", 0, 200)) >= 0:
        rate = struct.unpack_from("<I", sound, vorbis + 12)[0]
    return float(samples / rate) if samples >= 0 and rate else None


def _mp4(sound: bytes) -> float | None:
    """The header of the film, inside the box ``moov``; a recording cut in pieces tells nothing."""
    at, end = 0, len(sound)
    for _ in range(_BOXES):
        if at + 8 > end:
            return None
        size, name = struct.unpack_from(">I4s", sound, at)
        if name == b"moov":
            at += 8
            continue
        if name == b"mvhd":
            wide = sound[at + 8] == 1  # longer numbers in version 1
            scale, length = struct.unpack_from(
                ">IQ" if wide else ">II", sound, at + (28 if wide else 20)
            )
            return float(length / scale) if scale and length else None
        at += size if size >= 8 else end
    return None


def _frames(sound: bytes) -> Iterator[float]:
    """How long each frame of an MP3 file plays: recorders change the bit rate as they go."""
    at = begin(sound)
    while at + 4 <= len(sound) and sound[at] == 0xFF and sound[at + 1] & 0xE6 == 0xE2:
        version = sound[at + 1] & 0x18  # MPEG-1, 2, and 2.5
        halved = {0x18: 0, 0x10: 1}.get(version, 2)
        rates, which = BIT_RATES_2 if halved else BIT_RATES_1, sound[at + 2] >> 4
        rate = sound[at + 2] >> 2 & 3
        if not 0 < which < len(rates) or rate == len(_MP3_RATES):
            return
        samples, hertz = 576 if halved else 1152, _MP3_RATES[rate] >> halved
        yield samples / hertz
        at += samples // 8 * rates[which] * 1000 // hertz + (sound[at + 2] >> 1 & 1)


def _times(sound: bytes) -> Iterator[int]:
    """The moments, in milliseconds, at which the blocks of a WebM file begin."""
    at, cluster = 0, 0
    for _ in range(_PARTS):
        if at >= len(sound):
            return
        name, at = _number(sound, at, marked=True)
        size, at = _number(sound, at, marked=False)
        if name in (_SEGMENT, _CLUSTER, _GROUP):
            continue  # what it holds comes next; recorders leave its size open
        if name == _TIMECODE:
            cluster = int.from_bytes(sound[at : at + size])
        elif name in (_SIMPLE, _BLOCK):
            _, body = _number(sound, at, marked=False)  # the track
            yield cluster + struct.unpack_from(">h", sound, body)[0]
        at += size
    raise ValueError("too many parts")


def _number(sound: bytes, at: int, *, marked: bool) -> tuple[int, int]:
    """A number of WebM and where it ends: its first byte's leading zeros tell how many bytes it
    has; ``marked``: the bit after them belongs to it."""
    length = 9 - sound[at].bit_length()
    if length > 8:
        raise ValueError("no number")
    value = int.from_bytes(sound[at : at + length])
    return (value if marked else value & ((1 << 7 * length) - 1)), at + length
