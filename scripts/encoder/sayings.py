"""Messages whose kind is known, sent as people send them: after a story, before another question,
with chatter around them and slips in them."""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from knowledge_base.retrieval.corpus import Corpus
from knowledge_base.text import Written, key
from scripts.encoder.mistyping import Mistyper

_OVERVIEW = "ask_overview"
_NO_QUESTION_ABOUT_PAPERS = "ask_bot"
_APART = 30  # one message of so many is kept to measure by
_SHORT = 9  # words of a question that names nothing
_LONG = 4  # words from which on a statement tells something
# How often each happens to a question about a procedure.
_STORY, _SECOND, _ASKED, _CHATTER, _END = 0.16, 0.05, 0.25, 0.21, 0.12
_TWO_STATEMENTS, _STORY_BEHIND, _OWN_STORY = 0.3, 0.25, 0.7
_SHORTENED, _SLIPPED = 0.15, 0.2


@dataclass(frozen=True, slots=True)
class Example:
    """A message, the position of its kind, and of the entry it is about if it is about one."""

    text: str
    kind: int
    owner: int | None


@dataclass(frozen=True)
class Examples:
    """Messages by kind; ``apart`` are those that nothing is taught with."""

    kinds: tuple[str, ...]
    taught: tuple[Example, ...]
    apart: tuple[Example, ...]


def examples(asked: Mapping[str, Sequence[str]], texts: Corpus) -> Examples:
    """The messages of ``nlu_data`` by intent; what they are about by the corpus's own texts."""
    owners = {key(text.text): text.owner for text in texts.texts}
    kinds = tuple(sorted(asked))
    found = [
        Example(said, at, owners.get(key(said)))
        for at, kind in enumerate(kinds)
        for said in asked[kind]
    ]
    apart = tuple(example for example in found if _is_apart(example.text))
    return Examples(kinds, tuple(e for e in found if not _is_apart(e.text)), apart)


def _is_apart(text: str) -> bool:
    return hashlib.sha256(key(text).encode()).digest()[0] % _APART == 0


class Sender:
    """Sends one message after the other, rare kinds more often than their share."""

    def __init__(
        self,
        taught: Examples,
        mistype: Mistyper,
        normalise: Callable[[str], Written],
        asks: Callable[[str], bool],
    ) -> None:
        """``normalise``: to the form that the encoder sees; ``asks``: whether words hold a
        question. Chance is that of ``mistype``."""
        self._taught, self._mistype, self._normalise = taught, mistype, normalise
        self._chance: random.Random = mistype.chance
        counts = Counter(example.kind for example in taught.taught)
        self._weights = list(accumulate(counts[e.kind] ** -0.5 for e in taught.taught))
        self._overview = taught.kinds.index(_OVERVIEW) if _OVERVIEW in taught.kinds else -1
        self._statements: list[str] = []
        self._said_of: dict[int, list[str]] = defaultdict(list)
        self._asked_of: dict[int, list[Example]] = defaultdict(list)
        self._questions: list[Example] = []
        for example in taught.taught:
            self._sort(example, tells=not asks(example.text))

    def _sort(self, example: Example, *, tells: bool) -> None:
        words = len(example.text.split())
        if example.kind == self._overview:
            if tells and words > _LONG:
                self._statements.append(example.text)
                if example.owner is not None:
                    self._said_of[example.owner].append(example.text)
        elif self._is_question(example):
            if example.owner is not None:
                self._asked_of[example.owner].append(example)
            elif words <= _SHORT:
                self._questions.append(example)

    def _is_question(self, example: Example) -> bool:
        kind = self._taught.kinds[example.kind]
        return kind.startswith("ask_") and kind != _NO_QUESTION_ABOUT_PAPERS

    def __call__(self) -> tuple[str, int]:
        """A message as the encoder sees it, and the position of its kind."""
        (drawn,) = self._chance.choices(self._taught.taught, cum_weights=self._weights)
        said, kind = drawn.text, drawn.kind
        if self._is_question(drawn):
            said, kind = self._in_a_tale(drawn)
        elif self._chance.random() < _END:
            said = f"{self._chance.choice(self._mistype.calls)} {said}"
        if self._chance.random() < _END:
            said = f"{said.rstrip('. ')} {self._chance.choice(self._mistype.ends)}"
        typed = self._typed(said.lower().rstrip("?.! "))
        return self._normalise(typed).accented or typed, kind

    def _typed(self, said: str) -> str:
        if self._chance.random() < _SHORTENED:
            said = self._mistype.shortened(said)
        said = self._mistype.accents(said)
        return self._mistype.slips(said) if self._chance.random() < _SLIPPED else said

    def _in_a_tale(self, drawn: Example) -> tuple[str, int]:
        """A question with what people tell before or behind it; what is asked first decides."""
        chance, roll = self._chance, self._chance.random()
        if drawn.kind == self._overview:
            if roll < _ASKED and drawn.text in self._statements and self._questions:
                asked = chance.choice(self._questions)
                return self._joined(drawn.text, asked.text), asked.kind
        elif roll < _STORY and self._statements:
            return self._story(drawn), drawn.kind
        elif roll < _STORY + _SECOND and drawn.owner is not None:
            others = [e for e in self._asked_of[drawn.owner] if e.kind != drawn.kind]
            if others:
                link = chance.choice(self._mistype.links)
                return f"{drawn.text.rstrip('?. ')}{link}{chance.choice(others).text}", drawn.kind
        if roll > 1 - _CHATTER:
            return f"{chance.choice(self._mistype.before)} {drawn.text}", drawn.kind
        return drawn.text, drawn.kind

    def _story(self, drawn: Example) -> str:
        chance = self._chance
        own = self._said_of[drawn.owner] if drawn.owner is not None else []
        told = [chance.choice(own if own and chance.random() < _OWN_STORY else self._statements)]
        if chance.random() < _TWO_STATEMENTS:
            told.append(chance.choice(self._statements))
        if chance.random() < _STORY_BEHIND:
            return self._joined(drawn.text, told[0])
        return self._joined(". ".join(one.rstrip(". ") for one in told), drawn.text)

    def _joined(self, first: str, then: str) -> str:
        return f"{first.rstrip('. ')}{self._chance.choice(self._mistype.joins)}{then}"
