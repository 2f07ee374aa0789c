"""Missed questions that mean the same, put together.

Vectors are compared by their cosine; where there are none, words and pairs of words are.
Measured on 1,558 test questions about 334 procedures (November 2026): at these distances 1,146
questions come to lie in a group of several, 84 % of them with others of the same procedure; by
words alone 1,070 and 78 %. Nearer, groups fall apart into single questions; farther, neighbours
("cấp đổi", "cấp lại") flow together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from knowledge_base.retrieval.link import Link
from knowledge_base.review.book import Miss, Missed, MissKind
from knowledge_base.text import key

_T = TypeVar("_T")
Vector = npt.NDArray[np.float32]
NEAR, NEAR_BY_WORDS = 0.5, 0.8  # mean distances (1 - cosine) within a group
_REFUSED = frozenset({MissKind.CORRECTED, MissKind.NONE_OF_THESE})
_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Read:
    """What the assistant makes of a question now; ``vector``: ``(dim,)`` about the centre of all
    texts, None without an encoder."""

    link: Link
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Questions that mean the same, the most frequent first; ``link``: what the first one is
    taken for now."""

    questions: tuple[Missed, ...]
    link: Link

    @property
    def count(self) -> int:
        """How often they were missed."""
        return sum(question.count for question in self.questions)

    @property
    def kinds(self) -> Counter[MissKind]:
        """In which ways, and how often."""
        return _counted((miss, miss.kind) for miss in self._misses())

    @property
    def offered(self) -> Counter[str]:
        """Codes that were answered or asked about, and how often."""
        again = MissKind.REPHRASED
        return _counted((m, c) for m in self._misses() if m.kind is not again for c in m.offered)

    @property
    def chosen(self) -> Counter[str]:
        """Codes that citizens were content with in the end, and how often."""
        return _counted((miss, miss.chosen) for miss in self._misses() if miss.chosen)

    @property
    def suggested(self) -> tuple[str, ...]:
        """Codes that may be meant, the likeliest first: what citizens chose, then what the
        assistant takes the question for now and was not refused."""
        refused = {c for m in self._misses() if m.kind in _REFUSED for c in m.offered}
        now = [c.code for c in self.link.candidates if c.code not in refused]
        chosen = [code for code, _ in self.chosen.most_common()]
        return tuple(dict.fromkeys([*chosen, *now]))[:_SUGGESTED]

    def _misses(self) -> Iterator[Miss]:
        return (miss for question in self.questions for miss in question.misses)


def _counted(pairs: Iterable[tuple[Miss, _T]]) -> Counter[_T]:
    found: Counter[_T] = Counter()
    for miss, what in pairs:
        found[what] += miss.count
    return found


def clusters(missed: Sequence[Missed], read: Sequence[Read]) -> list[Cluster]:
    """The questions in groups, the group missed most often first.

    Args:
        missed: the questions, the most frequent first.
        read: what the assistant makes of each; vectors of all or of none.
    """
    grouped: dict[int, list[int]] = {}
    for place, label in enumerate(_labels(missed, [one.vector for one in read])):
        grouped.setdefault(label, []).append(place)
    found = [
        Cluster(tuple(missed[place] for place in places), read[places[0]].link)
        for places in grouped.values()
    ]
    return sorted(found, key=lambda cluster: -cluster.count)


def _labels(missed: Sequence[Missed], vectors: Sequence[Vector | None]) -> list[int]:
    if len(missed) < 2:
        return [0] * len(missed)
    # Loads for a second: only when it is used.
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    known = [vector for vector in vectors if vector is not None]
    if len(known) == len(missed):
        rows, near = np.stack(known), NEAR
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        alike = rows @ rows.T
    else:
        words = TfidfVectorizer(analyzer=_words, sublinear_tf=True)
        rows, near = words.fit_transform(question.question for question in missed), NEAR_BY_WORDS
        alike = (rows @ rows.T).toarray()
    grouping = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=near
    )
    labels: list[int] = grouping.fit_predict(np.clip(1 - alike, 0, 2)).tolist()
    return labels


def _words(text: str) -> list[str]:
    """Words and pairs of words."""
    words = key(text).split()
    return [*words, *map(" ".join, pairwise(words))]
