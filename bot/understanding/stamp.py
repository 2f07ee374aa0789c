"""What the trained model was made from, as a hash: cheap to compute, without heavy imports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from bot.settings import ROOT

MODEL = "nlu.tar.gz"
_TRAINED = "nlu.sha256"
_INDEXED = "setup.sha256"
_KNOWLEDGE = ROOT / "knowledge_base"


def _training_files() -> Iterable[Path]:
    """What the pipeline and the ranker learn from: sentences, words, and what reads them."""
    yield from sorted((ROOT / "nlu_data").rglob("*.yml"))
    ours = ("tokenizer", "featurizer", "resources", "kinds", "softmax")
    yield from (ROOT / "bot" / "understanding" / f"{name}.py" for name in ours)
    yield from sorted((_KNOWLEDGE / "lexicon").glob("*"))
    yield from (_KNOWLEDGE / "retrieval" / f"encoder.{kind}" for kind in ("onnx", "json"))
    finding = ("catalogue_names", "corpus", "dense", "features", "lexical", "ranker", "shares")
    yield from (_KNOWLEDGE / "retrieval" / f"{name}.py" for name in (*finding, "taught"))
    reading = ("text.py", "normalise.py", "accents.py", "spelling.py", "sentences.py")
    yield from (_KNOWLEDGE / name for name in reading)


def _indexed_files() -> Iterable[Path]:
    """All that set-up computes from."""
    yield from _training_files()
    yield from sorted((_KNOWLEDGE / "procedures").rglob("*.yaml"))
    yield from sorted((_KNOWLEDGE / "life_events").rglob("*.yaml"))
    yield _KNOWLEDGE / "catalogue.jsonl"


def _digest(paths: Iterable[Path], extra: str = "") -> str:
    digest = hashlib.sha256(extra.encode())
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _holds(path: Path, digest: str) -> bool:
    return path.exists() and path.read_text() == digest


def is_trained(folder: Path, encoder: str) -> bool:
    """Whether ``folder`` holds a pipeline trained on what lies here now."""
    return (folder / MODEL).exists() and _holds(
        folder / _TRAINED, _digest(_training_files(), encoder)
    )


def is_set_up(folder: Path, encoder: str) -> bool:
    """Whether set-up has nothing left to do for ``folder``."""
    return (folder / MODEL).exists() and _holds(
        folder / _INDEXED, _digest(_indexed_files(), encoder)
    )


def mark_trained(folder: Path, encoder: str) -> None:
    """Remember what the pipeline was trained on."""
    (folder / _TRAINED).write_text(_digest(_training_files(), encoder))


def mark_set_up(folder: Path, encoder: str) -> None:
    """Remember what set-up computed from."""
    (folder / _INDEXED).write_text(_digest(_indexed_files(), encoder))
