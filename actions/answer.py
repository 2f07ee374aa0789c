"""Answers about one procedure, read from its record: one aspect a message."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from actions import amounts, cases, lines, pages, proxy, telling
from actions.state import USUAL, Action, Aspect, Button, Kind, Message
from actions.telling import Body, Item, Telling
from knowledge_base.phrases import MOST_CHARACTERS
from knowledge_base.schema import Procedure, Statement

_NEXT = (Aspect.PAPERS, Aspect.FEE, Aspect.TIME, Aspect.PLACE, Aspect.HOW, Aspect.CONDITIONS)
_FOLLOW_UPS = 4
_SENTENCE = re.compile(r"[.!?](?=\s+\S|$)")
_ENOUGH = 40  # characters; "Có hai bước." says nothing yet
_FORM_WORDS = ("tờ khai", "đơn ", "mẫu", "phiếu", "giấy đề nghị")


def show(action: Action, procedure: Procedure, tell: Telling) -> Message:
    """The message for ``action`` (of kind SHOW): at most 300 characters, sources, next steps.

    A fact that the record lacks is said to be missing, with the portal link.
    """
    if cases.decide(action, procedure, tell):
        return cases.ask(action, procedure, tell)
    body = _BODIES[action.aspect](action, procedure, tell)
    if body is None:
        return _missing(action, procedure, tell)
    return _paged(action, body, procedure, tell)


def _paged(action: Action, body: Body, procedure: Procedure, tell: Telling) -> Message:
    buttons: list[Button] = []
    text, sources, page = body.heading, body.sources, 0
    if body.items:
        cut = body.cut(pages.BRIEF_PAGE if tell.brief else pages.PAGE, tell.notice)
        page = min(action.page, len(cut) - 1)
        heading = body.onward if page and body.onward else body.heading
        text = "\n".join([heading, *(f"• {_capital(item.text)}" for item in cut[page])])
        sources = tuple(item.source for item in cut[page])
        if page + 1 < len(cut):
            onward = action.model_copy(update={"page": page + 1})
            buttons.append(Button(tell.more_label(cut, page + 1), onward))
    if cases.may_differ(action, procedure):
        asking = action.model_copy(update={"kind": Kind.ASK_CASE, "page": 0})
        buttons.append(Button(tell.say("answer.button_cases"), asking))
    if body.more:
        detailed = action.model_copy(update={"detail": True, "page": 0})
        buttons.append(Button(tell.say("answer.button_detail"), detailed))
    buttons += _follow_ups(action, procedure, tell)[: pages.PAGE - len(buttons)]
    source = lines.source_line(procedure, sources or procedure.sources[:1], tell.say)
    told = Message(text, source, tuple(buttons), _links(action, procedure, tell))
    return noticed(told, tell) if page == 0 else told


def noticed(message: Message, tell: Telling) -> Message:
    """The message with the notice after its text; beside the source where the text is full."""
    if not tell.notice:
        return message
    if len(message.text) + 1 + len(tell.notice) <= MOST_CHARACTERS:
        return replace(message, text=f"{message.text}\n{tell.notice}")
    return replace(message, source=f"{tell.notice} {message.source}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _follow_ups(action: Action, procedure: Procedure, tell: Telling) -> list[Button]:
    """What citizens ask next, without what is on the screen; first what a note there names."""
    result = tell.say(f"answer.aspect_{Aspect.RESULT.value}")
    named = action.aspect is Aspect.FEE and any(result in (f.note or "") for f in procedure.fees)
    asked = (Aspect.RESULT, *_NEXT) if named else _NEXT
    return [
        Button(tell.say(f"answer.aspect_{aspect.value}"), Action(
            kind=Kind.SHOW, code=procedure.code, aspect=aspect, case=action.case))
        for aspect in asked
        if aspect is not action.aspect
    ][:_FOLLOW_UPS]  # fmt: skip


def _links(action: Action, procedure: Procedure, tell: Telling) -> tuple[tuple[str, str], ...]:
    """The portal page, where it is what the citizen needs next."""
    wanted = {Aspect.LINK, Aspect.HOW, Aspect.FORM, Aspect.OVERVIEW}
    needed = action.aspect in wanted or tell.notice or not procedure.curated
    if procedure.link is None or not needed:
        return ()
    return ((tell.say("answer.button_link"), procedure.link),)


def _missing(action: Action, procedure: Procedure, tell: Telling) -> Message:
    key = "answer.missing"
    what = tell.say(f"answer.what_{action.aspect.value}")
    if action.aspect is Aspect.PAPERS and not procedure.curated:
        key = "answer.papers_catalogue"
    text = tell.say(key, tell.address, dieu=what, ten=lines.in_sentence(procedure.name))
    buttons = (*_follow_ups(action, procedure, tell), telling.human(tell.say))
    portal = ((tell.say("answer.button_link"), procedure.link),) if procedure.link else ()
    source = lines.source_line(procedure, procedure.sources[:1], tell.say)
    return noticed(Message(text, source, buttons, portal), tell)


def _overview(_action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if procedure.summary:
        summary = _begun(procedure.summary) if tell.brief else procedure.summary
        text = tell.say("answer.overview", ten=procedure.name, tom_tat=summary)
        if len(text) > MOST_CHARACTERS:
            text = summary
        return Body(text)
    levels = ", ".join(tell.say(f"answer.level_{level.value}") for level in procedure.levels)
    return Body(tell.say("answer.overview_catalogue", tell.address, ten=procedure.name, cap=levels))


def _begun(summary: str) -> str:
    """The first sentences of a summary that say enough alone."""
    whole = (end.end() for end in _SENTENCE.finditer(summary))
    return summary[: next((end for end in whole if end >= _ENOUGH), len(summary))]


def _papers(action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    if not procedure.papers:
        return None
    papers = cases.papers(procedure, action.case)
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
    if action.case and action.case != USUAL:
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


def _conditions(action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    usual = _who(procedure, tell)
    return proxy.body(procedure, usual, tell) if action.phrase == proxy.PHRASE else usual


def _who(procedure: Procedure, tell: Telling) -> Body | None:
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
    Aspect.FEE: amounts.fee,
    Aspect.PAPERS: _papers,
    Aspect.TIME: amounts.time,
    Aspect.PLACE: _place,
    Aspect.HOW: _how,
    Aspect.CONDITIONS: _conditions,
    Aspect.RESULT: _result,
    Aspect.LEGAL: _legal,
    Aspect.FORM: _form,
    Aspect.LINK: _link,
}
