"""The ``rasa`` command inside this environment: ``python -m bot rasa train nlu`` and the like."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from bot.settings import ROOT
from bot.understanding import compat


def main(arguments: Sequence[str]) -> int:
    """Run Rasa's own command line with ``arguments``, from the folder that holds its files.

    Returns:
        Its exit code.
    """
    compat.prepare()
    from rasa.__main__ import main as rasa_main  # noqa: PLC0415  # only after prepare()

    os.chdir(ROOT / "nlu_data")
    sys.argv = ["rasa", *arguments]
    try:
        rasa_main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0
