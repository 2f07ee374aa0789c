"""A sentence as sent from a phone: no accents, telex left over, slips, short forms, chatter."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge_base.text import strip_accents

AROUND = Path(__file__).with_name("around.yaml")
_TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_HORN, _BREVE, _HAT = "\u031b", "\u0306", "\u0302"
_KEYS = "qwertyuiopasdghklzxcvbnm"


def telex(word: str) -> str:
    """The keys that type ``word`` in telex: ``giấy`` becomes ``giaays``."""
    made, tone = "", ""
    for char in unicodedata.normalize("NFD", word.replace("đ", "dd")):
        if char == _HAT:
            made += made[-1:]
        elif char in (_HORN, _BREVE):
            made += "w"
        elif char in _TONES:
            tone = _TONES[char]
        else:
            made += char
    return made + tone


@dataclass(frozen=True)
class Mistyper:
    """Changes sentences at random; the same ``chance`` gives the same changes."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    calls: tuple[str, ...]  # what any message may begin with
    ends: tuple[str, ...]  # what it may end with without asking anything more
    joins: tuple[str, ...]  # between a story and its question
    links: tuple[str, ...]  # between two questions
    short: Mapping[str, str]
    chance: random.Random

    @classmethod
    def read(cls, chance: random.Random, path: Path = AROUND) -> Mistyper:
        """With the chatter and short forms of ``around.yaml``.

        Raises:
            OSError, KeyError: the file is missing or has another shape.
        """
        around = yaml.safe_load(path.read_text(encoding="utf-8"))
        before, after, calls, ends, joins, links = (
            tuple(around[name]) for name in ("truoc", "sau", "goi", "cuoi", "noi", "va")
        )
        return cls(before, after, calls, ends, joins, links, around["viet_tat"], chance)

    def __call__(self, text: str, *, story: bool = True) -> str:
        """``text`` as somebody might send it; ``story``: chatter may stand before it."""
        roll, said = self.chance.random, text.lower().rstrip("?.! ")
        if story and roll() < 0.25:
            said = f"{self.chance.choice(self.before)} {said}"
        if roll() < 0.2:
            said = f"{said} {self.chance.choice(self.after)}"
        if roll() < 0.15:
            said = self.shortened(said)
        if roll() < 0.15:
            said = " ".join(word for word in said.split() if roll() > 0.15) or said
        said = self.accents(said)
        return self.slips(said) if roll() < 0.25 else said

    def shortened(self, said: str) -> str:
        """``said`` with some of the short forms that people use."""
        for long, short in self.short.items():
            said = said.replace(long, short) if self.chance.random() < 0.6 else said
        return said

    def accents(self, said: str) -> str:
        """``said`` with all its accents, none, some, or the keys of telex for some."""
        kind = self.chance.random()
        if kind < 0.35:
            return strip_accents(said)
        if kind < 0.55:
            change = telex if kind < 0.45 else strip_accents
            words = said.split()
            return " ".join(change(w) if self.chance.random() < 0.5 else w for w in words)
        return said

    def slips(self, said: str) -> str:
        """``said`` with a slip in every seventh word or so; now and then two words are one."""
        words = said.split()
        for _ in range(max(1, len(words) // 7)):
            at = self.chance.randrange(len(words))
            words[at] = self._slip(words[at])
        if len(words) > 3 and self.chance.random() < 0.2:
            at = self.chance.randrange(len(words) - 1)
            words[at : at + 2] = [words[at] + words[at + 1]]
        return " ".join(words)

    def _slip(self, word: str) -> str:
        """Two letters swapped, one lost, one doubled or one wrong; short words stay."""
        if len(word) < 3:
            return word
        at = self.chance.randrange(len(word) - 1)
        kind = self.chance.random()
        if kind < 0.3:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if kind < 0.55:
            return word[:at] + word[at + 1 :]
        if kind < 0.75:
            return word[:at] + word[at] + word[at:]
        return word[:at] + self.chance.choice(_KEYS) + word[at + 1 :]
