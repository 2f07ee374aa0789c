"""Step by step through a lesson: what every teaching of the encoder does alike."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch

from scripts.encoder.reader import Reader

Progress = Callable[[int, float, float], None]
Keep = Callable[[int, Reader], None]
Group = tuple[Iterable[torch.nn.Parameter], float]  # and how much faster than others it learns

_MEMORY = 0.98  # of the running average
_SLOWEST = 0.02  # share of the highest rate that is left at the end
_KEPT_EVERY = 50  # steps


@dataclass(frozen=True)
class Plan:
    """How long and how fast.

    ``seconds`` of training; ``batch`` messages a step; ``rate`` of learning at its highest, which
    is reached after ``warm_up`` steps; in the first few times ``early`` steps the running average
    forgets faster what it began with.
    """

    rate: float
    warm_up: int
    early: int = 0
    seconds: float = 1800
    batch: int = 96
    seed: int = 1


def train(
    net: Reader,
    groups: Sequence[Group],
    loss: Callable[[], torch.Tensor],
    *,
    plan: Plan,
    progress: Progress,
    keep: Keep,
) -> Reader:
    """Teach ``net``, which is changed.

    Args:
        net: the encoder, its layers in the mode that they are taught in.
        groups: the parameters that learn.
        loss: the loss of ``net`` over messages drawn anew at each call.
        plan: how long and how fast.
        progress: told (step, share done 0..1, loss) after every step.
        keep: given (step, running average of ``net``) now and then, for what may be cut off.

    Returns:
        The running average of ``net``.
    """
    torch.manual_seed(plan.seed)
    optimiser = torch.optim.AdamW(
        [{"params": list(some), "quick": quick} for some, quick in groups], weight_decay=0.01
    )
    average, began, steps = deepcopy(net), time.monotonic(), 0
    while (spent := time.monotonic() - began) < plan.seconds:
        steps += 1
        done = spent / plan.seconds
        cosine = max(_SLOWEST, 0.5 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * group["quick"] * min(1.0, steps / plan.warm_up) * cosine
        found = loss()
        optimiser.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        memory = min(_MEMORY, steps / (steps + plan.early))
        with torch.no_grad():
            for kept, newest in zip(average.parameters(), net.parameters(), strict=True):
                kept.lerp_(newest, 1 - memory)
        progress(steps, done, found.item())
        if steps % _KEPT_EVERY == 0:
            keep(steps, average)
    return average
