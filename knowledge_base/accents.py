"""Puts accents back where a citizen left them out: syllable bigrams and the Viterbi algorithm.

The counts are made from the portal's records and from our own curated and training texts
(``python -m knowledge_base build``); they are statistics, no sentence can be read from them.
"""

from __future__ import annotations

import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from knowledge_base.text import fold, has_accents, strip_accents, tokens

_START = "^"
Option = tuple[float, tuple[str, ...]]  # words that may stand in a place, and what they gain

_BELIEVED = 3  # times that a syllable was seen
_LAMBDA = 0.85  # weight of the bigram against the unigram
_KEEP = 6.0  # log-prior of a bare syllable that is often meant bare, in an accented sentence
_OFTEN = 0.3  # share of all its spellings from which on a syllable is often meant bare
_WORD_AT = 12  # lay texts that make an unaccented syllable of no record a word ("vneid")
_LAY_WEIGHT = 6  # one lay sentence counts as much as this many official ones


class AccentModel:
    """Counts of syllables and of neighbouring pairs; restores accents of a token sequence."""

    def __init__(self, unigrams: Counter[str], bigrams: Counter[tuple[str, str]]) -> None:
        self._unigrams = unigrams
        self._bigrams = bigrams
        self._total = max(1, sum(unigrams.values()))
        self._forms: dict[str, list[str]] = defaultdict(list)
        for syllable, _ in unigrams.most_common():
            self._forms[strip_accents(syllable)].append(syllable)
        self._followers: Counter[str] = Counter()
        for (first, _second), count in bigrams.items():
            self._followers[first] += count

    @property
    def syllables(self) -> frozenset[str]:
        """Every accented syllable that was seen often enough to be believed."""
        return frozenset(s for s, count in self._unigrams.items() if count >= _BELIEVED)

    def restore(self, words: Sequence[str]) -> list[str]:
        """The words with accents; words that carry accents already are kept as they are.

        Args:
            words: folded tokens of one message.

        Returns:
            As many tokens; those never seen stay unchanged.
        """
        # Who types some accents means a bare "hai" or "cho" bare, but hardly a bare "lam".
        accented = any(strip_accents(w) != w for w in words)
        options: list[list[Option]] = [
            [
                (_KEEP if accented and form == word and self._often_bare(word) else 0.0, (form,))
                for form in self._candidates(word)
            ]
            for word in words
        ]
        return [word for meant in self.likeliest(options) for word in meant]

    def likeliest(self, options: Sequence[Sequence[Option]]) -> list[tuple[str, ...]]:
        """The likeliest way through a message.

        Args:
            options: for each place what may stand there, at least one.

        Returns:
            The words of each place.
        """
        paths: dict[str, tuple[float, list[tuple[str, ...]]]] = {_START: (0.0, [])}
        for place in options:
            step: dict[str, tuple[float, list[tuple[str, ...]]]] = {}
            for bonus, words in place:
                within = sum(self._log(a, b) for a, b in pairwise(words)) + bonus
                score, way = max(
                    (
                        (done + self._log(previous, words[0]) + within, way)
                        for previous, (done, way) in paths.items()
                    ),
                    key=lambda scored: scored[0],
                )
                if words[-1] not in step or score > step[words[-1]][0]:
                    step[words[-1]] = (score, [*way, words])
            paths = step
        return max(paths.values(), key=lambda scored: scored[0])[1]

    def often(self, syllable: str) -> int:
        """How often it was seen, what citizens say counting more."""
        return self._unigrams[syllable]

    def is_written_bare(self, word: str) -> bool:
        """Whether a word without marks was itself seen often enough to be believed."""
        return self._unigrams[word] >= _BELIEVED

    def _often_bare(self, word: str) -> bool:
        forms = self._forms.get(word, [])
        total = sum(self._unigrams[form] for form in forms)
        return total > 0 and self._unigrams[word] >= _OFTEN * total

    def _candidates(self, word: str) -> list[str]:
        if strip_accents(word) != word:
            return [word]
        return self._forms.get(word, [])[:12] or [word]

    def _log(self, previous: str, form: str) -> float:
        unigram = (self._unigrams[form] + 0.5) / self._total
        followers = self._followers[previous]
        bigram = self._bigrams[previous, form] / followers if followers else 0.0
        return math.log(_LAMBDA * bigram + (1 - _LAMBDA) * unigram)


def count(texts: Iterable[str]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Syllable and pair counts of texts; texts without any accent say nothing and are left out."""
    unigrams: Counter[str] = Counter()
    bigrams: Counter[tuple[str, str]] = Counter()
    for text in texts:
        words = [w for w in tokens(fold(text)) if w.isalpha()]
        if all(strip_accents(w) == w for w in words):
            continue
        unigrams.update(words)
        bigrams.update(zip([_START, *words], words, strict=False))
    return unigrams, bigrams


def save(path: Path, texts: Iterable[str], least: int = 4) -> int:
    """Write counts of ``texts`` to a gzip file; pairs seen fewer than ``least`` times are dropped.

    Returns the number of lines. The file is the same for the same texts (no time stamp in it).
    """
    unigrams, bigrams = count(texts)
    lines = [f"{s}\t{n}" for s, n in sorted(unigrams.items()) if n >= least]
    lines += [f"{a} {b}\t{n}" for (a, b), n in sorted(bigrams.items()) if n >= least]
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write("\n".join(lines).encode())
    return len(lines)


def load(path: Path, lay_texts: Iterable[str] = ()) -> AccentModel:
    """The model of a counts file, with lay texts counted in at a higher weight.

    Raises:
        OSError: the file cannot be read.
    """
    unigrams: Counter[str] = Counter()
    bigrams: Counter[tuple[str, str]] = Counter()
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        words, _, number = line.rpartition("\t")
        first, _, second = words.partition(" ")
        if second:
            bigrams[first, second] = int(number)
        else:
            unigrams[first] = int(number)
    # The records are long and official; without damping, lay words could never win.
    for counter in (unigrams, bigrams):
        for item in counter:
            counter[item] = max(1, round(counter[item] ** 0.75))  # type: ignore[index]
    lay_unigrams, lay_bigrams = count(lay_texts)
    official = frozenset(unigrams)
    for syllable, number_ in lay_unigrams.items():
        # Keys left over from typing ("giaays") stand in sample questions too; they are no words.
        if syllable in official or number_ >= _WORD_AT or has_accents(syllable):
            unigrams[syllable] += _LAY_WEIGHT * number_
    for pair, number_ in lay_bigrams.items():
        bigrams[pair] += _LAY_WEIGHT * number_
    return AccentModel(unigrams, bigrams)
