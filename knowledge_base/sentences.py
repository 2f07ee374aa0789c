"""The training sentences of ``nlu_data``: where they lie."""

from __future__ import annotations

from pathlib import Path


def files(folder: Path) -> list[Path]:
    """The files of sentences in ``folder``: what was written for each intent, then the sample
    questions of the procedures by what they ask (``asked``), then what only the encoder hears."""
    return [*written(folder), *asked(folder), *heard(folder)]


def written(folder: Path) -> list[Path]:
    """The files of what was written for each intent."""
    return sorted(folder.glob("intents/*.yml"))


def asked(folder: Path) -> list[Path]:
    """The files of the procedures' sample questions."""
    return sorted(folder.glob("asked/*.yml"))


def heard(folder: Path) -> list[Path]:
    """The files of what teaches the encoder to listen, and the pipeline nothing (docs/adr/0021)."""
    return sorted(folder.glob("heard/*.yml"))
