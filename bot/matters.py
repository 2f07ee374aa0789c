"""Whether words name a kind of matter: "căn cước", "hộ nghèo" stand in the names of several, so
that no single one is likely, and yet something is named."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from knowledge_base.retrieval.link import Candidate
from knowledge_base.text import key

_SEVERAL = 3  # names in which two words must stand to be what they have in common
# Papers, acts and offices that so many names have in common that they name none.
_NO_MATTER = frozenset(
    {"giay", "to", "chung", "nhan", "xac", "ho", "so", "don", "dang", "ky", "cap", "lai", "doi",
     "xin", "lam", "thu", "tuc", "phep", "cong", "an", "uy", "ban", "dan", "xa", "phuong", "tinh",
     "le", "phi", "tien"}
)  # fmt: skip
_ACTS = frozenset({"lam", "doi", "xin", "cap", "ky", "mua", "khai", "nhap", "tach", "nhan"})
_BETWEEN = frozenset({"lai", "moi", "the", "so", "giay", "cai", "cho"})


def is_named(text: str, candidates: Sequence[Candidate]) -> bool:
    """Whether two words of ``text`` stand in the names of several candidates."""
    return bool(_shared(key(text).split(), candidates))


def is_sought(text: str, candidates: Sequence[Candidate]) -> bool:
    """Whether such words are what is to be made or changed ("đổi sổ hộ nghèo"), and not a paper
    that may be needed for something else ("có cần căn cước không")."""
    words = key(text).split()
    for place in _shared(words, candidates):
        before = words[:place]
        while before and before[-1] in _BETWEEN:
            before.pop()
        if before and before[-1] in _ACTS:
            return True
    return False


def _shared(words: Sequence[str], candidates: Sequence[Candidate]) -> list[int]:
    """Where two words begin that several of the candidates' names have in common."""
    names = [f" {key(candidate.name)} " for candidate in candidates]
    return [
        place
        for place, (one, two) in enumerate(pairwise(words))
        if not {one, two} <= _NO_MATTER
        and sum(f" {one} {two} " in name for name in names) >= _SEVERAL
    ]
