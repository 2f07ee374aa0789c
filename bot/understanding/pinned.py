"""The retriever of one turn: what is exchanged meanwhile does not reach it.

Rasa's components meet in :mod:`bot.understanding.resources`; of them only the linker sees which
records there are. Words, encoder and centre are the same for every retriever of a process
(:func:`knowledge_base.retrieval.index.renewed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.understanding import resources
from knowledge_base.retrieval.index import Retriever

_pinned: ContextVar[Retriever | None] = ContextVar("pinned", default=None)


@contextmanager
def pinned(retriever: Retriever) -> Iterator[None]:
    """During the block, messages read from it are linked by ``retriever``."""
    token = _pinned.set(retriever)
    try:
        yield
    finally:
        _pinned.reset(token)


def retriever() -> Retriever:
    """The one of this turn; else the one all components share."""
    return _pinned.get() or resources.retriever()
