"""What the pipeline's components share in one process: the normaliser, retrieval, one embedding.

Rasa builds components from a configuration file and can hand them nothing else; so they meet
here. Whoever trains or understands says for how long which retriever is used (:func:`using`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

from bot.privacy import MASKS
from bot.settings import ROOT, Settings
from knowledge_base import loader, sentences
from knowledge_base.normalise import Normaliser
from knowledge_base.retrieval.dense import Encoder, Heard
from knowledge_base.retrieval.encoders import open_encoder
from knowledge_base.retrieval.index import Lay, Retriever, open_retriever
from knowledge_base.text import Written

NLU_DATA = ROOT / "nlu_data"
_OFF_TOPIC = frozenset(
    {"out_of_scope", "emergency", "angry", "greet", "ask_bot", "help", "feedback", "office_hours"}
)
_MASKED = re.compile("|".join(map(re.escape, MASKS)))
_KEPT = 64  # messages under way at once are far fewer

_used: ContextVar[Retriever | None] = ContextVar("used", default=None)


def intent_examples(folder: Path = NLU_DATA) -> dict[str, list[str]]:
    """Training sentences by intent, see :func:`knowledge_base.sentences.files`.

    Raises:
        OSError, yaml.YAMLError, KeyError: a file is missing or has another shape.
    """
    return _examples(sentences.files(folder))


def lessons(folder: Path = NLU_DATA) -> dict[str, list[str]]:
    """What the pipeline learns from, by intent: all that was written for the intents, and every
    other sample question. They are much alike, and all of them outweigh the rest (docs/adr/0020).
    What was written at the edges of kinds is for the encoder to hear (docs/adr/0021).

    Raises:
        OSError, yaml.YAMLError, KeyError: a file is missing or has another shape.
    """
    found = _examples(sentences.written(folder))
    for intent, questions in _examples(sentences.asked(folder)).items():
        kept = [said for said in questions if crc32(said.encode()) % 2 == 0]
        found.setdefault(intent, []).extend(kept)
    return found


def _examples(paths: Iterable[Path]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        document: dict[str, Any] = yaml.load(
            path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
        )
        for block in document["nlu"]:
            lines = (line.strip() for line in block["examples"].splitlines())
            examples = [line[2:].strip() for line in lines if line[:2] == "- "]
            found.setdefault(block["intent"], []).extend(examples)
    return found


def lay(folder: Path = NLU_DATA) -> Lay:
    """What the training sentences teach retrieval: how people speak, and what is off topic."""
    examples = intent_examples(folder)
    said = tuple(s for group in examples.values() for s in group)
    off_topic = tuple(s for name in sorted(_OFF_TOPIC) for s in examples.get(name, ()))
    return Lay(said, off_topic)


@contextmanager
def using(retriever: Retriever) -> Iterator[None]:
    """During the block, what is read in this thread is read with ``retriever``: what is exchanged
    meanwhile, or read by another brain of the process, does not reach it."""
    token = _used.set(retriever)
    try:
        yield
    finally:
        _used.reset(token)


def retriever() -> Retriever:
    """The one of this turn; without one, that of the settings, opened when it is first asked for
    (the ``rasa`` command)."""
    return _used.get() or _of_the_settings()


@cache
def _of_the_settings() -> Retriever:
    settings = Settings()
    encoder = open_encoder(settings.encoder)
    return open_retriever(loader.load(), settings.model_dir, encoder, lay())


def read(text: str) -> Written:
    """The normalised message, without what stands for masked numbers unless it is all there is:
    its words would speak of other papers than the citizen does."""
    return _written(retriever().normalise, _MASKED.sub(" ", text).strip() or text)


def heard(written: Written) -> Heard | None:
    """What the encoder hears in a normalised message, one row each; None without an encoder."""
    encoder = retriever().encoder
    return None if encoder is None else _heard(encoder, written.readable)


# The first component that asks has it made, the others of the same turn find it. Words and encoder
# stay the same when records are exchanged: what is kept holds no old index.
@lru_cache(maxsize=_KEPT)
def _written(normalise: Normaliser, text: str) -> Written:
    return normalise(text)


@lru_cache(maxsize=_KEPT)
def _heard(encoder: Encoder, readable: str) -> Heard:
    return encoder.read([readable])
