"""Accents put back where a citizen left them out."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import accents
from knowledge_base.accents import AccentModel, count, load, save
from knowledge_base.text import strip_accents

TEXTS = ["đăng ký khai sinh cho con", "giấy khai sinh bản chính", "bán nhà đất", "đăng ký kết hôn"]


@pytest.fixture
def model() -> AccentModel:
    return AccentModel(*count(TEXTS * 5))


def test_the_neighbour_decides(model: AccentModel) -> None:
    assert model.restore(["ban", "chinh"]) == ["bản", "chính"]
    assert model.restore(["ban", "nha", "dat"]) == ["bán", "nhà", "đất"]
    assert model.restore(["dang", "ky", "ket", "hon"]) == ["đăng", "ký", "kết", "hôn"]


def test_accented_words_stay_as_they_are(model: AccentModel) -> None:
    assert model.restore(["bạn", "chinh"]) == ["bạn", "chính"]


def test_a_bare_word_in_an_accented_sentence_is_meant_bare(model: AccentModel) -> None:
    # "con" is one of the syllables seen; "khai sinh" carries no accent and needs none.
    assert model.restore(["đăng", "ký", "khai", "sinh", "cho", "con"]) == [
        "đăng",
        "ký",
        "khai",
        "sinh",
        "cho",
        "con",
    ]


def test_unknown_words_and_nothing_at_all(model: AccentModel) -> None:
    assert model.restore(["vneid", "123"]) == ["vneid", "123"]
    assert model.restore([]) == []


def test_texts_without_accents_teach_nothing() -> None:
    unigrams, bigrams = count(["dang ky khai sinh"])
    assert not unigrams
    assert not bigrams


def test_counts_are_kept_in_a_file_that_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.gz", tmp_path / "b.gz"
    assert save(first, TEXTS * 4) == save(second, TEXTS * 4) > 5
    assert first.read_bytes() == second.read_bytes()
    assert "đăng ký\t8" in gzip.decompress(first.read_bytes()).decode().splitlines()
    assert load(first).restore(["dang", "ky"]) == ["đăng", "ký"]
    # What citizens say counts more than the official texts.
    taught = load(first, ["đặng kỳ"] * 9)
    assert taught.restore(["dang", "ky"]) == ["đặng", "kỳ"]


def test_rare_syllables_are_not_believed() -> None:
    model = AccentModel(Counter({"hộ": 3, "hố": 2}), Counter())
    assert model.syllables == {"hộ"}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nothing"):
        accents.load(tmp_path / "nothing.gz")


@given(st.lists(st.sampled_from([*"abcxyz", "dang", "ky", "đất", "1.001193"]), max_size=12))
def test_as_many_words_come_out_and_only_accents_change(words: list[str]) -> None:
    restored = AccentModel(*count(TEXTS)).restore(words)
    assert [strip_accents(word) for word in restored] == [strip_accents(word) for word in words]
