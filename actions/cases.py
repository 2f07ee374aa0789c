"""Which of the citizen's situations it is: asked only where the answer turns on it."""

from __future__ import annotations

from collections.abc import Sequence

from actions import amounts, pages
from actions.state import USUAL, Action, Aspect, Button, Kind, Message
from actions.telling import Telling
from knowledge_base.schema import Case, Fact, Paper, Procedure


def ask(action: Action, procedure: Procedure, tell: Telling) -> Message:
    """The question: a page of at most four situations, each a button."""
    buttons = [
        Button(c.title[:1].upper() + c.title[1:], action.model_copy(
            update={"kind": _after(action), "then": None, "case": c.id, "page": 0}))
        for c in asked(action.aspect, procedure)
    ]  # fmt: skip
    if _has_usual(action.aspect, procedure):
        usual = action.model_copy(
            update={"kind": _after(action), "then": None, "case": USUAL, "page": 0}
        )
        buttons.append(Button(tell.say("talk.button_common"), usual))
    cut = pages.rows(buttons)
    page = min(action.page, len(cut) - 1)
    shown = list(cut[page])
    if page + 1 < len(cut):
        asking = action.model_copy(update={"kind": Kind.ASK_CASE, "page": page + 1})
        shown.append(Button(tell.more_label(cut, page + 1), asking))
    text = tell.say("talk.ask_case", tell.address, ten=procedure.name)
    return Message(text, buttons=tuple(shown))


def asked(aspect: Aspect, procedure: Procedure) -> list[Case]:
    """The situations that a fact of this aspect depends on."""
    named = {fact.case for fact in _facts(aspect, procedure)}
    return [case for case in procedure.cases if case.id in named]


def decide(action: Action, procedure: Procedure, tell: Telling) -> bool:
    """Whether the situation is to be asked: on demand, or as the answer turns on it."""
    if action.kind is Kind.ASK_CASE:
        return True
    if action.aspect in (Aspect.FEE, Aspect.TIME):
        return amounts.turns_on_case(action, procedure, tell)
    if action.aspect is not Aspect.PAPERS or not procedure.papers:
        return False
    return all(paper.case not in (None, action.case) for paper in procedure.papers)


def papers(procedure: Procedure, case: str | None) -> list[Paper]:
    """The papers that are needed in a situation, its own first: they may replace others."""
    needed = [paper for paper in procedure.papers if paper.case in (None, case)]
    return sorted(needed, key=lambda paper: paper.case is None)


def placed(procedure: Procedure, case: str | None) -> Procedure:
    """The procedure with the places of a situation alone, its own first; with all of them where it
    is not known, or none is for it."""
    held = [p for p in procedure.places if case is None or p.case in (None, case)]
    own_first = sorted(held or procedure.places, key=lambda p: case is None or p.case is None)
    return procedure.model_copy(update={"places": tuple(own_first)})


def may_differ(action: Action, procedure: Procedure) -> bool:
    """Whether another situation than the one on the screen would show something else."""
    if action.aspect not in (Aspect.PAPERS, Aspect.FEE, Aspect.TIME):
        return False
    shown_apart = action.aspect is Aspect.PAPERS or action.case is not None
    return shown_apart and bool(asked(action.aspect, procedure))


def _after(action: Action) -> Kind:
    """What is done when the question is answered."""
    return action.then or Kind.SHOW


def _has_usual(aspect: Aspect, procedure: Procedure) -> bool:
    """Whether a citizen in none of the situations has an answer of their own."""
    match aspect:
        case Aspect.FEE:
            return amounts.has_usual(procedure.fees)
        case Aspect.TIME:
            return amounts.has_usual(procedure.times)
        case _:
            return any(paper.case is None for paper in procedure.papers)


def _facts(aspect: Aspect, procedure: Procedure) -> Sequence[Fact]:
    match aspect:
        case Aspect.FEE:
            return procedure.fees
        case Aspect.TIME:
            return procedure.times
        case _:
            return procedure.papers
