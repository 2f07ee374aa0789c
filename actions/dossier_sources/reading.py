"""What systems write for a day, an hour, an amount: read in every form that was seen, refused in
others. What is personal in free words is taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.review.personal import scrub

Row = Mapping[str, Any]
VIETNAM = timezone(timedelta(hours=7), "ICT")
_SLASHED = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
_SHEET_0 = datetime(1899, 12, 30, tzinfo=VIETNAM)
_SHEET_2000, _SHEET_2100 = 36_526, 73_051
_LONGEST = 200  # characters of free words


def moment(value: Any) -> datetime | None:
    """An hour: milliseconds since 1970, days as spreadsheets count them, ``dd/mm/yyyy hh:mm:ss``,
    ``yyyymmddhhmmss``, ISO 8601; Vietnamese time where no other is said; None for nothing.

    Raises:
        ValueError: it is something else.
    """
    if value is None or value in ("", 0, "0"):
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=VIETNAM)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=VIETNAM)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _counted(float(value))
    written = str(value).strip()
    if match := _SLASHED.fullmatch(written):
        return _made(match, (2, 1, 0))
    if match := _COMPACT.fullmatch(written):
        return _made(match, (0, 1, 2))
    if written.isdecimal():
        return _counted(float(written))
    found = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", written))
    return found if found.tzinfo else found.replace(tzinfo=VIETNAM)


def day(value: Any) -> date | None:
    """The day of :func:`moment` in Vietnam; see :func:`likely`."""
    found = moment(value)
    if found is None or likely(found.date()) is None:
        return None
    return found.astimezone(VIETNAM).date()


def likely(day: date | None) -> date | None:
    """The day; None for one that systems write where there is none, of the year 1, 1900, 9999."""
    return day if day is not None and 2000 <= day.year < 2100 else None


def amount(value: Any) -> int | None:
    """A sum in đồng: a number, ``75.000``, ``75,000 đồng``; None for nothing, zero or words."""
    digits = re.sub(r"(?i)[.,](?=\d{3})|\s|đồng|đ|vnđ|vnd|dong", "", str(value or ""))
    return int(digits) or None if digits.isdecimal() else None


def text(value: Any) -> str | None:
    """The code of a procedure, the name of an office: in one line; None for nothing, or for what is
    neither text nor a number."""
    if not isinstance(value, str | int | float):
        return None
    said = "".join(c if c.isprintable() else " " for c in str(value or ""))
    return " ".join(said.split())[:_LONGEST].rstrip() or None


def words(value: Any) -> str | None:
    """Free words, likewise, without what tells of a person or a place."""
    said = text(value)
    return _scrubbed(said) if said else None


_scrubbed = lru_cache(1024)(scrub)  # a list names the same few things thousands of times


def rows(value: Any) -> list[Row]:
    """The objects of a list that may be missing, or be one object alone."""
    found = value if isinstance(value, list) else [value]
    return [row for row in found if isinstance(row, Mapping)]


def named(found: Iterable[Row], field: str, code: DossierCode) -> Row | None:
    """The first row whose ``field`` is the code, which may have a head more there."""
    return next((row for row in found if str(row.get(field)).upper().endswith(code.text)), None)


def _made(match: re.Match[str], order: tuple[int, int, int]) -> datetime:
    """The hour of a match whose groups hold year, month and day in this order, then the clock."""
    parts = [int(part or 0) for part in match.groups()]
    year, month, day_of_month = (parts[at] for at in order)
    hour, minute, second = parts[3:]
    return datetime(year, month, day_of_month, hour, minute, second, tzinfo=VIETNAM)


def _counted(number: float) -> datetime:
    if _SHEET_2000 <= number < _SHEET_2100:
        return _SHEET_0 + timedelta(number)
    try:
        return datetime.fromtimestamp(number / 1000 if abs(number) > 1e11 else number, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{number} is no hour") from error
