"""Learned fusion: how likely each entry of the short list is the one that is meant.

A logistic regression over :data:`knowledge_base.retrieval.features.FEATURES`. It is trained on
sample questions that the encoder was not taught with, each hidden from the index, on mutilated
catalogue names, and on messages that name no procedure, so that its probability is also the
confidence.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from knowledge_base.retrieval.corpus import Kind, set_aside
from knowledge_base.retrieval.features import FEATURES, FeatureIndex, Matrix
from knowledge_base.text import strip_accents

Progress = Callable[[int, int], None]
_CATALOGUE_SHARE = 600  # catalogue names used for training
# Messages about nothing of ours: more of them would make it shy of the rest.
_OFF_TOPIC_SHARE = 3900
_HIDDEN = (0.2, 0.9)  # least and most of a procedure's other texts hidden with a question
_SAID, _DENSE = FEATURES.index("said"), FEATURES.index("dense_best")


def _interactions(rows: Matrix) -> Matrix:
    """Rows with what a linear model cannot see: how far each is ahead of the rest of the list."""
    key = rows[:, :4]
    top2 = -np.sort(-key, axis=0)[:2] if len(rows) > 1 else np.vstack([key, np.zeros_like(key)])
    others = np.where(key >= top2[0], top2[1], top2[0])
    said_and_meant = rows[:, [_SAID]] * rows[:, [_DENSE]]
    return np.hstack([rows, key - others, said_and_meant])


@dataclass(frozen=True)
class Ranker:
    """Weights of the logistic regression; ``(n_features,)`` arrays and a bias."""

    weights: npt.NDArray[np.float64]
    bias: float

    def probabilities(self, rows: Matrix) -> npt.NDArray[np.float64]:
        """``(n,)`` in 0..1 for feature rows ``(n, len(FEATURES))`` of ONE question's short list."""
        logits = _interactions(rows) @ self.weights + self.bias
        made: npt.NDArray[np.float64] = 1.0 / (1.0 + np.exp(-logits))
        return made

    def save(self, path: Path) -> None:
        """Write as readable JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"features": list(FEATURES), "weights": self.weights.tolist(), "bias": self.bias}
        path.write_text(json.dumps(kept, indent=1))

    @classmethod
    def load(cls, path: Path) -> Ranker:
        """Read what :meth:`save` wrote.

        Raises:
            OSError: there is no such file.
            ValueError: it was made for other features and must be trained again.
        """
        kept = json.loads(path.read_text())
        if kept["features"] != list(FEATURES):
            raise ValueError("the ranker was trained for other features")
        return cls(np.array(kept["weights"]), float(kept["bias"]))


@dataclass(frozen=True)
class Example:
    """A training question; ``owner`` None = nothing of ours is meant; ``hidden`` text positions."""

    text: str
    owner: int | None
    hidden: tuple[int, ...] = ()


def _mutilate(name: str, chance: random.Random) -> str:
    words = name.split()
    start = chance.randrange(0, max(1, len(words) - 6))
    window = words[start : start + chance.randint(5, 14)]
    return " ".join(w for w in window if chance.random() > 0.2) or name


def examples(index: FeatureIndex, off_topic: Sequence[str], seed: int = 7) -> Iterator[Example]:
    """Training questions of a corpus, accented and not, and ``off_topic`` messages."""
    chance = random.Random(seed)  # noqa: S311  # repeatable training, no secret
    corpus = index.corpus
    by_text: dict[str, list[int]] = {}
    siblings: dict[int, list[int]] = {}
    for position, text in enumerate(corpus.texts):
        by_text.setdefault(strip_accents(text.text.lower()), []).append(position)
        if text.kind is not Kind.NAME:
            siblings.setdefault(text.owner, []).append(position)
    for position, text in enumerate(corpus.texts):
        if not set_aside(text):
            continue
        # One author's questions about one procedure share their words; a citizen's do not. So
        # the question is hidden, and a changing part of what was written beside it.
        part = chance.uniform(*_HIDDEN)
        beside = [i for i in siblings[text.owner] if chance.random() < part]
        same = by_text[strip_accents(text.text.lower())]
        hidden = tuple(dict.fromkeys([position, *same, *beside]))
        said = strip_accents(text.text) if chance.random() < 0.4 else text.text
        yield Example(said, text.owner, hidden)
    plain = [i for i, entry in enumerate(corpus.entries) if not entry.curated]
    for owner in chance.sample(plain, min(_CATALOGUE_SHARE, len(plain))):
        said = _mutilate(corpus.entries[owner].name, chance)
        yield Example(strip_accents(said) if chance.random() < 0.4 else said, owner)
    for message in chance.sample(off_topic, min(_OFF_TOPIC_SHARE, len(off_topic))):
        yield Example(message, None)


def train(
    index: FeatureIndex, off_topic: Sequence[str], progress: Progress | None = None
) -> Ranker:
    """Fit the ranker; a few milliseconds a question plus its embedding.

    ``progress`` is told (done, total).
    """
    todo = list(examples(index, off_topic))
    written = [index.normalise(example.text) for example in todo]
    heard = index.read(written)

    def scored(at: int) -> tuple[Matrix, npt.NDArray[np.bool_]]:
        example = todo[at]
        without = np.zeros(len(index.corpus.texts), dtype=bool)
        without[list(example.hidden)] = True
        found = index.score(written[at], heard.about[at] if heard else None, without)
        right = found.owners == (-1 if example.owner is None else example.owner)
        return _interactions(found.rows), right

    rows: list[Matrix] = []
    labels: list[npt.NDArray[np.bool_]] = []
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for at, (found, right) in enumerate(pool.map(scored, range(len(todo)))):
            rows.append(found)
            labels.append(right)
            if progress and (at % 50 == 0 or at + 1 == len(todo)):
                progress(at + 1, len(todo))
    x, y = np.vstack(rows), np.concatenate(labels)
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=0.1, max_iter=2000).fit(scaler.transform(x), y)
    weights = model.coef_[0] / scaler.scale_
    return Ranker(weights, float(model.intercept_[0] - (scaler.mean_ * weights).sum()))
