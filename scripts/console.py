"""What the set-up says: one line a phase with elapsed seconds, and one sentence when it stops.

Wording lies in ``wording.json``. Runs on Python 3.7 too, so that a wrong version can be told so.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

WORDING = json.loads(Path(__file__).with_name("wording.json").read_text(encoding="utf-8"))
HEARTBEAT = 15.0  # seconds between lines where the output is a file or a CI log


class SetupError(Exception):
    """The set-up cannot go on; the text is the one sentence shown to the person."""

    def __init__(self, key: str, **values: object) -> None:
        """Build the sentence from the wording ``key`` and its ``values``."""
        self.key = key
        super().__init__(say(key, **values))


def say(key: str, **values: object) -> str:
    """Return the wording for ``key`` with ``values`` filled in. Raises ``KeyError`` on a typo."""
    return str(WORDING[key]).format(**values)


def use_utf8() -> None:
    """Make standard output and error accept Vietnamese whatever the locale is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace", line_buffering=True)


def exit_code(work: Callable[[], object]) -> int:
    """Do ``work``; 0, or 1 after one sentence when it cannot go on, or 130 when interrupted."""
    try:
        work()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say("interrupted"), file=sys.stderr)
        return 130
    return 0


class Phase:
    """One step of the set-up: a line when it starts, what it is at, and how long it took.

    Used as a context manager. On a terminal one line is redrawn; elsewhere the state is
    printed as a new line, at most every ``HEARTBEAT`` seconds.
    """

    def __init__(self, title: str) -> None:
        """Name the phase; nothing is printed before it is entered."""
        self.title = title
        self._started = 0.0
        self._printed = 0.0
        self._live = sys.stdout.isatty()

    def __enter__(self) -> Phase:
        """Print the title and start the clock."""
        self._started = self._printed = time.monotonic()
        if self._live:
            self._draw("…")
        else:
            print(f"→ {self.title}…", flush=True)
        return self

    def __exit__(self, kind: object, _value: object, _trace: object) -> None:
        """Print how it ended and how many seconds it took."""
        seconds = time.monotonic() - self._started
        mark = "✓" if kind is None else "✗"
        end = f"{mark} {self.title}: {seconds:.1f} s"
        print(("\r\033[K" if self._live else "") + end, flush=True)

    def update(self, detail: str) -> None:
        """Show what the phase is at; cheap to call for every line a child program prints."""
        now = time.monotonic()
        if self._live:
            if now - self._printed >= 0.2:
                self._printed = now
                self._draw(detail)
        elif now - self._printed >= HEARTBEAT:
            self._printed = now
            print(f"  … {detail}, {now - self._started:.0f} s", flush=True)

    def _draw(self, detail: str) -> None:
        seconds = time.monotonic() - self._started
        sys.stdout.write(f"\r\033[K→ {self.title} {detail} {seconds:.0f} s")
        sys.stdout.flush()
