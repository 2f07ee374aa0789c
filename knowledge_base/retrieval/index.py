"""The way from a message to procedures and life events: what a caller of retrieval needs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from knowledge_base import normalise
from knowledge_base.loader import Knowledge
from knowledge_base.normalise import Normaliser
from knowledge_base.retrieval import corpus
from knowledge_base.retrieval.corpus import Corpus
from knowledge_base.retrieval.dense import DenseIndex, Encoder, Heard, Vectors
from knowledge_base.retrieval.encoders import open_encoder
from knowledge_base.retrieval.features import FEATURES, FeatureIndex
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome, sureness
from knowledge_base.retrieval.ranker import Ranker, train
from knowledge_base.retrieval.vectors import embed, known_vectors
from knowledge_base.text import Written, key

# Chosen on two sets of tests/retrieval and measured on the others: see docs/adr/0015.
SURE_AT = 0.5  # the first is answered if it is at least this surely meant …
ANSWER_AT = 0.2  # … and this likely,
LIKELY, ALIKE = 0.5, 3  # of so many that share the name that was said, one must be this likely
ASK_AT = 0.06  # otherwise candidates are asked for, if the first is at least this likely
# A life event speaks of many procedures: the one asked for by name goes before it …
EVENT_SHARE = 0.7  # … unless it is much less likely,
EVENT_LEAD = 5.0  # an event is only answered with no procedure near it,
EVENT_AT = 0.12  # but is by itself a list to choose from: less is enough
CANDIDATES = 5
_NAMED = FEATURES.index("alias")
VECTORS = "vectors.npz"
AT_ONCE = 200  # texts; embedding them takes about ten seconds, worth waiting for
BESIDE = 3  # texts embedded at a time beside answers: too few to be shared among threads


class Progress(Protocol):
    """Told how far a long piece of work is."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` pieces of ``what`` (``embed`` or ``rank``) are finished."""
        ...


@dataclass(frozen=True)
class Lay:
    """What citizens say besides the curated files: teaches the normaliser and the ranker."""

    sentences: tuple[str, ...] = ()
    off_topic: tuple[str, ...] = ()


class Retriever:
    """Finds what a message is about; thread-safe, nothing changes after building."""

    def __init__(
        self,
        index: FeatureIndex,
        ranker: Ranker,
        topical: Callable[[Written], bool],
        written: Sequence[Written],
        *,
        center: Vectors | None,
        whole: bool = True,
    ) -> None:
        """``written``: the index's texts normalised; ``center``: see :attr:`center`; ``whole``:
        every text has its vector, if any has."""
        self._index = index
        self._ranker = ranker
        self._topical = topical
        self._center = center
        self.whole = whole
        texts = index.corpus.texts
        self._written = {text.text: said for text, said in zip(texts, written, strict=True)}

    @property
    def normalise(self) -> Normaliser:
        """How messages are normalised before anything else."""
        return self._index.normalise

    @property
    def encoder(self) -> Encoder | None:
        """What embeds messages; None for lexical search alone."""
        return self._index.encoder

    @property
    def center(self) -> Vectors:
        """Mean vector, ``(dim,)``, of the texts that the ranker and the pipeline learnt with.

        Raises:
            ValueError: there is no encoder.
        """
        if self._center is None:
            raise ValueError("searching without an encoder: there are no vectors")
        return self._center

    def read(self, messages: Sequence[Written]) -> Heard | None:
        """What the encoder makes of messages; None without one."""
        return self._index.read(messages)

    def find(
        self, written: Written, heard: Callable[[Written], Heard | None] | None = None
    ) -> Link:
        """What the message is about.

        Args:
            written: the message, normalised by :attr:`normalise`.
            heard: gives what :meth:`read` made of it, where that is known already. Not called
                when the message names no procedure.

        Returns:
            The link with at most 5 candidates, best first.
        """
        if not self._topical(written) and not self._holds_name(written):
            return Link(LinkOutcome.NONE)
        if not self.normalise.is_vietnamese(written):
            return Link(LinkOutcome.DECLINE)
        made = heard(written) if heard else self.read([written])
        scored = self._index.score(written, made.about[0] if made else None)
        entries = self._index.corpus.entries
        likely = self._ranker.probabilities(scored.rows)
        likely *= [EVENT_SHARE if entries[o].event else 1.0 for o in scored.owners]
        order = sorted(range(len(likely)), key=lambda i: -likely[i])[:CANDIDATES]
        candidates = tuple(
            Candidate(entries[o].code, entries[o].name, round(float(likely[i]), 4))
            for i, o in ((i, int(scored.owners[i])) for i in order)
        )
        named = scored.rows[order[0], _NAMED] > 0
        alike = candidates[0].score < LIKELY and _name_alike(written, candidates)
        return decide(candidates, named=bool(named), alike=alike)

    def _holds_name(self, written: Written) -> bool:
        """Whether a name or lay name of three words or more stands in a message."""
        words = written.plain.split()
        stops = range(3, len(words) + 1)
        return any(
            self._index.is_name(" ".join(words[start:stop]))
            for stop in stops
            for start in range(stop - 2)
        )

    def is_name(self, written: Written) -> bool:
        """Whether a message is a name or lay name, and no other word."""
        return self._index.is_name(written.plain)

    def written(self, text: str) -> Written:
        """A text of the records, normalised; one that was searched already costs nothing."""
        return self._written.get(text) or self.normalise(text)

    def searches(self, texts: Corpus) -> bool:
        """Whether it finds exactly these texts, of the same entries with the same weight."""
        own = self._index.corpus
        return (
            own.texts == texts.texts
            and [entry.code for entry in own.entries] == [entry.code for entry in texts.entries]
            and np.array_equal(own.priors, texts.priors)
        )

    def over(self, texts: Corpus) -> Retriever:
        """The same search over newer records, which it must search already."""
        index = copy.copy(self._index)
        index.corpus = texts
        return self._with(index, [self._written[text.text] for text in texts.texts], self.whole)

    def renewed(
        self,
        texts: Corpus,
        written: Sequence[Written],
        dense: DenseIndex | None,
        whole: bool = True,
    ) -> Retriever:
        """The same words, ranker and centre over other texts; ``dense``: their vectors, those of
        all texts if it is to be ``whole``."""
        index = FeatureIndex(texts, written, self.normalise, self.encoder, dense)
        return self._with(index, written, whole)

    def _with(self, index: FeatureIndex, written: Sequence[Written], whole: bool) -> Retriever:
        return Retriever(
            index, self._ranker, self._topical, written, center=self._center, whole=whole
        )


def _name_alike(written: Written, candidates: Sequence[Candidate]) -> bool:
    """Whether a message is no more than words that stand in the names of several candidates."""
    said = f" {written.plain} "
    return sum(said in f" {key(c.name)} " for c in candidates) >= ALIKE


def decide(candidates: Sequence[Candidate], *, named: bool = False, alike: bool = False) -> Link:
    """Answer, ask which, or decline, by how likely the candidates are (best first).

    Args:
        candidates: best first.
        named: a whole name of the first stands in the message, so it is asked about at least.
        alike: the message is a name that several share, so one must be likely to be answered.
    """
    first, second = candidates[0].score, candidates[1].score if len(candidates) > 1 else 0.0
    least = LIKELY if alike else ANSWER_AT
    sure = first >= least and sureness(first, second) >= SURE_AT
    beside = max((c.score for c in candidates if not c.is_event), default=0.0)
    if candidates[0].is_event:  # which of the two is for the citizen to say
        sure = first >= EVENT_AT and first >= max(EVENT_LEAD * beside, 2 * second)
    if sure:
        outcome = LinkOutcome.ANSWER
    elif named or first >= ASK_AT:
        outcome = LinkOutcome.ASK
    else:
        outcome = LinkOutcome.DECLINE
    return Link(outcome, tuple(candidates))


def open_retriever(
    knowledge: Knowledge,
    folder: Path,
    encoder: Encoder | None,
    lay: Lay | None = None,
    progress: Progress | None = None,
) -> Retriever:
    """Build the index, embedding and training only what ``folder`` lacks.

    Args:
        knowledge: what is to be found.
        folder: where vectors, their centre and the ranker are kept between starts.
        encoder: of :func:`~knowledge_base.retrieval.encoders.open_encoder`.
        lay: sentences of citizens; needed when the ranker is not trained yet.
        progress: told about embedding and training.

    Raises:
        OSError: the lexicon cannot be read, or ``folder`` cannot be written.
    """
    lay = lay or Lay()
    texts = corpus.of(knowledge)
    ours = [t.text for t in texts.texts if texts.entries[t.owner].curated]
    normaliser = normalise.build([*ours, *lay.sentences])
    written = [normaliser(t.text) for t in texts.texts]
    dense: DenseIndex | None = None
    if encoder is not None:
        told = (lambda done, total: progress("embed", done, total)) if progress else None
        passages, places = _passages(texts, written)
        dense = DenseIndex(embed(encoder, passages, folder / VECTORS, told), places)
    index = FeatureIndex(texts, written, normaliser, encoder, dense)
    ranker, center = _learnt(index, folder, lay, progress)
    return Retriever(index, ranker, normalise.topical(), written, center=center)


def _passages(texts: Corpus, written: Sequence[Written]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """What is embedded, each passage once, and the place ``(n_texts,)`` of each text's among them.

    The official name of a catalogue record is its short name with a formula before or a list
    behind it, at twice the cost: both have one vector."""
    said = [w.accented or t.text for w, t in zip(written, texts.texts, strict=True)]
    short: dict[int, str] = {}
    for passage, text in zip(said, texts.texts, strict=True):
        if not texts.entries[text.owner].curated:
            short[text.owner] = passage  # the last is the short name
    places: dict[str, int] = {}
    each = [
        places.setdefault(short.get(text.owner, passage), len(places))
        for passage, text in zip(said, texts.texts, strict=True)
    ]
    return list(places), np.array(each)


def _learnt(
    index: FeatureIndex, folder: Path, lay: Lay, progress: Progress | None
) -> tuple[Ranker, Vectors | None]:
    """The ranker, trained now if ``folder`` has none, and the centre of what it was trained on."""
    name = index.encoder.name.replace("/", "_") if index.encoder else "none"
    kept, middle = folder / f"ranker-{name}.json", folder / f"center-{name}.npy"
    center: Vectors | None = index.center if index.encoder else None
    try:
        ranker = Ranker.load(kept)
    except (OSError, ValueError):
        told = (lambda done, total: progress("rank", done, total)) if progress else None
        ranker = train(index, lay.off_topic, told)
        if center is not None:
            np.save(middle, center)
        ranker.save(kept)
    if center is not None and middle.exists():
        center = np.load(middle)
    return ranker, center


def renewed(
    old: Retriever, knowledge: Knowledge, folder: Path, progress: Progress | None = None
) -> Iterator[Retriever]:
    """Retrievers over other records, while ``old`` goes on answering; nothing of it is changed.

    Words, ranker and centre are those of ``old``: they were learnt together. Where many texts are
    new, a first retriever comes at once that finds them by their words alone; the last is whole.

    Args:
        old: what answers now.
        knowledge: what is to be found; the curated part is the one of ``old``.
        folder: where the vectors are kept.
        progress: told about embedding.

    Raises:
        OSError: ``folder`` cannot be written.
    """
    texts = corpus.of(knowledge)
    if old.whole and old.searches(texts):
        yield old.over(texts)
        return
    written = [old.written(t.text) for t in texts.texts]
    answering = old.encoder
    if answering is None:
        yield old.renewed(texts, written, None)
        return
    passages, places = _passages(texts, written)
    vectors, lacking = known_vectors(answering, passages, folder / VECTORS)
    if lacking > AT_ONCE:
        # What it took over from is freed.
        old = old.renewed(texts, written, DenseIndex(vectors, places), whole=False)
        yield old
    if lacking:
        del vectors
        told = (lambda done, total: progress("embed", done, total)) if progress else None
        # An encoder of its own, few texts at a time: nobody's question waits behind a batch, and
        # a core is left for it.
        encoder = open_encoder(answering.name) or answering
        vectors = embed(encoder, passages, folder / VECTORS, told, batch=BESIDE)
    yield old.renewed(texts, written, DenseIndex(vectors, places))
