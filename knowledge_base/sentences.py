"""The training sentences of ``nlu_data``: where they lie."""

from __future__ import annotations

from pathlib import Path


def files(folder: Path) -> list[Path]:
    """The files of sentences in ``folder``: what was written for each intent, then the sample
    questions of the procedures by what they ask (``asked``)."""
    return [*sorted(folder.glob("intents/*.yml")), *sorted(folder.glob("asked/*.yml"))]
