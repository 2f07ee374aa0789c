"""Contrastive training of the encoder in the 4 bits that it is kept in.

A message must be nearer to a text of its own procedure than to the texts of all others in the
batch, and of the procedures it is confused with. The weights are rounded to the engine's 4 bits in
every step (with the gradient passed straight through), so that nothing is lost when they are saved.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch.nn.utils import parametrize
from transformers import BertConfig, BertModel

from knowledge_base.retrieval.corpus import Kind
from scripts.encoder.engine_file import EngineModel
from scripts.encoder.pairs import Lessons

Progress = Callable[[float, float], None]

_PAD = 1
_CHUNK = 32  # texts of about the same length run together
_TEMPERATURE = 0.03
_BACKWARD = 0.3  # weight of finding the message from the text
_WARM_UP = 20  # steps
_AVERAGED = 0.02  # share of the newest weights in the running average that is kept
_TOLD = {Kind.NAME: 0.5, Kind.LAY: 0.8, Kind.SAMPLE: 0.6, Kind.SUMMARY: 0.35}
_PARTS = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True)
class Plan:
    """``seconds`` of training; ``batch`` messages a step; ``rate`` of learning at its highest."""

    seconds: float = 3600
    batch: int = 96
    rate: float = 1e-4
    seed: int = 1


def _parameter(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"


class _FourBits(torch.nn.Module):
    """The engine's rounding of a matrix; the gradient passes as if there were none."""

    def forward(self, weights: torch.Tensor) -> torch.Tensor:
        rows = weights.detach().reshape(-1, 32)
        largest = rows.gather(1, rows.abs().argmax(1, keepdim=True))
        scale = (largest / -8).half().float()
        safe = torch.where(scale == 0, torch.ones_like(scale), scale)
        rounded = (torch.clamp(torch.floor(rows / safe + 8.5), 0, 15) - 8) * scale
        return weights + (rounded.reshape(weights.shape) - weights).detach()


def network(model: EngineModel) -> BertModel:
    """The encoder as a network whose matrices are rounded whenever they are used."""
    s = model.shape
    made = BertModel(
        BertConfig(
            vocab_size=s.pieces,
            hidden_size=s.hidden,
            num_hidden_layers=s.layers,
            num_attention_heads=s.heads,
            intermediate_size=s.inner,
            max_position_embeddings=s.positions,
            type_vocab_size=s.types,
            layer_norm_eps=model.epsilon,
        ),
        add_pooling_layer=False,
    )
    state = made.state_dict()
    for name, tensor in model.tensors.items():
        place = _parameter(name)
        state[place] = torch.tensor(tensor).reshape(state[place].shape)
    made.load_state_dict(state)
    for name in model.matrices:
        module = made.get_submodule(_parameter(name).rsplit(".", 1)[0])
        parametrize.register_parametrization(module, "weight", _FourBits(), unsafe=True)
    return made


def learned(model: EngineModel, state: dict[str, torch.Tensor]) -> EngineModel:
    """``model`` with the weights of a trained :func:`network`."""
    plain = {
        name.replace("parametrizations.weight.original", "weight"): tensor
        for name, tensor in state.items()
    }
    tensors = {name: plain[_parameter(name)].float().numpy().reshape(-1) for name in model.tensors}
    return EngineModel(**{**vars(model), "tensors": tensors})


def embed(net: BertModel, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    """Unit vectors ``(n, hidden)`` of token ids, in the order given."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [
        _embed_padded(net, [texts[i] for i in order[start : start + _CHUNK]])
        for start in range(0, len(order), _CHUNK)
    ]
    return torch.cat(parts)[torch.from_numpy(np.argsort(order))]


def _embed_padded(net: BertModel, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    longest = max(map(len, texts))
    tokens = torch.tensor([[*t, *[_PAD] * (longest - len(t))] for t in texts])
    mask = torch.tensor([[1] * len(t) + [0] * (longest - len(t)) for t in texts])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = net(input_ids=tokens, attention_mask=mask).last_hidden_state
    hidden = hidden.float() * mask[..., None]
    return F.normalize(hidden.sum(1) / mask.sum(1, keepdim=True), dim=1)


class _Chooser:
    """Draws batches: messages, a text of the procedure of each, and texts of its neighbours."""

    def __init__(self, taught: Lessons, plan: Plan) -> None:
        self._random = np.random.default_rng(plan.seed)
        self._taught = taught
        self._batch = plan.batch
        weights = np.array([query.weight for query in taught.queries])
        self._weights = weights / weights.sum()
        texts = taught.corpus.texts
        self._told = np.array([_TOLD[text.kind] for text in texts])
        self.owners = np.array([text.owner for text in texts])
        self._starts = np.searchsorted(self.owners, np.arange(len(taught.corpus.entries) + 1))

    def draw(self) -> tuple[npt.NDArray[np.intp], list[int]]:
        """Positions of messages, and of passages: theirs in the same order, then neighbours'."""
        queries = self._taught.queries
        drawn = self._random.choice(len(queries), self._batch, replace=False, p=self._weights)
        passages = [self._text_of(queries[i].owner, queries[i].made_from) for i in drawn]
        for i in drawn:
            near = self._taught.neighbours.get(queries[i].owner)
            if near and len(passages) < self._batch * 3 // 2:
                passages.append(self._text_of(int(self._random.choice(near)), None))
        return drawn, passages

    def _text_of(self, owner: int, but: int | None) -> int:
        places = np.arange(self._starts[owner], self._starts[owner + 1])
        weights = np.where(places == (-1 if but is None else but), 0.0, self._told[places])
        if not weights.sum():
            return int(places[0])
        return int(self._random.choice(places, p=weights / weights.sum()))


def train(
    model: EngineModel,
    taught: Lessons,
    queries: Sequence[Sequence[int]],
    passages: Sequence[Sequence[int]],
    *,
    plan: Plan,
    progress: Progress,
) -> EngineModel:
    """Teach ``model``.

    Args:
        model: the encoder to begin with.
        taught: the lessons.
        queries: token ids of ``taught.queries``.
        passages: token ids of ``taught.passages``.
        plan: how long and how fast.
        progress: told (share done 0..1, loss) after every step.

    Returns:
        The running average of the weights.
    """
    torch.manual_seed(plan.seed)
    net, chooser = network(model), _Chooser(taught, plan)
    owner_of = torch.tensor([query.owner for query in taught.queries])
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=0.01)
    average = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    began, steps = time.monotonic(), 0
    while (done := (time.monotonic() - began) / plan.seconds) < 1:
        steps += 1
        cosine = max(0.02, 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * min(1.0, steps / _WARM_UP) * cosine
        asked, answers = chooser.draw()
        net.train()
        with parametrize.cached():
            said = embed(net, [queries[i] for i in asked])
            meant = embed(net, [passages[i] for i in answers])
        loss = _loss(said, meant, owner_of[asked], torch.from_numpy(chooser.owners[answers]))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            for name, tensor in net.state_dict().items():
                average[name].lerp_(tensor, _AVERAGED)
        progress(done, loss.item())
    return learned(model, average)


def _loss(
    said: torch.Tensor, meant: torch.Tensor, asked: torch.Tensor, owners: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy of each message against all texts; others of its procedure do not count."""
    right = torch.arange(len(said))
    alike = asked[:, None] == owners[None]
    alike[right, right] = False
    scores = (said @ meant.T / _TEMPERATURE).masked_fill(alike, -1e4)
    back = F.cross_entropy(scores[:, : len(said)].T, right)
    return F.cross_entropy(scores, right) + _BACKWARD * back
