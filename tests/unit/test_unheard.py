"""What is not known of a message that was understood."""

from __future__ import annotations

import pytest

from actions.state import Action, Aspect, Kind
from bot.unheard import asks_for_fine
from knowledge_base.loader import Knowledge
from tests.samples import procedure

CODE = "1.000001"
KNOWN = Knowledge((procedure(CODE),), ())
FEE = Action(kind=Kind.SHOW, code=CODE, aspect=Aspect.FEE)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("làm trễ có bị phạt không", True),
        ("lam tre phat bao nhieu tien", True),
        ("lệ phí bao nhiêu", False),
        ("lệ phí bao nhiêu, có phát biên lai không", False),
    ],
)
def test_a_fine_is_no_fee_and_no_paper_that_is_handed_out(text: str, asks: bool) -> None:
    assert asks_for_fine(text, FEE, KNOWN) is asks
