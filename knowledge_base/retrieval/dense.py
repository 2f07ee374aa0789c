"""What encoders are, and how near vectors are to each other, by FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """Messages read: ``about``, what is spoken of, and ``kind``, what is asked of it: unit vectors
    ``(n, dim)`` each, of two spaces that have nothing to do with each other."""

    about: Vectors
    kind: Vectors


class Encoder(Protocol):
    """Turns texts into unit vectors; may be used by several threads at once."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Texts that are searched: ``(len(texts), dim)`` float32, comparable to ``about``."""
        ...

    def read(self, texts: Sequence[str]) -> Heard:
        """Messages that ask."""
        ...

    def __hash__(self) -> int:
        """By itself: what was heard is kept for the one that heard it."""
        ...


class DenseIndex:
    """Cosine similarity of a query vector to every text."""

    def __init__(self, vectors: Vectors, places: npt.NDArray[np.intp]) -> None:
        """``vectors``: ``(n, dim)``; ``places``: ``(n_texts,)``, which of them each text has."""
        self._vectors = np.ascontiguousarray(vectors)
        self._places = places

    @property
    def center(self) -> Vectors:
        """Mean vector of all texts, ``(dim,)``."""
        shares = np.bincount(self._places, minlength=len(self._vectors)) / len(self._places)
        mean: Vectors = (shares.astype(np.float32) @ self._vectors).astype(np.float32)
        return mean

    def similarities(self, query: Vectors) -> Vectors:
        """``query`` of shape ``(dim,)``; returns ``(n_texts,)`` in -1..1."""
        # All of them in their order: a search would sort what nobody needs sorted.
        made: Vectors = faiss.pairwise_distances(
            query[None, :], self._vectors, metric=faiss.METRIC_INNER_PRODUCT
        )[0]
        return made[self._places]
