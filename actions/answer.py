"""Answers about one procedure, read from its record: one aspect a message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from actions import lines, pages
from actions.state import Action, Aspect, Button, Kind, Message
from knowledge_base.phrases import DEFAULT_ADDRESS, MOST_CHARACTERS, Phrases
from knowledge_base.schema import Case, Fee, Paper, Procedure, ProcessingTime, Source, Statement

_F = TypeVar("_F", Fee, ProcessingTime)

_NEXT = (Aspect.PAPERS, Aspect.FEE, Aspect.TIME, Aspect.PLACE, Aspect.HOW, Aspect.CONDITIONS)
_FOLLOW_UPS = 4
_FORM_WORDS = ("tờ khai", "đơn ", "mẫu", "phiếu", "giấy đề nghị")


@dataclass(frozen=True, slots=True)
class Telling:
    """How to say it: the wording, what the citizen is called, whether to keep it short.

    ``now``: the moment of the turn, Vietnamese time; ``unit``: code of the province or commune the
    citizen lives in, ``province``: code of that province; None where nothing is known, with
    ``anywhere`` since they would not say.
    """

    say: Phrases
    now: datetime
    address: str = DEFAULT_ADDRESS
    brief: bool = False
    unit: str | None = None
    province: str | None = None
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an answer and the source it rests on."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Body:
    """An answer before it is cut into pages; no items = the heading says it all.

    ``more``: the items have notes that are left out here. ``onward``: the heading from the second
    page on, where it is another one.
    """

    heading: str
    items: tuple[Item, ...] = ()
    sources: tuple[Source, ...] = ()
    more: bool = False
    onward: str | None = None


def show(action: Action, procedure: Procedure, tell: Telling) -> Message:
    """The message for ``action`` (of kind SHOW): at most 300 characters, sources, next steps.

    A fact that the record lacks is said to be missing, with the portal link.
    """
    if decided_by_case(action, procedure):
        return ask_case(action, procedure, tell)
    body = _BODIES[action.aspect](action, procedure, tell)
    if body is None:
        return _missing(action, procedure, tell)
    return _paged(action, body, procedure, tell)


def ask_case(action: Action, procedure: Procedure, tell: Telling) -> Message:
    """Which of the citizen's situations it is: a page of at most four, each a button."""
    cases = asked_cases(action.aspect, procedure)
    buttons = [
        Button(c.title[:1].upper() + c.title[1:], action.model_copy(
            update={"kind": Kind.SHOW, "case": c.id, "page": 0}))
        for c in cases
    ]  # fmt: skip
    usual = action.model_copy(update={"kind": Kind.SHOW, "case": None, "page": 0})
    if not decided_by_case(usual, procedure):
        buttons.append(Button(tell.say("talk.button_common"), usual))
    cut = pages.rows(buttons)
    page = min(action.page, len(cut) - 1)
    shown = list(cut[page])
    if page + 1 < len(cut):
        asking = action.model_copy(update={"kind": Kind.ASK_CASE, "page": page + 1})
        shown.append(Button(more_label(cut, page + 1, tell), asking))
    text = tell.say("talk.ask_case", tell.address, ten=procedure.name)
    return Message(text, buttons=tuple(shown))


def asked_cases(aspect: Aspect, procedure: Procedure) -> list[Case]:
    """The cases that a fact of this aspect depends on."""
    return [c for c in procedure.cases if _case_has(c.id, aspect, procedure)]


def decided_by_case(action: Action, procedure: Procedure) -> bool:
    """Whether the case is to be asked: on demand, or as all papers depend on it."""
    if action.kind is Kind.ASK_CASE:
        return True
    if action.aspect is not Aspect.PAPERS or not procedure.papers:
        return False
    return all(paper.case not in (None, action.case) for paper in procedure.papers)


def _case_has(case: str, aspect: Aspect, procedure: Procedure) -> bool:
    facts: Sequence[Paper | Fee | ProcessingTime] = procedure.papers
    if aspect is Aspect.FEE:
        facts = procedure.fees
    elif aspect is Aspect.TIME:
        facts = procedure.times
    return any(fact.case == case for fact in facts)


def _paged(action: Action, body: Body, procedure: Procedure, tell: Telling) -> Message:
    buttons: list[Button] = []
    text, sources = body.heading, body.sources
    if body.items:
        most = pages.BRIEF_PAGE if tell.brief else pages.PAGE
        # The same cut on every page, or an item would be shown twice or never.
        room = pages.room_after(max(body.heading, body.onward or "", key=len))
        cut = pages.split(body.items, lambda i: len(i.text) + 3, room, most)
        page = min(action.page, len(cut) - 1)
        heading = body.onward if page and body.onward else body.heading
        text = "\n".join([heading, *(f"• {_capital(item.text)}" for item in cut[page])])
        sources = tuple(item.source for item in cut[page])
        if page + 1 < len(cut):
            onward = action.model_copy(update={"page": page + 1})
            buttons.append(Button(more_label(cut, page + 1, tell), onward))
    if action.aspect is Aspect.PAPERS and any(paper.case for paper in procedure.papers):
        asking = action.model_copy(update={"kind": Kind.ASK_CASE, "page": 0})
        buttons.append(Button(tell.say("answer.button_cases"), asking))
    if body.more:
        detailed = action.model_copy(update={"detail": True, "page": 0})
        buttons.append(Button(tell.say("answer.button_detail"), detailed))
    buttons += _follow_ups(action, procedure, tell)[: pages.PAGE - len(buttons)]
    source = lines.source_line(procedure, sources or procedure.sources[:1], tell.say)
    return Message(text, source, tuple(buttons), _links(action, procedure, tell))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def more_label(cut: Sequence[Sequence[object]], page: int, tell: Telling) -> str:
    """What the button to ``page`` says, e.g. "Xem tiếp (6–10 trong 13)"."""
    first, last, total = pages.span(cut, page)
    if first == last:
        return tell.say("answer.button_more_one", so=first, tong=total)
    return tell.say("answer.button_more", tu=first, den=last, tong=total)


def _follow_ups(action: Action, procedure: Procedure, tell: Telling) -> list[Button]:
    """What citizens ask next, without what is on the screen."""
    return [
        Button(tell.say(f"answer.aspect_{aspect.value}"), Action(
            kind=Kind.SHOW, code=procedure.code, aspect=aspect, case=action.case))
        for aspect in _NEXT
        if aspect is not action.aspect
    ][:_FOLLOW_UPS]  # fmt: skip


def _links(action: Action, procedure: Procedure, tell: Telling) -> tuple[tuple[str, str], ...]:
    """The portal page, where it is what the citizen needs next."""
    wanted = {Aspect.LINK, Aspect.HOW, Aspect.FORM, Aspect.OVERVIEW}
    if procedure.link is None or (procedure.curated and action.aspect not in wanted):
        return ()
    return ((tell.say("answer.button_link"), procedure.link),)


def _missing(action: Action, procedure: Procedure, tell: Telling) -> Message:
    key = "answer.missing"
    what = tell.say(f"answer.what_{action.aspect.value}")
    if action.aspect is Aspect.PAPERS and not procedure.curated:
        key = "answer.papers_catalogue"
    text = tell.say(key, tell.address, dieu=what, ten=lines.in_sentence(procedure.name))
    human = Button(tell.say("talk.button_human"), Action(kind=Kind.SAY, phrase="human"))
    buttons = (*_follow_ups(action, procedure, tell), human)
    portal = ((tell.say("answer.button_link"), procedure.link),) if procedure.link else ()
    source = lines.source_line(procedure, procedure.sources[:1], tell.say)
    return Message(text, source, buttons, portal)


def _overview(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if procedure.summary:
        text = tell.say("answer.overview", ten=procedure.name, tom_tat=procedure.summary)
        if len(text) > MOST_CHARACTERS:
            text = procedure.summary
        return Body(text)
    levels = ", ".join(tell.say(f"answer.level_{level.value}") for level in procedure.levels)
    return Body(tell.say("answer.overview_catalogue", tell.address, ten=procedure.name, cap=levels))


def _of_case(facts: Sequence[_F], case: str | None) -> list[_F]:
    """The facts that hold for a case; all of them, each with its case, where none speaks of it."""
    return [f for f in facts if case is None or f.case in (None, case)] or list(facts)


def _every_way(facts: Sequence[_F], procedure: Procedure) -> bool:
    """Whether the facts hold for every way to hand the dossier in, so that none need be named."""
    ways = {s.manner for s in procedure.submissions}
    return any(not f.manners for f in facts) or ways <= {m for f in facts for m in f.manners}


def _fee(action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    fees = _of_case(procedure.fees, action.case)
    if not fees:
        return None
    sources = tuple(procedure.source_of(f) for f in fees)
    free = all(f.amount == 0 and f.max_amount is None and not f.note and not f.case for f in fees)
    if free and _every_way(fees, procedure):
        return Body(tell.say("answer.fee_free", ten=procedure.name), (), sources)
    if len(fees) == 1:
        said = lines.manner_line(fees[0], lines.fee_line(fees[0], procedure, tell.say), tell.say)
        text = tell.say("answer.fee_one", ten=procedure.name, tien=said)
        if len(text) <= MOST_CHARACTERS:
            return Body(text, (), sources)
    items = tuple(
        Item(
            lines.manner_line(f, lines.fee_line(f, procedure, tell.say), tell.say),
            procedure.source_of(f),
        )
        for f in fees
    )
    return Body(tell.say("answer.fee_many", ten=procedure.name), items)


def _time(action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    times = _of_case(procedure.times, action.case)
    if not times:
        return None
    said = {(lines.time_line(t, procedure, tell.say), t.case) for t in times}
    if len(said) == 1 and times[0].amount is not None and _every_way(times, procedure):
        text = tell.say("answer.time_one", ten=procedure.name, thoi_gian=next(iter(said))[0])
        if len(text) <= MOST_CHARACTERS:
            return Body(text, (), (procedure.source_of(times[0]),))
    items = tuple(
        Item(
            lines.manner_line(t, lines.time_line(t, procedure, tell.say), tell.say),
            procedure.source_of(t),
        )
        for t in times
    )
    return Body(tell.say("answer.time_many", ten=lines.in_sentence(procedure.name)), items)


def _papers(action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if not procedure.papers:
        return None
    papers = [p for p in procedure.papers if p.case is None or p.case == action.case]
    papers.sort(key=lambda p: p.case is None)  # the case's own first: they may replace others
    if action.detail:
        papers = [p for p in papers if p.note]
    heading, onward = _papers_headings(action, procedure, tell)

    def items(notes: bool) -> tuple[Item, ...]:
        return tuple(
            Item(lines.paper_line(p, tell.say, notes=notes), procedure.source_of(p)) for p in papers
        )

    # First the whole list at a glance; what is to be noted of each paper is one press away.
    whole = items(notes=True)
    if action.detail or (
        len(whole) <= pages.PAGE
        and sum(len(i.text) + 3 for i in whole) <= pages.room_after(heading)
    ):
        return Body(heading, whole, onward=onward)
    return Body(heading, items(notes=False), more=any(p.note for p in papers), onward=onward)


def _papers_headings(action: Action, procedure: Procedure, tell: Telling) -> tuple[str, str | None]:
    """The heading of the first page, and of the others where they have another."""
    if action.case:
        title = lines.case_title(procedure, action.case)
        return tell.say("answer.papers_case", truong_hop=title[:1].lower() + title[1:]), None
    if action.detail:
        return tell.say("answer.papers_detail", ten=procedure.name), None
    return (
        tell.say("answer.papers", ten=procedure.name),
        tell.say("answer.papers_page", ten=procedure.name),
    )


def _place(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if not procedure.places:
        levels = ", ".join(tell.say(f"answer.level_{level.value}") for level in procedure.levels)
        where = procedure.agency or levels
        text = tell.say("answer.place_level", ten=procedure.name, cap=where)
        if len(text) <= MOST_CHARACTERS:
            return Body(text)
        heading = tell.say("answer.place", ten=lines.in_sentence(procedure.name))
        return Body(heading, (Item(where, procedure.sources[0]),))
    items = tuple(
        Item(
            lines.with_case(p.case, lines.noted(p.name, p.note, tell.say), procedure, tell.say),
            procedure.source_of(p),
        )
        for p in procedure.places
    )
    return Body(tell.say("answer.place", ten=lines.in_sentence(procedure.name)), items)


def _how(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if not procedure.submissions:
        return None
    names = [tell.say(f"answer.manner_{s.manner.value}") for s in procedure.submissions]
    if procedure.summary and not any(s.note or s.case for s in procedure.submissions):
        # Nothing particular about any way: what to do is said first, then the ways in one line.
        ways = ", ".join([names[0], *(name[:1].lower() + name[1:] for name in names[1:])])
        text = tell.say("answer.how_short", tom_tat=procedure.summary, cach=ways)
        if len(text) <= MOST_CHARACTERS:
            sources = tuple(procedure.source_of(s) for s in procedure.submissions)
            return Body(text, (), sources)
    items = tuple(
        Item(lines.way_line(s, procedure, tell.say), procedure.source_of(s))
        for s in procedure.submissions
    )
    return Body(tell.say("answer.how", ten=lines.in_sentence(procedure.name)), items)


def _statement(fact: Statement, procedure: Procedure, tell: Telling) -> Item:
    text = lines.noted(fact.text, fact.note, tell.say)
    if fact.case:
        text = lines.with_case(fact.case, lines.in_sentence(text), procedure, tell.say)
    return Item(text, procedure.source_of(fact))


def _conditions(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    default = procedure.sources[0]
    items = [Item(who, default) for who in procedure.who]
    items += [_statement(c, procedure, tell) for c in procedure.conditions]
    if not items:
        return None
    return Body(tell.say("answer.conditions", ten=lines.in_sentence(procedure.name)), tuple(items))


def _result(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if not procedure.results:
        return None
    items = tuple(_statement(r, procedure, tell) for r in procedure.results)
    heading = tell.say("answer.result", tell.address, ten=procedure.name)
    return Body(heading, items)


def _legal(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if not procedure.legal_basis:
        return None
    items = tuple(
        Item(f"{d.title} ({d.number})" if d.title else d.number, procedure.sources[0])
        for d in procedure.legal_basis
    )
    return Body(tell.say("answer.legal", ten=lines.in_sentence(procedure.name)), items)


def _form(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    forms = [
        p for p in procedure.papers if p.form or any(word in p.name.lower() for word in _FORM_WORDS)
    ]
    if not forms:
        return None
    items = tuple(Item(lines.paper_line(p, tell.say), procedure.source_of(p)) for p in forms)
    return Body(tell.say("answer.form", ten=lines.in_sentence(procedure.name)), items)


def _link(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if procedure.link is None:
        return None
    return Body(tell.say("answer.link", ten=lines.in_sentence(procedure.name)))


_BODIES: dict[Aspect, Callable[[Action, Procedure, Telling], Body | None]] = {
    Aspect.OVERVIEW: _overview,
    Aspect.FEE: _fee,
    Aspect.PAPERS: _papers,
    Aspect.TIME: _time,
    Aspect.PLACE: _place,
    Aspect.HOW: _how,
    Aspect.CONDITIONS: _conditions,
    Aspect.RESULT: _result,
    Aspect.LEGAL: _legal,
    Aspect.FORM: _form,
    Aspect.LINK: _link,
}
