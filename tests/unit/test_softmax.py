"""Learning kinds from words and vectors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from bot.understanding.softmax import balanced, fit, together

WORDS = sparse.csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32))
VECTORS = np.array([[1.0], [-1.0], [1.0], [-1.0]], dtype=np.float32)


def test_words_and_vectors_together_name_the_kind() -> None:
    kinds = ["a", "b", "c", "d"]
    learnt = fit(WORDS, VECTORS, kinds, penalty=0.01, share=0.5, steps=120)
    likely = learnt.probabilities(WORDS, VECTORS)
    assert likely.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert [learnt.kinds[at] for at in likely.argmax(axis=1)] == kinds
    assert likely.max(axis=1).min() > 0.8


def test_what_is_like_nothing_is_as_often_each_kind_as_it_was_counted() -> None:
    nothing = sparse.csr_matrix((1, 2), dtype=np.float32), np.zeros((1, 1), dtype=np.float32)
    kinds = ["often", "often", "often", "seldom"]
    shares = [
        fit(WORDS * 0, VECTORS * 0, kinds, penalty=1.0, share=share, steps=120).probabilities(
            *nothing
        )[0, 0]
        for share in (0.0, 0.5, 1.0)
    ]
    assert shares == pytest.approx([0.75, 3**0.5 / (1 + 3**0.5), 0.5], abs=1e-3)


def test_the_weights_of_rare_kinds_lie_between_their_share_and_the_same_for_all() -> None:
    labels = np.array([0, 0, 0, 0, 1])
    assert balanced(labels, 0.0) == pytest.approx([1.0] * 5)
    for share, times in ((0.5, 2.0), (1.0, 4.0)):
        weights = balanced(labels, share)
        assert weights.mean() == pytest.approx(1.0)
        assert weights[4] / weights[0] == pytest.approx(times)


def test_two_believe_together_what_neither_rules_out() -> None:
    first = np.array([[0.5, 0.5, 0.0]], dtype=np.float32)
    second = np.array([[0.0, 0.5, 0.5]], dtype=np.float32)
    straight = np.zeros(3, dtype=np.float32)
    assert together(first, second, lean=straight)[0] == pytest.approx([0, 1, 0], abs=1e-4)
    assert together(first, first, lean=straight)[0] == pytest.approx(first[0], abs=1e-4)


def test_what_is_leant_to_is_likelier() -> None:
    even = np.array([[0.25, 0.75]], dtype=np.float32)
    lean = np.log(np.array([3.0, 1.0], dtype=np.float32))
    assert together(even, lean=lean)[0] == pytest.approx([0.5, 0.5], abs=1e-4)


def test_vectors_alone_are_enough() -> None:
    nothing = sparse.csr_matrix((4, 0), dtype=np.float32)
    learnt = fit(nothing, VECTORS, ["a", "b", "a", "b"], penalty=0.01, share=0.5, steps=120)
    assert [learnt.kinds[at] for at in learnt.probabilities(nothing, VECTORS).argmax(1)] == [
        "a", "b", "a", "b"
    ]  # fmt: skip
