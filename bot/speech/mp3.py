"""The little that must be known of an MP3 file: that it is one, and how long it plays."""

from __future__ import annotations

# Layer III, in thousands of bits a second by the header's index (ISO/IEC 11172-3 and 13818-3).
BIT_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
BIT_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_ID3 = b"ID3"


def begin(data: bytes) -> int:
    """Where the first frame stands: behind what is told of the recording, if anything is."""
    if data[:3] != _ID3 or len(data) < 10:
        return 0
    # The size has seven bits a byte, so that it never looks like a frame.
    return 10 + sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0)))  # noqa: B905 four of each


def seconds(data: bytes) -> float:
    """How long a file of constant bit rate plays, counted from its size and its first frame.

    Raises:
        ValueError: it is no MP3 file.
    """
    start = begin(data)
    head = data[start : start + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # 11 ones, then layer III
        raise ValueError("no MP3 frame at the beginning")
    index = head[2] >> 4
    rates = BIT_RATES_1 if head[1] & 0x18 == 0x18 else BIT_RATES_2
    if not 0 < index < len(rates):
        raise ValueError("the MP3 frame has no bit rate")
    return (len(data) - start) * 8 / (rates[index] * 1000)
