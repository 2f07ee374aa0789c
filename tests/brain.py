"""The program's own understanding for tests: what ``python -m bot setup`` left in ``.data``.

``make test`` runs the set-up first; without it the tests fail with the sentence that says so.
"""

from __future__ import annotations

from functools import cache

from bot.brain import Brain
from bot.settings import Settings
from bot.wiring import build_brain


@cache
def open_brain() -> Brain:
    """The brain, built once a test session (about 6 seconds).

    Raises:
        NotTrained: the set-up was not run, or its inputs changed since.
    """
    return build_brain(Settings())
