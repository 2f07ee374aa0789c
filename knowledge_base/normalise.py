"""One place where a citizen's words become the form that everything else reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knowledge_base import accents
from knowledge_base.spelling import Speller
from knowledge_base.text import (
    Entry,
    Rewriter,
    Written,
    expansions,
    fold,
    key,
    strip_accents,
    tokens,
    undo_typing,
)

LEXICON = Path(__file__).resolve().parent / "lexicon"
_REWRITING = ("loi_chinh_ta", "viet_tat", "phuong_ngu")
_SYNONYMS = "dong_nghia"
_COMMON = "tu_chung"


def _read(path: Path) -> list[dict[str, Any]]:
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    entries = document[path.stem]
    assert isinstance(entries, list)
    return entries


def _entry(raw: Mapping[str, Any], *, plain: bool) -> Entry:
    context = raw.get("khi_co") or ()
    return Entry(
        old=tuple(tokens(fold(str(raw["tu"])))),
        new=tuple(tokens(fold(str(raw["thanh"])))),
        context=frozenset(strip_accents(fold(str(word))) for word in context),
        plain=bool(raw.get("khong_dau", plain)),
    )


@dataclass(frozen=True)
class Lexicon:
    """The words of ``knowledge_base/lexicon``: what is rewritten and what is added."""

    entries: tuple[Entry, ...]
    synonyms: Mapping[str, str]

    @classmethod
    def read(cls, folder: Path = LEXICON) -> Lexicon:
        """Read the YAML files of ``folder``.

        Raises:
            OSError, yaml.YAMLError, KeyError: a file is missing or has another shape;
                ``python -m knowledge_base check`` names the line.
        """
        entries = [
            _entry(raw, plain=name != "loi_chinh_ta")
            for name in _REWRITING
            for raw in _read(folder / f"{name}.yaml")
        ]
        synonyms = {
            key(str(raw["noi"])): fold(str(raw["nghia"]))
            for raw in _read(folder / f"{_SYNONYMS}.yaml")
        }
        return cls(tuple(entries), synonyms)


class Normaliser:
    """Folds, undoes telex, rewrites by the lexicon and restores accents."""

    def __init__(self, lexicon: Lexicon, model: accents.AccentModel) -> None:
        self._lexicon = lexicon
        self._rewrite = Rewriter(lexicon.entries)
        self._model = model
        self._spell = Speller(model, (word for entry in lexicon.entries for word in entry.old))
        self._syllables = model.syllables
        self._plain_syllables = frozenset(map(strip_accents, self._syllables))

    def __call__(self, text: str) -> Written:
        """The message in one form; an empty or wordless text gives two empty strings."""
        words = tokens(fold(text))
        words = [undo_typing(w, self._syllables, self._plain_syllables) for w in words]
        words = self._rewrite(self._spell(words))
        if words:
            words = self._model.restore(words)
        accented = " ".join(words)
        return Written(accented, strip_accents(accented))

    def is_vietnamese(self, written: Written) -> bool:
        """Whether at least half of the words are syllables that Vietnamese has, accents aside."""
        words = [word for word in written.plain.split() if word.isalpha()]
        return 2 * sum(word in self._plain_syllables for word in words) >= len(words)

    def expand(self, written: Written) -> str:
        """The plain text followed by the official words for the lay words found in it."""
        added = expansions(written.plain, self._lexicon.synonyms)
        return " ".join([written.plain, *(strip_accents(a) for a in added)])


def build(lay_texts: Iterable[str] = (), folder: Path = LEXICON) -> Normaliser:
    """The normaliser of a lexicon folder; ``lay_texts`` teach it how citizens speak."""
    return Normaliser(Lexicon.read(folder), accents.load(folder / "syllables.tsv.gz", lay_texts))


def topical(folder: Path = LEXICON) -> Callable[[Written], bool]:
    """Whether a message holds any word beyond those that name no procedure."""
    path = folder / f"{_COMMON}.yaml"
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    common = frozenset(fold(document[_COMMON]).split())
    return lambda written: any(
        word not in common and word[0].isalpha() for word in written.accented.split()
    )
