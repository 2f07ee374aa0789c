"""Teaching the encoder what a message is about.

Contrastive: a message must be nearer to a text of its own procedure than to the texts of all others
in the batch, and of the procedures it is confused with. What it asks is taught after this
(:mod:`scripts.encoder.naming`), above the layers that change here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from knowledge_base.retrieval.corpus import Kind, set_aside
from scripts.encoder import steps
from scripts.encoder.pairs import Lessons
from scripts.encoder.reader import Reader, about
from scripts.encoder.steps import Keep, Plan, Progress

PLAN = Plan(rate=1e-4, warm_up=20)

_TEMPERATURE = 0.03
_BACKWARD = 0.3  # weight of finding the message from the text
_TOLD = {Kind.NAME: 0.5, Kind.LAY: 0.8, Kind.SAMPLE: 0.6, Kind.SUMMARY: 0.35}


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
    apart: Sequence[Sequence[int]]


def train(
    net: Reader, taught: Lessons, cut: Cut, *, plan: Plan, progress: Progress, keep: Keep
) -> Reader:
    """Teach ``net``, which is changed, by the lessons and the same as token ids.

    ``plan``, ``progress``, ``keep``, and what is returned: :func:`scripts.encoder.steps.train`.
    """
    chooser = _Chooser(taught, plan)
    net.train()
    return steps.train(
        net, [(net.net.parameters(), 1)], lambda: _loss(net, chooser, taught, cut),
        plan=plan, progress=progress, keep=keep,
    )  # fmt: skip


def measure(net: Reader, taught: Lessons, cut: Cut) -> float:
    """How many of the questions set aside are nearest to a name or lay name of their procedure: a
    share in 0..1, 0 where there are none."""
    if not taught.apart:
        return 0.0
    net.eval()
    with torch.no_grad():
        texts = taught.corpus.texts
        names = [
            at
            for at, text in enumerate(texts)
            if text.kind is not Kind.SAMPLE and taught.corpus.entries[text.owner].curated
        ]
        meant = about(net, [cut.passages[at] for at in names])
        owners = np.array([texts[at].owner for at in names])
        found = owners[(about(net, cut.apart) @ meant.T).argmax(1).numpy()]
    return float(np.mean([a == q.owner for a, q in zip(found, taught.apart, strict=True)]))


def _loss(net: Reader, chooser: _Chooser, taught: Lessons, cut: Cut) -> torch.Tensor:
    """The loss of one batch."""
    asked, answers = chooser.draw()
    texts = [*(cut.queries[i] for i in asked), *(cut.passages[i] for i in answers)]
    meant = about(net, texts)
    owners = torch.tensor([taught.queries[i].owner for i in asked])
    passages = torch.from_numpy(chooser.owners[answers])
    return _meaning(meant[: len(asked)], meant[len(asked) :], owners, passages)


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
