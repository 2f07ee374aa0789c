"""Word and character TF-IDF over every text of the corpus."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Scores = npt.NDArray[np.float32]


class LexicalIndex:
    """Cosine similarity of TF-IDF vectors, one analyser."""

    def __init__(self, texts: Sequence[str], vectorizer: TfidfVectorizer) -> None:
        self._vectorizer = vectorizer
        matrix: sparse.csr_matrix = vectorizer.fit_transform(texts).astype(np.float32)
        self._columns = matrix.tocsc()  # a question has few words: only their columns are read

    def similarities(self, query: str) -> Scores:
        """``(n_texts,)`` in 0..1."""
        vector = self._vectorizer.transform([query]).astype(np.float32)
        scores: Scores = self._columns[:, vector.indices] @ vector.data
        return scores


def words(texts: Sequence[str]) -> LexicalIndex:
    """Words and pairs of words; ``texts`` are normalised, tokens are parted by spaces."""
    return LexicalIndex(
        texts,
        TfidfVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, 2),
                        lowercase=False, sublinear_tf=True),
    )  # fmt: skip


def characters(texts: Sequence[str]) -> LexicalIndex:
    """Character n-grams of 3 to 5 within words: forgiving of slips of the finger."""
    return LexicalIndex(
        texts,
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), lowercase=False,
                        sublinear_tf=True),
    )  # fmt: skip
