"""Dossier codes: found in any sentence as citizens write them, or what is wrong with them.

The grammar is data, ``codes.yaml``; nothing else in the program knows what a code looks like.
Citizens type it with spaces for dots and dashes, long dashes, small letters, the letter O for 0,
without the head, or only its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parent / "codes.yaml"
_D = "[0-9oO]"
_DASH = "[-–—−_]"
_LONGEST = 60  # characters of something that may have been meant as a code


class Fault(StrEnum):
    """What keeps something from being a code."""

    NO_COUNTER = "no_counter"  # nothing after the day
    SHORT = "short"  # digits are missing at the end
    LONG = "long"  # there are digits too many at the end
    NO_DAY = "no_day"  # the middle is not 6 or 8 digits
    IMPOSSIBLE_DAY = "impossible_day"
    FUTURE_DAY = "future_day"


@dataclass(frozen=True, slots=True)
class DossierCode:
    """One code. ``text`` as it is read back; ``agency`` such as ``H57``; ``day`` it was given."""

    text: str
    agency: str
    day: date
    counter: str

    @property
    def key(self) -> str:
        """What two ways to write one code have in common: letters and digits without the head."""
        return key_of(self.text)

    def under(self, head: str) -> DossierCode:
        """The code with ``head``, ``000.00.69``, before it where it was written without one."""
        written = self.text if self.text[0].isdigit() or not head else f"{head}.{self.text}"
        return replace(self, text=written)

    @property
    def unit(self) -> str:
        """The agency with its groups, ``H57.132``: the code without head, day and counter."""
        first = self.text.rsplit("-", 2)[0]
        return first[first.index(self.agency) :]

    @property
    def ending(self) -> str:
        """The last two groups, ``260804-0583``."""
        return "-".join(self.text.rsplit("-", 2)[1:])


@dataclass(frozen=True, slots=True)
class Faulty:
    """Something that was meant as a code; ``count``: how many digits are missing or too many."""

    text: str
    fault: Fault
    count: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a text holds: codes in its order, each once; and where there is none, what was nearly
    one."""

    codes: tuple[DossierCode, ...] = ()
    faulty: Faulty | None = None


class Grammar:
    """What codes look like."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """``document``: ``codes.yaml`` as read.

        Raises:
            KeyError: a part is missing.
        """
        self.agencies: Mapping[str, str] = document["co_quan"]
        self._typical: Mapping[int, int] = document["ngay"]
        self._counter: tuple[int, int] = tuple(document["phan_cuoi"])
        self._letters: str = document["chu"]
        shortest, longest = self._counter
        head = r"[\s.]*".join(f"{_D}{{{digits}}}" for digits in document["dau"])
        most, (fewest_digits, most_digits) = (
            document["nhom"]["nhieu_nhat"],
            document["nhom"]["chu_so"],
        )
        group = rf"(?:[\s.]*{_D}{{{fewest_digits},{most_digits}}}){{0,{most}}}?"
        opening = (
            rf"(?<!\w)(?P<head>{head}[\s.]*)?(?P<letter>[A-Za-z]){_D}{{{document['sau_chu']}}}"
        )
        day = rf"(?:2[0oO])?{_D}{{2}}(?:[0oO][1-9]|1[0-2oO])[0-3oO]{_D}"
        # Possessive: or a text of spaces is divided between the two in every way there is.
        self._code = re.compile(
            rf"{opening}(?P<groups>{group})\s*+(?P<dash1>{_DASH}?)[\s.]*+(?P<day>{day})"
            rf"\s*+(?P<dash2>{_DASH}?)[\s.]*+(?P<counter>{_D}{{{shortest},{longest}}})(?!\w)"
        )
        # Looser: the same beginning with a letter in use, then digits and at least one dash.
        self._nearly = re.compile(
            rf"(?<!\w)(?:{head}[\s.]*)?[{self._letters}{self._letters.lower()}]{_D}"
            rf"{{{document['sau_chu']}}}(?:\.{_D}{{1,3}}){{0,{most}}}"
            rf"\s?{_DASH}\s?{_D}+(?:\s?{_DASH}\s?{_D}*)?(?!\w)"
        )
        self._end = re.compile(
            rf"(?<![\w.-])(?:(?P<day>{_D}{{8}}|{_D}{{6}})\s?{_DASH}\s?)?"
            rf"(?P<counter>{_D}{{{shortest},{longest}}})(?![\w.-])"
        )

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where in a text codes stand, whether or not their day may have been."""
        return (match.span() for match in self._code.finditer(text) if self._is_code(match))

    def find(self, text: str, today: date) -> Found:
        """The codes in a text of up to ``today``; O stands for 0, see the module."""
        codes: dict[str, DossierCode] = {}
        faulty: Faulty | None = None
        for match in self._code.finditer(text):
            if not self._is_code(match):
                continue
            written = _written(match)
            day = _day(_digits(match["day"]))
            if day is None or day > today:
                fault = Fault.IMPOSSIBLE_DAY if day is None else Fault.FUTURE_DAY
                faulty = faulty or Faulty(written, fault)
                continue
            agency = written[written.index(match["letter"].upper()) :][:3]
            code = DossierCode(written, agency, day, _digits(match["counter"]))
            codes.setdefault(code.key, code)
        if codes:
            return Found(tuple(codes.values()))
        return Found((), faulty or self._faulty(text))

    def completed(self, text: str, known: Iterable[DossierCode]) -> DossierCode | None:
        """The one of the citizen's earlier codes that ends as the text says; None where none or
        more than one does."""
        for match in self._end.finditer(text):
            end = _digits(match["counter"])
            if match["day"]:
                end = f"{_digits(match['day'])}-{end}"
            meant = {code.key: code for code in known if code.text.endswith(f"-{end}")}
            if len(meant) == 1:
                return next(iter(meant.values()))
        return None

    def place_of(self, code: DossierCode) -> str | None:
        """The province whose agency gave the code, where that is known."""
        return self.agencies.get(code.agency)

    def _is_code(self, match: re.Match[str]) -> bool:
        """Tell a code from a house number before a phone number ("p12 0912…"): both dashes, or the
        head, or a letter in use; and a day of the month that exists."""
        day = int(_digits(match["day"])[-2:])
        marked = bool(match["dash1"] and match["dash2"]) or bool(match["head"])
        return 1 <= day <= 31 and (marked or match["letter"].upper() in self._letters)

    def _faulty(self, text: str) -> Faulty | None:
        match = self._nearly.search(text)
        if match is None or len(match[0]) > _LONGEST:
            return None
        written = re.sub(rf"\s*{_DASH}\s*", "-", match[0].strip())
        _, *ends = written.split("-")
        middle, counter = _digits(ends[0]), _digits("".join(ends[1:]))
        written = _zeros(written.rstrip("-")).upper()
        if len(middle) not in self._typical:
            return Faulty(written, Fault.NO_DAY)
        if _day(middle) is None:
            return Faulty(written, Fault.IMPOSSIBLE_DAY)
        if not counter:
            return Faulty(written, Fault.NO_COUNTER)
        usual, (_, longest) = self._typical[len(middle)], self._counter
        if len(counter) > longest:
            return Faulty(written, Fault.LONG, len(counter) - usual)
        return Faulty(written, Fault.SHORT, usual - len(counter))


@cache
def grammar() -> Grammar:
    """The grammar of ``codes.yaml``."""
    return Grammar(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def key_of(code: str) -> str:
    """See :attr:`DossierCode.key`; of a code as it is printed."""
    bare = re.sub(r"\W", "", code)
    return bare[re.search(r"[A-Z]", bare).start() :]  # type: ignore[union-attr]  # has one


def _written(match: re.Match[str]) -> str:
    """A code as it is printed: dots within, dashes before the day and the counter."""
    head = _dotted(match["head"] or "")
    opening = match[0][match.start("letter") - match.start() :][:3]
    groups = _dotted(match["groups"])
    first = ".".join(filter(None, (head, _zeros(opening).upper(), groups)))
    return f"{first}-{_digits(match['day'])}-{_digits(match['counter'])}"


def _dotted(text: str) -> str:
    pieces = re.split(r"[\s.]+", _zeros(text).strip(" ."))
    if len(pieces) == 1 and len(pieces[0]) == 7:  # a head without its dots
        pieces = [pieces[0][:3], pieces[0][3:5], pieces[0][5:]]
    return ".".join(filter(None, pieces))


def _zeros(text: str) -> str:
    """The letter O read as 0."""
    return text.replace("o", "0").replace("O", "0")


def _digits(text: str) -> str:
    return re.sub(r"\D", "", _zeros(text))


def _day(digits: str) -> date | None:
    year, rest = (
        (int(digits[:4]), digits[4:]) if len(digits) == 8 else (2000 + int(digits[:2]), digits[2:])
    )
    try:
        return date(year, int(rest[:2]), int(rest[2:]))
    except ValueError:
        return None
