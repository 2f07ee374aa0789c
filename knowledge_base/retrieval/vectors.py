"""Vectors of texts kept on disk by the hash of the text: only what changed is embedded again.

One file serves every process of an installation: set-up, the program, a second worker. Each holds
a lock while it reads, embeds and writes, so that the next one finds its work done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from knowledge_base.held import held
from knowledge_base.retrieval.dense import Encoder, Vectors

Progress = Callable[[int, int], None]

_SAVED_EVERY = 1000  # texts, about half a minute: what a kill may cost
_Kept = dict[str, npt.NDArray[np.float32]]


def embed(
    encoder: Encoder,
    texts: Sequence[str],
    cache: Path,
    progress: Progress | None = None,
    *,
    batch: int = 64,
) -> Vectors:
    """Vectors of passages, embedding only what the cache lacks.

    A broken cache is made anew. What is not among ``texts`` stays in it, up to as many vectors:
    another process may know other records.

    Args:
        encoder: what embeds.
        texts: the passages.
        cache: the file; its folder is made.
        progress: told (done, total) of the texts that had to be embedded.
        batch: texts given to the encoder at a time.

    Returns:
        ``(len(texts), dim)``.

    Raises:
        OSError: the cache cannot be written.
    """
    names = _names(encoder, texts)
    with held(cache.with_suffix(".lock")):
        known = _read(cache)
        todo = sorted({n: t for n, t in zip(names, texts, strict=True) if n not in known}.items())
        for start in range(0, len(todo), batch):
            part = todo[start : start + batch]
            vectors = encoder.encode([text for _, text in part])
            known.update(zip((name for name, _ in part), vectors, strict=True))
            done = start + len(part)
            if done == len(todo) or done // _SAVED_EVERY > start // _SAVED_EVERY:
                _write(cache, known, names)
            if progress:
                progress(done, len(todo))
    return np.stack([known[name] for name in names])


def known_vectors(encoder: Encoder, texts: Sequence[str], cache: Path) -> tuple[Vectors, int]:
    """Vectors of passages without embedding any.

    Returns:
        ``(len(texts), dim)`` and how many of the texts the cache lacks. Each of these has the mean
        of the others, which is as near to every question as the average text.
    """
    names = _names(encoder, texts)
    known = _read(cache)
    found = [known[name] for name in names if name in known]
    if not found:
        return np.zeros((len(texts), 1), dtype=np.float32), len(texts)
    mean: npt.NDArray[np.float32] = np.mean(found, axis=0)
    return np.stack([known.get(name, mean) for name in names]), len(names) - len(found)


def _names(encoder: Encoder, texts: Sequence[str]) -> list[str]:
    return [hashlib.sha256(f"{encoder.name}\n{t}".encode()).hexdigest()[:24] for t in texts]


def _read(cache: Path) -> _Kept:
    try:
        with np.load(cache, allow_pickle=False) as kept:
            return dict(zip(kept["names"].tolist(), kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}


def _write(cache: Path, known: _Kept, used: Sequence[str]) -> None:
    """Replace the file at once: whoever reads meanwhile has the old one, whole."""
    used = [name for name in dict.fromkeys(used) if name in known]
    wanted = frozenset(used)
    others = [name for name in known if name not in wanted][: len(used)]
    names = [*used, *others]
    partial = cache.with_suffix(".part.npz")
    np.savez(partial, names=np.array(names), vectors=np.stack([known[name] for name in names]))
    partial.replace(cache)
