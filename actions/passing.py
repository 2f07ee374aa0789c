"""What of a conversation goes with a pass, and how it is gone on with elsewhere.

Only where the citizen stands: no words of theirs, nothing of other matters.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from actions import checklist, guide_screen
from actions.progress import Progress
from actions.state import Action, Kind, Matter, State
from actions.ticks import Checklist


def packed(state: State, screen: Action | None = None) -> dict[str, Any]:
    """The citizen's matter as it goes with a pass. ``screen``: what is shown first; with a
    checklist nothing but it and the guide to the same procedure goes along."""
    guides, lists = state.guides, state.checklists
    if screen is not None and screen.kind is Kind.CHECKLIST:
        lists = tuple(c for c in lists if c.code == screen.code)
        guides = tuple(p for p in guides if p.code == screen.code)
    shown = screen or _newest(state)
    matter = Matter(
        address=state.address,
        procedure=state.procedure,
        case=state.case,
        unit=state.unit,
        anywhere=state.anywhere,
        guides=guides,
        checklists=lists,
        trail=(shown,) if shown else (),
    )
    return matter.model_dump(mode="json", exclude_defaults=True)


def unpacked(document: dict[str, Any], state: State, *, again: bool) -> tuple[State, Action] | None:
    """The conversation that goes on with a matter, and what is shown; None where it cannot be read.

    Args:
        document: what :func:`packed` gave, perhaps of an earlier release.
        state: the conversation that opened the pass; what it knows of the citizen itself stays.
        again: it has opened the pass before: where it has come since then stands.
    """
    try:
        matter = Matter.model_validate(document)
    except ValidationError:
        return None
    shown = matter.trail[-1] if matter.trail else Action(kind=Kind.HOME)
    given, own = (state.guides, matter.guides) if again else (matter.guides, state.guides)
    update: dict[str, Any] = {
        "guides": _first(given, own),
        "checklists": _joined(matter, state, again=again),
        "procedure": matter.procedure or state.procedure,
        "case": matter.case if matter.procedure else state.case,
        "unit": state.unit or matter.unit,
        "anywhere": state.anywhere or matter.anywhere,
    }
    if state.address == State().address:
        update["address"] = matter.address
    return state.model_copy(update=update), shown


def _newest(state: State) -> Action | None:
    """What the citizen was at: the guide or the papers, else what is on the screen."""
    current = state.current
    if current and current.kind is Kind.CHECKLIST and current.code:
        return checklist.opening(current.code)
    if state.guides:
        return guide_screen.here(state.guides[0].guide)
    if state.checklists:
        return checklist.opening(state.checklists[0].code)
    return current if current and current.kind is Kind.SHOW else None


def _first(given: tuple[Progress, ...], others: tuple[Progress, ...]) -> tuple[Progress, ...]:
    """The first ones in front, each guide once."""
    known = {p.guide for p in given}
    return (*given, *(p for p in others if p.guide not in known))


def _joined(matter: Matter, state: State, *, again: bool) -> tuple[Checklist, ...]:
    """The lists of both, those of the pass in front: no tick is lost."""
    own = {c.code: c for c in state.checklists}
    given = []
    for one in matter.checklists:
        mine = own.pop(one.code, None)
        given.append(mine.joined(one) if again and mine else one.joined(mine))
    return (*given, *own.values())
