"""A citizen's words in the form that everything else reads, with the shipped lexicon."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import resources
from knowledge_base import normalise
from knowledge_base.normalise import Normaliser
from knowledge_base.text import strip_accents

NORMALISER = normalise.build(resources.lay().sentences)
TOPICAL = normalise.topical()


@pytest.fixture
def normaliser() -> Normaliser:
    return NORMALISER


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("Làm GIẤY khai sinh!!!", "lam giay khai sinh"),
        ("lam giay khai sinh", "lam giay khai sinh"),
        ("lafm giaays khai sinh", "lam giay khai sinh"),
        ("làm giấyyyyy khai sinh", "lam giay khai sinh"),
    ],
)
def test_spellings_of_one_sentence_become_one(
    normaliser: Normaliser, said: str, plain: str
) -> None:
    assert normaliser(said).plain == plain


def test_accents_come_back(normaliser: Normaliser) -> None:
    assert normaliser("lam giay khai sinh cho chau").accented == "làm giấy khai sinh cho cháu"


def test_dialect_and_abbreviations_are_rewritten(normaliser: Normaliser) -> None:
    assert "đâu" in normaliser("nộp ở mô").accented.split()
    assert "uy ban nhan dan" in normaliser("ra UBND xã").plain


def test_lay_words_bring_the_official_ones(normaliser: Normaliser) -> None:
    expanded = normaliser.expand(normaliser("làm sổ đỏ"))
    assert "quyen su dung dat" in expanded


@pytest.mark.parametrize("text", ["", "   ", "😀", "?!...", "\x00"])
def test_wordless_texts_are_empty(normaliser: Normaliser, text: str) -> None:
    written = normaliser(text)
    assert (written.accented, written.plain) == ("", "")


@pytest.mark.parametrize(
    ("text", "topical"),
    [
        ("thế lệ phí bao nhiêu", False),
        ("cần giấy tờ gì", False),
        ("the le phi bao nhieu", False),
        ("đăng ký kết hôn cần giấy tờ gì", True),
        ("thẻ căn cước", True),
        ("xin giấy ct07 ở đâu", True),
        ("bao nhiêu tiền 10h", False),
        ("", False),
        ("123", False),
    ],
)
def test_what_names_no_procedure_is_known(normaliser: Normaliser, text: str, topical: bool) -> None:
    assert TOPICAL(normaliser(text)) is topical


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_has_a_form_and_the_form_is_stable(text: str) -> None:
    written = NORMALISER(text)
    assert written.plain == strip_accents(written.accented)
    assert len(written.plain.split()) == len(written.accented.split())
    NORMALISER.expand(written)
