"""What every curated procedure costs and how long it takes, as citizens of several provinces are
told on several days: one message, or one question, never a sum without its source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

import pytest

from actions import menu
from actions.perform import World, perform
from actions.state import Action, Aspect, Kind, Outcome, State
from knowledge_base import loader, phrases
from knowledge_base.phrases import MOST_CHARACTERS
from knowledge_base.schema import Procedure
from tests.samples import NOW, PHONE

DAYS = (date(2026, 11, 22), date(2026, 12, 31), date(2027, 1, 1), date(2030, 6, 1))
# Nobody knows where, two provinces whose fees are known, one whose are not.
UNITS = (None, "01", "79", "37")
DATED = re.compile(r"ngày \d\d/\d\d/20\d\d\)?, mã \d\.\d{6}")


@pytest.fixture(scope="module")
def real() -> World:
    return World(loader.load(), phrases.load(), menu.load(), PHONE)


def asked(real: World, found: Procedure, aspect: Aspect, day: date, unit: str | None) -> Outcome:
    action = Action(kind=Kind.SHOW, code=found.code, aspect=aspect)
    return perform(action, State(unit=unit), real, datetime.combine(day, NOW.timetz()))


def answers(outcome: Outcome, real: World, day: date) -> Iterator[Outcome]:
    """The outcome, or if it is a question about the citizen's situation, what each answer leads
    to; with the pages that follow."""
    current = outcome.state.current
    assert current is not None
    if outcome.events != ("ask_case",):
        yield outcome
    for offer in outcome.state.latest_offers():
        turns = offer.action.kind is current.kind and offer.action.page == current.page + 1
        chosen = outcome.events == ("ask_case",) and offer.action.kind is Kind.SHOW
        if offer.action.aspect is current.aspect and (turns or chosen):
            moment = datetime.combine(day, NOW.timetz())
            yield from answers(perform(offer.action, outcome.state, real, moment), real, day)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("aspect", [Aspect.FEE, Aspect.TIME])
def test_an_amount_is_short_and_sourced_on_every_day(
    real: World, aspect: Aspect, day: date, unit: str | None
) -> None:
    walked = 0
    for found in real.knowledge.curated:
        for outcome in answers(asked(real, found, aspect, day, unit), real, day):
            walked += 1
            (said,) = outcome.replies
            where = f"{found.code}: {said.text}"
            assert len(said.text) <= MOST_CHARACTERS, where
            assert len(outcome.state.latest_offers()) <= 5, where
            if outcome.events != ("ask_unit",):
                assert DATED.search(said.source or ""), where
    assert walked >= len(real.knowledge.curated)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("day", DAYS)
def test_what_it_costs_is_one_message_or_one_question(
    real: World, day: date, unit: str | None
) -> None:
    """Hardly an answer about money goes on on a second page; a shorter note brings it back."""
    walked, onward = 0, []
    for found in real.knowledge.curated:
        for outcome in answers(asked(real, found, Aspect.FEE, day, unit), real, day):
            walked += 1
            if any(offer.action.page for offer in outcome.state.latest_offers()):
                onward.append(f"{found.code}: {outcome.replies[0].text}")
    assert len(onward) <= 0.01 * walked, "\n".join(onward)


def test_few_are_asked_and_most_are_answered_at_once(real: World) -> None:
    """As counted in docs/phi-va-thoi-han.md; a citizen who said where they live is asked less."""
    for unit, most_asked in ((None, 0.27), ("01", 0.03), ("37", 0.03)):
        counted = Counter(
            asked(real, found, Aspect.FEE, DAYS[0], unit).events[0]
            for found in real.knowledge.curated
        )
        answered = counted["answered.fee"]
        assert set(counted) <= {"answered.fee", "ask_case", "ask_unit"}
        assert 1 - answered / counted.total() <= most_asked, counted


def test_a_province_is_asked_for_only_where_some_fee_is_known(real: World) -> None:
    for found in real.knowledge.curated:
        outcome = asked(real, found, Aspect.FEE, DAYS[0], None)
        known = any(p.applied(found, DAYS[0]) is not found for p in real.knowledge.provinces)
        if outcome.events != ("ask_case",):  # the situation may decide alone
            assert (outcome.events == ("ask_unit",)) == known, found.code


def test_every_line_of_a_province_reaches_some_procedure(real: World) -> None:
    assert real.knowledge.provinces
    for province in real.knowledge.provinces:
        for fact in province.facts:
            reached = [p.code for p in real.knowledge.procedures if fact.covers(p)]
            assert reached, f"{province.name}: {fact}"
