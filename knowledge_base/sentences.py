"""The training sentences of ``nlu_data``: where they lie."""

from __future__ import annotations

from pathlib import Path


def files(folder: Path) -> list[Path]:
    """The files of sentences in ``folder``: what was written for each intent, then the sample
    questions of the procedures by what they ask (``asked``)."""
    return [*written(folder), *asked(folder)]


def written(folder: Path) -> list[Path]:
    """The files of what was written for each intent."""
    return sorted(folder.glob("intents/*.yml"))


def asked(folder: Path) -> list[Path]:
    """The files of the procedures' sample questions."""
    return sorted(folder.glob("asked/*.yml"))
