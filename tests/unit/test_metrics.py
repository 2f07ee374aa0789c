"""What ``/metrics`` says of how content citizens are, of understanding and of sending."""

from __future__ import annotations

from api.metrics import Metrics
from bot.store.counts import Counts


def test_ratings_are_shown_by_score_and_by_reason() -> None:
    ratings = {(0, ""): 9, (5, ""): 3, (2, ""): 2, (1, ""): 1, (2, "slow"): 2, (1, "slow"): 1}
    guessing = {("address", "slow"): 2}
    text = Metrics().render(Counts(0, 0.0, 0, 0, 0.0, {}, ratings, guessing)).decode()
    assert 'dossier_guessing{level="slow",who="address"} 2.0' in text
    for line in (
        "assistant_ratings_asked 9.0",
        'assistant_ratings{score="5"} 3.0',
        'assistant_ratings{score="1"} 1.0',
        'assistant_rating_reasons{reason="slow"} 3.0',
    ):
        assert f"\n{line}\n" in text
    assert 'score="0"' not in text and 'reason=""' not in text


def test_understanding_and_sending_have_gauges_of_their_own() -> None:
    events = {"understood.answer": 5, "understood.decline": 1, "reply.zalo.blocked": 2, "danger": 3}
    text = Metrics().render(Counts(4, 61.5, 1, 2, 33.0, events, {})).decode()
    for line in (
        'assistant_understood{outcome="answer"} 5.0',
        'assistant_understood{outcome="decline"} 1.0',
        'replies_failed{channel="zalo",what="blocked"} 2.0',
        'assistant_events{name="danger"} 3.0',
        "messages_oldest_pending_seconds 61.5",
        "replies_oldest_undelivered_seconds 33.0",
        "messages_parked 1.0",
    ):
        assert f"\n{line}\n" in text
    assert 'name="reply' not in text and 'name="understood' not in text
