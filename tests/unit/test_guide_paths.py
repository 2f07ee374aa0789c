"""Every path of every guide that is shipped: no dead end, and back leads exactly where one was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

import pytest

from actions import menu, progress
from actions.guide_screen import opening
from actions.perform import World, perform
from actions.progress import Caller, Progress, Spot, Standing
from actions.state import Action, Kind, Move, Outcome, State
from knowledge_base import loader, phrases
from knowledge_base.guides import DONE, RETURN, SKIP, SOLVED, Ending, Guide, Step, Trouble
from tests.samples import NOW, PHONE

MOST_TAPS = 3  # from the first message to a guide's first step
WALKS = 25  # of each guide, walked as a whole


@cache
def world() -> World:
    return World(loader.load(), phrases.load(), menu.load(), PHONE)


GUIDES = world().knowledge.guides
find = world().knowledge.guide


def choices(here: Standing) -> Iterator[str]:
    """Ids of what leads on from a screen, troubles last."""
    screen, step = here.screen, here.step
    yield from (choice.id for choice in screen.choices if choice.moves)
    if isinstance(screen, Trouble):
        if not screen.choices:
            yield SOLVED
    elif step.ends:
        if here.progress.at.callers:
            yield RETURN
    else:
        if not step.choices:
            yield DONE
        if step.skippable:
            yield SKIP
        yield from (trouble.id for trouble in step.troubles)


@dataclass(frozen=True)
class Place:
    """Where walks come together: nothing else of a progress says what its choices lead to."""

    at: Spot
    known: frozenset[tuple[str, str, str, str]]  # answers not asked for again, and where given


def place(here: Progress) -> Place:
    known = {
        answer.step.remembered: (answer.spot.guide, answer.step.id, answer.choice.id)
        for answer in progress.answers(here, find)
        if answer.step.remembered
    }
    return Place(here.at, frozenset((name, *answer) for name, answer in known.items()))


@dataclass
class Map:
    """Every place of a guide, reached by a shortest way, with what each choice there leads to."""

    first: Place
    reached: dict[Place, Progress]
    onward: dict[Place, dict[str, Place]]

    def is_aside(self, here: Place, choice: str) -> bool:
        """Whether a choice leads into or out of a trouble."""
        guide = find(here.at.guide)
        assert guide is not None
        return isinstance(guide.screen(here.at.screen), Trouble) or isinstance(
            guide.screen(choice), Trouble
        )


@cache
def mapped(guide: Guide) -> Map:
    """All choices, skips, calls and returns, once at each place, and each trouble where it comes
    first, in the guide itself and in those it calls; each step back exact."""
    begun = progress.begin(guide)
    found = Map(place(begun), {place(begun): begun}, {})
    waiting, troubled = [found.first], set[tuple[str, str, int]]()
    for here in waiting:
        was = found.reached[here]
        standing = progress.stand(was, find)
        assert standing is not None and standing.progress == was
        found.onward[here] = {}
        if standing.is_over:
            continue
        for choice in choices(standing):
            trouble = (here.at.guide, choice, len(here.at.callers))
            if isinstance(standing.guide.screen(choice), Trouble):
                if trouble in troubled:
                    continue
                troubled.add(trouble)
            now = progress.take(was, choice, find)
            assert now is not None, (was.at, choice)
            assert progress.back(now, find) == was
            assert len(now.trail) == len(was.trail) + 1
            there = found.onward[here][choice] = place(now)
            if there not in found.reached:
                found.reached[there] = now
                waiting.append(there)
        assert found.onward[here], f"a dead end at {was.at}"
    return found


def paths(way: Map) -> int:
    """How many paths lead to an end, without troubles; they must not go in circles."""

    @cache
    def from_(here: Place) -> int:
        there = [p for choice, p in way.onward[here].items() if not way.is_aside(here, choice)]
        return sum(map(from_, there)) if way.onward[here] else 1

    return from_(way.first)


def leading_to(way: Map, ends: set[Place]) -> set[Place]:
    """The places from which one of these is reached."""
    before: dict[Place, set[Place]] = {}
    for here, onward in way.onward.items():
        for there in onward.values():
            before.setdefault(there, set()).add(here)
    found, waiting = set(ends), [*ends]
    while waiting:
        new = before.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
def test_every_path_ends_and_every_step_back_is_exact(guide: Guide) -> None:
    way = mapped(guide)
    over = {here for here, onward in way.onward.items() if not onward}
    endings = {find_step(here.at).ends for here in over}
    assert Ending.DONE in endings and None not in endings
    assert leading_to(way, over) == set(way.reached), "a way in circles without an end"
    assert paths(way) >= 2
    reached = {here.at.screen for here in way.reached if not here.at.callers}
    screens = {s.id for step in guide.steps for s in (step, *step.troubles)}
    asked = [step.remembered for step in guide.steps]
    # A question asked before in the same guide is answered by what was said then, without a screen.
    silent = {s.id for n, s in enumerate(guide.steps) if s.remembered and s.remembered in asked[:n]}
    assert screens - silent <= reached <= screens


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
def test_walks_go_where_the_map_says_and_all_the_way_back(guide: Guide) -> None:
    """Whole walks at random, with troubles on the way: no place hides a difference between the
    ways that lead to it."""
    way, chance = mapped(guide), Random(guide.id)
    for _ in range(WALKS):
        path = [progress.begin(guide)]
        while onward := way.onward[place(path[-1])]:
            choice = chance.choice([*onward])
            now = progress.take(path[-1], choice, find)
            assert now is not None and place(now) == onward[choice]
            path.append(now)
            assert len(path) < 120, "longer than the trail that is kept"
        assert progress.back(path[0], find) is None
        assert progress.back(path[-1], find, len(path) - 1) == path[0]
        assert len(path[-1].trail) == len(path) - 1


def test_the_paths_are_many() -> None:
    assert sum(paths(mapped(guide)) for guide in GUIDES) > 10_000


def find_step(at: Spot) -> Step:
    guide = find(at.guide)
    step = guide.step(at.screen) if guide else None
    assert step is not None
    return step


def press(action: Action, state: State) -> Outcome:
    outcome = perform(action, state, world(), NOW)
    stored = outcome.state.model_dump(mode="json", exclude_defaults=True) | {"version": 1}
    restored = State.restore(stored)
    assert restored == outcome.state
    return outcome


def called(outcome: Outcome) -> tuple[str, str, tuple[Caller, ...]]:
    """The screen shown, and what called its guide; not what called that, which it never shows."""
    at = outcome.state.guides[0].at
    return at.guide, at.screen, at.callers[-1:]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
@pytest.mark.parametrize("brief", [False, True], ids=["whole", "brief"])
def test_every_button_of_every_screen_leads_on(guide: Guide, brief: bool) -> None:
    """Each screen, for each choice that calls its guide, once: all its buttons are pressed; in
    brief, where the same buttons stand under shorter words, those that lead to other screens."""
    outcome = press(opening(guide.id), State(brief=brief, turn=1))
    seen = {called(outcome)}
    waiting = [outcome]
    pressed = 0
    while waiting:
        outcome = waiting.pop()
        before = outcome.state.guides[0].at
        reply = outcome.replies[-1]
        assert len(reply.text) <= 300 and "{" not in reply.text
        assert 1 <= len([c for c in reply.choices if c.url is None]) <= 5
        labels = [choice.label for choice in reply.choices]
        assert len(labels) == len(set(labels))
        for offer in outcome.state.latest_offers():
            if brief and offer.action.move is not Move.GO:
                continue
            pressed += 1
            after = press(offer.action, outcome.state)
            assert after.events[0] not in ("guide.gone", "guide.none", "stale"), offer
            if offer.action.move is not Move.GO:
                continue
            now = after.state.guides[0].at
            assert now != before, offer.label
            assert after.events[0] in ("guide.step", "guide.done")
            if called(after) not in seen:
                seen.add(called(after))
                waiting.append(after)
    assert pressed >= len(seen)


def test_a_guide_is_at_most_three_taps_from_the_first_message() -> None:
    taps: dict[str, int] = {}
    waiting = [(perform(Action(kind=Kind.HOME), State(), world(), NOW), 0)]
    while waiting:
        outcome, count = waiting.pop(0)
        for offer in outcome.state.latest_offers():
            action = offer.action
            if action.kind is Kind.GUIDE and action.guide:
                begun = press(action, outcome.state)
                assert begun.replies[-1].text.startswith("Bước 1/")
                taps.setdefault(action.guide, count + 1)
            elif count < MOST_TAPS and action.kind in (Kind.HOME, Kind.TOPIC):
                waiting.append((press(action, outcome.state), count + 1))
    assert {guide.id for guide in GUIDES} - set(taps) == set()
    assert max(taps.values()) <= MOST_TAPS, taps


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
def test_a_guide_is_opened_by_each_of_its_names(guide: Guide) -> None:
    assert guide.lay_names
    known = world().knowledge.guide_named
    assert {name: known(name) for name in guide.lay_names} == dict.fromkeys(guide.lay_names, guide)
