"""Words that no Vietnamese syllable is, put right where their neighbours say which one was meant.

A noisy channel: what may have been meant (a letter too many, missing, wrong or swapped, words run
together, keys of telex, other marks) costs what the slip costs, and the counts of
:class:`knowledge_base.accents.AccentModel` say how likely it stands there. A word that is one is
left alone, unless its marks are seldom those of its letters.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bogo import validation

from knowledge_base.accents import AccentModel, Option
from knowledge_base.text import has_accents, keys_undone, strip_accents

_ALONE = "ýởủyô"  # words of one letter
_LETTERS = "abcdeghiklmnopqrstuvxy"
_SHORTEST = 4  # letters of what is put right though no mark says it is Vietnamese
_LONGEST = 24
_CUT_FROM = 6  # letters without any mark: "home" is not "họ mẹ"
_PIECES = 5  # words run together
_FORMS = 12  # ways to put marks on the letters of one syllable
# What slips cost, in nats.
_DOUBLED, _SWAPPED, _OTHER, _CUT, _KEYS = 1.5, 3.0, 5.5, 2.0, 0.5
_MARK_LACKING, _MARK_WRONG = 0.8, 1.5
_MEANT = 5.0  # a syllable that there is, but with marks that are …
_SELDOM = 0.05  # … less than this share of those its letters have
_UNKNOWN, _LETTER = 7.0, 0.7  # what is gained by leaving a word as it is, and lost by each letter
_ALIKE = {"\u0303", "\u0309"}  # ngã and hỏi, told apart by ear in half of the country


class Speller:
    """Puts words right; one object for all messages."""

    def __init__(self, model: AccentModel, known: Iterable[str] = ()) -> None:
        """``known``: words to be left alone beside the syllables of ``model``."""
        self._model = model
        self._known = frozenset(known)
        self._forms: dict[str, list[str]] = defaultdict(list)
        for syllable in model.syllables:
            if _is_valid(syllable):
                self._forms[strip_accents(syllable)].append(syllable)
        for forms in self._forms.values():
            forms.sort(key=model.often, reverse=True)

    def __call__(self, words: Sequence[str]) -> list[str]:
        """The words of one message, folded, with those put right that are none."""
        wrong = {at: self._options(word) for at, word in enumerate(words) if self._doubtful(word)}
        if not any(wrong.values()):
            return list(words)
        options = [wrong.get(at) or self._as_is(word) for at, word in enumerate(words)]
        path = self._model.likeliest(options)
        right: list[str] = []
        for at, word in enumerate(words):
            right += _as_typed(word, path[at]) if wrong.get(at) else (word,)
        return right

    def _is_word(self, word: str) -> bool:
        """Whether it is known, or a syllable as Vietnamese builds them with letters that were seen,
        though perhaps with other marks."""
        if word in self._known or (not has_accents(word) and self._model.is_written_bare(word)):
            return True
        return strip_accents(word) in self._forms and _is_valid(word)

    def _doubtful(self, word: str) -> bool:
        if not word.isalpha() or len(word) > _LONGEST or word in self._known:
            return False
        if has_accents(word):
            return not self._is_word(word) or self._seldom(word)
        return len(word) >= _SHORTEST and not self._is_word(word)

    def _seldom(self, word: str) -> bool:
        forms = self._forms.get(strip_accents(word), [])
        return self._model.often(word) < _SELDOM * sum(map(self._model.often, forms))

    def _as_is(self, word: str) -> list[Option]:
        if has_accents(word):
            return [(0.0, (word,))]
        return [(0.0, (form,)) for form in self._forms.get(word, [])[:_FORMS]] or [(0.0, (word,))]

    def _options(self, word: str) -> list[Option]:
        """What may have been meant; nothing where the word itself is all that may."""
        found: dict[tuple[str, ...], float] = {}
        for meant, cost in self._marked(word) if self._is_word(word) else self._meant(word):
            found[meant] = min(cost, found.get(meant, cost))
        found.pop((word,), None)
        left = 0.0 if self._is_word(word) else _UNKNOWN - _LETTER * len(word)
        return [(left, (word,)), *((-c, meant) for meant, c in found.items())] if found else []

    def _marked(self, word: str) -> Iterator[tuple[tuple[str, ...], float]]:
        """A syllable with marks that were left out, or with the one tone that is taken for the
        other."""
        for form in self._forms[strip_accents(word)][:_FORMS]:
            added = _marks(form) - _marks(word)
            lost = _marks(word) - _marks(form)
            if not lost or (lost | added).keys() == _ALIKE:
                yield (form,), _MEANT + added.total()

    def _meant(self, word: str) -> Iterator[tuple[tuple[str, ...], float]]:
        for typed, plain, cost in self._typed(word):
            for form in self._forms[plain][:_FORMS]:
                yield (form,), cost + _apart(typed, form)
        for pieces in self._cut(word) if has_accents(word) or len(word) >= _CUT_FROM else ():
            options = [self._as_is(piece) for piece in pieces]
            meant = tuple(w for part in self._model.likeliest(options) for w in part)
            yield meant, _CUT * (len(pieces) - 1)

    def _typed(self, word: str) -> Iterator[tuple[str, str, float]]:
        """What was typed, letters that there are near it, and what lies between."""
        for typed, cost in {keys_undone(word): _KEYS, word: 0.0}.items():
            # "thank" may be no Vietnamese, and "sùi" a word that is seldom said.
            any_slip = has_accents(typed) and (typed != word or not _is_valid(word))
            for plain, slip in _near(strip_accents(typed)):
                if plain in self._forms and (slip < _OTHER or any_slip):
                    yield typed, plain, cost + slip
        for keys, slip in _swapped(word):
            typed = keys_undone(keys)
            if typed != keys and strip_accents(typed) in self._forms:
                yield typed, strip_accents(typed), _KEYS + slip

    def _cut(self, word: str) -> list[tuple[str, ...]]:
        """The ways to cut ``word`` into so few words as it can be, at least two."""
        ways: list[list[tuple[str, ...]]] = [[()], *([] for _ in word)]
        for end in range(1, len(word) + 1):
            found = [
                (*way, word[start:end])
                for start in range(end)
                if self._is_piece(word[start:end])
                for way in ways[start]
            ]
            fewest = min(map(len, found), default=0)
            ways[end] = [way for way in found if len(way) == fewest <= _PIECES]
        return [way for way in ways[-1] if len(way) > 1]

    def _is_piece(self, piece: str) -> bool:
        if len(piece) == 1:
            return piece in _ALONE
        return self._is_word(piece) and strip_accents(piece) in self._forms


def _as_typed(word: str, meant: tuple[str, ...]) -> Iterable[str]:
    """What was meant, without marks if none was typed: who types one means to type them all."""
    typed = has_accents(word) or has_accents(keys_undone(word))
    return meant if typed else map(strip_accents, meant)


@lru_cache(maxsize=8192)  # a word is asked about several times, and common ones in every message
def _is_valid(word: str) -> bool:
    """Whether Vietnamese builds syllables so."""
    return bool(validation.is_valid_string(word))


@lru_cache(maxsize=4096)
def _near(plain: str) -> tuple[tuple[str, float], ...]:
    """What is one slip from unaccented letters, themselves too, with what the slip costs."""
    found = {plain: 0.0} | dict(_swapped(plain))
    for at in range(len(plain)):
        before, after = plain[:at], plain[at + 1 :]
        doubled = at and plain[at] == plain[at - 1]
        found.setdefault(before + after, _DOUBLED if doubled else _OTHER)
        for letter in _LETTERS:
            found.setdefault(before + letter + after, _OTHER)
            found.setdefault(before + letter + plain[at:], _OTHER)
    for letter in _LETTERS:
        found.setdefault(plain + letter, _OTHER)
    return tuple(found.items())


def _swapped(word: str) -> Iterator[tuple[str, float]]:
    """``word`` with two neighbouring letters in each other's place."""
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :], _SWAPPED


def _apart(typed: str, form: str) -> float:
    """What it costs that the marks of ``form`` are not those typed; none typed cost nothing."""
    said, meant = _marks(typed), _marks(form)
    if not said:
        return 0.0
    return _MARK_LACKING * (meant - said).total() + _MARK_WRONG * (said - meant).total()


def _marks(word: str) -> Counter[str]:
    letters = unicodedata.normalize("NFD", word)
    return Counter(c for c in letters if unicodedata.combining(c) or c == "đ")
