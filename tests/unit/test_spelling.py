"""Words that are none, put right by what stands beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.accents import AccentModel, count
from knowledge_base.spelling import Speller

TEXTS = [
    "làm giấy khai sinh cho cháu", "xin cấp lại sổ đỏ bị mất", "căn cước bị mất",
    "lệ phí bao nhiêu", "bảo hiểm y tế", "trợ cấp xã hội", "hồ sơ nộp ở đâu",
    "đăng ký tạm trú", "con khỉ ở đâu",
    "nghỉ hưu", "chế độ hưu trí", "tiền", "miễn phí", "đồng ý", "thằng bé", "con mồi mỏng",
]  # fmt: skip
TIMES = 4000  # a syllable that was never seen is unlikely only beside many that were


def model() -> AccentModel:
    syllables, pairs = count(TEXTS)
    for counted in syllables, pairs:
        for item in counted:
            counted[item] *= TIMES  # type: ignore[index]
    return AccentModel(syllables, pairs)


SPELL = Speller(model(), known=["hs"])


def right(text: str) -> str:
    return " ".join(SPELL(text.split()))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lệphí bao nhiêu", "lệ phí bao nhiêu"),
        ("làmgiấykhaisinh cho cháu", "làm giấy khai sinh cho cháu"),
        ("lamgiay khaisinh", "lam giay khai sinh"),  # marks are put back later, to all at once
        ("hưuu trí", "hưu trí"),
        ("giấy khia sinh", "giấy khai sinh"),
        ("gaiys khai sinh", "giay khai sinh"),
        ("căn cuwocs", "căn cước"),
        ("bảo hỉem", "bảo hiểm"),
        ("truwj cấp", "trợ cấp"),
        ("miển phí", "miễn phí"),
        ("nộp ơ đâu", "nộp ở đâu"),
        ("đồngý", "đồng ý"),
        ("tiềnn", "tiền"),
    ],
)
def test_what_was_meant_is_found(typed: str, meant: str) -> None:
    assert right(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "thank", "home", "hs", "vneid", "123", "1.001193", "ct01", "",
        "mỏng", "lẩu", "khai sinh", "con mồi", "bao nhieu", "xyzw", "a" * 2000,
    ],
)  # fmt: skip
def test_what_may_be_meant_as_it_is_written_is_left(text: str) -> None:
    assert SPELL(text.split()) == text.split()


@given(st.lists(st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấ", max_size=12), max_size=8))
def test_nothing_that_is_typed_breaks_it_and_syllables_stay(words: list[str]) -> None:
    said = [word for word in words if word]
    assert all(SPELL(said)) or not said
    assert SPELL(["giay", "khai", "sinh"]) == ["giay", "khai", "sinh"]
