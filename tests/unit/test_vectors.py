"""The cache of vectors: only new texts are embedded, nobody corrupts it, nothing useful is lost."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.retrieval import vectors
from knowledge_base.retrieval.dense import Heard, Vectors
from knowledge_base.retrieval.vectors import embed, known_vectors


class Letters:
    """An encoder that counts letters, and what it was asked to embed."""

    def __init__(self, name: str = "letters", seconds: float = 0.0) -> None:
        self.name = name
        self.asked: list[str] = []
        self._seconds = seconds

    def read(self, texts: Sequence[str]) -> Heard:
        raise AssertionError("these are no messages")

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        time.sleep(self._seconds)
        return np.array([[len(t), t.count("a"), 1] for t in texts], dtype=np.float32)


def test_only_what_the_cache_lacks_is_embedded_and_told(tmp_path: Path) -> None:
    cache, encoder, told = tmp_path / "new" / "v.npz", Letters(), list[tuple[int, int]]()
    first = embed(encoder, ["a", "bb", "a"], cache, lambda *at: told.append(at))
    assert sorted(encoder.asked) == ["a", "bb"]
    assert told == [(2, 2)]
    again = embed(encoder, ["bb", "ccc"], cache)
    assert encoder.asked[2:] == ["ccc"]
    assert np.array_equal(again[0], first[1])
    assert embed(Letters("other"), ["a"], cache).tolist() == [[1, 1, 1]]


def test_what_other_processes_know_stays_up_to_as_many(tmp_path: Path) -> None:
    cache = tmp_path / "v.npz"
    embed(Letters(), ["records"], cache)
    embed(Letters(), ["files", "more"], cache)
    encoder = Letters()
    embed(encoder, ["records", "files", "more"], cache)
    assert encoder.asked == []
    embed(Letters(), ["alone"], cache)  # and one more
    embed(encoder, ["records", "files", "more"], cache)
    assert len(encoder.asked) == 2


@pytest.mark.parametrize("size", [0, 10, 300])
def test_a_cut_or_broken_cache_is_made_anew(tmp_path: Path, size: int) -> None:
    cache = tmp_path / "v.npz"
    embed(Letters(), [str(n) for n in range(40)], cache)
    cache.write_bytes(cache.read_bytes()[:size])
    assert embed(Letters(), ["a"], cache).tolist() == [[1, 1, 1]]
    encoder = Letters()
    embed(encoder, ["a"], cache)
    assert encoder.asked == []


def test_a_kill_costs_what_was_not_saved_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_SAVED_EVERY", 20)
    texts = [f"a{n}" for n in range(50)]

    def killed(done: int, _total: int) -> None:
        if done == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed(Letters(), texts, tmp_path / "v.npz", killed, batch=10)
    encoder = Letters()
    embed(encoder, texts, tmp_path / "v.npz")
    assert len(encoder.asked) == 10


def _embed(cache: Path, texts: list[str], results: multiprocessing.SimpleQueue[int]) -> None:
    encoder = Letters(seconds=0.05)
    found = embed(encoder, texts, cache)
    assert found[:, 0].tolist() == [len(t) for t in texts]
    results.put(len(encoder.asked))


def test_two_processes_share_the_work_and_the_file_stays_whole(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    cache = tmp_path / "v.npz"
    same = [f"a{n}" for n in range(200)]
    more = [*same, *(f"b{n}" for n in range(60))]
    sets = [same, more, same, more[50:]]
    running = [context.Process(target=_embed, args=(cache, texts, results)) for texts in sets]
    for process in running:
        process.start()
    for process in running:
        process.join(30)
        assert process.exitcode == 0
    embedded = sum(results.get() for _ in running)
    assert embedded == 260
    encoder = Letters()
    embed(encoder, more, cache)
    assert encoder.asked == []


def test_without_embedding_what_is_unknown_has_the_mean_of_the_others(tmp_path: Path) -> None:
    cache = tmp_path / "v.npz"
    found, lacking = known_vectors(Letters(), ["a", "b"], cache)
    assert (found.shape, lacking) == ((2, 1), 2)
    embed(Letters(), ["a", "bbb"], cache)
    found, lacking = known_vectors(Letters(), ["a", "x", "bbb"], cache)
    assert lacking == 1
    assert found.tolist() == [[1, 1, 1], [2, 0.5, 1], [3, 0, 1]]
