"""How citizens write, brought to one form."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge_base.text import (
    Entry,
    Rewriter,
    expansions,
    fold,
    has_accents,
    key,
    strip_accents,
    tokens,
    undo_typing,
)

KNOWN = frozenset({"giấy", "đất", "đăng", "ký", "tạm", "trú", "người", "cứu", "toán", "khai"})
PLAIN = frozenset(strip_accents(word) for word in KNOWN)
WORD = st.sampled_from(sorted(KNOWN))


def test_accents_are_stripped_and_case_is_kept() -> None:
    assert strip_accents("Đăng ký ĐẤT, Ủy ban") == "Dang ky DAT, Uy ban"
    assert strip_accents(unicodedata.normalize("NFD", "Người")) == "Nguoi"


def test_accents_are_seen_in_both_unicode_forms() -> None:
    assert has_accents("đi")
    assert has_accents(unicodedata.normalize("NFD", "hộ"))
    assert not has_accents("Giay to 123, OK?")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("HOÁ ĐƠN", "hoá đơn"),
        ("thuỷ sản", "thuỷ sản"),
        ("tiềnnnnn", "tiền"),
        ("đượccccc", "được"),
        ("khoaaaan", "khoaan"),  # "aa" may be telex
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == fold(folded)


def test_both_placements_of_the_tone_fold_alike() -> None:
    for old, new in [("hòa", "hoà"), ("thủy", "thuỷ"), ("hóa", "hoá"), ("khỏe", "khoẻ")]:
        assert fold(old) == fold(new)


def test_tokens_keep_codes_and_document_numbers_whole() -> None:
    assert tokens("mã 1.001193, nghị định 123/2015/nđ-cp; ngày 10/06/2026!") == [
        "mã", "1.001193", "nghị", "định", "123/2015/nđ-cp", "ngày", "10/06/2026",
    ]  # fmt: skip
    assert tokens("__ 😀 ... \x00") == []


def test_key_joins_spellings() -> None:
    assert key("  Cấp LẠI, thẻ!") == key("cap lai the") == "cap lai the"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("giaays", "giấy"), ("ddaats", "đất"), ("ddawng", "đăng"), ("kys", "ký"),
        ("tamj", "tạm"), ("nguwowif", "người"), ("d9a61t", "đất"), ("ngu7o7i2", "người"),
    ],
)  # fmt: skip
def test_telex_and_vni_left_in_a_word_are_undone(typed: str, meant: str) -> None:
    assert undo_typing(typed, KNOWN, PLAIN) == meant


@pytest.mark.parametrize("word", ["khai", "toan", "giay", "vneid", "123", "xyzw", "giấy", "ct01"])
def test_other_words_are_left_alone(word: str) -> None:
    assert undo_typing(word, KNOWN, PLAIN) == word


@pytest.mark.parametrize("word", ["òb2", "quswa", "ề6ísi"])
def test_words_that_the_library_cannot_read_are_left_alone(word: str) -> None:
    assert undo_typing(word, KNOWN, PLAIN) == word


@given(st.text("aăâbdđeêghiơưsfrxjwzáàấộứ0123456789", max_size=9))
def test_no_mixture_of_keys_and_accents_breaks_it(word: str) -> None:
    undo_typing(word, KNOWN, PLAIN)


def test_the_longest_entry_wins_and_context_decides() -> None:
    rewrite = Rewriter(
        [
            Entry(("sổ",), ("quyển",)),
            Entry(("sổ", "đỏ"), ("giấy", "chứng", "nhận")),
            Entry(("bằng",), ("giấy", "phép"), context=frozenset({"lai"})),
            Entry(("mô",), ("đâu",), plain=False),
        ]
    )
    assert rewrite(["sổ", "đỏ", "sổ"]) == ["giấy", "chứng", "nhận", "quyển"]
    assert rewrite(["so", "do"]) == ["giấy", "chứng", "nhận"]
    assert rewrite(["bằng", "lái"]) == ["giấy", "phép", "lái"]
    assert rewrite(["bằng", "nhau"]) == ["bằng", "nhau"]
    assert rewrite(["mô", "mo"]) == ["đâu", "mo"]
    assert Rewriter([])(["a"]) == ["a"]


def test_expansions_come_in_the_order_of_the_text() -> None:
    synonyms = {"so hong": "giấy chứng nhận", "nhap ho khau": "đăng ký thường trú"}
    said = "nhap ho khau vao nha co so hong"
    assert expansions(said, synonyms) == ["đăng ký thường trú", "giấy chứng nhận"]
    assert expansions("nhap ho khauu", synonyms) == []


@example("IIÌ")
@given(st.text(st.characters(exclude_categories=())))
def test_nothing_a_citizen_types_breaks_it(text: str) -> None:
    words = tokens(fold(text))
    assert all(words)
    assert key(text) == key(strip_accents(fold(text)))
    for word in words:
        undo_typing(word, KNOWN, PLAIN)


@given(st.lists(WORD, max_size=6))
def test_folding_twice_changes_nothing(words: list[str]) -> None:
    once = fold(" ".join(words).upper())
    assert fold(once) == once == " ".join(words)
