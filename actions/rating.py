"""Whether to ask how content a citizen is, what was asked and what they said: pure, no words.

Asked at the end of something, once a day at most; left alone for :data:`QUIET` days once it was
not answered :data:`PATIENCE` times running. Not to answer costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

BEST = 5  # faces; 1 is the worst
CONTENT = 4  # from it on no reason is asked
PATIENCE = 2
QUIET = 14  # days


class End(StrEnum):
    """What has come to its end."""

    ANSWER = "answer"  # answered, and the citizen said thanks or goodbye
    GUIDE = "guide"
    TICKET = "ticket"  # a person has helped


class Reason(StrEnum):
    """Why somebody is not content."""

    WRONG = "wrong"
    UNCLEAR = "unclear"
    STUCK = "stuck"
    SLOW = "slow"
    OTHER = "other"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Model):
    """One time that it was asked; ``about``: a procedure's code, a life event's or a guide's id;
    ``unit``: where the citizen lives."""

    day: date
    end: End
    about: str | None = None
    unit: str | None = None


class Rating(_Model):
    """What is remembered: the day from which the wait is counted, how often running nobody
    answered, the last question with what was said to it; ``telling``: the next words may be the
    reason."""

    day: date | None = None
    unanswered: int = 0
    question: Question | None = None
    score: int | None = None
    reason: Reason | None = None
    telling: bool = False


class Face(_Model):
    """What a button says to a question: a face, or a reason for the one that was pressed."""

    question: Question
    score: int | None = None
    reason: Reason | None = None
    silent: bool = False  # no more words


@dataclass(frozen=True, slots=True)
class Rated:
    """To be counted: a question asked (``score`` 0) or answered, or a reason given; ``count`` -1
    takes back what was pressed before. ``words``: the reason in the citizen's own, masked and
    scrubbed."""

    question: Question
    score: int = 0
    reason: Reason | None = None
    count: int = 1
    words: str | None = None


def may_ask(rating: Rating, day: date) -> bool:
    """Whether it is time to ask (again)."""
    wait = QUIET if rating.unanswered >= PATIENCE else 1
    return rating.day is None or (day - rating.day).days >= wait


def asked(rating: Rating, question: Question) -> Rating:
    """It was asked: not answered until it is."""
    return Rating(day=question.day, unanswered=rating.unanswered + 1, question=question)


def hushed(rating: Rating, day: date) -> Rating:
    """Nothing is asked on this day: somebody was in danger."""
    return rating.model_copy(update={"day": day, "telling": False})


def answered(rating: Rating, face: Face) -> tuple[Rating, tuple[Rated, ...]] | None:
    """What is remembered and counted after a button; None where it belongs to an older question.

    The same button twice counts once; another one takes back what was counted before.
    """
    if rating.question != face.question:
        return None
    if face.reason is None:
        return _scored(rating, face)
    if face.reason == rating.reason or rating.score is None:
        return rating.model_copy(update={"telling": face.reason is Reason.OTHER}), ()
    counted = [*_taken_back(rating), Rated(face.question, rating.score, face.reason)]
    telling = face.reason is Reason.OTHER
    return rating.model_copy(update={"reason": face.reason, "telling": telling}), tuple(counted)


def _scored(rating: Rating, face: Face) -> tuple[Rating, tuple[Rated, ...]]:
    if face.score is None or face.score == rating.score:
        return rating.model_copy(update={"telling": False}), ()
    counted = _taken_back(rating)
    if rating.score is not None:
        counted.append(Rated(face.question, rating.score, count=-1))
    counted.append(Rated(face.question, face.score))
    now = {"unanswered": 0, "score": face.score, "reason": None, "telling": False}
    return rating.model_copy(update=now), tuple(counted)


def _taken_back(rating: Rating) -> list[Rated]:
    if rating.question is None or rating.score is None or rating.reason is None:
        return []
    return [Rated(rating.question, rating.score, rating.reason, count=-1)]


def told(rating: Rating, words: str) -> tuple[Rating, tuple[Rated, ...]]:
    """What is remembered and kept when the reason came in words."""
    over = rating.model_copy(update={"telling": False})
    if rating.question is None or rating.score is None or not words:
        return over, ()
    kept = Rated(rating.question, rating.score, rating.reason, count=0, words=words)
    return over, (kept,)
