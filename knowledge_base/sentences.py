"""The training sentences of ``nlu_data``: where they lie, and how they read."""

from __future__ import annotations

import re
from pathlib import Path

_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")  # [words](entity), as Rasa has it


def files(folder: Path) -> list[Path]:
    """The files of sentences in ``folder``: what was written for each intent, then the sample
    questions of the procedures by what they ask (``asked``)."""
    return [*sorted(folder.glob("intents/*.yml")), *sorted(folder.glob("asked/*.yml"))]


def plain(sentence: str) -> str:
    """The sentence as it is said, without the names of its entities."""
    return _ANNOTATION.sub(r"\1", sentence)
