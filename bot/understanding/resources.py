"""What the pipeline's components share in one process: the normaliser, retrieval, one embedding.

Rasa builds components from a configuration file and can hand them nothing else; so they meet
here. The program shares its retriever at start; the ``rasa`` command opens one on first use.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.privacy import MASKS
from bot.settings import ROOT, Settings
from knowledge_base import loader, sentences
from knowledge_base.retrieval.dense import Heard
from knowledge_base.retrieval.index import Lay, Progress, Retriever, open_retriever
from knowledge_base.text import Written

NLU_DATA = ROOT / "nlu_data"
_OFF_TOPIC = frozenset(
    {"out_of_scope", "emergency", "angry", "greet", "ask_bot", "help", "feedback", "office_hours"}
)
_MASKED = re.compile("|".join(map(re.escape, MASKS)))
_KEPT = 64  # messages under way at once are far fewer

_lock = threading.Lock()
_retriever: list[Retriever] = []


def intent_examples(folder: Path = NLU_DATA) -> dict[str, list[str]]:
    """Training sentences by intent, see :func:`knowledge_base.sentences.files`.

    Raises:
        OSError, yaml.YAMLError, KeyError: a file is missing or has another shape.
    """
    found: dict[str, list[str]] = {}
    for path in sentences.files(folder):
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


def share(retriever: Retriever) -> None:
    """Make ``retriever`` the one that components of this process use."""
    with _lock:
        _retriever[:] = [retriever]
        read.cache_clear()


def retriever(progress: Progress | None = None) -> Retriever:
    """The shared retriever; opened from the settings when none was shared yet."""
    with _lock:
        if not _retriever:
            settings = Settings()
            _retriever.append(
                open_retriever(loader.load(), settings.model_dir, settings.encoder, lay(), progress)
            )
        return _retriever[0]


@lru_cache(maxsize=_KEPT)
def read(text: str) -> Written:
    """The normalised message, without what stands for masked numbers unless it is all there is:
    its words would speak of other papers than the citizen does."""
    return retriever().normalise(_MASKED.sub(" ", text).strip() or text)


class Reading:
    """One reading of a message by the encoder: the first who asks has it made, the others find it
    here."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Heard | None] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, written: Written) -> Heard | None:
        """What was heard in a normalised message, one row each; None without an encoder."""
        with self._lock:
            if written.accented in self._kept:
                return self._kept[written.accented]
        heard = retriever().read([written])
        with self._lock:
            self._kept[written.accented] = heard
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return heard


READING = Reading()
