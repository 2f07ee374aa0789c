"""What the encoder learns from: messages as citizens send them, and the texts they mean."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.loader import Knowledge
from knowledge_base.retrieval import corpus
from knowledge_base.retrieval.corpus import Corpus, Kind, set_aside
from knowledge_base.text import Written
from scripts.encoder.mistyping import Mistyper

_VARIANTS = {Kind.SAMPLE: 6, Kind.LAY: 4}  # ways to send one text
_NAMES = {True: 2, False: 3}  # pieces of official names, of curated and other procedures
_APART = 600  # of the questions set aside, by which is measured how far teaching is
_SNIPPETS = 2  # sentences of a procedure's record on the portal
_RECORD = (
    "doi_tuong_thuc_hien", "ket_qua_xu_ly", "thanh_phan_ho_so", "yeu_cau_dieu_kien",
    "trinh_tu_thuc_hien",
)  # fmt: skip
_SENTENCE_END = re.compile(r"[.;\n•]|(?<!\w)-")


@dataclass(frozen=True, slots=True)
class Query:
    """A message, the entry it means (position in the corpus), and what it is worth.

    ``made_from``: position of the text it was made of, which must not be its own answer.
    """

    text: str
    owner: int
    made_from: int | None
    weight: float


@dataclass(frozen=True)
class Lessons:
    """All messages; ``passages`` normalised, one a text of the corpus; neighbours both ways;
    ``apart``: questions that nothing is taught with."""

    corpus: Corpus
    passages: tuple[str, ...]
    queries: tuple[Query, ...]
    neighbours: Mapping[int, Sequence[int]]
    apart: tuple[Query, ...]


def lessons(
    knowledge: Knowledge,
    records: Mapping[str, Mapping[str, str]],
    normalise: Callable[[str], Written],
    seed: int = 5,
) -> Lessons:
    """Everything the encoder is taught.

    Args:
        knowledge: curated files and catalogue.
        records: the portal's flattened records by code; may be empty.
        normalise: brings a message to the form that the encoder sees when the program runs.
        seed: the same one gives the same lessons.
    """
    chance = random.Random(seed)  # noqa: S311  # repeatable, no secret
    mistype = Mistyper.read(chance)
    texts = corpus.of(knowledge)

    def read(text: str) -> str:
        return normalise(text).accented or text

    queries = tuple(
        Query(read(q.text), q.owner, q.made_from, q.weight)
        for q in _said(texts, records, mistype, chance)
    )
    passages = tuple(read(t.text) for t in texts.texts)
    apart = tuple(
        Query(read(mistype(t.text)), t.owner, None, 0.0)
        for t in texts.texts
        if set_aside(t) and texts.entries[t.owner].curated
    )
    near = _neighbours(knowledge, texts)
    return Lessons(texts, passages, queries, near, apart[:: max(1, len(apart) // _APART)])


def _said(
    texts: Corpus,
    records: Mapping[str, Mapping[str, str]],
    mistype: Mistyper,
    chance: random.Random,
) -> Iterator[Query]:
    for position, text in enumerate(texts.texts):
        curated = texts.entries[text.owner].curated
        weight = 3.0 if curated else 1.0
        if curated and not set_aside(text):
            for _ in range(_VARIANTS.get(text.kind, 0)):
                yield Query(mistype(text.text), text.owner, position, weight)
        if text.kind is Kind.NAME:
            for _ in range(_NAMES[curated]):
                piece = mistype(_piece(text.text, chance), story=False)
                yield Query(piece, text.owner, None, weight)
    for owner, entry in enumerate(texts.entries):
        sentences = _sentences(records.get(entry.code, {}))
        for sentence in chance.sample(sentences, min(_SNIPPETS, len(sentences))):
            yield Query(sentence, owner, None, 1.5 if entry.curated else 0.5)


def _piece(name: str, chance: random.Random) -> str:
    words = name.split()
    start = chance.randrange(0, max(1, len(words) - 6))
    window = words[start : start + chance.randint(4, 14)]
    return " ".join(word for word in window if chance.random() > 0.2) or name


def _sentences(record: Mapping[str, str]) -> list[str]:
    whole = " ".join(record.get(part) or "" for part in _RECORD)
    cut = (sentence.strip() for sentence in _SENTENCE_END.split(whole))
    return [sentence for sentence in cut if 30 < len(sentence) < 220]


def _neighbours(knowledge: Knowledge, texts: Corpus) -> dict[int, list[int]]:
    places = {entry.code: i for i, entry in enumerate(texts.entries)}
    found: dict[int, list[int]] = {}
    for procedure in knowledge.curated:
        here = places[procedure.code]
        for neighbour in procedure.neighbours:
            other = knowledge.by_code(neighbour.code)
            there = places[other.code] if other else here
            if there != here:
                found.setdefault(here, []).append(there)
                found.setdefault(there, []).append(here)
    return found
