"""Reads pictures in a process of its own. Run by :mod:`bot.photos.reader` alone.

Libraries in C unpack files that anybody can send: should one crash, hang or eat memory, the worker
does not; and none of the program's secrets is in this process. Standard input: for each picture
its length (4 bytes, the highest first) and its bytes. Standard output: one line of JSON for each,
with ``codes`` and ``fault``. It ends with its input, or with the first picture that it cannot
stand.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import datetime

from bot.photos import LENGTH
from bot.photos.eye import Eye
from bot.times import VIETNAM

_MEMORY = 3 << 29  # bytes of addresses; a WebP of 40 megapixels takes 1.3 GB of them


def main() -> None:
    """Read pictures until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no picture is left in a file
    eye = Eye(lambda: datetime.now(VIETNAM).date())
    given, told = sys.stdin.buffer, sys.stdout.buffer
    while head := given.read(LENGTH.size):
        seen = eye.read(given.read(LENGTH.unpack(head)[0]))
        told.write(json.dumps({"codes": seen.codes, "fault": seen.fault}).encode() + b"\n")
        told.flush()


if __name__ == "__main__":
    main()
