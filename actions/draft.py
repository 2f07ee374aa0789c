"""A suggestion or complaint while it is written: what was given, and every move; pure, no words.

What is given stays given: "quay lại" shows an earlier question with its answer, nothing already
answered is asked again, and what was shown before is what "quay lại" shows.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

MOST_CHARACTERS = 1000  # of the story
MOST_PHOTOS = 3
_LONGEST = 60  # screens "quay lại" knows


class Part(StrEnum):
    """What is asked, in this order; then the whole is read back."""

    CATEGORY = "category"
    PLACE = "place"
    STORY = "story"
    ANSWER = "answer"
    CHECK = "check"


class Category(StrEnum):
    """What it is about."""

    ATTITUDE = "attitude"
    DELAY = "delay"
    PAPERS = "papers"
    MONEY = "money"
    WEBSITE = "website"
    ASSISTANT = "assistant"
    OTHER = "other"


class Draft(BaseModel):
    """``trail``: parts left, oldest first. ``where``: the place in the citizen's words, ``unit``
    its code, ``maybe`` those it may be; ``placed``: said, or left out. ``story`` and ``said``
    (words that may be the story) are masked. ``photos``: handles by which their channel shows them
    again, never the pictures. ``day`` it was last shown; ``warned``: that a formal
    complaint is something else was said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Part = Part.CATEGORY
    trail: tuple[Part, ...] = ()
    category: Category | None = None
    where: str = ""
    unit: str | None = None
    maybe: tuple[str, ...] = ()
    placed: bool = False
    story: str = ""
    photos: tuple[str, ...] = ()
    answer: bool | None = None
    said: str = ""
    day: date | None = None
    paused: bool = False
    warned: bool = False

    @property
    def begun(self) -> bool:
        """Whether anything was given yet."""
        return self.category is not None or self.placed or bool(self.story)


def _missing(draft: Draft) -> Part:
    """The first part that was not given."""
    given = {
        Part.CATEGORY: draft.category is not None,
        Part.PLACE: draft.placed,
        Part.STORY: bool(draft.story),
        Part.ANSWER: draft.answer is not None,
    }
    return next((part for part, done in given.items() if not done), Part.CHECK)


def given(draft: Draft, **answer: Any) -> Draft:
    """The question that is asked is answered by these fields: on to the next that is not."""
    after = draft.model_copy(update=answer)
    return at(after, _missing(after))


def at(draft: Draft, part: Part) -> Draft:
    """Another part is shown; "quay lại" leads back here."""
    trail = (*draft.trail, draft.at)[-_LONGEST:]
    return draft.model_copy(update={"at": part, "trail": trail})


def back(draft: Draft, screens: int = 1) -> Draft | None:
    """So many screens back, at most to the first; None where there is none."""
    if not draft.trail:
        return None
    screens = min(screens, len(draft.trail))
    update = {"at": draft.trail[-screens], "trail": draft.trail[:-screens], "maybe": ()}
    return draft.model_copy(update=update)


def told(draft: Draft, words: str) -> Draft:
    """Words that are no answer to a choice: the story where it is asked, more of it after that,
    else kept until it is asked."""
    if draft.at is Part.STORY:
        return given(draft, story=cut(words), said="")
    if draft.story:
        return draft.model_copy(update={"story": cut(f"{draft.story}\n{words}")})
    return draft.model_copy(update={"said": cut(f"{draft.said}\n{words}".strip())})


def cut(words: str) -> str:
    """As much of a story as is kept, whole words."""
    if len(words) <= MOST_CHARACTERS:
        return words
    return words[:MOST_CHARACTERS].rpartition(" ")[0] or words[:MOST_CHARACTERS]
