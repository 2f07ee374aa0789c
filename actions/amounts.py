"""What a procedure costs and how long it takes, as the lines of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

from actions import lines, pages
from actions.state import Action, Aspect, Kind
from actions.telling import Body, Item, Telling
from knowledge_base.loader import Knowledge
from knowledge_base.phrases import MOST_CHARACTERS
from knowledge_base.schema import Fee, Procedure, ProcessingTime

_F = TypeVar("_F", Fee, ProcessingTime)


def fee(action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    """What is paid, then who pays nothing; None where the record names no fee."""
    fees = of_case(procedure.fees, action.case)
    if not fees:
        return None
    sources = tuple(procedure.source_of(f) for f in fees)
    if all(_plainly_free(f) for f in fees) and _every_way(fees, procedure):
        return Body(tell.say("answer.fee_free", ten=procedure.name), (), sources)
    exempted = exempt(action.case, procedure, tell)
    said = [lines.manner_line(f, lines.fee_line(f, procedure, tell.say), tell.say) for f in fees]
    if len(said) == 1 and not exempted:
        text = tell.say("answer.fee_one", ten=procedure.name, tien=said[0])
        if len(text) <= MOST_CHARACTERS:
            return Body(text, (), sources)
    items = [Item(line, source) for line, source in zip(said, sources, strict=True)]
    heading = _heading("fee", action, procedure.fees, procedure, tell)
    return Body(heading, (*items, *exempted))


def time(action: Action, procedure: Procedure, tell: Telling) -> Body | None:
    """How long it takes; None where the record names no time."""
    times = of_case(procedure.times, action.case)
    if not times:
        return None
    first = times[0]
    said = {(lines.time_line(t, procedure, tell.say), t.case) for t in times}
    plain = len(said) == 1 and first.amount is not None and not (first.name or first.when)
    if plain and _every_way(times, procedure):
        text = tell.say("answer.time_one", ten=procedure.name, thoi_gian=next(iter(said))[0])
        if len(text) <= MOST_CHARACTERS:
            return Body(text, (), (procedure.source_of(first),))
    items = tuple(
        Item(
            lines.manner_line(t, lines.time_line(t, procedure, tell.say), tell.say),
            procedure.source_of(t),
        )
        for t in times
    )
    return Body(_heading("time", action, procedure.times, procedure, tell), items)


def turns_on_case(action: Action, procedure: Procedure, tell: Telling) -> bool:
    """Whether the citizen's situation is to be asked: it changes the answer, and a single page
    cannot hold what it is in each."""
    is_fee = action.aspect is Aspect.FEE
    facts: Sequence[Fee | ProcessingTime] = procedure.fees if is_fee else procedure.times
    if len({f.case for f in facts}) < 2:
        return False  # nothing to choose from
    if action.case is not None and any(f.case in (None, action.case) for f in facts):
        return False
    body = (fee if is_fee else time)(action, procedure, tell)
    return body is not None and len(body.cut(pages.PAGE)) > 1


def turns_on_province(
    action: Action, procedure: Procedure, knowledge: Knowledge, tell: Telling
) -> bool:
    """Whether a fee is asked that another one is known for in some province, and not in which."""
    if action.kind is not Kind.SHOW or action.aspect is not Aspect.FEE:
        return False
    if tell.province is not None or tell.anywhere:
        return False
    if not any(fee.by_province for fee in of_case(procedure.fees, action.case)):
        return False  # the situation decides already
    return knowledge.province_matters(procedure, tell.now.date())


def has_usual(facts: Sequence[Fee | ProcessingTime]) -> bool:
    """Whether what holds generally is an answer of its own: the situations change it, or there is
    but one. Else it only comes on top of what they say."""
    general = [f for f in facts if f.case is None]
    special = [f for f in facts if f.case is not None]
    changed = any(_same_matter(f, g) for f in special for g in general)
    return changed or (bool(general) and len({f.case for f in special}) == 1)


def of_case(facts: Sequence[_F], case: str | None) -> list[_F]:
    """The facts that hold in a situation: its own, which need not name it again, and the general
    ones whose place these do not take. All of them where the situation is not known, or none
    speaks of it."""
    if case is None:
        return list(facts)
    own = [f.model_copy(update={"case": None}) for f in facts if f.case == case]
    general = [f for f in facts if f.case is None and not _replaced(f, own)]
    return own + general or list(facts)


def _heading(
    key: str,
    action: Action,
    facts: Sequence[Fee | ProcessingTime],
    procedure: Procedure,
    tell: Telling,
) -> str:
    """What the lines are about: the situation that was chosen, if they turn on it."""
    if action.case is not None and any(f.case == action.case for f in facts):
        title = lines.in_sentence(lines.case_title(procedure, action.case))
        return tell.say(f"answer.{key}_case", truong_hop=title)
    ten = procedure.name if key == "fee" else lines.in_sentence(procedure.name)
    return tell.say(f"answer.{key}_many", ten=ten)


def exempt(case: str | None, procedure: Procedure, tell: Telling) -> list[Item]:
    """Who pays nothing in a situation, those with one source in one line."""
    held = [e for e in procedure.exemptions if case is None or e.case in (None, case)]
    alike = groupby(held, lambda e: (procedure.source_of(e), e.note, e.case))
    return [
        Item(lines.exemption_line(list(group), procedure, tell.say), source)
        for (source, _, _), group in alike
    ]


def _plainly_free(found: Fee) -> bool:
    said_more = (found.note, found.case, found.when, found.name, found.max_amount, found.valid_to)
    return found.amount == 0 and not any(said_more)


def _replaced(general: Fee | ProcessingTime, own: Sequence[Fee | ProcessingTime]) -> bool:
    """Whether a fact of the situation stands for the general one: the same matter, every way."""
    ways = {*general.manners}
    return any(
        _same_matter(o, general) and (not o.manners or (ways and ways <= {*o.manners})) for o in own
    )


def _same_matter(one: Fee | ProcessingTime, two: Fee | ProcessingTime) -> bool:
    return (one.name, one.when) == (two.name, two.when)


def _every_way(facts: Sequence[_F], procedure: Procedure) -> bool:
    """Whether the facts hold for every way to hand the dossier in, so that none need be named."""
    ways = {s.manner for s in procedure.submissions}
    return any(not f.manners for f in facts) or ways <= {m for f in facts for m in f.manners}
