"""Long lists in pages: at most five items and 300 characters a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from knowledge_base.phrases import MOST_CHARACTERS

PAGE = 5
BRIEF_PAGE = 2
_T = TypeVar("_T")


def split(
    items: Sequence[_T], length: Callable[[_T], int], room: int, most: int = PAGE
) -> list[tuple[_T, ...]]:
    """Items packed in order into pages; an item longer than ``room`` has a page to itself.

    Args:
        items: what is listed.
        length: characters an item takes, its line break included.
        room: characters a page may hold.
        most: items a page may hold.
    """
    pages: list[tuple[_T, ...]] = []
    page: list[_T] = []
    used = 0
    for item in items:
        needs = length(item)
        if page and (len(page) == most or used + needs > room):
            pages.append(tuple(page))
            page, used = [], 0
        page.append(item)
        used += needs
    if page:
        pages.append(tuple(page))
    return pages


def parts(text: str, most: int) -> Iterator[str]:
    """A line in pieces of at most so many characters (three or more), cut between words."""
    while len(text) > most:
        cut = text.rfind(" ", 2, most - 1)
        cut = cut if cut > 0 else most - 1
        yield f"{text[:cut]}…"
        text = f"…{text[cut:].lstrip()}"
    yield text


def rows(
    items: Sequence[_T], length: Callable[[_T], int] = lambda _: 0, room: int = 0
) -> list[tuple[_T, ...]]:
    """Items with a button each, in pages of at most five rows, the row that turns the page among
    them; ``length`` and ``room`` as in :func:`split`."""
    cut = split(items, length, room, most=PAGE - 1)
    if len(cut) > 1 and len(cut[-1]) == 1 and len(cut[-2]) == PAGE - 1:
        together = (*cut[-2], *cut[-1])  # the last page has no row to turn it
        if sum(map(length, together)) <= room:
            cut[-2:] = [together]
    return cut


def span(pages: Sequence[Sequence[object]], page: int) -> tuple[int, int, int]:
    """First and last number (from 1) of the items on ``page``, and how many there are in all."""
    before = sum(len(p) for p in pages[:page])
    return before + 1, before + len(pages[page]), sum(len(p) for p in pages)


def room_after(heading: str) -> int:
    """Characters left for the lines under a heading."""
    return MOST_CHARACTERS - len(heading)
