"""How well life events are found, and the procedures asked for by name beside them.

``event`` was looked at while the event's lay words were written and its share was chosen;
``event_fresh`` was written after that. ``event_near``: questions about one procedure that belongs
to an event. The floors are in ``floors.yaml``.
"""

from __future__ import annotations

import pytest

from knowledge_base.evaluation.floors import Bound, shortfall
from knowledge_base.text import key
from tests.brain import open_brain
from tests.measured import SETS, bounds_of, measured, title

QUESTIONS = SETS["events"]


@pytest.mark.timeout(600)  # the first asks all of them
@pytest.mark.parametrize("bound", bounds_of("events"), ids=title)
def test_the_event_or_the_procedure_beside_it_is_found(bound: Bound) -> None:
    assert measured(bound.set)[bound.group].n >= 25
    assert shortfall(bound, measured(bound.set)) is None


def test_the_questions_name_events_and_procedures_that_are_known() -> None:
    knowledge = open_brain().world.knowledge
    for question in QUESTIONS:
        assert question.codes, question
        for code in question.codes:
            if question.group == "event_near":
                assert knowledge.by_code(code), (question, code)
            else:
                assert knowledge.event(code), (question, code)


def test_what_to_do_and_how_are_one_question_about_an_event() -> None:
    """An event's answer is one list of steps, whichever of the two was heard, so either is right.
    Two readers who did not know of that rule heard papers, place or conditions in some of them:
    what both heard is right too."""
    for question in QUESTIONS:
        both = {"ask_overview", "ask_how"}
        about_event = question.group != "event_near" and not both.isdisjoint(question.intents)
        assert about_event == (both <= {*question.intents}), question


def test_every_event_is_asked_for() -> None:
    asked = {c for q in QUESTIONS for c in q.codes}
    assert {e.id for e in open_brain().world.knowledge.events} <= asked


def test_no_question_is_a_sample_of_the_event_itself() -> None:
    events = open_brain().world.knowledge.events
    own = {key(t) for e in events for t in (e.title, *e.lay_names, *e.sample_questions)}
    assert [q.question for q in QUESTIONS if key(q.question) in own] == []
