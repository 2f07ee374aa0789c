"""Teaching the encoder what a message asks, with layers of its own above those that are shared.

What a message is about stays as it was taught: the shared layers are not touched. The kinds have
the last layers for themselves, and learn which pieces to listen to; the layer that names them is
thrown away, what it reads stays and is what the intent classifier sees.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from scripts.encoder.reader import KIND_SIZE, Reader, batches

Said = tuple[Sequence[int], int]  # a message's token ids, and the position of its kind
Say = Callable[[], Said]
Progress = Callable[[int, float, float], None]
Keep = Callable[[int, Reader], None]

_SHARPNESS = 0.1  # unit vectors make small numbers: how small a difference counts
_FRESH = 5  # how much faster what begins at random learns
_WARM_UP = 40  # steps
_AVERAGED = 10  # steps from which on the running average forgets
_MEMORY = 0.98  # of the running average
_KEPT_EVERY = 50  # steps
_SMOOTH = 0.05


@dataclass(frozen=True)
class Plan:
    """``seconds`` of training; ``batch`` messages a step; ``rate`` of learning at its highest."""

    seconds: float = 1800
    batch: int = 96
    rate: float = 2e-4


def train(
    net: Reader, known: Sequence[Said], say: Say, *, plan: Plan, progress: Progress, keep: Keep
) -> Reader:
    """Teach ``net``.

    Args:
        net: the encoder; its shared layers stay as they are.
        known: some messages of every kind; naming begins with how these sound.
        say: a message, another one at each call.
        plan: how long and how fast.
        progress: told (step, share done 0..1, loss) after every step.
        keep: given the running average now and then, for what may be cut off.

    Returns:
        The running average of ``net``.
    """
    torch.manual_seed(1)
    net.eval()
    namer = _namer(net, known)
    ears = [*net.listen.parameters(), *net.told.parameters(), *namer.parameters()]
    groups = [
        {"params": list(net.above.parameters()), "quick": 1},
        {"params": ears, "quick": _FRESH},
    ]
    optimiser = torch.optim.AdamW(groups, lr=plan.rate, weight_decay=0.01)
    average, began, steps = deepcopy(net), time.monotonic(), 0
    net.above.train()
    while plan.seconds and (done := (time.monotonic() - began) / plan.seconds) < 1:
        steps += 1
        cosine = max(0.02, 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * group["quick"] * min(1.0, steps / _WARM_UP) * cosine
        said = [say() for _ in range(plan.batch)]
        sound = heard(net, [ids for ids, _ in said])
        wanted = torch.tensor([kind for _, kind in said])
        loss = F.cross_entropy(namer(sound) / _SHARPNESS, wanted, label_smoothing=_SMOOTH)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        memory = min(_MEMORY, steps / (steps + _AVERAGED))
        with torch.no_grad():
            for kept, newest in zip(average.parameters(), net.parameters(), strict=True):
                kept.lerp_(newest, 1 - memory)
        progress(steps, done, loss.item())
        if steps % _KEPT_EVERY == 0:
            keep(steps, average)
    return average


def heard(net: Reader, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    """How texts of token ids sound, ``(n, KIND_SIZE)``, in their order; only what is taught here
    can be learnt from it."""
    order, parts = batches(texts)
    made = []
    for tokens, mask in parts:
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            shared = net.shared(tokens, mask)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            made.append(net.sound(shared, mask))
    return torch.cat(made)[order].float()


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
