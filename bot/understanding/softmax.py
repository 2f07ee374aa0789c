"""Logistic regression over several kinds at once, words (sparse) beside vectors (dense).

The same model as scikit-learn's, an order of magnitude sooner learnt: vectors are multiplied as
vectors, not as very long rows of words. Rare kinds count more than their share, but not as much as
all the others: between the two lies what understands best (docs/adr/0013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

Matrix = npt.NDArray[np.float32]
_LEAST = 1e-12  # likelihood
_REMEMBERED = 4  # steps of L-BFGS


@dataclass(frozen=True)
class Softmax:
    """What was learnt: ``kinds`` names, ``words`` ``(n_words, n_kinds)``, ``vectors``
    ``(dim, n_kinds)``, ``bias`` ``(n_kinds,)``."""

    kinds: tuple[str, ...]
    words: Matrix
    vectors: Matrix
    bias: Matrix

    def probabilities(self, words: sparse.csr_matrix, vectors: Matrix) -> Matrix:
        """How likely each kind is, ``(n, n_kinds)``, rows of sum 1."""
        return _softmax(words @ self.words + vectors @ self.vectors + self.bias)


def together(*likely: Matrix, lean: Matrix) -> Matrix:
    """What several who heard different things believe together: the geometric mean of their
    likelihoods ``(n, n_kinds)``, as sums of 1; ``lean``: nats by which each kind is likelier,
    ``(n_kinds,)``."""
    logs = [np.log(np.maximum(each, _LEAST)) for each in likely]
    return _softmax(np.mean(logs, axis=0) + lean)


def _softmax(scores: Matrix) -> Matrix:
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    made: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return made


def balanced(labels: npt.NDArray[np.intp], share: float) -> Matrix:
    """``(n,)`` what each example counts, 1 on average; ``share``: from 0, all the same, to 1, all
    kinds together the same."""
    counts = np.bincount(labels)
    each = (counts.mean() / np.maximum(counts, 1)) ** share
    weights = each[labels]
    made: Matrix = (weights / weights.mean()).astype(np.float32)
    return made


def fit(
    words: sparse.csr_matrix,
    vectors: Matrix,
    kinds: Sequence[str],
    *,
    penalty: float,
    share: float,
    steps: int,
) -> Softmax:
    """Learn from examples.

    Args:
        words: ``(n, n_words)`` counts.
        vectors: ``(n, dim)``.
        kinds: the ``n`` right answers.
        penalty: how much large weights cost; that of the bias is nothing.
        share: see :func:`balanced`.
        steps: at most so many of L-BFGS.
    """
    names = sorted(set(kinds))
    labels = np.array([names.index(kind) for kind in kinds])
    wanted = np.eye(len(names), dtype=np.float32)[labels]
    counted = balanced(labels, share)[:, None]
    n_words, dim, n_kinds = words.shape[1], vectors.shape[1], len(names)
    turned = words.T.tocsr()

    def parts(flat: npt.NDArray[np.float64]) -> tuple[Matrix, Matrix, Matrix]:
        whole = flat.astype(np.float32).reshape(n_words + dim + 1, n_kinds)
        return whole[:n_words], whole[n_words:-1], whole[-1]

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        w, v, b = parts(flat)
        likely = _softmax(words @ w + vectors @ v + b)
        cost = -(counted[:, 0] * np.log(np.maximum(likely[range(len(labels)), labels], _LEAST)))
        away = counted * (likely - wanted)
        slope = np.vstack(
            [turned @ away + penalty * w, vectors.T @ away + penalty * v, away.sum(0)[None]]
        )
        large = 0.5 * penalty * (float((w * w).sum()) + float((v * v).sum()))
        return float(cost.sum()) + large, slope.astype(np.float64).ravel()

    begun = np.zeros((n_words + dim + 1) * n_kinds)
    # Remembering fewer steps than scipy does takes a third less time and learns the same.
    options = {"maxiter": steps, "maxcor": _REMEMBERED}
    found = minimize(loss, begun, jac=True, method="L-BFGS-B", options=options)
    return Softmax(tuple(names), *parts(found.x))
