"""Teaching the encoder two things at once: what a message is about, and what it asks.

Contrastive for the first: a message must be nearer to a text of its own procedure than to the
texts of all others in the batch, and of the procedures it is confused with. For the second it
learns which pieces to listen to, and a layer over what they say names the kind of question; that
layer is thrown away, what it reads stays and is what the intent classifier sees.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from transformers import BertConfig, BertModel

from knowledge_base.retrieval.corpus import Kind, set_aside
from scripts.encoder.engine_file import EngineModel, Shape
from scripts.encoder.pairs import Lessons

Progress = Callable[[int, float, float], None]
Keep = Callable[[int, dict[str, torch.Tensor]], None]

_PAD = 1
_CHUNK = 64  # texts of about the same length run together
_TEMPERATURE = 0.03
_BACKWARD = 0.3  # weight of finding the message from the text
_NAMING = 1.0  # weight of naming the kind
_SHARPNESS = 0.1  # unit vectors make small numbers: how small a difference counts
_KIND_SIZE = 128
_FRESH = 10  # how much faster what begins at random learns
_WARM_UP = 20  # steps
_AVERAGED = 0.02  # share of the newest weights in the running average that is kept
_KEPT_EVERY = 50  # steps
_HEARD_AT_FIRST = 40  # messages of each kind by which naming begins
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


class Reader(torch.nn.Module):
    """The encoder, and how it listens for the kind of a question."""

    def __init__(self, net: BertModel) -> None:
        super().__init__()
        hidden = net.config.hidden_size
        self.net = net
        self.listen = torch.nn.Linear(hidden, 1)
        self.told = torch.nn.Linear(hidden, _KIND_SIZE)

    def forward(
        self, tokens: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What texts are about, ``(n, hidden)``, and their kind, ``(n, 128)``: unit vectors.

        ``tokens``: ``(n, pieces)`` ids; ``mask``: the same shape, 1 where there is a piece.
        """
        said = self.net(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        about = (said * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        heed = self.listen(said)[..., 0].masked_fill(mask == 0, -1e4).softmax(1)
        kind = torch.tanh(self.told((said * heed[..., None]).sum(1)))
        return F.normalize(about, dim=1), F.normalize(kind, dim=1)


def empty(s: Shape, epsilon: float) -> Reader:
    """A network of a size; nothing is learnt yet."""
    config = BertConfig(
        vocab_size=s.pieces,
        hidden_size=s.hidden,
        num_hidden_layers=s.layers,
        num_attention_heads=s.heads,
        intermediate_size=s.inner,
        max_position_embeddings=s.positions,
        type_vocab_size=s.types,
        layer_norm_eps=epsilon,
        attention_probs_dropout_prob=0.0,  # half a second a step, and slips are noise enough
    )
    return Reader(BertModel(config, add_pooling_layer=False))


def network(model: EngineModel) -> Reader:
    """The encoder as a network; how it listens is not learnt yet."""
    reader = empty(model.shape, model.epsilon)
    made = reader.net
    state = made.state_dict()
    for name, tensor in model.tensors.items():
        place = _parameter(name)
        state[place] = torch.tensor(tensor).reshape(state[place].shape)
    made.load_state_dict(state)
    return reader


def read(net: Reader, texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """What :class:`Reader` makes of token ids of any length, in the order given."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    with torch.autocast("cpu", dtype=torch.bfloat16):  # around all: weights are rounded once
        parts = [
            _read_padded(net, [texts[i] for i in order[start : start + _CHUNK]])
            for start in range(0, len(order), _CHUNK)
        ]
    back = torch.from_numpy(np.argsort(order))
    about, kind = zip(*parts, strict=True)
    return torch.cat(about)[back], torch.cat(kind)[back]


def _read_padded(net: Reader, texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, texts))
    tokens = torch.tensor([[*t, *[_PAD] * (longest - len(t))] for t in texts])
    mask = torch.tensor([[1] * len(t) + [0] * (longest - len(t)) for t in texts])
    about, kind = net(tokens, mask)
    return about.float(), kind.float()


class _Chooser:
    """Draws batches: messages, a text of the procedure of each, and texts of its neighbours."""

    def __init__(self, taught: Lessons, plan: Plan) -> None:
        self._random = np.random.default_rng(plan.seed)
        self._taught = taught
        self._batch = plan.batch
        weights = np.array([query.weight for query in taught.queries])
        self._weights = weights / weights.sum()
        texts = taught.corpus.texts
        self._told = np.array([0.0 if set_aside(text) else _TOLD[text.kind] for text in texts])
        self.owners = np.array([text.owner for text in texts])
        self._starts = np.searchsorted(self.owners, np.arange(len(taught.corpus.entries) + 1))
        asked = np.array([query.owner for query in taught.queries])
        self._by_owner = np.argsort(asked, kind="stable")
        self._asked = np.searchsorted(
            asked[self._by_owner], np.arange(len(taught.corpus.entries) + 1)
        )
        counts = Counter(saying.kind for saying in taught.sayings)
        rare = np.array([counts[saying.kind] ** -0.5 for saying in taught.sayings])
        self._rare = rare / rare.sum() if len(rare) else rare

    def draw(self) -> tuple[list[int], list[int]]:
        """Positions of messages, and of passages: theirs in the same order, then neighbours'.

        Every other message is one about a neighbour of the one before, if that has any.
        """
        queries = self._taught.queries
        drawn: list[int] = []
        free = iter(self._random.choice(len(queries), self._batch, p=self._weights))
        while len(drawn) < self._batch:
            drawn.append(int(next(free)))
            if (near := self._near(queries[drawn[-1]].owner)) is not None:
                low, high = self._asked[near], self._asked[near + 1]
                if low < high and len(drawn) < self._batch:
                    drawn.append(int(self._by_owner[self._random.integers(low, high)]))
        passages = [self._text_of(queries[i].owner, queries[i].made_from) for i in drawn]
        for i in drawn:
            near = self._near(queries[i].owner)
            if near is not None and len(passages) < self._batch * 3 // 2:
                passages.append(self._text_of(near, None))
        return drawn, passages

    def sayings(self) -> list[int]:
        """Positions of messages that are taken for their kind alone."""
        if not len(self._rare):
            return []
        count = min(self._batch * 2 // 3, len(self._rare))
        return [int(i) for i in self._random.choice(len(self._rare), count, p=self._rare)]

    def _near(self, owner: int) -> int | None:
        near = self._taught.neighbours.get(owner)
        return int(self._random.choice(near)) if near else None

    def _text_of(self, owner: int, but: int | None) -> int:
        places = np.arange(self._starts[owner], self._starts[owner + 1])
        weights = np.where(places == (-1 if but is None else but), 0.0, self._told[places])
        if not weights.sum():
            return int(places[0])
        return int(self._random.choice(places, p=weights / weights.sum()))


@dataclass(frozen=True)
class Cut:
    """Token ids of what :class:`Lessons` holds under the same names, in the same order."""

    queries: Sequence[Sequence[int]]
    passages: Sequence[Sequence[int]]
    sayings: Sequence[Sequence[int]]
    apart: Sequence[Sequence[int]]


def train(
    net: Reader, taught: Lessons, cut: Cut, *, plan: Plan, progress: Progress, keep: Keep
) -> Reader:
    """Teach ``net``.

    Args:
        net: the encoder to begin with; it is changed.
        taught: the lessons.
        cut: the same as token ids.
        plan: how long and how fast.
        progress: told (step, share done 0..1, loss) after every step.
        keep: given the running average of the weights now and then, for what may be cut off.

    Returns:
        The network with the running average of the weights.
    """
    torch.manual_seed(plan.seed)
    chooser, namer = _Chooser(taught, plan), _namer(net, taught, cut)
    fresh = [*net.listen.parameters(), *net.told.parameters(), *namer.parameters()]
    groups = [
        {"params": list(net.net.parameters()), "quick": 1},
        {"params": fresh, "quick": _FRESH},
    ]
    optimiser = torch.optim.AdamW(groups, lr=plan.rate, weight_decay=0.01)
    average = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    began, steps = time.monotonic(), 0
    while plan.seconds and (done := (time.monotonic() - began) / plan.seconds) < 1:
        steps += 1
        cosine = max(0.02, 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * group["quick"] * min(1.0, steps / _WARM_UP) * cosine
        net.train()
        loss = _step(net, namer, chooser, taught, cut)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            for name, tensor in net.state_dict().items():
                average[name].lerp_(tensor, _AVERAGED)
        progress(steps, done, loss.item())
        if steps % _KEPT_EVERY == 0:
            keep(steps, average)
    net.load_state_dict(average)
    return net


def _namer(net: Reader, taught: Lessons, cut: Cut) -> torch.nn.Linear:
    """What names kinds; it begins with the middle of how each kind sounds to ``net``."""
    namer = torch.nn.Linear(_KIND_SIZE, max(1, len(taught.kinds)))
    by_kind: dict[int, list[int]] = {}
    for at, saying in enumerate(taught.sayings):
        by_kind.setdefault(saying.kind, []).append(at)
    with torch.no_grad():
        namer.bias.zero_()
        for kind, places in by_kind.items():
            some = places[:: max(1, len(places) // _HEARD_AT_FIRST)][:_HEARD_AT_FIRST]
            _, sound = read(net, [cut.sayings[at] for at in some])
            namer.weight[kind] = F.normalize(sound.mean(0), dim=0)
    return namer


def measure(net: Reader, taught: Lessons, cut: Cut) -> tuple[float, float]:
    """How many of the questions set aside are nearest to a name or lay name of their procedure,
    and how many are nearest in kind to others of their kind: shares in 0..1, 0 where none is."""
    if not taught.apart:
        return 0.0, 0.0
    net.eval()
    with torch.no_grad():
        texts = taught.corpus.texts
        names = [
            at
            for at, text in enumerate(texts)
            if text.kind is not Kind.SAMPLE and taught.corpus.entries[text.owner].curated
        ]
        meant, _ = read(net, [cut.passages[at] for at in names])
        about, sound = read(net, cut.apart)
        owners = np.array([texts[at].owner for at in names])
        found = owners[(about @ meant.T).argmax(1).numpy()]
        right = float(np.mean([a == q.owner for a, q in zip(found, taught.apart, strict=True)]))
        guessed = (sound @ _namer(net, taught, cut).weight.T).argmax(1).numpy()
    kinds = [g == q.kind for g, q in zip(guessed, taught.apart, strict=True) if q.kind is not None]
    return right, float(np.mean(kinds)) if kinds else 0.0


def _step(
    net: Reader, namer: torch.nn.Linear, chooser: _Chooser, taught: Lessons, cut: Cut
) -> torch.Tensor:
    """The loss of one batch: finding what is meant, and naming what is asked."""
    asked, answers = chooser.draw()
    alone = chooser.sayings()
    said = [*(cut.queries[i] for i in asked), *(cut.sayings[i] for i in alone)]
    all_about, kind = read(net, [*said, *(cut.passages[i] for i in answers)])
    about, meant = all_about[: len(said)], all_about[len(said) :]
    owners = torch.tensor([taught.queries[i].owner for i in asked])
    loss = _meaning(about[: len(asked)], meant, owners, torch.from_numpy(chooser.owners[answers]))
    kinds = [taught.queries[i].kind for i in asked] + [taught.sayings[i].kind for i in alone]
    known = [i for i, name in enumerate(kinds) if name is not None]
    if known:
        wanted = torch.tensor([kinds[i] for i in known])
        loss = loss + _NAMING * F.cross_entropy(
            namer(kind[known]) / _SHARPNESS, wanted, label_smoothing=0.05
        )
    return loss


def _meaning(
    said: torch.Tensor, meant: torch.Tensor, asked: torch.Tensor, owners: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy of each message against all texts; others of its procedure do not count."""
    right = torch.arange(len(said))
    alike = asked[:, None] == owners[None]
    alike[right, right] = False
    scores = (said @ meant.T / _TEMPERATURE).masked_fill(alike, -1e4)
    back = F.cross_entropy(scores[:, : len(said)].T, right)
    return F.cross_entropy(scores, right) + _BACKWARD * back
