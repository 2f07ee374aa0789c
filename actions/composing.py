"""A guide for one procedure: the general one of how it is handed in, with what the procedure's
record knows woven in where the general one says so.

Pure: the same guide, record, day and situation give the same steps. A composed guide has an id of
its own that names all of it, so that a citizen may stand in it for weeks; its edition changes with
the steps of the general one and with those that come of the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from actions import amounts, cases, lines, pages
from actions.state import USUAL, Action, Aspect, Kind, Move, State
from actions.telling import Item, Telling
from knowledge_base.guides import MOST_TEXT, Choice, Guide, Link, Part, Screen, Step, Trouble
from knowledge_base.loader import Knowledge
from knowledge_base.schema import Fact, Manner, Procedure, Source

_F = TypeVar("_F", bound=Fact)
_ID = re.compile(r"(?P<guide>[a-z0-9-]+?)-(?P<code>[1-4]-\d{6})(?:-(?P<case>[a-z0-9-]+))?")
_OF_RECORD = "hs"  # ids of steps and sources that are the record's begin so
_MOST_TITLE = 60
_MOST_PAPERS = 5  # of a page


class Guides:
    """The guides as they are on the day of a turn, by id: those of the files, and composed ones."""

    def __init__(self, knowledge: Knowledge, tell: Telling) -> None:
        self._knowledge = knowledge
        self._tell = tell
        self._made: dict[str, Guide | None] = {}

    def __call__(self, id: str) -> Guide | None:
        """The guide of an id; None when there is none, or no longer the procedure it is for."""
        found = self._knowledge.guide(id)
        if found is None and id not in self._made:
            self._made[id] = self._compose(id)
        return found or self._made[id]

    def _compose(self, id: str) -> Guide | None:
        match = _ID.fullmatch(id)
        general = self._knowledge.guide(match["guide"]) if match else None
        if match is None or general is None or general.general is None:
            return None
        code = match["code"].replace("-", ".")
        procedure = self._knowledge.at(code, self._tell.now.date(), self._tell.province)
        if procedure is None or match["case"] not in (None, *(c.id for c in procedure.cases)):
            return None
        return compose(general, procedure, match["case"], self._tell)


def composed_id(general: Guide, code: str, case: str | None) -> str:
    """The id of a guide composed for a procedure and the citizen's situation."""
    parts = (general.id, code.replace(".", "-"), *([case] if case and case != USUAL else []))
    return "-".join(parts)


def entered(action: Action, state: State, knowledge: Knowledge, tell: Telling) -> Action:
    """The opening of a general guide for a procedure as the opening of the one composed for it, or
    the question of the situation that decides its papers, fee or time; any other action as it is.

    Args:
        action: of kind GUIDE; where it names no procedure, what is talked of is meant.
        state: the conversation before.
        knowledge: guides and procedures.
        tell: the day, and where the citizen lives.
    """
    general = knowledge.guide(action.guide or "")
    if action.move is not Move.OPEN or general is None or general.general is None:
        return action
    code = action.code or state.procedure or ""
    procedure = knowledge.at(code, tell.now.date(), tell.province)
    if procedure is None or general.general not in {w.manner for w in procedure.submissions}:
        return action
    if action.code is None and knowledge.guide_for(procedure) is not general:
        return action
    action = action.model_copy(update={"code": procedure.code})
    known = action.case or (state.case if state.procedure == procedure.code else None)
    if known not in (USUAL, *(c.id for c in procedure.cases)):
        known = None
    aspect = None if known else _decisive(procedure, tell)
    if aspect is not None:
        asking = {"kind": Kind.ASK_CASE, "then": Kind.GUIDE, "aspect": aspect, "case": None}
        return action.model_copy(update=asking)
    id = composed_id(general, procedure.code, known)
    return action.model_copy(update={"guide": id, "case": None})


def _decisive(procedure: Procedure, tell: Telling) -> Aspect | None:
    """The aspect that turns on the situation, papers first."""
    if cases.asked(Aspect.PAPERS, procedure):
        return Aspect.PAPERS
    for aspect in (Aspect.FEE, Aspect.TIME):
        action = Action(kind=Kind.SHOW, code=procedure.code, aspect=aspect)
        if amounts.turns_on_case(action, procedure, tell):
            return aspect
    return None


def compose(general: Guide, procedure: Procedure, case: str | None, tell: Telling) -> Guide:
    """The general guide with the steps of a procedure's record.

    Args:
        general: says which part of the record stands before which step.
        procedure: as it holds on the day of the turn, where the citizen lives.
        case: the citizen's situation; None = the usual one.
        tell: the wording, and what the citizen is called.
    """
    weave = _Weave(general, procedure, case or USUAL, tell)
    woven = {step.id: weave.before(step) for step in general.steps}
    first = {id: steps[0].id for id, steps in woven.items() if steps}
    steps = [new for step in general.steps for new in (*woven[step.id], _led(step, first))]
    name = procedure.name
    return Guide(
        id=composed_id(general, procedure.code, case),
        title=name if len(name) <= _MOST_TITLE else f"{name[: _MOST_TITLE - 1].rstrip()}…",
        procedures=(procedure.code,),
        sources=(*general.sources, *weave.sources()),
        steps=tuple(steps),
    )


def _led(step: Step, first: dict[str, str]) -> Step:
    """A step of the general guide that leads to what was woven in before others."""
    changed = {"to": first.get(step.to or "", step.to), "choices": _choices(step, first)}
    troubles = tuple(t.model_copy(update={"choices": _choices(t, first)}) for t in step.troubles)
    return step.model_copy(update={**changed, "troubles": troubles})


def _choices(screen: Screen, first: dict[str, str]) -> tuple[Choice, ...]:
    back = isinstance(screen, Trouble)  # to a step that was left: not through its record again
    return tuple(
        choice
        if back and choice.call is None and choice.to is None
        else choice.model_copy(
            update={
                "to": first.get(choice.to or "", choice.to),
                "otherwise": first.get(choice.otherwise or "", choice.otherwise),
            }
        )
        for choice in screen.choices
    )


class _Weave:
    """The steps that one record gives."""

    def __init__(self, general: Guide, procedure: Procedure, case: str, tell: Telling) -> None:
        assert general.general is not None
        self._manner: Manner = general.general
        self._procedure = procedure
        self._case = case
        self._tell = tell

    def sources(self) -> Iterator[Source]:
        """The record's sources under names of their own, each with the procedure's code."""
        for source in self._procedure.sources:
            code = self._procedure.code
            title = self._tell.say("compose.source", nguon=source.title[:104], ma=code)
            yield source.model_copy(update={"id": f"{_OF_RECORD}-{source.id}", "title": title})

    def before(self, step: Step) -> list[Step]:
        """What stands before a step of the general guide."""
        return [new for part in step.woven for new in self._steps(part)]

    def _steps(self, part: Part) -> Iterator[Step]:
        items = self._items(part)
        if not items:
            return
        key = f"{part.value}_{self._manner.value}" if part is Part.PLACE else part.value
        heading = self._tell.say(f"compose.{key}", self._tell.address)
        paged = [*_pages(heading, items)]
        for number, (text, source) in enumerate(paged, 1):
            yield self._step(part, number, text, source, last=number == len(paged))

    def _step(self, part: Part, number: int, text: str, source: Source, *, last: bool) -> Step:
        say, id = self._tell.say, f"{_OF_RECORD}-{part.value.replace('_', '-')}-{number}"
        page = None
        if part is Part.PAPERS and self._procedure.link and last:
            page = Link(label=say("answer.button_link"), url=self._procedure.link)
        asked: tuple[Choice, ...] = ()
        if part is Part.PAPERS and last:
            asked = (
                Choice(id="du", label=say("compose.button_have"), said=("đủ rồi", "có rồi", "đủ")),
                Choice(id="di-lay", label=say("compose.button_get"), said=("chưa đủ",), pause=True),
            )
        return Step(
            id=id,
            title=say(f"compose.title_{part.value}"),
            text=text.replace("{", "{{").replace("}", "}}"),
            source=f"{_OF_RECORD}-{source.id}",
            link=page,
            choices=asked,
            done=None if asked else say("compose.button_next"),
        )

    def _items(self, part: Part) -> list[Item]:
        match part:
            case Part.NOTE:
                return self._notes()
            case Part.PAPERS:
                return self._papers()
            case Part.PLACE:
                return self._places()
            case Part.FEE:
                return self._fees()
            case Part.RESULT:
                return self._results()

    def _notes(self) -> list[Item]:
        ways = [w for w in self._procedure.submissions if w.manner is self._manner and w.note]
        ways = [w for w in ways if w.case in (None, self._case)]
        return [Item(w.note or "", self._procedure.source_of(w)) for w in ways]

    def _papers(self) -> list[Item]:
        needed = cases.papers(self._procedure, self._case)
        found = [
            Item(lines.paper_line(p, self._tell.say), self._procedure.source_of(p)) for p in needed
        ]
        return found or [self._unknown("papers")]

    def _places(self) -> list[Item]:
        if self._manner is Manner.DIRECT and self._procedure.places:
            return [
                self._labelled(place, lines.noted(place.name, place.note, self._tell.say))
                for place in self._held(self._procedure.places)
            ]
        levels = [self._tell.say(f"answer.level_{v.value}") for v in self._procedure.levels]
        where = ", ".join(levels)
        if self._procedure.agency:
            where = f"{self._procedure.agency} ({where})"
        return [Item(where, self._procedure.sources[0])]

    def _fees(self) -> list[Item]:
        held = amounts.of_case(self._procedure.fees, self._case)
        held = [f for f in held if not f.manners or self._manner in f.manners]
        if not held:
            return [self._unknown("fee")]
        if all(f.amount == 0 and not (f.note or f.when or f.max_amount) for f in held):
            free = self._tell.say("compose.free")
            return [Item(free, self._procedure.source_of(held[0]))]
        found = [
            Item(lines.fee_line(f, self._procedure, self._tell.say), self._procedure.source_of(f))
            for f in held
        ]
        return found + amounts.exempt(self._case, self._procedure, self._tell)

    def _results(self) -> list[Item]:
        record, say = self._procedure, self._tell.say
        found = []
        for result in self._held(record.results):
            text = lines.noted(result.text, result.note, say)
            found.append(self._labelled(result, say("compose.result", ket_qua=text)))
        times = amounts.of_case(record.times, self._case)
        found += [
            Item(say("compose.time", thoi_han=lines.time_line(t, record, say)), record.source_of(t))
            for t in times
            if not t.manners or self._manner in t.manners
        ]
        return found or [self._unknown("result")]

    def _held(self, facts: Sequence[_F]) -> Sequence[_F]:
        """What holds in the situation; all of it where that was not asked, or nothing speaks of
        it."""
        if self._case == USUAL:
            return facts
        return [f for f in facts if f.case in (None, self._case)] or facts

    def _labelled(self, fact: Fact, text: str) -> Item:
        """The text behind another situation than the citizen's that it holds for."""
        if fact.case not in (None, self._case):
            text = lines.with_case(fact.case, text, self._procedure, self._tell.say)
        return Item(text, self._procedure.source_of(fact))

    def _unknown(self, what: str) -> Item:
        said = self._tell.say(f"compose.{what}_unknown", self._tell.address)
        return Item(said, self._procedure.sources[0])


def _pages(heading: str, items: Sequence[Item]) -> Iterator[tuple[str, Source]]:
    """The items under their heading in texts that fit a screen, each of one source; a single
    sentence stands alone, a line that is too long goes on in the next text."""
    if len(items) == 1 and len(items[0].text) <= MOST_TEXT and items[0].text.endswith("."):
        yield items[0].text, items[0].source
        return
    room = MOST_TEXT - len(heading)
    for source, group in groupby(items, key=lambda item: item.source):
        page: list[str] = []
        for part in (p for item in group for p in pages.parts(_capital(item.text), room - 3)):
            if page and (len(page) == _MOST_PAPERS or _size([*page, part]) > room):
                yield _joined(heading, page), source
                page = []
            page.append(part)
        yield _joined(heading, page), source


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _size(page: Sequence[str]) -> int:
    return sum(len(part) + 3 for part in page)


def _joined(heading: str, page: Sequence[str]) -> str:
    return "\n".join([heading, *(f"• {part}" for part in page)])
