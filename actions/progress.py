"""Where a citizen is in a guide, and every move from there: pure, whatever was edited meanwhile.

What was done is a trail of screens with the choice taken on each. "Quay lại" takes its last entry
away; answers given are read off it; changing one of them walks the rest of it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from pydantic import ConfigDict

from knowledge_base.guides import (
    DONE,
    RETURN,
    SKIP,
    SOLVED,
    Choice,
    Ending,
    Guide,
    Screen,
    Step,
    Trouble,
)

Find = Callable[[str], Guide | None]  # the guide of an id
_LONGEST = 120  # entries of a trail; only going round troubles makes a longer one


class _Stored:
    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Caller(_Stored):
    """A choice that called a guide: where to go on after it."""

    guide: str
    screen: str
    choice: str


@dataclass(frozen=True, slots=True)
class Spot(_Stored):
    """A screen of a guide, with what called the guide, innermost last."""

    guide: str
    screen: str
    callers: tuple[Caller, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken(_Stored):
    """A screen that was left by a choice."""

    at: Spot
    choice: str


@dataclass(frozen=True, slots=True)
class Progress(_Stored):
    """One guide under way. ``trail`` oldest first; ``edition`` of the guide of ``at`` when it was
    last shown, on ``day``; ``code`` of the procedure it is done for; ``paused`` by the citizen;
    ``remind``: the day of the reminder that is under way."""

    at: Spot
    trail: tuple[Taken, ...] = ()
    edition: str = ""
    day: date | None = None
    code: str | None = None
    paused: bool = False
    remind: date | None = None

    @property
    def guide(self) -> str:
        """The guide that the citizen began with."""
        return self.at.callers[0].guide if self.at.callers else self.at.guide


class Standing(NamedTuple):
    """A progress whose guide and screen exist, with them."""

    progress: Progress
    guide: Guide
    screen: Screen
    step: Step  # the screen itself, or the step whose trouble it is

    @property
    def is_over(self) -> bool:
        """Whether the end of the guide that the citizen began with is reached."""
        return self.step.ends is not None and not self.progress.at.callers


class Answer(NamedTuple):
    """A question that was answered: its place in the trail."""

    place: int
    spot: Spot
    step: Step
    choice: Choice


def begin(guide: Guide, code: str | None = None) -> Progress:
    """At the first step; ``code`` of the procedure it is done for."""
    at = Spot(guide=guide.id, screen=guide.steps[0].id)
    return Progress(at=at, edition=guide.edition, code=code)


def stand(progress: Progress, find: Find) -> Standing | None:
    """Where the citizen is as the files are now: where the screen is gone, at the nearest earlier
    one that still exists; None when nothing of the guide is left."""
    for at, trail in _earlier(progress):
        guide = find(at.guide)
        screen = guide.screen(at.screen) if guide else None
        step = guide.step(at.screen) if guide else None
        if guide and screen and step:
            if at is not progress.at:
                progress = replace(progress, at=at, trail=trail)
            return Standing(progress, guide, screen, step)
    first = find(progress.guide)
    return stand(begin(first, progress.code), find) if first else None


def _earlier(progress: Progress) -> Iterator[tuple[Spot, tuple[Taken, ...]]]:
    """The present place and those before it, newest first, each with the trail to it."""
    yield progress.at, progress.trail
    for place in range(len(progress.trail) - 1, -1, -1):
        yield progress.trail[place].at, progress.trail[:place]


def take(progress: Progress, choice: str, find: Find) -> Progress | None:
    """The progress after a choice on the present screen; None when it has no such choice, or one
    that leads nowhere (a pause, a person)."""
    here = stand(progress, find)
    if here is None or here.progress.at != progress.at:
        return None
    taken = (*progress.trail, Taken(at=progress.at, choice=choice))
    target = _leads_to(here, choice, find)
    if target is None:
        return None
    return _arrive(replace(progress, at=target, trail=_compact(taken)), find)


def _leads_to(here: Standing, choice: str, find: Find) -> Spot | None:
    """Where a choice of the present screen leads to."""
    at, guide, screen = here.progress.at, here.guide, here.screen

    def spot(id: str | None) -> Spot | None:
        return replace(at, screen=id) if id else None

    if isinstance(screen, Trouble):
        if choice == SOLVED and not screen.choices:
            return spot(here.step.id)
    elif here.step.ends:
        return _returned(here, find) if choice == RETURN else None
    elif choice in (DONE, SKIP):
        allowed = here.step.skippable if choice == SKIP else not here.step.choices
        return spot(here.step.to or guide.below(here.step)) if allowed else None
    elif any(trouble.id == choice for trouble in here.step.troubles):
        return spot(choice)
    picked = chosen(screen, choice)
    if picked is None or not picked.moves:
        return None
    called = find(picked.call) if picked.call else None
    if called is None:
        return spot(guide.target(screen, picked))
    caller = Caller(guide=at.guide, screen=at.screen, choice=picked.id)
    return Spot(guide=called.id, screen=called.steps[0].id, callers=(*at.callers, caller))


def _returned(here: Standing, find: Find) -> Spot | None:
    """Where it goes on after the end of a guide that was called."""
    callers = here.progress.at.callers
    if not callers:
        return None
    caller = callers[-1]
    guide = find(caller.guide)
    screen = guide.screen(caller.screen) if guide else None
    picked = chosen(screen, caller.choice) if screen else None
    target: str | None = caller.screen  # asked again, also where the file was edited
    if guide and screen and picked:
        if here.step.ends is Ending.DONE:
            target = guide.target(screen, picked)
        else:
            target = picked.otherwise or caller.screen
    return Spot(guide=caller.guide, screen=target or caller.screen, callers=callers[:-1])


def _arrive(progress: Progress, find: Find) -> Progress | None:
    """The progress at the first screen from here on that has to be shown: a question whose answer
    is known is passed over."""
    while True:
        here = stand(progress, find)
        if here is None:
            return None
        progress = here.progress
        if progress.edition != here.guide.edition:
            progress = replace(progress, edition=here.guide.edition)
        known = _known(here, find)
        target = here.guide.target(here.step, known) if known else None
        if target is None:
            return progress
        progress = replace(progress, at=replace(progress.at, screen=target))


def _known(here: Standing, find: Find) -> Choice | None:
    """The answer to the question of the present screen that was given to another one."""
    if here.screen is not here.step or not here.step.remembered:
        return None
    for answer in reversed(answers(here.progress, find)):
        if answer.step.remembered != here.step.remembered:
            continue
        if (answer.spot.guide, answer.step.id) == (here.guide.id, here.step.id):
            return None  # it is asked again on purpose
        found = chosen(here.step, answer.choice.id)
        return found if found and found.moves and not found.call else None
    return None


def chosen(screen: Screen, choice: str) -> Choice | None:
    """The choice of an id that the file gives on a screen."""
    return next((c for c in screen.choices if c.id == choice), None)


def back(progress: Progress, find: Find, steps: int = 1) -> Progress | None:
    """So many screens back, exactly as they were left; None when that is before the first."""
    for place in range(len(progress.trail) - 1, -1, -1):
        at = progress.trail[place].at
        guide = find(at.guide)
        if guide is None or guide.screen(at.screen) is None:
            continue  # the file was edited
        steps -= 1
        if steps <= 0:
            trail = progress.trail[:place]
            return replace(progress, at=at, trail=trail, edition=guide.edition)
    return None


def distance(here: Standing, number: int, find: Find) -> int:
    """How many screens back the step of a number lies, in the guide that the citizen is in; as far
    as that guide goes where it lies before it."""
    frame = here.progress.at.callers
    found = 0
    for steps, taken in enumerate(reversed(here.progress.trail), 1):
        if taken.at.callers[: len(frame)] != frame:
            break
        earlier = back(here.progress, find, steps)
        there = stand(earlier, find) if earlier else None
        if taken.at.callers == frame and there:
            found = steps
            if count(there)[0] <= number:
                break
    return found


def answers(progress: Progress, find: Find) -> list[Answer]:
    """The answers to questions of steps that were given, oldest first, each question once."""
    found: dict[Spot, Answer] = {}
    for place, taken in enumerate(progress.trail):
        guide = find(taken.at.guide)
        step = guide.screen(taken.at.screen) if guide else None
        choice = chosen(step, taken.choice) if step else None
        if isinstance(step, Step) and choice:
            found[taken.at] = Answer(place, taken.at, step, choice)
    return list(found.values())


def place_of(progress: Progress, guide: str, screen: str) -> int | None:
    """The last entry of the trail that left this screen."""
    return next(
        (
            place
            for place in range(len(progress.trail) - 1, -1, -1)
            if (progress.trail[place].at.guide, progress.trail[place].at.screen) == (guide, screen)
        ),
        None,
    )


def changed(progress: Progress, place: int, choice: str, find: Find) -> Progress | None:
    """The progress with another choice at an entry of the trail: what was done after it and still
    lies on the way is not asked for again. None when there is no such choice."""
    cut = replace(progress, at=progress.trail[place].at, trail=progress.trail[:place])
    now = take(cut, choice, find)
    if now is None:
        return None
    left = {t.at: t.choice for t in progress.trail[place + 1 :]}
    while now.at != progress.at and (again := left.pop(now.at, None)) is not None:
        onward = take(now, again, find)
        if onward is None or onward.at.screen == again:
            break  # not into a trouble
        now = onward
    return now


def count(here: Standing) -> tuple[int, int]:
    """Which step of its guide this is, from 1, and how many there are on the longest way on; an end
    is none of them: the step before it is said."""
    at = here.progress.at
    done: dict[str, None] = {}
    for taken in here.progress.trail:
        step = here.guide.step(taken.at.screen)
        if (taken.at.guide, taken.at.callers) == (at.guide, at.callers) and step:
            done.setdefault(step.id)
    before = [*done, here.step.id].index(here.step.id)
    if here.step.ends:
        return before, before
    return before + 1, before + here.guide.ahead[here.step.id]


def _compact(trail: tuple[Taken, ...]) -> tuple[Taken, ...]:
    """The trail; where it has grown too long, without its oldest way round or entry."""
    while len(trail) > _LONGEST:
        start, end = _oldest_round(trail)
        trail = (*trail[:start], *trail[end:])
    return trail


def _oldest_round(trail: tuple[Taken, ...]) -> tuple[int, int]:
    """Between which entries the trail comes back to a screen for the first time; around its first
    entry if it never does."""
    seen: dict[Spot, int] = {}
    for place, taken in enumerate(trail):
        if taken.at in seen:
            return seen[taken.at], place
        seen[taken.at] = place
    return 0, 1
