"""The link in the light of the intent: a procedure's words in a sentence about something else."""

from __future__ import annotations

import pytest

from bot.understanding.pipeline import likeliest, weigh
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome

ANSWER, ASK, NONE, DECLINE = (
    LinkOutcome.ANSWER, LinkOutcome.ASK, LinkOutcome.NONE, LinkOutcome.DECLINE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("intent", "confidence", "score", "outcome"),
    [
        ("ask_fee", 0.9, 0.2, ANSWER),
        ("ask_fee", 0.2, 0.2, ANSWER),
        ("out_of_scope", 0.9, 0.5, DECLINE),  # surely about something else
        ("out_of_scope", 0.9, 0.9, ANSWER),  # but the procedure is hardly to be doubted
        ("out_of_scope", 0.3, 0.2, ASK),  # perhaps about something else: never with confidence
        ("out_of_scope", 0.3, 0.7, ANSWER),
        ("nlu_fallback", 0.2, 0.2, ANSWER),
        ("thank", 0.9, 0.5, NONE),
        ("thank", 0.3, 0.2, ANSWER),
    ],
)
def test_the_intent_weighs_on_the_link(
    intent: str, confidence: float, score: float, outcome: LinkOutcome
) -> None:
    link = Link(ANSWER, (Candidate("1.000001", "", score),))
    weighed = weigh(intent, confidence, link, confidence if intent == "out_of_scope" else 0.0)
    assert weighed.outcome is outcome
    assert weighed.candidates == link.candidates


@pytest.mark.parametrize(
    ("outside", "score", "outcome"), [(0.1, 0.4, ASK), (0.1, 0.6, ANSWER), (0.01, 0.4, ANSWER)]
)
def test_what_may_be_off_topic_is_asked_about_rather_than_answered(
    outside: float, score: float, outcome: LinkOutcome
) -> None:
    link = Link(ANSWER, (Candidate("1.000001", "", score),))
    assert weigh("ask_fee", 0.6, link, outside).outcome is outcome


def test_papers_after_a_danger_are_what_the_second_guess_says() -> None:
    ranking = [
        {"name": "emergency", "confidence": 0.7},
        {"name": "nlu_fallback", "confidence": 0.3},
        {"name": "ask_papers", "confidence": 0.2},
    ]
    nothing: dict[str, object] = {"outcome": "none", "candidates": []}
    parsed = {"intent": ranking[0], "intent_ranking": ranking, "procedures": nothing}
    assert likeliest("nhà tôi đang cháy", parsed)["name"] == "emergency"
    assert likeliest("giấy chứng tử cho người chết đuối", parsed)["name"] == "ask_papers"
    assert (
        likeliest("chào", {"intent": {"name": "greet"}, "procedures": nothing})["name"] == "greet"
    )


@pytest.mark.parametrize(
    ("confidence", "score", "intent"),
    [(0.5, 0.7, "ask_fee"), (0.5, 0.4, "out_of_scope"), (0.7, 0.7, "out_of_scope")],
)
def test_what_is_hardly_off_topic_and_names_a_procedure_is_the_second_guess(
    confidence: float, score: float, intent: str
) -> None:
    ranking = [
        {"name": "out_of_scope", "confidence": confidence},
        {"name": "ask_fee", "confidence": 0.2},
    ]
    found = {"outcome": "answer", "candidates": [{"code": "1.000001", "score": score}]}
    parsed = {"intent": ranking[0], "intent_ranking": ranking, "procedures": found}
    assert likeliest("lệ phí", parsed)["name"] == intent
