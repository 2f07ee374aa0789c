"""Our own encoder: what a message is about, and what is asked of it, in one pass.

A multilingual-e5-small taught how citizens speak of procedures (``python -m scripts.encoder``),
kept in 8 bits and run by onnxruntime: 3 to 5 ms for a sentence on one core (docs/adr/0009).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from knowledge_base.retrieval.dense import Heard, Vectors

NAME = "thu-tuc"
WEIGHTS = Path(__file__).with_name("encoder.onnx")
PIECES = Path(__file__).with_name("encoder.json")
ABOUT, KIND = "about", "kind"  # the outputs of the network

_QUERY, _PASSAGE = "query: ", "passage: "  # the prefixes that E5 models were trained with
_START, _END = 0, 2
_HEAD, _TAIL = 62, 62  # pieces of a longer text that are read: matters come first, questions last


def token_ids(pieces: Tokenizer, texts: Sequence[str], *, query: bool) -> list[list[int]]:
    """Ids of every text after its prefix, between start and end; at most 126 each."""
    prefix = _QUERY if query else _PASSAGE
    encoded = pieces.encode_batch([prefix + text.replace("\x00", " ") for text in texts])
    return [[_START, *_cut(e.ids), _END] for e in encoded]


def _cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= _HEAD + _TAIL else ids[:_HEAD] + ids[-_TAIL:]


class TaughtEncoder:
    """The encoder of :data:`WEIGHTS`; may be used by several threads at once."""

    def __init__(self, weights: Path = WEIGHTS, pieces: Path = PIECES) -> None:
        """Open both files.

        Raises:
            OSError: one is missing.
        """
        with weights.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        # Other weights make other vectors: those kept on disk must not pass for theirs.
        self.name = f"{NAME}@{digest[:12]}"
        self._pieces = Tokenizer.from_str(pieces.read_text(encoding="utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one sentence is too little to be shared
        # Memory of one size kept for every length of a message is 20 MB, and saves no time.
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        self._network = onnxruntime.InferenceSession(str(weights), options)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See :meth:`~knowledge_base.retrieval.dense.Encoder.encode`."""
        return self._run(token_ids(self._pieces, texts, query=False), [ABOUT])[0]

    def read(self, texts: Sequence[str]) -> Heard:
        """See :meth:`~knowledge_base.retrieval.dense.Encoder.read`."""
        about, kind = self._run(token_ids(self._pieces, texts, query=True), [ABOUT, KIND])
        return Heard(about, kind)

    def _run(self, texts: list[list[int]], outputs: list[str]) -> list[Vectors]:
        # One at a time: the rounding of 8 bits looks at all that is computed together, so a text
        # would have another vector in other company.
        def one(ids: list[int]) -> list[Vectors]:
            made: list[Vectors] = self._network.run(outputs, {"ids": np.array([ids])})
            return made

        if len(texts) < 4:
            rows = [one(ids) for ids in texts]
        else:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                rows = list(pool.map(one, texts))
        return [np.concatenate([row[i] for row in rows]) for i in range(len(outputs))]
