"""Every path of every guide that is shipped: no dead end, and back leads exactly where one was."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest

from actions import menu, progress
from actions.guide_screen import opening
from actions.perform import World, perform
from actions.progress import Progress, Standing
from actions.state import Action, Kind, Move, Outcome, State
from knowledge_base import loader, phrases
from knowledge_base.guides import DONE, RETURN, SKIP, SOLVED, Ending, Guide, Trouble
from tests.samples import NOW, PHONE

MOST_TAPS = 3  # from the first message to a guide's first step


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


def walk(guide: Guide) -> Iterator[tuple[Progress, ...]]:
    """Every path to the end: all choices, all skips, all calls; and each trouble of each path once,
    whatever it leads to, at the first place where it may come."""
    troubled: set[tuple[str, str, int]] = set()
    waiting: list[tuple[Progress, ...]] = [(progress.begin(guide),)]
    while waiting:
        path = waiting.pop()
        here = progress.stand(path[-1], find)
        assert here is not None and here.progress == path[-1]
        if here.is_over:
            yield path
            continue
        onward = [*choices(here)]
        assert onward, f"a dead end at {here.progress.at}"
        for choice in onward:
            aside = here.guide.screen(choice)
            if isinstance(aside, Trouble) or isinstance(here.screen, Trouble):
                seen = (here.screen.id, choice, len(path[-1].at.callers))
                if seen in troubled:
                    continue
                troubled.add(seen)
            after = progress.take(path[-1], choice, find)
            assert after is not None, (here.progress.at, choice)
            assert progress.back(after, find) == path[-1]
            waiting.append((*path, after))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
def test_every_path_ends_and_every_step_back_is_exact(guide: Guide) -> None:
    paths = 0
    ends: set[Ending | None] = set()
    reached: set[str] = set()
    for path in walk(guide):
        paths += 1
        last = progress.stand(path[-1], find)
        assert last is not None
        ends.add(last.step.ends)
        reached.update(p.at.screen for p in path if not p.at.callers)
        assert progress.back(path[0], find) is None
        assert progress.back(path[-1], find, len(path) - 1) == path[0]
        assert len(path[-1].trail) == len(path) - 1
    assert Ending.DONE in ends
    assert paths >= 2
    screens = {s.id for step in guide.steps for s in (step, *step.troubles)}
    asked = [step.remembered for step in guide.steps]
    # A question asked before in the same guide is answered by what was said then, without a screen.
    silent = {s.id for n, s in enumerate(guide.steps) if s.remembered and s.remembered in asked[:n]}
    assert screens - silent <= reached <= screens


def test_the_paths_are_many() -> None:
    paths = (path for guide in GUIDES for path in walk(guide))
    assert sum(1 for _ in islice(paths, 1001)) > 1000


def press(action: Action, state: State) -> Outcome:
    outcome = perform(action, state, world(), NOW)
    stored = outcome.state.model_dump(mode="json", exclude_defaults=True) | {"version": 1}
    restored = State.restore(stored)
    assert restored == outcome.state
    return outcome


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
@pytest.mark.parametrize("brief", [False, True], ids=["whole", "brief"])
def test_every_button_of_every_screen_leads_on(guide: Guide, brief: bool) -> None:
    """Each screen, in each place it is called from, once: all its buttons are pressed."""
    outcome = press(opening(guide.id), State(brief=brief, turn=1))
    seen = {outcome.state.guides[0].at}
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
            pressed += 1
            after = press(offer.action, outcome.state)
            assert after.events[0] not in ("guide.gone", "guide.none", "stale"), offer
            if offer.action.move is not Move.GO:
                continue
            now = after.state.guides[0].at
            assert now != before, offer.label
            assert after.events[0] in ("guide.step", "guide.done")
            if now not in seen:
                seen.add(now)
                waiting.append(after)
    assert pressed > len(seen)


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
