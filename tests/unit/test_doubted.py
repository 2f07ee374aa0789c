"""How surely a procedure is meant, and the button under an answer that may be about another."""

from __future__ import annotations

import pytest

from actions.state import Action, Aspect, Kind
from actions.understanding import Understanding
from knowledge_base.retrieval.index import decide
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome, sureness
from tests.samples import Talk, procedure, world

A, B, C = "1.000001", "1.000002", "1.000003"
WORLD = world(
    *(
        procedure(code, ten=f"Xin giấy {name}", giay_to=[{"ten": f"Đơn {name}"}])
        for code, name in ((A, "một"), (B, "hai"), (C, "ba"))
    )
)


def _likely(*scores: float) -> tuple[Candidate, ...]:
    return tuple(Candidate(c, c, s) for c, s in zip((A, B, C), scores, strict=False))


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        ((0.9, 0.3), LinkOutcome.ANSWER),
        ((0.3, 0.01), LinkOutcome.ANSWER),
        ((0.3, 0.2), LinkOutcome.ASK),
        ((0.5, 0.45), LinkOutcome.ASK),
        ((0.06, 0.0), LinkOutcome.ASK),
        ((0.05, 0.0), LinkOutcome.DECLINE),
    ],
)
def test_the_lead_of_the_first_decides(scores: tuple[float, ...], outcome: LinkOutcome) -> None:
    assert decide(_likely(*scores)).outcome is outcome


def test_of_several_that_share_what_was_said_one_must_be_likely() -> None:
    assert decide(_likely(0.45, 0.02)).outcome is LinkOutcome.ANSWER
    assert decide(_likely(0.45, 0.02), alike=True).outcome is LinkOutcome.ASK
    assert decide(_likely(0.6, 0.02), alike=True).outcome is LinkOutcome.ANSWER


def test_sureness_grows_with_the_first_and_falls_with_the_second() -> None:
    assert sureness(0.6, 0.1) > sureness(0.5, 0.1) > sureness(0.5, 0.2)
    assert sureness(0.0, 0.0) < 0 < sureness(1.0, 1.0)


def test_all_that_are_near_are_asked_about() -> None:
    asked = Link(LinkOutcome.ASK, _likely(0.06, 0.012, 0.001)).asked
    assert [candidate.code for candidate in asked] == [A, B]


def _meant(*scores: float) -> Understanding:
    return Understanding("", "ask_papers", 0.9, Link(LinkOutcome.ANSWER, _likely(*scores)))


def test_an_answer_in_doubt_offers_the_others_and_a_sure_one_does_not() -> None:
    talk = Talk(WORLD, {"nửa ngờ": _meant(0.4, 0.1, 0.05), "chắc": _meant(0.9, 0.1)})
    talk.say("chắc")
    assert "Không phải việc này" not in talk.labels
    talk.say("nửa ngờ")
    assert talk.labels[-1] == "Không phải việc này"
    assert len(talk.labels) <= 5
    talk.press("Không phải việc này")
    assert talk.events == ("said.correct",)
    assert talk.labels[:2] == ["Xin giấy hai", "Xin giấy ba"]


def test_with_nothing_near_the_button_asks_for_other_words() -> None:
    talk = Talk(WORLD, {"nửa ngờ": _meant(0.4)})
    talk.say("nửa ngờ")
    before = talk.state.current
    assert before == Action(kind=Kind.SHOW, code=A, aspect=Aspect.PAPERS, doubted=True)
    talk.press("Không phải việc này")
    assert talk.events == ("said.correct",)
    assert talk.state.current is not None
    assert talk.state.current.kind is Kind.SAY
