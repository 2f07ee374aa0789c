"""How well the trained pipeline tells the kinds of questions apart.

The sentences of ``tests/nlu/*.yaml`` were written by others than the training sentences; what they
are held to is in ``tests/retrieval/floors.yaml``.
"""

from __future__ import annotations

from collections import Counter

import pytest

from knowledge_base.evaluation.floors import Bound, shortfall
from knowledge_base.evaluation.questions import KINDS
from tests.measured import asked, bounds_of, measured, title


@pytest.mark.timeout(600)  # the first asks all of them
@pytest.mark.parametrize("bound", bounds_of(KINDS), ids=title)
def test_no_kind_is_lost(bound: Bound) -> None:
    short = shortfall(bound, measured(KINDS))
    heard = Counter(a.tried.intent for a in asked(KINDS) if a.question.group == bound.group)
    assert short is None, heard.most_common()


def test_there_are_sentences_enough() -> None:
    rows = measured(KINDS)
    assert rows["ALL"].n >= 600
    assert len(rows) - 1 >= 30
