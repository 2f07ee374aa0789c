"""How signs and abbreviations are said: ``cach_doc.yaml``, read once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from knowledge_base.spoken.numbers import Manner

FILE = Path(__file__).resolve().parent / "cach_doc.yaml"


class Region(StrEnum):
    """Whose way of speaking."""

    NORTH = "bac"
    CENTRAL = "trung"
    SOUTH = "nam"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The parts of ``cach_doc.yaml``."""

    manners: dict[Region, Manner]
    letters: dict[str, str]
    short: dict[str, str]
    sites: dict[str, str]
    link: str
    mail: str
    units: dict[str, str]
    signs: dict[str, str]
    dialled: frozenset[str]

    def spelled(self, letters: str) -> str:
        """The letters' names; what is no letter of the alphabet is left out."""
        names = (self.letters.get(letter.upper()) for letter in letters)
        return " ".join(filter(None, names))


@cache
def lexicon() -> Lexicon:
    """The data file.

    Raises:
        OSError, yaml.YAMLError, KeyError: it is missing or has another shape.
    """
    data = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    manners = {
        Region(name): Manner(said["nghin"], said["linh"], said["tu"])
        for name, said in data["vung"].items()
    }
    return Lexicon(
        manners,
        data["chu_cai"],
        data["viet_tat"],
        data["trang"],
        data["duong_dan"],
        data["thu_dien_tu"],
        data["don_vi"],
        data["dau"],
        frozenset(data["so_ngan"]),
    )


def any_of(words: dict[str, str]) -> str:
    """A regular expression for one of the keys, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
