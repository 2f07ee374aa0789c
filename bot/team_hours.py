"""The team's working hours as a setting says them: ``T2-T6 07:30-11:30 13:30-17:00; T7 …``."""

from __future__ import annotations

import re
from datetime import time
from itertools import pairwise

from knowledge_base.opening import Session, Week

_DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_PART = re.compile(r"(?P<first>T[2-7]|CN)(?:-(?P<last>T[2-7]|CN))?(?P<spans>(?: +[\d:]+-[\d:]+)+)")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def read(text: str) -> Week:
    """The sessions of each weekday; a day that is not named is off.

    Raises:
        ValueError: it is written in another way, or sessions overlap.
    """
    week: dict[int, tuple[Session, ...]] = dict.fromkeys(range(len(_DAYS)), ())
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"'{part}': viết như \"T2-T6 07:30-11:30 13:30-17:00\"")
        first = _DAYS.index(match["first"])
        last = _DAYS.index(match["last"]) if match["last"] else first
        if last < first:
            raise ValueError(f"'{part}': ngày sau phải đứng sau ngày trước")
        sessions = tuple(map(_session, match["spans"].split()))
        ends = [clock for session in sessions for clock in (session.start, session.end)]
        if any(later <= earlier for earlier, later in pairwise(ends)):
            raise ValueError(f"'{part}': các buổi phải theo thứ tự và không chồng nhau")
        week.update(dict.fromkeys(range(first, last + 1), sessions))
    if not any(week.values()):
        raise ValueError("phải có ít nhất một buổi làm việc")
    return week


def _session(span: str) -> Session:
    match = _SPAN.fullmatch(span)
    if match is None:
        raise ValueError(f"'{span}': viết như 07:30-11:30")
    hour, minute, until_hour, until_minute = map(int, match.groups())
    return Session(time(hour, minute), time(until_hour, until_minute))
