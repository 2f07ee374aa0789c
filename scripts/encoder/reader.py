"""The network of the encoder: layers that all of it shares, and the last ones once more, which
hear what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy

import numpy as np
import torch
import torch.nn.functional as F
from transformers import BertConfig, BertModel

from scripts.encoder.engine_file import EngineModel, Shape

KIND_SIZE = 128
_PAD = 1
_CHUNK = 64  # texts of about the same length run together
_OWN = 6  # layers that hear the kind only; of a smaller network half of all
_EARS = 4  # places of a message listened to, each as a mixture
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


class Reader(torch.nn.Module):
    """The encoder, and how it listens for the kind of a question."""

    def __init__(self, net: BertModel) -> None:
        super().__init__()
        hidden, layers = net.config.hidden_size, net.encoder.layer
        self.net = net
        self.above = torch.nn.ModuleList(deepcopy(layers[-min(_OWN, (len(layers) + 1) // 2) :]))
        self.listen = torch.nn.Linear(hidden, _EARS)
        self.told = torch.nn.Linear(_EARS * hidden, KIND_SIZE)

    def forward(
        self, tokens: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What texts are about, ``(n, hidden)``, and their kind, ``(n, 128)``: unit vectors.

        ``tokens``: ``(n, pieces)`` ids; ``mask``: the same shape, 1 where there is a piece.
        """
        shared = self.shared(tokens, mask)
        return self.about(shared, mask), self.sound(shared, mask)

    def shared(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Texts, read by the layers that both vectors share, ``(n, pieces, hidden)``."""
        embedded = self.net.embeddings(input_ids=tokens)
        return _through(self.net.encoder.layer[: -len(self.above)], embedded, mask)

    def about(self, shared: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """What is spoken of, of what :meth:`shared` made."""
        said = _through(self.net.encoder.layer[-len(self.above) :], shared, mask).float()
        middle = (said * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(middle, dim=1)

    def sound(self, shared: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """The kind, of what :meth:`shared` made."""
        said = _through(self.above, shared, mask).float()
        heed = self.listen(said).masked_fill(mask[..., None] == 0, -1e4).softmax(1)
        listened = (heed.transpose(1, 2).float() @ said).flatten(1)
        return F.normalize(torch.tanh(self.told(listened)).float(), dim=1)


def _through(
    layers: Iterable[torch.nn.Module], said: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    unheard = ((1 - mask) * -1e4)[:, None, None, :].to(said.dtype)
    for layer in layers:
        made = layer(said, unheard.expand(-1, 1, said.shape[1], -1))
        said = made[0] if isinstance(made, tuple) else made
    return said


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


def between(net: Reader, others: Iterable[Mapping[str, torch.Tensor]]) -> None:
    """Give ``net`` the mean of its weights and those of ``others``, each a ``state_dict`` of the
    same network taught with other chance: it hears better than any of them (docs/adr/0021)."""
    states = [net.state_dict(), *others]
    whole = {name: torch.stack([state[name].float() for state in states]) for name in states[0]}
    net.load_state_dict({name: weights.mean(0) for name, weights in whole.items()})


def network(model: EngineModel) -> Reader:
    """The encoder as a network; how it listens is not learnt yet."""
    made = empty(model.shape, model.epsilon).net
    state = made.state_dict()
    for name, tensor in model.tensors.items():
        place = _parameter(name)
        state[place] = torch.tensor(tensor).reshape(state[place].shape)
    made.load_state_dict(state)
    return Reader(made)


def _parameter(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"


def batches(
    texts: Sequence[Sequence[int]],
) -> tuple[torch.Tensor, list[tuple[torch.Tensor, torch.Tensor]]]:
    """Token ids of texts of any length, those of about the same together: where each text's row
    lies when all are put one below the other, and the ids and masks of each part."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = []
    for start in range(0, len(order), _CHUNK):
        chosen = [texts[i] for i in order[start : start + _CHUNK]]
        longest = max(map(len, chosen))
        tokens = torch.tensor([[*t, *[_PAD] * (longest - len(t))] for t in chosen])
        mask = torch.tensor([[1] * len(t) + [0] * (longest - len(t)) for t in chosen])
        parts.append((tokens, mask))
    return torch.from_numpy(np.argsort(order)), parts


def about(net: Reader, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    """What texts of token ids are about, ``(n, hidden)``, in the order given."""
    order, parts = batches(texts)
    with torch.autocast("cpu", dtype=torch.bfloat16):  # around all: weights are rounded once
        made = [net.about(net.shared(tokens, mask), mask) for tokens, mask in parts]
    return torch.cat(made)[order].float()


def read(net: Reader, texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """What :class:`Reader` makes of token ids of any length, in the order given."""
    order, parts = batches(texts)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        made = [net(tokens, mask) for tokens, mask in parts]
    abouts, kinds = zip(*made, strict=True)
    return torch.cat(abouts)[order].float(), torch.cat(kinds)[order].float()
