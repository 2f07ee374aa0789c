"""What speaks for each entry (a procedure, a life event), given a question: a row of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.normalise import Normaliser
from knowledge_base.retrieval import lexical
from knowledge_base.retrieval.corpus import Corpus, Kind
from knowledge_base.retrieval.dense import DenseIndex, Encoder, Heard, Vectors
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
_UNKNOWN = 5.0


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
        vectors: Vectors | None,
    ) -> None:
        """``written``: the corpus texts normalised; ``vectors``: ``(n_texts, dim)`` of theirs, or
        None to search without them."""
        self.corpus = corpus
        self.normalise = normalise
        self.encoder = encoder
        plain = [w.plain for w in written]
        self._accented = lexical.words([w.accented for w in written])
        self._plain = lexical.words([normalise.expand(w) for w in written])
        self._characters = lexical.characters(plain)
        self._dense = DenseIndex(vectors) if vectors is not None else None
        self._center = None if vectors is None else vectors.mean(axis=0)
        self._starts = corpus.starts
        self._owner = np.array([t.owner for t in corpus.texts])
        self._is_name = np.array([t.kind == Kind.NAME for t in corpus.texts])
        self._priors = corpus.priors
        self._phrases = [tuple(words.split()) for words in plain]
        self._words = [frozenset(words.split()) for words in plain]
        self._stops = np.append(self._starts[1:], len(plain))
        self._idf = self._weights()
        self._aliases = self._alias_table(plain)

    def _weights(self) -> dict[str, float]:
        seen: Counter[str] = Counter()
        for start, stop in zip(self._starts, self._stops, strict=True):
            seen.update(set().union(*self._words[start:stop]))
        return {w: float(np.log(1 + len(self._starts) / n)) for w, n in seen.items()}

    def _alias_table(self, plain: Sequence[str]) -> dict[tuple[str, ...], set[int]]:
        table: dict[tuple[str, ...], set[int]] = {}
        for text, words in zip(self.corpus.texts, plain, strict=True):
            if text.kind in (Kind.NAME, Kind.LAY) and words:
                table.setdefault(tuple(words.split()), set()).add(text.owner)
        return table

    @property
    def center(self) -> Vectors:
        """Mean vector of all texts, ``(dim,)``.

        Raises:
            ValueError: there are no vectors.
        """
        if self._center is None:
            raise ValueError("searching without an encoder: there are no vectors")
        center: Vectors = self._center
        return center

    def read(self, messages: Sequence[Written]) -> Heard | None:
        """What the encoder makes of normalised messages; None without an encoder."""
        if self.encoder is None:
            return None
        return self.encoder.read([written.accented or " " for written in messages])

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
        names = np.maximum.reduceat(np.where(self._is_name, per_text, 0.0), self._starts, axis=1)
        rows = np.column_stack(
            [
                best[:, owners].T,
                z[:, owners].T,
                names[3, owners],
                names[1, owners],
                self._overlaps(written.plain, owners, without),
                names[2, owners],
                [aliases.get(int(o), 0.0) for o in owners],
                self._priors[owners],
            ]
        ).astype(np.float32)
        return Scored(owners, rows)

    def _similarities(self, written: Written, vector: Vectors | None) -> Matrix:
        dense = (
            self._dense.similarities(vector)
            if self._dense is not None and vector is not None
            else np.zeros(len(self._owner), dtype=np.float32)
        )
        return np.stack(
            [
                self._accented.similarities(written.accented),
                self._plain.similarities(self.normalise.expand(written)),
                self._characters.similarities(written.plain),
                dense,
            ]
        )

    def _aliases_in(self, plain: str, without: npt.NDArray[np.bool_] | None) -> dict[int, float]:
        hidden = set() if without is None else {
            self._phrases[i] for i in np.flatnonzero(without)
        }  # fmt: skip
        words = tuple(plain.split())
        found: dict[int, float] = {}
        for start in range(len(words)):
            for stop in range(start + 1, min(len(words), start + 25) + 1):
                part = words[start:stop]
                if part in hidden:
                    continue
                for owner in self._aliases.get(part, ()):
                    found[owner] = max(found.get(owner, 0.0), min(len(part), 12) / 6)
        return found

    def _overlaps(
        self,
        plain: str,
        owners: npt.NDArray[np.intp],
        without: npt.NDArray[np.bool_] | None,
    ) -> Matrix:
        """``(n, 3)``: how much of the question each entry says, and the other way round."""
        question = frozenset(plain.split())
        total = self._weight(question) or 1.0
        out = np.zeros((len(owners), 3), dtype=np.float32)
        for row, owner in enumerate(owners):
            texts = [
                i
                for i in range(self._starts[owner], self._stops[owner])
                if without is None or not without[i]
            ]
            short = [i for i in texts if self.corpus.texts[i].kind in (Kind.NAME, Kind.LAY)]
            said = question & frozenset().union(*(self._words[i] for i in texts))
            named = question & frozenset().union(*(self._words[i] for i in short))
            shares = [
                self._weight(question & self._words[i]) / (self._weight(self._words[i]) or 1.0)
                for i in short
            ]
            out[row] = (
                self._weight(said) / total,
                self._weight(named) / total,
                max(shares, default=0),
            )
        return out

    def _weight(self, words: Iterable[str]) -> float:
        """Summed rarity of words; one never seen weighs as much as a rare one."""
        return sum(self._idf.get(word, _UNKNOWN) for word in words)
