"""Which day and hour a citizen speaks of: "mai", "thứ sáu này", "24/11", "chiều nay", "tết".

Pure; the day is found from the words and the day they were said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from knowledge_base.text import fold, strip_accents, tokens

_NUMBERS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8,
    "chin": 9, "muoi": 10,
}  # fmt: skip
_NUMBERS |= {
    f"{tens} {unit}": number + _NUMBERS[unit]
    for tens, number in {"muoi": 10, "hai muoi": 20, "ham": 20, "ba muoi": 30}.items()
    for unit in list(_NUMBERS)[:-1]
} | {"muoi lam": 15, "hai muoi lam": 25, "ham lam": 25, "hai muoi": 20, "ba muoi": 30}
_NUMBERS |= {"hai mot": 21, "hai tu": 24, "hai lam": 25, "ba mot": 31}
_NUMBER = r"(?:\d{1,2}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_MONTH = r"(?:\d{1,2}|muoi mot|muoi hai|" + "|".join(list(_NUMBERS)[:11]) + ")"
_DATE = re.compile(  # "24/7" is always, "thứ 2-6" are weekdays, "7-11 giờ" hours
    r"(?:\bngay |(?<!\bthu )\b(?!24/7\b))(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})"
    r"(?:[/.-](?P<year>20\d\d))?\b(?! ?(?:gio|h)\b)"
)
_SPOKEN_DATE = re.compile(
    rf"\b(?:ngay|mung|mong|hom) (?P<day>{_NUMBER}) thang (?P<month>{_MONTH})\b"
    r"(?: nam (?P<year>20\d\d))?\b"
)
_BARE_DATE = re.compile(  # "30 tháng 4"; "2 tháng 3 ngày" is how long
    r"\b(?P<day>\d{1,2}) thang (?P<month>\d{1,2})\b(?! (?:ngay|tuan|tuoi|lan)\b)"
    r"(?: nam (?P<year>20\d\d))?\b"
)
_ANCESTORS = "Giỗ Tổ Hùng Vương"
# The month of Tết is counted by the moon, other months where that is said; "mùng mười tháng ba" is
# Giỗ Tổ though nothing is said.
_TET_DAY = re.compile(rf"\b(?:mung|mong|ngay) (?P<day>{_NUMBER}) (?:tet|thang gieng)\b")
_ANCESTORS_DAY = re.compile(
    r"\b(?:mung|mong) (?:muoi|10) thang (?:ba|3)\b(?! duong)"
    r"|\b(?:muoi|10) thang (?:ba|3) am\b|\b10[/.-]3 am\b"
)
_LUNAR = re.compile(rf"\bam lich\b|\blich am\b|\b(?:thang {_NUMBER}|\d) am\b")
_TODAY = re.compile(r"\b(?:hom|bua|sang|trua|chieu|toi|dem) (?:nay|ni)\b")
_AFTER_TOMORROW = re.compile(r"\b(?:ngay|bua|hom) mot\b|\bngay kia\b")  # "hôm kia" is past
_MOT = re.compile(r"(?<!\bmươi )(?<!\bhăm )\bmốt\b")  # "hai mươi mốt" is a number
_BARE_MOT = re.compile(r"^mot (?!gio)")  # without accents; "một" is another word
_TOMORROW = re.compile(r"\bmai\b")
_WEEKDAY = re.compile(
    r"\b(?:(?:thu|t) ?(?P<number>[2-7](?!-)|hai|ba|tu|nam|sau|bay)|(?:chu|chua) nhat|cn)\b"
    r"(?P<later> tuan (?:sau|toi))?"
)
_WEEKEND = re.compile(r"\bcuoi tuan\b")
_NOW = re.compile(r"\b(?:gio (?:nay|ni)|bay (?:gio|chu)|hien gio|luc nay)\b")
_CLOCK = re.compile(
    rf"\b(?:(?P<digits>\d{{1,2}}) ?(?:gio|h)|(?P<word>{_NUMBER}) (?:gio(?! hanh)|(?=ruoi)))"
    r"(?: ?(?P<half>ruoi)| ?(?P<minute>\d{2}))?\b(?: (?P<part>sang|trua|chieu|toi|dem)\b)?"
)
# Words that are like a day or a part of it without their accents, and say neither.
_OTHER = re.compile(
    r"\b(?:thứ tự|so thu tu|(?:lần|lan) (?:thứ|thu) \w+|sang (?:tên|ten|nhượng|nhuong)|tôi|đem|mãi"
    r"|sang(?= (?:đó|đây|bên|nộp|lấy|gặp|hỏi|năm)\b)|(?<!mươi )(?<!muoi )(?:từ giờ|tu gio)"
    r"|sau giờ|giờ tổ|gio to(?= cong nghe\b))(?!\w)"
)
_HOLIDAYS = (
    (re.compile(r"\btet (?:tay|duong)\b"), "Tết Dương lịch"),
    (re.compile(r"\bquoc khanh\b"), "Quốc khánh"),
    (_ANCESTORS_DAY, _ANCESTORS),
    (re.compile(r"\bgio to\b|(?<!duong )(?<!phuong )(?<!pho )\bhung vuong\b"), _ANCESTORS),
    (re.compile(r"\bngay van hoa\b"), "Ngày Văn hóa Việt Nam"),
    (re.compile(r"\btet\b"), "Tết Nguyên đán"),
)
_LENGTH = re.compile(r"\b(?:may|bao nhieu) (?:ngay|bua)\b|\b(?:den|toi|tu) (?:hom|ngay|bua|bao) ")
_SATURDAY, _SUNDAY = 5, 6
_FIRST_MONTH = 29  # days that Tết's month has in any year


class Part(StrEnum):
    """A part of the day."""

    MORNING = "sang"
    NOON = "trua"
    AFTERNOON = "chieu"
    EVENING = "toi"


class When(BaseModel):
    """What was said of time; nothing of it need be there.

    ``day``: a certain day; ``now``: this very moment; ``clock``: a time of day; ``holiday``: the
    name of a holiday that is asked about as a whole; ``length``: how long it is asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date | None = None
    part: Part | None = None
    clock: time | None = None
    now: bool = False
    holiday: str | None = None
    length: bool = False


def read(text: str, today: date, new_year: Callable[[int], date | None]) -> When:
    """What ``text`` says of time.

    Args:
        text: a citizen's words, with or without accents.
        today: the day they were said.
        new_year: the first day of the lunar new year of a (solar) year, None where not known.
    """
    said = " ".join(_OTHER.sub(" ", " ".join(tokens(fold(text)))).split())
    plain = strip_accents(said)
    holiday = next((name for pattern, name in _HOLIDAYS if pattern.search(plain)), None)
    day = _day(said, plain, today, new_year)
    clock = _clock(said, plain)
    return When(
        day=day,
        part=_part(said, plain),
        clock=clock,
        now=day is None and clock is None and bool(_NOW.search(plain)),
        holiday=holiday if day is None else None,
        length=bool(_LENGTH.search(plain)),
    )


def _day(said: str, plain: str, today: date, new_year: Callable[[int], date | None]) -> date | None:
    match = _TET_DAY.search(plain)
    if match and 1 <= _number(match["day"]) <= _FIRST_MONTH:
        begins = [first for year in (0, 1) if (first := new_year(today.year + year))]
        days = (first + timedelta(_number(match["day"]) - 1) for first in begins)
        return next((day for day in days if day >= today), None)
    if match or _LUNAR.search(plain) or _ANCESTORS_DAY.search(plain):
        return None  # which day that is by the sun is not known here
    dates = (_DATE, _SPOKEN_DATE, _BARE_DATE)
    if match := next(filter(None, (pattern.search(plain) for pattern in dates)), None):
        return _coming(_number(match["month"]), _number(match["day"]), match["year"], today)
    if _TODAY.search(plain):
        return today
    mot = _MOT.search(said) or (said == plain and _BARE_MOT.search(plain))
    if mot or _AFTER_TOMORROW.search(plain):
        return today + timedelta(2)
    if _TOMORROW.search(plain):
        return today + timedelta(1)
    if match := _WEEKDAY.search(plain):
        weekday = _number(match["number"]) - 2 if match["number"] else _SUNDAY
        if match["later"]:
            return today + timedelta(7 - today.weekday() + weekday)
        return today + timedelta((weekday - today.weekday()) % 7)
    if _WEEKEND.search(plain):
        return today + timedelta((_SATURDAY - today.weekday()) % 7)
    return None


def _coming(month: int, day: int, year: str | None, today: date) -> date | None:
    """The date in the year said, else the next one; None when there is no such day."""
    for candidate in (int(year),) if year else (today.year, today.year + 1):
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year or found >= today:
            return found
    return None


def _clock(said: str, plain: str) -> time | None:
    match = _CLOCK.search(plain)
    if match is None:
        return None
    if match[0].startswith("bay gio") and not {"bảy", "bẩy"} & set(said.split()):
        return None  # "bây giờ"
    hour = _number(match["digits"] or match["word"])
    minute = 30 if match["half"] else int(match["minute"] or 0)
    part = match["part"]
    if part in ("toi", "dem") and hour == 12:
        return time(0, minute) if minute < 60 else None
    early = 0 < hour <= 6 and part not in ("sang", "dem")
    late = part in ("chieu", "toi") or (part == "dem" and hour > 6)
    hour += 12 if (early or late) and hour < 12 else 0
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _part(said: str, plain: str) -> Part | None:
    words = set(plain.split()) - {Part.EVENING}
    found = {part for part in Part if part in words}
    # Without an accent "toi" is more often "tôi".
    if "tối" in said.split() or re.search(r"\b(?:toi|dem) (?:nay|ni|mai)\b", plain):
        found.add(Part.EVENING)
    return found.pop() if len(found) == 1 else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word]
