"""Speaks in a process of its own: words in, MP3 out. Run by :mod:`bot.speech.espeak` alone.

A library in C gets text that citizens can influence; should it crash, hang or eat memory, the
worker does not. Standard input: one line of JSON with ``voice``, ``rate`` (words a minute) and
``words``. Standard output: the file. Anything wrong: an exit status that is not 0.
"""

from __future__ import annotations

import ctypes
import json
import resource
import sys

import espeakng_loader
import lameenc

# speak_lib.h of eSpeak NG 1.52
_SYNCHRONOUS, _PHRASES, _UTF8 = 2, 0, 1
_RATE, _VOLUME = 1, 2
_QUIET = 70  # of 100, where peaks are cut off
_SECONDS, _MEMORY = 20, 1 << 30
_KILOBITS = 32
_ON_SOUND = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def _samples(voice: str, rate: int, words: str) -> tuple[bytes, int]:
    """16-bit samples of one channel, and how many a second."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    heard = bytearray()

    def keep(sound: ctypes._Pointer[ctypes.c_short], count: int, _events: int | None) -> int:
        if sound and count > 0:
            heard.extend(ctypes.string_at(sound, count * 2))
        return 0

    callback = _ON_SOUND(keep)
    per_second = library.espeak_Initialize(
        _SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0
    )
    if per_second <= 0:
        sys.exit("espeak_Initialize failed")
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        sys.exit("no such voice")
    library.espeak_SetParameter(_RATE, rate, 0)
    library.espeak_SetParameter(_VOLUME, _QUIET, 0)
    text = words.encode()
    if library.espeak_Synth(text, len(text) + 1, 0, _PHRASES, 0, _UTF8, None, None) != 0:
        sys.exit("espeak_Synth failed")
    library.espeak_Synchronize()
    return bytes(heard), per_second


def main() -> None:
    """Speak what standard input holds."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    asked = json.loads(sys.stdin.buffer.read())
    samples, per_second = _samples(asked["voice"], asked["rate"], asked["words"])
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(_KILOBITS)
    encoder.set_in_sample_rate(per_second)
    encoder.set_channels(1)
    encoder.set_quality(7)  # the fastest; speech at 32 kbit/s sounds the same in slower ones
    encoder.silence()
    sys.stdout.buffer.write(encoder.encode(samples) + encoder.flush())


if __name__ == "__main__":
    main()
