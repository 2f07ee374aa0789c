"""Teaching the encoder what a message asks, with layers of its own above those that are shared.

What a message is about stays as it was taught: the shared layers are not touched. The kinds have
the last layers for themselves, and learn which pieces to listen to; the layer that names them is
thrown away, what it reads stays and is what the intent classifier sees.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from scripts.encoder import steps
from scripts.encoder.reader import KIND_SIZE, Reader, batches
from scripts.encoder.steps import Keep, Plan, Progress

Said = tuple[Sequence[int], int]  # a message's token ids, and the position of its kind
Say = Callable[[], Said]

PLAN = Plan(rate=2e-4, warm_up=40, early=10)
_SHARPNESS = 0.1  # unit vectors make small numbers: how small a difference counts
_FRESH = 5  # how much faster what begins at random learns
_SMOOTH = 0.05
_MISSED = 0.3  # share of the pieces not listened to while it learns: no word alone is relied on


def train(
    net: Reader, known: Sequence[Said], say: Say, *, plan: Plan, progress: Progress, keep: Keep
) -> Reader:
    """Teach ``net``, which is changed but for its shared layers.

    Args:
        net: the encoder.
        known: some messages of every kind; naming begins with how these sound.
        say: a message, another one at each call.
        plan: this, ``progress``, ``keep``, and what is returned:
            :func:`scripts.encoder.steps.train`.
    """
    net.eval()
    namer = _namer(net, known)
    net.above.train()
    ears = [*net.listen.parameters(), *net.told.parameters(), *namer.parameters()]

    def loss() -> torch.Tensor:
        said = [say() for _ in range(plan.batch)]
        named = namer(heard(net, [ids for ids, _ in said])) / _SHARPNESS
        wanted = torch.tensor([kind for _, kind in said])
        return F.cross_entropy(named, wanted, label_smoothing=_SMOOTH)

    groups = [(net.above.parameters(), 1), (ears, _FRESH)]
    return steps.train(net, groups, loss, plan=plan, progress=progress, keep=keep)


def heard(net: Reader, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    """How texts of token ids sound, ``(n, KIND_SIZE)``, in their order; only what is taught here
    can be learnt from it."""
    order, parts = batches(texts)
    made = []
    for tokens, mask in parts:
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            shared = net.shared(tokens, mask)
        caught = _caught(mask) if net.above.training else mask
        with torch.autocast("cpu", dtype=torch.bfloat16):
            made.append(net.sound(shared, caught))
    return torch.cat(made)[order].float()


def _caught(mask: torch.Tensor) -> torch.Tensor:
    """``mask`` with some of its pieces left out, never the first."""
    caught = mask * (torch.rand(mask.shape) >= _MISSED)
    caught[:, 0] = 1
    return caught


def measure(net: Reader, known: Sequence[Said], apart: Sequence[Said]) -> float:
    """How many of the messages set ``apart`` sound nearest to the middle of their kind, a share in
    0..1; 0 where there are none."""
    if not apart:
        return 0.0
    net.eval()
    with torch.no_grad():
        guessed = (heard(net, [ids for ids, _ in apart]) @ _namer(net, known).weight.T).argmax(1)
    return float(np.mean([int(g) == kind for g, (_, kind) in zip(guessed, apart, strict=True)]))


def _namer(net: Reader, known: Sequence[Said]) -> torch.nn.Linear:
    """What names kinds: by the middle of how the messages of each sound."""
    kinds = torch.tensor([kind for _, kind in known])
    with torch.no_grad():
        sounds = heard(net, [ids for ids, _ in known])
        sums = torch.zeros(int(kinds.max()) + 1, KIND_SIZE).index_add_(0, kinds, sounds)
        namer = torch.nn.Linear(KIND_SIZE, len(sums))
        namer.weight.copy_(F.normalize(sums, dim=1))
        namer.bias.zero_()
    return namer
