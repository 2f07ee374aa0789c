"""The texts by which procedures are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from knowledge_base.schema import Level, Procedure


class Kind(IntEnum):
    """What a text is; the ranker learns how much each kind is worth."""

    NAME = 0
    LAY = 1
    SAMPLE = 2
    SUMMARY = 3


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one procedure; ``owner`` is the procedure's position in the corpus."""

    owner: int
    kind: Kind
    text: str


@dataclass(frozen=True)
class Corpus:
    """Procedures and their texts, grouped by procedure in the order given."""

    procedures: tuple[Procedure, ...]
    texts: tuple[Text, ...]

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """``(n_procedures,)``: where each procedure's texts begin, for ``reduceat``."""
        owners = np.fromiter((t.owner for t in self.texts), dtype=np.intp)
        return np.searchsorted(owners, np.arange(len(self.procedures)))

    @property
    def priors(self) -> npt.NDArray[np.float32]:
        """``(n_procedures, 3)``: curated, handled at the commune, open to citizens; each 0 or 1."""
        rows = [
            (p.curated, Level.COMMUNE in p.levels, p.curated or _for_citizens(p))
            for p in self.procedures
        ]
        return np.array(rows, dtype=np.float32)


def _for_citizens(procedure: Procedure) -> bool:
    return any("Công dân" in who or "Người" in who for who in procedure.who)


def _texts_of(procedure: Procedure) -> list[tuple[Kind, str]]:
    names = dict.fromkeys([procedure.official_name, procedure.name])
    found = [(Kind.NAME, name) for name in names]
    found += [(Kind.LAY, name) for name in procedure.lay_names]
    found += [(Kind.SAMPLE, question) for question in procedure.sample_questions]
    if procedure.curated and procedure.summary:
        found.append((Kind.SUMMARY, procedure.summary))
    return found


def build(procedures: Sequence[Procedure]) -> Corpus:
    """The corpus of ``procedures``: names, lay names, sample questions, summaries."""
    texts = [
        Text(owner, kind, text)
        for owner, procedure in enumerate(procedures)
        for kind, text in _texts_of(procedure)
    ]
    return Corpus(tuple(procedures), tuple(texts))
