"""Signs in a citizen's own words that tell which guide is asked for, or what goes wrong at a step
that is not on the screen (``guide_signs.yaml``).

A sign is a few ideas that a message must all hold, each in one of its ways to say it, wherever they
stand. So a question is only taken where it speaks of the guide's own matter, and an official can
read why; what retrieval finds among procedures is weighed against it in ``bot/guide_asking.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from knowledge_base.text import fold, strip_accents, tokens

SIGNS = Path(__file__).resolve().parent / "guide_signs.yaml"
ONLINE = "MANG"  # the group of words that say it is to be done online, at home, on the telephone

Way = tuple[frozenset[str], ...]  # of each word, the forms it may be typed in


@dataclass(frozen=True, slots=True, eq=False)
class Idea:
    """Ways to say one thing."""

    ways: tuple[Way, ...] = ()
    begins: frozenset[str] = frozenset()  # forms of the first words, to look no further without


class SignError(ValueError):
    """A sign that cannot be read; says which, to an official."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What speaks for a guide, or for a trouble (``guide/trouble``): one way of each of ``ideas``,
    and none of ``never``."""

    name: str
    ideas: tuple[Idea, ...]
    never: Idea

    def weight(self, longest: Callable[[Idea], int]) -> tuple[int, int]:
        """How much of a message speaks for it: ideas, then words; nothing is (0, 0). ``longest``:
        how many words of the message say an idea."""
        words = [longest(idea) for idea in self.ideas]
        if not all(words) or longest(self.never):
            return 0, 0
        return len(words), sum(words)


class Signs:
    """All signs. Words without accents in a message may be any word spelt so; with accents they
    are that word alone, so that "cái" is no "cài"."""

    def __init__(self, signs: Sequence[Sign], troubles: Sequence[Sign], online: Idea) -> None:
        self._signs = signs
        self._troubles = troubles
        self._online = online

    @property
    def guides(self) -> frozenset[str]:
        """Ids of the guides that have signs."""
        return frozenset(sign.name for sign in self._signs)

    def troubles_of(self, guide: str) -> tuple[str, ...]:
        """Ids of a guide's troubles that have signs, as they stand in the file."""
        names = dict.fromkeys(sign.name.partition("/") for sign in self._troubles)
        return tuple(trouble for of, _, trouble in names if of == guide and trouble)

    def guide_of(self, text: str) -> str | None:
        """The id of the guide that a message speaks of: of the sign with most ideas, the upper one
        of two alike. None where no sign is whole."""
        return _heaviest(self._signs, text)

    def trouble_of(self, text: str) -> str | None:
        """What a message says goes wrong, ``guide/trouble``; the guide alone where it may be any of
        :meth:`troubles_of` it. None where no sign is whole."""
        return _heaviest(self._troubles, text)

    def is_online(self, text: str) -> bool:
        """Whether a message says that something is to be done online."""
        return bool(_longest(self._online, tokens(fold(text))))


def load(path: Path = SIGNS) -> Signs:
    """The signs of the file.

    Raises:
        SignError: a sign names no idea, or a group that is not there.
        OSError, yaml.YAMLError: the file cannot be read.
    """
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = {name: _idea(ways) for name, ways in given["nhom"].items()}
    signs, troubles = (
        [_sign(name, line, groups) for name, lines in given.get(part, {}).items() for line in lines]
        for part in ("dau_hieu", "su_co")
    )
    return Signs(signs, troubles, groups[ONLINE])


def _heaviest(signs: Iterable[Sign], text: str) -> str | None:
    said = tokens(fold(text))
    longest = cache(lambda idea: _longest(idea, said))  # many signs share an idea
    weighed = [(sign.weight(longest), sign.name) for sign in signs]
    heaviest, found = max(weighed, key=lambda one: one[0], default=((0, 0), ""))
    return found if heaviest > (0, 0) else None


def _sign(name: str, line: str, groups: Mapping[str, Idea]) -> Sign:
    wanted, _, refused = line.partition(" - ")
    parts = [part.strip() for part in wanted.split("+")]
    ideas = tuple(groups.get(part, Idea()) if part.isupper() else _idea([part]) for part in parts)
    if not all(idea.ways for idea in ideas):
        raise SignError(f"{name}: dấu hiệu thiếu lời hoặc gọi nhóm không có: {line!r}")
    return Sign(name, ideas, _idea(refused.split(",")))


def _idea(ways: Iterable[str]) -> Idea:
    words = (tokens(fold(way)) for way in ways)
    made = tuple(tuple(frozenset({w, strip_accents(w)}) for w in way) for way in words if way)
    return Idea(made, frozenset().union(*(way[0] for way in made)))


def _longest(idea: Idea, said: Sequence[str]) -> int:
    """The words of the longest way of an idea that the message holds; 0 where it holds none."""
    if idea.begins.isdisjoint(said):
        return 0
    return max((len(way) for way in idea.ways if _holds(said, way)), default=0)


def _holds(said: Sequence[str], way: Way) -> bool:
    starts = range(len(said) - len(way) + 1)
    return any(all(said[s + n] in forms for n, forms in enumerate(way)) for s in starts)
