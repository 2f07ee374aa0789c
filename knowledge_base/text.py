"""How citizens write, brought to one form: NFC, tone placement, telex leftovers, lay spelling.

Everything here is pure; the words themselves are data (``knowledge_base/lexicon``), read by
:mod:`knowledge_base.lexicon_loader`, and the syllables and their neighbours come from counts
(:mod:`knowledge_base.accents`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import bogo
import viet_text_tools

# Numbers with inner dots, dashes or slashes (1.001193, 123/2015/NĐ-CP) stay one token.
_TOKEN = re.compile(r"\d+(?:[./-]\w+)+|[^\W_]+")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLE_OK = frozenset("aeodu")  # telex doubles: aa ee oo dd, and "uu" of "cứu"
_VNI = bogo.get_vni_definition()
_TELEX = bogo.get_telex_definition()


def strip_accents(text: str) -> str:
    """The text without any diacritics, ``đ`` as ``d``; length may change, case is kept."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


def has_accents(text: str) -> bool:
    """Whether any letter carries a Vietnamese diacritic (or is ``đ``)."""
    return strip_accents(text) != unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case, NFC, new-style tone placement, runs of three or more letters shortened."""
    text = _shortened(unicodedata.normalize("NFC", text).lower())
    return str(viet_text_tools.normalize_diacritics(text, new_style=True))


def _shortened(text: str) -> str:
    return _LONG_RUN.sub(lambda m: m[1] * 2 if m[1] in _DOUBLE_OK else m[1], text)


def tokens(text: str) -> list[str]:
    """Words and numbers of a folded text, in order, without punctuation."""
    return _TOKEN.findall(text)


def key(text: str) -> str:
    """What two spellings of the same words share: folded, unaccented, single spaces."""
    # Without their accents letters may be alike that were not ("iiì"): runs are looked for again.
    return " ".join(tokens(_shortened(strip_accents(fold(text)))))


def undo_typing(token: str, known: frozenset[str], known_plain: frozenset[str]) -> str:
    """Telex or VNI keys left in a token undone, when the result is a known syllable.

    Args:
        token: one folded token, e.g. ``giaays`` or ``ddaats``.
        known: accented syllables that exist, folded.
        known_plain: the same without accents; such a token is left alone.

    Returns:
        The syllable meant (``giấy``), or the token unchanged.
    """
    if token in known_plain or token in known or not re.search(r"[a-z]", token):
        return token
    made = keys_undone(token)
    return made if made in known else token


def keys_undone(token: str) -> str:
    """What the keys of a token would have typed in telex, or in VNI where digits are among them:
    perhaps no syllable at all; the token itself where the keys make nothing."""
    rules = _VNI if re.search(r"[a-z][1-9]", token) else _TELEX
    try:
        return fold(str(bogo.process_sequence(token, rules=rules)))
    except (KeyError, IndexError):  # bogo 1.1 stumbles over "òb2" and "quswa"
        return token


@dataclass(frozen=True, slots=True)
class Entry:
    """One rewriting of the lexicon: the words ``old`` become ``new``.

    ``context``: only when one of these words stands somewhere in the message. ``plain``: whether
    the entry also holds for the unaccented spelling of ``old``.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    context: frozenset[str] = frozenset()
    plain: bool = True


class Rewriter:
    """Longest-match rewriting of token sequences by lexicon entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._table: dict[tuple[str, ...], Entry] = {}
        for entry in entries:
            if entry.plain:
                self._table.setdefault(tuple(strip_accents(w) for w in entry.old), entry)
            self._table[entry.old] = entry
        self._longest = max((len(old) for old in self._table), default=0)

    def __call__(self, words: Sequence[str]) -> list[str]:
        """The words with every longest matching entry replaced, left to right."""
        around = {strip_accents(w) for w in words}
        out: list[str] = []
        at = 0
        while at < len(words):
            entry, length = self._match(words, at, around)
            if entry is None:
                out.append(words[at])
                at += 1
            else:
                out.extend(entry.new)
                at += length
        return out

    def _match(self, words: Sequence[str], at: int, around: set[str]) -> tuple[Entry | None, int]:
        for length in range(min(self._longest, len(words) - at), 0, -1):
            entry = self._table.get(tuple(words[at : at + length]))
            if entry and (not entry.context or entry.context & around):
                return entry, length
        return None, 0


@dataclass(frozen=True, slots=True)
class Written:
    """A message in one form: ``accented`` (restored where accents were missing) and ``plain``."""

    accented: str
    plain: str

    @property
    def readable(self) -> str:
        """What an encoder reads: never nothing, a blank where there are no words."""
        return self.accented or " "


def expansions(plain: str, synonyms: Mapping[str, str]) -> list[str]:
    """Official words for the lay words found in an unaccented text, in order of appearance."""
    padded = f" {plain} "
    found = [(padded.find(f" {lay} "), official) for lay, official in synonyms.items()]
    return [official for at, official in sorted(found) if at >= 0]
