"""How much of a question an entry says, and how much of an entry's name the question says."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_UNKNOWN = 5.0  # what a word weighs that no text has: as much as a rare one

Places = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


def spread(starts: Places, stops: Places) -> Places:
    """The places of several ranges, one range behind the other."""
    sizes = stops - starts
    places: Places = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
    return places


class Shares:
    """The words of every text by their numbers, and how rare each word is among the entries."""

    def __init__(self, texts: Sequence[str], owners: Places, short: Mask) -> None:
        """``texts``: plain, parted by spaces, those of an entry together; ``owners``: the entry of
        each; ``short``: which are names or lay names."""
        self._numbers: dict[str, int] = {}
        number = self._numbers.setdefault
        words, stops = array("i"), [0]
        for text in texts:
            words.extend({number(word, len(self._numbers)) for word in text.split()})
            stops.append(len(words))
        self._words = np.array(words)
        self._stops = np.array(stops)
        self._short = short
        sizes = np.diff(self._stops)
        count = len(self._numbers)
        met = np.unique(np.repeat(owners, sizes) * count + self._words) % count
        self._rarity = np.log(1 + len(np.unique(owners)) / np.bincount(met, minlength=count))
        self._weights = np.bincount(
            np.repeat(np.arange(len(texts)), sizes), self._rarity[self._words], len(texts)
        )

    def __call__(
        self, question: str, starts: Places, stops: Places, without: Mask | None = None
    ) -> npt.NDArray[np.float64]:
        """The shares of some entries.

        Args:
            question: plain words.
            starts, stops: where the texts of each entry begin and end.
            without: ``(n_texts,)`` texts to look away from.

        Returns:
            ``(n, 3)``: of the question's weight, what the entry's texts say and what its short
            ones say; of the weight of its best short text, what the question says.
        """
        said = set(question.split())
        known = np.array([self._numbers[w] for w in said if w in self._numbers], dtype=np.intp)
        rarity = self._rarity[known]
        total = (rarity.sum() + _UNKNOWN * (len(said) - len(known))) or 1.0
        texts, entries = spread(starts, stops), np.repeat(np.arange(len(starts)), stops - starts)
        if without is not None:
            texts, entries = texts[~without[texts]], entries[~without[texts]]
        row, asked = self._asked(texts, known)
        found = np.zeros((2, len(starts), len(known)), dtype=bool)
        found[0, entries[row], asked] = True
        short = self._short[texts]
        found[1, entries[row[short[row]]], asked[short[row]]] = True
        shares = np.bincount(row, rarity[asked], len(texts)) / np.maximum(
            self._weights[texts], 1e-9
        )
        best = np.zeros(len(starts))
        np.maximum.at(best, entries[short], shares[short])
        return np.column_stack([(found @ rarity / total).T, best])

    def _asked(self, texts: Places, known: Places) -> tuple[Places, Places]:
        """Where words of a question stand: the row in ``texts`` and the place in ``known``."""
        begin, end = self._stops[texts], self._stops[texts + 1]
        place = np.full(len(self._numbers), -1)
        place[known] = np.arange(len(known))
        asked = place[self._words[spread(begin, end)]]
        row = np.repeat(np.arange(len(texts)), end - begin)
        return row[asked >= 0], asked[asked >= 0]
