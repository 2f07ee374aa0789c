"""Laying replies out for channels of plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.replies import Choice, Reply
from bot.rendering import Part, labels, layout, shorten, split, units, without_dialling

CHOICES = (Choice("a", "Một"), Choice("l", "Cổng", "https://x.vn/"), Choice("b", "Hai"))


def test_choices_are_numbered_and_links_are_not() -> None:
    assert labels(CHOICES) == ["1. Một", "Cổng", "2. Hai"]


def test_the_source_begins_where_its_part_says() -> None:
    assert layout(Reply("👴🏽 ơi", "Theo Cổng"), 4096, widest=32) == [
        Part("👴🏽 ơi\n\nTheo Cổng", units("👴🏽 ơi\n\n"))
    ]
    assert units("👴🏽 ơi\n\n") == 9
    assert layout(Reply("Vâng."), 4096, widest=32) == [Part("Vâng.")]


def test_links_may_be_written_out() -> None:
    [part] = layout(Reply("Đây ạ.", choices=CHOICES), 4096, widest=32, links=True)
    assert part.text == "Đây ạ.\n\nCổng: https://x.vn/"


def test_labels_that_a_button_would_cut_are_written_out() -> None:
    [part] = layout(Reply("Việc nào?", choices=CHOICES), 4096, widest=5)
    assert part.text == "Việc nào?\n\n1. Một\n2. Hai"


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("Một. Hai. Ba.", 20, ["Một. Hai. Ba."]),
        ("Một. Hai. Ba.", 10, ["Một. Hai.", "Ba."]),
        ("Một\nhai ba", 8, ["Một", "hai ba"]),
        ("không dấu chấm", 10, ["không dấu", "chấm"]),
        ("liềnmộtmạch", 4, ["liền", "mộtm", "ạch"]),
        ("👴👴👴", 4, ["👴👴", "👴"]),
        ("👴👴👴", 3, ["👴", "👴", "👴"]),
        ("", 4, [""]),
    ],
)
def test_a_long_text_is_cut_where_it_hurts_least(text: str, limit: int, pieces: list[str]) -> None:
    assert split(text, limit) == pieces


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(" .\n👴")), st.integers(2, 40))
def test_nothing_but_space_is_lost(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(max_size=400), st.none() | st.text(max_size=200), st.integers(80, 120))
def test_every_part_keeps_the_limit_and_the_last_has_the_source(
    text: str, source: str | None, limit: int
) -> None:
    parts = layout(Reply(text, source), limit, widest=32)
    assert all(units(part.text) <= limit for part in parts)
    assert all(part.source_at is None for part in parts[:-1])
    assert (parts[-1].source_at is not None) == bool(source)


def test_a_label_is_shortened_with_an_ellipsis() -> None:
    assert shorten("Cấp lại sổ", 20) == "Cấp lại sổ"
    assert shorten("Cấp lại sổ", 8) == "Cấp lại…"


def test_a_number_is_dialled_only_where_a_link_can_dial() -> None:
    """Telegram refuses a whole message for a button it cannot open; the number is in the text."""
    choices = (
        Choice("1.link", "Gọi 113", "tel:113"),
        Choice("1.link", "Xem trang", "https://dichvucong.gov.vn/1"),
        Choice("1.1", "Việc khác"),
    )
    kept = without_dialling(Reply("Gọi ngay 113.", choices=choices))
    assert kept == Reply("Gọi ngay 113.", choices=choices[1:])
