"""Lexical search: scikit-learn's weights, whatever is written; and the shares of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge_base.retrieval import lexical
from knowledge_base.retrieval.lexical import LexicalIndex
from knowledge_base.retrieval.shares import Shares, spread

TEXTS = [
    "đăng ký khai sinh cho con",
    "cấp lại giấy khai sinh",
    "",
    "khai khai khai tử",
    "a b 1.001193",
    "日本 khai",
]
QUERIES = [*TEXTS, "khai sinh ở đâu", "giây khai sin", "zzz", "k", "đ", "  khai  ", "Ω khai Ω"]


def of_scikit(vectorizer: TfidfVectorizer, texts: Sequence[str], query: str) -> list[float]:
    kept = vectorizer.fit_transform(texts)
    found: list[float] = (kept @ vectorizer.transform([query]).T).toarray()[:, 0].tolist()
    return found


@pytest.mark.parametrize("block", [2, 1000])
@pytest.mark.parametrize(
    ("build", "options"),
    [
        (lexical.words, {"tokenizer": str.split, "token_pattern": None, "ngram_range": (1, 2)}),
        (lexical.characters, {"analyzer": "char_wb", "ngram_range": (3, 5)}),
    ],
)
def test_similarities_are_those_of_scikit_learn(
    build: Callable[[Sequence[str]], LexicalIndex],
    options: dict[str, object],
    block: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lexical, "_BLOCK", block)
    index = build(TEXTS)
    for query in QUERIES:
        wanted = of_scikit(
            TfidfVectorizer(lowercase=False, sublinear_tf=True, **options), TEXTS, query
        )
        assert index.similarities(query).tolist() == pytest.approx(wanted, abs=1e-6), query


def test_more_letters_than_can_be_spelt_are_left_out_and_harm_nothing() -> None:
    script = "".join(chr(0x4E00 + n) for n in range(5000))
    index = lexical.characters(["khai sinh", script])
    assert index.similarities("khai sinh").tolist() == pytest.approx([1, 0])
    assert index.similarities(script)[1] == pytest.approx(1, abs=1e-3)
    assert index.similarities(script[-6:]).tolist() == [0, 0]


def test_spread_is_every_place_of_every_range() -> None:
    assert spread(np.array([7, 2, 4]), np.array([9, 2, 6])).tolist() == [7, 8, 4, 5]


def test_shares_of_a_question() -> None:
    texts = ["khai sinh", "làm giấy khai sinh cho cháu", "khai tử", ""]
    owners, short = np.array([0, 0, 1, 1]), np.array([True, False, True, True])
    shares = Shares(texts, owners, short)
    starts, stops = np.array([2, 0]), np.array([4, 2])
    rare, common = np.log(1 + 2 / 1), np.log(1 + 2 / 2)  # of one of two entries, of both
    weight = common + 2 * rare  # khai, giấy, tử
    found = shares("khai khai giấy tử", starts, stops)
    assert found[0].tolist() == pytest.approx([(common + rare) / weight] * 2 + [1])
    assert found[1].tolist() == pytest.approx(
        [(common + rare) / weight, common / weight, common / (common + rare)]
    )
    without = np.array([True, False, False, False])
    assert shares("khai", starts, stops, without)[1].tolist() == pytest.approx([1, 0, 0])
    assert shares("lạ", starts, stops).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert shares("", starts, stops).tolist() == [[0, 0, 0], [0, 0, 0]]
