"""Word and character TF-IDF over every text of the corpus.

The weights are scikit-learn's (sublinear counts, smoothed rarity, unit length). A feature is a
number that spells it exactly: a vocabulary is one sorted array instead of a dictionary of strings,
a tenth of the memory, and all features of a question are looked up in it at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

_BLOCK = 500  # texts counted at a time while an index is built: bounds the memory that takes


class Analyser(Protocol):
    """Spells texts as numbers; what it did not meet when it was made has none."""

    def __call__(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Every feature of every text, as often as it occurs.

        Returns:
            The position of its text and the feature itself, above 0, of each.
        """
        ...


class Words:
    """Words and pairs of neighbouring words; words are parted by spaces."""

    def __init__(self, texts: Iterable[str]) -> None:
        known = sorted({word for text in texts for word in text.split()})
        self._numbers = {word: number for number, word in enumerate(known, 1)}

    def __call__(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """See :class:`Analyser`."""
        said = [[self._numbers.get(word, 0) for word in text.split()] for text in texts]
        words = np.array([number for numbers in said for number in numbers], dtype=np.int64)
        owners = np.repeat(np.arange(len(said)), [len(numbers) for numbers in said])
        known = words > 0
        both = known[:-1] & known[1:] & (owners[:-1] == owners[1:])
        pairs = words[:-1] << 32 | words[1:]
        return _joined([(owners[known], words[known]), (owners[:-1][both], pairs[both])])


class Characters:
    """Pieces of 3 to 5 characters of a word with a space on both sides: forgiving of slips of the
    finger."""

    SHORTEST: Final = 3
    LONGEST: Final = 5
    BITS: Final = 12  # of a character, so that the longest piece is one number

    def __init__(self, texts: Iterable[str]) -> None:
        letters = sorted({" "}.union(*texts))
        # More than 4,095 of them are not Vietnamese; those at the end of Unicode are left out.
        self._letters = np.array([ord(c) for c in letters[: 2**self.BITS - 1]], dtype=np.uint32)

    def __call__(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """See :class:`Analyser`."""
        padded = ["".join(f" {word} " for word in text.split()) for text in texts]
        points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32)
        owners = np.repeat(np.arange(len(padded)), [len(text) for text in padded])
        at = np.searchsorted(self._letters, points).clip(max=len(self._letters) - 1)
        letters = np.where(self._letters[at] == points, at + 1, 0)
        space = points == ord(" ")
        word = np.cumsum(space[1:] & space[:-1])  # where two spaces meet, another word begins
        word = np.append(0, word)[: len(points)]
        found, pieces, known = list[tuple[Numbers, Numbers]](), letters, letters > 0
        for length in range(2, self.LONGEST + 1):
            last = length - 1  # where the last character of each piece begins
            pieces = pieces[:-1] << self.BITS | letters[last:]
            known = known[:-1] & (letters[last:] > 0)
            if length >= self.SHORTEST:
                whole = known & (word[: len(pieces)] == word[last:])
                found.append((owners[: len(pieces)][whole], pieces[whole]))
        return _joined(found)


def _joined(parts: Sequence[tuple[Numbers, Numbers]]) -> tuple[Numbers, Numbers]:
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


class LexicalIndex:
    """Cosine similarity of TF-IDF vectors, one analyser."""

    def __init__(self, texts: Sequence[str], analyse: Analyser) -> None:
        self._analyse = analyse
        starts = range(0, len(texts), _BLOCK)
        blocks = [self._counted(texts[start : start + _BLOCK]) for start in starts]
        self._features = np.unique(np.concatenate([features for features, _ in blocks]))
        size = len(self._features)
        held = np.zeros(size, dtype=np.int64)  # of how many texts each feature is part
        for features, counts in blocks:
            places = np.searchsorted(self._features, features).astype(np.int32)
            counts.indices = places[counts.indices]
            counts.resize(counts.shape[0], size)
            held += np.bincount(counts.indices, minlength=size)
        self._rarity = np.log((1 + len(texts)) / (1 + held)) + 1
        for _, counts in blocks:
            counts.data = self._weights(counts.indices, counts.data, counts.indptr)
        # A question has few words: only their columns are read.
        self._columns: sparse.csc_matrix = sparse.vstack([c for _, c in blocks], format="csc")

    def _counted(self, texts: Sequence[str]) -> tuple[Numbers, sparse.csr_matrix]:
        """The features of some texts, and how often ``(text, feature)``."""
        owners, found = self._analyse(texts)
        features, places = np.unique(found, return_inverse=True)
        ones = np.ones(len(found), dtype=np.float32)
        shape = (len(texts), len(features))
        return features, sparse.csr_matrix((ones, (owners, places)), shape)

    def _weights(self, features: Numbers, counts: Scores, starts: Numbers) -> Scores:
        """Weights ``(n,)`` of counted features; those of a text, which begin at each of ``starts``,
        have the length 1 together."""
        weights = (1 + np.log(counts)) * self._rarity[features]
        owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        lengths = np.sqrt(np.bincount(owners, weights**2))
        made: Scores = (weights / lengths[owners]).astype(np.float32)
        return made

    def similarities(self, query: str) -> Scores:
        """``(n_texts,)`` in 0..1."""
        features, counts = np.unique(self._analyse([query])[1], return_counts=True)
        places = np.searchsorted(self._features, features).clip(max=len(self._features) - 1)
        known = self._features[places] == features
        places, counts = places[known], counts[known]
        weights = self._weights(places, counts, np.array([0, len(places)]))
        scores: Scores = self._columns[:, places] @ weights
        return scores


def words(texts: Sequence[str]) -> LexicalIndex:
    """By words and pairs of words; ``texts`` are normalised."""
    return LexicalIndex(texts, Words(texts))


def characters(texts: Sequence[str]) -> LexicalIndex:
    """By pieces of words; ``texts`` are normalised."""
    return LexicalIndex(texts, Characters(texts))
