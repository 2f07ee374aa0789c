"""Long lists in pages."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from actions.pages import PAGE, parts, room_after, span, split
from knowledge_base.phrases import MOST_CHARACTERS

ITEMS = st.lists(st.text(min_size=1, max_size=400), max_size=30)


@given(ITEMS, st.integers(1, 300), st.integers(1, PAGE))
def test_pages_hold_every_item_once_in_order_and_keep_their_room(
    items: list[str], room: int, most: int
) -> None:
    pages = split(items, len, room, most)
    assert [item for page in pages for item in page] == items
    for page in pages:
        assert 1 <= len(page) <= most
        assert sum(map(len, page)) <= room or len(page) == 1


@given(ITEMS, st.integers(1, 300))
def test_no_page_could_have_taken_the_next_item_too(items: list[str], room: int) -> None:
    pages = split(items, len, room)
    for page, following in pairwise(pages):
        assert len(page) == PAGE or sum(map(len, page)) + len(following[0]) > room


@given(ITEMS)
def test_the_numbers_of_the_pages_join(items: list[str]) -> None:
    pages = split(items, len, 300)
    after = 0
    for number in range(len(pages)):
        first, last, total = span(pages, number)
        assert first == after + 1
        assert last - first + 1 == len(pages[number])
        assert total == len(items)
        after = last
    assert after == len(items)


def test_nothing_makes_no_page() -> None:
    assert split([], len, 10) == []


def test_a_heading_takes_room() -> None:
    assert room_after("x" * 40) == MOST_CHARACTERS - 40


@given(st.lists(st.text("abc", min_size=1, max_size=40), max_size=20), st.integers(5, 60))
def test_the_parts_of_a_line_fit_and_say_all_of_it(words: list[str], most: int) -> None:
    cut = [*parts(" ".join(words), most)]
    assert all(len(part) <= most for part in cut)
    assert all(part.endswith("…") for part in cut[:-1])
    assert "".join(cut).replace("…", "").replace(" ", "") == "".join(words)
