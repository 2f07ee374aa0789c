"""What ``/metrics`` says of how content citizens are."""

from __future__ import annotations

from api.metrics import Metrics
from bot.store.counts import Counts


def test_ratings_are_shown_by_score_and_by_reason() -> None:
    ratings = {(0, ""): 9, (5, ""): 3, (2, ""): 2, (1, ""): 1, (2, "slow"): 2, (1, "slow"): 1}
    text = Metrics().render(Counts(0, 0.0, 0, 0, {}, ratings)).decode()
    for line in (
        "assistant_ratings_asked 9.0",
        'assistant_ratings{score="5"} 3.0',
        'assistant_ratings{score="1"} 1.0',
        'assistant_rating_reasons{reason="slow"} 3.0',
    ):
        assert f"\n{line}\n" in text
    assert 'score="0"' not in text and 'reason=""' not in text
