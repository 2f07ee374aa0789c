"""What can be found, and the texts by which it is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from zlib import crc32

import numpy as np
import numpy.typing as npt

from knowledge_base.life_events import LifeEvent
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.catalogue_names import lay_names
from knowledge_base.schema import Level, Procedure
from knowledge_base.text import key


class Kind(IntEnum):
    """What a text is; the ranker learns how much each kind is worth."""

    NAME = 0
    LAY = 1
    SAMPLE = 2
    SUMMARY = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be found: a procedure, or a life event that leads to procedures.

    ``code``: a procedure's code, or an event's id, which has another shape. ``priors``, each 0 or
    1: written by us, handled at the commune, open to citizens, a life event.
    """

    code: str
    name: str
    texts: tuple[tuple[Kind, str], ...]
    priors: tuple[bool, bool, bool, bool]

    @property
    def curated(self) -> bool:
        """Whether its words are ours and not only official ones."""
        return self.priors[0]

    @property
    def event(self) -> bool:
        """Whether it is a life event."""
        return self.priors[3]


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one entry; ``owner`` is the entry's position in the corpus."""

    owner: int
    kind: Kind
    text: str


def set_aside(text: Text) -> bool:
    """Whether the encoder is not taught with this text: a quarter of the sample questions, by
    which the ranker learns how far a question that the encoder never met is to be believed."""
    return text.kind is Kind.SAMPLE and crc32(text.text.encode()) % 4 == 0


@dataclass(frozen=True)
class Corpus:
    """Entries and their texts, grouped by entry in the order given."""

    entries: tuple[Entry, ...]
    texts: tuple[Text, ...]

    @property
    def starts(self) -> npt.NDArray[np.intp]:
        """``(n_entries,)``: where each entry's texts begin, for ``reduceat``."""
        owners = np.fromiter((t.owner for t in self.texts), dtype=np.intp)
        return np.searchsorted(owners, np.arange(len(self.entries)))

    @property
    def priors(self) -> npt.NDArray[np.float32]:
        """``(n_entries, 4)``: see :class:`Entry`."""
        return np.array([entry.priors for entry in self.entries], dtype=np.float32)


def of_procedure(procedure: Procedure, called: Sequence[str] = ()) -> Entry:
    """A procedure by its names, lay names, sample questions and (curated) summary; ``called``: lay
    names besides those of its file."""
    found = [(Kind.NAME, n) for n in dict.fromkeys([procedure.official_name, procedure.name])]
    found += _said((*procedure.lay_names, *called), procedure.sample_questions)
    if procedure.curated and procedure.summary:
        found.append((Kind.SUMMARY, procedure.summary))
    commune = Level.COMMUNE in procedure.levels
    open_to_all = procedure.curated or _for_citizens(procedure)
    priors = (procedure.curated, commune, open_to_all, False)
    return Entry(procedure.code, procedure.name, tuple(found), priors)


def of_event(event: LifeEvent) -> Entry:
    """A life event by what is said when it happens; its steps speak for their procedures."""
    found = [(Kind.NAME, event.title), *_said(event.lay_names, event.sample_questions)]
    return Entry(event.id, event.title, tuple(found), (True, True, True, True))


def _said(lay_names: Sequence[str], questions: Sequence[str]) -> list[tuple[Kind, str]]:
    return [(Kind.LAY, n) for n in lay_names] + [(Kind.SAMPLE, q) for q in questions]


def _for_citizens(procedure: Procedure) -> bool:
    return any("Công dân" in who or "Người" in who for who in procedure.who)


def of(knowledge: Knowledge) -> Corpus:
    """The corpus of everything that is served; records that are no file have lay names by rules."""
    procedures = tuple(knowledge.procedures)
    made = [() if p.curated else lay_names()(p.official_name) for p in procedures]
    ours = Counter(key(name) for p in procedures for name in (p.name, *p.lay_names))
    ours.update(key(name) for names in made for name in names)
    found = [
        of_procedure(procedure, [name for name in names if ours[key(name)] == 1])
        for procedure, names in zip(procedures, made, strict=True)
    ]
    return build([*map(of_event, knowledge.events), *found])


def build(entries: Sequence[Entry]) -> Corpus:
    """The corpus of ``entries``."""
    texts = [
        Text(owner, kind, text) for owner, entry in enumerate(entries) for kind, text in entry.texts
    ]
    return Corpus(tuple(entries), tuple(texts))
