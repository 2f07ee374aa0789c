"""What speaks for each entry (a procedure, a life event), given a question: a row of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.normalise import Normaliser
from knowledge_base.retrieval import lexical
from knowledge_base.retrieval.corpus import Corpus, Kind
from knowledge_base.retrieval.dense import DenseIndex, Encoder, Heard, Vectors
from knowledge_base.retrieval.shares import Places, Shares, spread
from knowledge_base.text import Written

Matrix = npt.NDArray[np.float32]

CHANNELS = ("word_accented", "word_plain", "characters", "dense")
FEATURES = (
    *(f"{c}_best" for c in CHANNELS),
    *(f"{c}_z" for c in CHANNELS),
    "dense_name",
    "word_name",
    "said",  # share of the question's weight found in the entry's words
    "said_name",  # the same, of its names and lay names alone
    "named",  # share of the weight of its best name or lay name found in the question
    "characters_name",
    "alias",  # a whole name of the entry stands in the question: its length in words / 6
    "curated",
    "commune",
    "citizens",
    "event",
)
_SHORTLIST = 20


@dataclass(frozen=True)
class Scored:
    """The short list for one question: ``owners`` (positions) and their feature rows."""

    owners: npt.NDArray[np.intp]
    rows: Matrix


class FeatureIndex:
    """All channels over one corpus."""

    def __init__(
        self,
        corpus: Corpus,
        written: Sequence[Written],
        normalise: Normaliser,
        encoder: Encoder | None,
        dense: DenseIndex | None,
    ) -> None:
        """``written``: the corpus texts normalised; ``dense``: their vectors, or None to search
        without them."""
        self.corpus = corpus
        self.normalise = normalise
        self.encoder = encoder
        self._dense = dense
        self._plain = [w.plain for w in written]
        self._by_accented = lexical.words([w.accented for w in written])
        self._by_plain = lexical.words([normalise.expand(w) for w in written])
        self._by_characters = lexical.characters(self._plain)
        self._starts = corpus.starts
        self._stops = np.append(self._starts[1:], len(corpus.texts))
        kinds = np.array([text.kind for text in corpus.texts])
        self._is_name = kinds == Kind.NAME
        short = self._is_name | (kinds == Kind.LAY)
        self._priors = corpus.priors
        owners = np.array([text.owner for text in corpus.texts])
        self._shares = Shares(self._plain, owners, short)
        self._aliases: dict[str, tuple[int, ...]] = {}
        for place in np.flatnonzero(short):
            self._alias(self._plain[place], int(owners[place]))

    def _alias(self, words: str, owner: int) -> None:
        called = self._aliases.get(words, ())
        if words and owner not in called:
            self._aliases[words] = (*called, owner)

    def is_name(self, plain: str) -> bool:
        """Whether plain words are a whole name or lay name, and no other word."""
        return plain in self._aliases

    @property
    def center(self) -> Vectors:
        """Mean vector of all texts, ``(dim,)``.

        Raises:
            ValueError: there are no vectors.
        """
        if self._dense is None:
            raise ValueError("searching without an encoder: there are no vectors")
        return self._dense.center

    def read(self, messages: Sequence[Written]) -> Heard | None:
        """What the encoder makes of normalised messages; None without an encoder."""
        if self.encoder is None:
            return None
        return self.encoder.read([written.readable for written in messages])

    def score(
        self, written: Written, vector: Vectors | None, without: npt.NDArray[np.bool_] | None = None
    ) -> Scored:
        """Features of the most likely entries.

        Args:
            written: the normalised message.
            vector: its embedding ``(dim,)`` or None.
            without: ``(n_texts,)`` texts to look away from (training without the answer).

        Returns:
            At most 20 entries, unordered.
        """
        per_text = self._similarities(written, vector)
        if without is not None:
            per_text[:, without] = 0.0
        best = np.maximum.reduceat(per_text, self._starts, axis=1)
        z = (best - best.mean(axis=1, keepdims=True)) / (best.std(axis=1, keepdims=True) + 1e-6)
        aliases = self._aliases_in(written.plain, without)
        total = z.sum(axis=0) + self._priors[:, 0]
        for owner, length in aliases.items():
            total[owner] += 6.0 * length
        owners = np.argpartition(-total, _SHORTLIST)[:_SHORTLIST]
        starts, stops = self._starts[owners], self._stops[owners]
        names = self._names(per_text, starts, stops)
        rows = np.column_stack(
            [
                best[:, owners].T,
                z[:, owners].T,
                names[3],
                names[1],
                self._shares(written.plain, starts, stops, without),
                names[2],
                [aliases.get(int(o), 0.0) for o in owners],
                self._priors[owners],
            ]
        ).astype(np.float32)
        return Scored(owners, rows)

    def _names(self, per_text: Matrix, starts: Places, stops: Places) -> Matrix:
        """``(4, n)``: the channels by the official and short names alone, of some entries."""
        texts = spread(starts, stops)
        named = np.where(self._is_name[texts], per_text[:, texts], 0.0)
        begins = np.cumsum(stops - starts) - (stops - starts)
        best: Matrix = np.maximum.reduceat(named, begins, axis=1)
        return best

    def _similarities(self, written: Written, vector: Vectors | None) -> Matrix:
        dense = (
            self._dense.similarities(vector)
            if self._dense is not None and vector is not None
            else np.zeros(len(self._plain), dtype=np.float32)
        )
        return np.stack(
            [
                self._by_accented.similarities(written.accented),
                self._by_plain.similarities(self.normalise.expand(written)),
                self._by_characters.similarities(written.plain),
                dense,
            ]
        )

    def _aliases_in(self, plain: str, without: npt.NDArray[np.bool_] | None) -> dict[int, float]:
        hidden = set() if without is None else {self._plain[i] for i in np.flatnonzero(without)}
        words = plain.split()
        found: dict[int, float] = {}
        for start in range(len(words)):
            for stop in range(start + 1, min(len(words), start + 25) + 1):
                part = " ".join(words[start:stop])
                if part in hidden:
                    continue
                for owner in self._aliases.get(part, ()):
                    found[owner] = max(found.get(owner, 0.0), min(stop - start, 12) / 6)
        return found
