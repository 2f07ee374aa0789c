"""Hears from the words that somebody is in danger, and which numbers are to be called.

The words are data, ``danger.yaml``. They work beside the trained classifier: alone they must be
plain; where it says "emergency", fainter words choose the number, and words about papers, dreams
and games or about what is long past overrule it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.text import fold, strip_accents, tokens

FILE = Path(__file__).resolve().parent / "danger.yaml"
CHILD = "111"
UNCLEAR = "chung"
SELF_HARM = "tu_hai"
DESPAIR = frozenset({SELF_HARM, "tren_cao", "lo_tu_hai"})  # the citizen's own or another's
ALONE = DESPAIR | {"nghi_lua"}  # nothing about papers is said after these
SAD = "buon"
EVERY_NUMBER = ("113", "114", "115", CHILD)
_GAP = r"(?: \S+){0,4}?"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A danger: its name in ``danger.yaml`` and ``wording/danger.yaml``, and whom to call."""

    kind: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    numbers: tuple[str, ...]
    cries: re.Pattern[str]
    heard: re.Pattern[str]
    hints: re.Pattern[str]
    children: bool  # another number where a child is in danger


class Alarms:
    """The words of ``danger.yaml``, ready to be listened for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """``document``: the YAML file as read.

        Raises:
            KeyError: a part is missing.
        """
        self._idioms = _any_of(document["noi_qua"])
        self._cries = _any_of(document["keu_cuu"])
        self._papers = _any_of(document["chuyen_giay_to"])
        self._children = _any_of(document["tre_em"])
        self._calls = _any_of(document["keu_khong"])
        self._unclear = tuple(document["chung"])
        self.kinds = tuple(
            _Kind(
                raw["ten"],
                tuple(raw["so"]),
                cries=_any_of(raw["keu"]),
                heard=_any_of(raw["nghe"]),
                hints=_any_of(raw["doan"]),
                children=bool(raw.get("tre")),
            )
            for raw in document["loai"]
        )

    def hear(self, text: str, *, told: bool = False) -> Alarm | None:
        """The danger that ``text`` speaks of.

        Args:
            text: a citizen's message, with or without accents.
            told: the classifier hears an emergency; then there is always an alarm, unless the
                words are about papers.
        """
        said = self._said(text)
        papers = self._papers.search(said) and not self._cries.search(said)
        kinds = [
            kind
            for kind in self.kinds
            if kind.cries.search(said) or (not papers and kind.heard.search(said))
        ]
        if told and not kinds and not papers:
            kinds = [kind for kind in self.kinds if kind.hints.search(said)][:1]
        unclear = not kinds and not papers and (told or self._calls.search(said))
        if not kinds and not unclear:
            return None
        numbers = [number for kind in kinds for number in kind.numbers] or [*self._unclear]
        if (unclear or any(kind.children for kind in kinds)) and self._children.search(said):
            numbers.append(CHILD)
        return Alarm(kinds[0].name if kinds else UNCLEAR, tuple(dict.fromkeys(numbers)))

    def _said(self, text: str) -> str:
        """The folded words, one space around each, without idioms."""
        return self._idioms.sub(" ", f" {' '.join(tokens(fold(text)))} ")


@cache
def load(path: Path = FILE) -> Alarms:
    """The alarms of a file, read once.

    Raises:
        OSError, yaml.YAMLError, KeyError: the file is missing or has another shape.
    """
    return Alarms(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_expression(pattern)})" for pattern in patterns))


def _expression(pattern: str) -> str:
    """A pattern of the file as a regular expression over words with a space around each."""
    strict = pattern.startswith("=")
    parts: list[str] = []
    for place in pattern.removeprefix("=").split():
        if place == "…":
            parts.append(_GAP)
        else:
            options = sorted(set(_spelled(place, strict=strict)), key=len, reverse=True)
            parts.append(f"(?:{'|'.join(options)})")
    return f"{''.join(parts)}(?= )"


def _spelled(place: str, *, strict: bool) -> Iterator[str]:
    """The spellings of one place of a pattern, each with the space before it."""
    for option in place.split("/"):
        if option == "$":
            yield r"(?= $)"
        elif option == "^":
            yield "^"
        elif option == "<tuổi_nhỏ>":
            yield r" (?:1[0-7]|\d)"
        elif option == "<số>":
            yield r" \d+\w*"
        else:
            words = [fold(word) for word in option.split("_")]
            # Each word may lack its accents on its own: people forget some of them.
            yield "".join(f" (?:{re.escape(w)}|{re.escape(_bare(w, strict))})" for w in words)


def _bare(word: str, strict: bool) -> str:
    return word if strict else strip_accents(word)
