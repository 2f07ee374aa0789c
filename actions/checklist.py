"""The papers of the citizen's own case, ticked off one by one, kept until they are all there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from actions import cases, lines, pages, ticks
from actions.state import USUAL, Action, Aspect, Button, Kind, Message, Shown, State
from actions.telling import Telling, home
from actions.ticks import Checklist, Row, Tick
from knowledge_base.loader import Knowledge
from knowledge_base.phrases import MOST_CHARACTERS
from knowledge_base.schema import Paper, Procedure

ALL = "*"  # stands for every paper
_ROWS = 3  # papers a page, where there are several pages: beside what turns them and prints
_SHORT = (26, 40, 60, 500)  # characters of a button's paper: more only where two would be alike
_FRESH = timedelta(days=1)  # so long it is offered again under other answers


def opening(code: str, case: str | None = None) -> Action:
    """The action that shows a procedure's checklist as it stands, or begins it."""
    return Action(kind=Kind.CHECKLIST, code=code, case=case)


def of(state: State, code: str | None) -> Checklist | None:
    """The citizen's checklist for a procedure."""
    return next((c for c in state.checklists if c.code == code), None)


def asks_case(action: Action, state: State, procedure: Procedure) -> bool:
    """Whether the citizen's situation is to be asked before the papers can be listed."""
    known = {c.id for c in procedure.cases}
    begun = of(state, procedure.code)
    case = action.case or (begun.case if begun else None)
    settled = begun is not None if case is None else case in known or case == USUAL
    return not settled and bool(cases.asked(Aspect.PAPERS, procedure))


def act(action: Action, state: State, procedure: Procedure, tell: Telling) -> Shown | None:
    """Do an action of kind CHECKLIST: show it, or take a tick; None where the record lists no
    papers for the situation."""
    begun = of(state, procedure.code)
    now = begun or Checklist(code=procedure.code)
    if action.case is not None:
        now = now.model_copy(update={"case": action.case})
    listed = rows_of(now, procedure)
    if not listed:
        return None
    marks = tuple(row.mark for row in listed)
    said = []
    if begun and begun.case == now.case and begun.known and begun.known != marks:
        said.append(Message(tell.say("checklist.changed", tell.address)))
    if action.papers:
        asking = which(action.model_copy(update={"case": now.case}), procedure, tell)
        return Shown(state, (asking,), "checklist.which")
    asked = _asked(action, listed)
    event = "checklist.shown" if begun else "checklist.begun"
    if action.tick is not None:
        needed_ones = tuple(row.mark for row in listed if row.tick is not Tick.SPARE)
        of_them = needed_ones if action.paper == ALL else (action.paper,)
        said += _hints(action, listed)
        now = now.ticked((m for m in of_them if m in marks), action.tick)
        event = "checklist.ticked"
    now = now.model_copy(update={"known": marks, "day": tell.now.date()})
    listed = rows_of(now, procedure)
    have, needed = ticks.count(listed)
    if asked is not None:
        said.append(_ask(action, asked, tell))
        event = "checklist.asked"
    elif have == needed and action.tick is not None:
        said.append(_all_there(now, procedure, needed, tell))
        event = "checklist.done"
    else:
        said.append(_list(action, now, listed, procedure, tell, hint=not (now.have or now.spare)))
    return Shown(_with(state, now, action), tuple(said), event)


def beside(
    message: Message, action: Action, procedure: Procedure, state: State, tell: Telling
) -> Message:
    """The answer which papers are needed, with the button that begins ticking them off."""
    if action.aspect is not Aspect.PAPERS or not procedure.papers:
        return message
    case = action.case
    listed = ticks.rows(Checklist(code=procedure.code), cases.papers(procedure, case))
    begun = of(state, procedure.code)
    if begun and case in (None, begun.case):
        button = _resuming(begun, procedure, tell)
    elif listed:
        button = Button(tell.say("checklist.button_open"), opening(procedure.code, case))
    else:
        return message
    own = [b for b in message.buttons if b.action.page or b.action.kind is Kind.ASK_CASE]
    own += [b for b in message.buttons if b.action.detail and b not in own]
    others = [b for b in message.buttons if b not in own]
    return replace(message, buttons=(*own, button, *others)[: pages.PAGE])


def offered(
    message: Message, action: Action, state: State, knowledge: Knowledge, tell: Telling
) -> Message:
    """The message with the way back to the papers the citizen was ticking off, for a day and while
    some are missing; a row of an answer makes room for it, as it does for a guide."""
    newest = next(iter(state.checklists), None)
    if newest is None or message.urgent or not _is_fresh(newest, tell):
        return message
    if any(b.action.kind is Kind.CHECKLIST for b in message.buttons):
        return message
    procedure = knowledge.at(newest.code, tell.now.date(), tell.province)
    if procedure is None or _is_complete(newest, procedure):
        return message
    button = _resuming(newest, procedure, tell)
    if len(message.buttons) < pages.PAGE:
        return replace(message, buttons=(*message.buttons, button))
    last = message.buttons[-1].action
    if action.kind is Kind.SHOW and not last.page and last.kind is not Kind.GUIDE:
        return replace(message, buttons=(*message.buttons[:-1], button))
    return message


def choose(state: State, knowledge: Knowledge, tell: Telling) -> Message | Action:
    """The newest checklist to go on with, or which of several; a sentence where there is none."""
    known = [(c, p) for c in state.checklists if (p := knowledge.by_code(c.code)) is not None]
    if not known:
        return Message(tell.say("checklist.none_kept", tell.address), buttons=(home(tell.say),))
    if len(known) == 1 or _is_on_screen(state, known[0][0].code):
        return opening(known[0][0].code)
    buttons = tuple(_kept(c, p, tell) for c, p in known)
    return Message(tell.say("checklist.which", tell.address), buttons=buttons)


def which(action: Action, procedure: Procedure, tell: Telling) -> Message:
    """The question which of a few papers was meant by a tick that is in ``action``."""
    found = ticks.marked(cases.papers(procedure, action.case))
    named = [(mark, found[mark]) for mark in action.papers if mark in found][: pages.PAGE]
    labels = _labels([paper for _, paper in named])
    buttons = [
        Button(label, action.model_copy(update={"paper": mark, "papers": ()}))
        for (mark, _), label in zip(named, labels, strict=True)
    ]
    return Message(tell.say("checklist.ask_which", tell.address), buttons=tuple(buttons))


def rows_of(now: Checklist, procedure: Procedure) -> list[Row]:
    """The papers of a checklist as the record is now, with their ticks."""
    return ticks.rows(now, cases.papers(procedure, now.case))


def _with(state: State, now: Checklist, action: Action) -> State:
    """The state with this checklist as the newest, and on the screen in place of itself."""
    others = [c for c in state.checklists if c.code != now.code]
    trail = state.trail
    if _is_on_screen(state, now.code):
        trail = trail[:-1]
    update = {
        "checklists": (now, *others)[: ticks.KEPT],
        "trail": trail,
        "procedure": now.code,
        "case": now.case,
    }
    here = opening(now.code).model_copy(update={"page": action.page})
    return state.model_copy(update=update).at(here)


def _is_on_screen(state: State, code: str) -> bool:
    current = state.current
    return current is not None and current.kind is Kind.CHECKLIST and current.code == code


def _asked(action: Action, listed: Sequence[Row]) -> Row | None:
    """The paper that is needed by some only, and was pressed."""
    if action.paper is None or action.tick is not None:
        return None
    return next((row for row in listed if row.mark == action.paper), None)


def _hints(action: Action, listed: Sequence[Row]) -> list[Message]:
    """What the record says of a paper that the citizen tells once more they do not have: often it
    names what is taken instead."""
    if action.tick is not Tick.LACK:
        return []
    told = [r.paper.note for r in listed if r.mark == action.paper and r.tick is Tick.LACK]
    return [Message(note) for note in told if note and len(note) <= MOST_CHARACTERS]


def _ask(action: Action, row: Row, tell: Telling) -> Message:
    paper = row.paper
    when = (paper.when or "").rstrip(".").removeprefix("nếu ")
    text = tell.say("checklist.ask_when", tell.address, giay=paper.name, khi=when)
    buttons = tuple(
        Button(tell.say(f"checklist.button_{tick.value}"), action.model_copy(update={"tick": tick}))
        for tick in (Tick.HAVE, Tick.LACK, Tick.SPARE)
    )
    return Message(text, buttons=buttons)


def _list(
    action: Action,
    now: Checklist,
    listed: Sequence[Row],
    procedure: Procedure,
    tell: Telling,
    *,
    hint: bool,
) -> Message:
    cut = _cut(now, listed, procedure, tell)
    page = min(action.page, len(cut) - 1)
    shown = cut[page]
    here = opening(now.code).model_copy(update={"page": page})
    buttons = [
        Button(_row_label(row, label, tell), _pressed(here, row))
        for row, label in zip(shown, _labels([row.paper for row in shown]), strict=True)
    ]
    if page + 1 < len(cut):
        onward = here.model_copy(update={"page": page + 1})
        buttons.append(Button(tell.more_label(cut, page + 1), onward))
    elif page:
        buttons.append(Button(tell.say("checklist.button_first"), opening(now.code)))
    buttons.append(_printing(now.code, tell))
    text = _text(now, listed, shown, procedure, tell, hint=hint)
    sources = [procedure.source_of(row.paper) for row in shown]
    return Message(text, lines.source_line(procedure, sources, tell.say), tuple(buttons))


def _text(
    now: Checklist,
    listed: Sequence[Row],
    shown: Sequence[Row],
    procedure: Procedure,
    tell: Telling,
    *,
    hint: bool,
) -> str:
    """The papers of a page under as much of a heading as there is room for; of a paper too long
    even so the beginning, as the answer which papers are needed tells all of it."""
    plain = _heading(now.model_copy(update={"case": None}), listed, procedure, tell)
    heading = _heading(now, listed, procedure, tell)
    hinted = f"{heading} {tell.say('checklist.hint', tell.address)}"
    said = [f"• {_line(row, tell)}" for row in shown]
    for head in (hinted, heading) if hint else (heading,):
        text = "\n".join([head, *said])
        if len(text) <= MOST_CHARACTERS:
            return text
    room = pages.room_after("\n".join([plain, *said[:-1]])) - 1
    return "\n".join([plain, *said[:-1], next(pages.parts(said[-1], room))])


def _all_there(now: Checklist, procedure: Procedure, needed: int, tell: Telling) -> Message:
    name = lines.in_sentence(procedure.name)
    text = tell.say("checklist.all", tell.address, ten=name, tong=needed)
    onward = [
        Button(
            tell.say(f"answer.aspect_{aspect.value}"),
            Action(kind=Kind.SHOW, code=now.code, aspect=aspect, case=now.case),
        )
        for aspect in (Aspect.PLACE, Aspect.FEE)
    ]
    again = Button(tell.say("checklist.button_list"), opening(now.code))
    return Message(text, buttons=(*onward, again, _printing(now.code, tell)))


def _printing(code: str, tell: Telling) -> Button:
    return Button(tell.say("checklist.button_print"), Action(kind=Kind.PRINT, code=code))


def _heading(now: Checklist, listed: Sequence[Row], procedure: Procedure, tell: Telling) -> str:
    have, needed = ticks.count(listed)
    name = lines.in_sentence(procedure.name)
    if now.case and now.case != USUAL:
        title = lines.in_sentence(lines.case_title(procedure, now.case))
        said = tell.say("checklist.heading_case", ten=name, truong_hop=title, co=have, tong=needed)
        if len(said) <= MOST_CHARACTERS // 2:
            return said
    return tell.say("checklist.heading", ten=name, co=have, tong=needed)


def _cut(
    now: Checklist, listed: Sequence[Row], procedure: Procedure, tell: Telling
) -> list[tuple[Row, ...]]:
    """The papers in pages, the same whatever is ticked: else one would be shown twice or never."""
    hint = tell.say("checklist.hint", tell.address)
    room = pages.room_after(f"{_heading(now, listed, procedure, tell)} {hint}") - 4  # "10/10"
    longest = max(
        (tick for tick in Tick), key=lambda t: len(tell.say(f"checklist.{t.value}", giay=""))
    )

    def length(row: Row) -> int:
        return len(_line(row._replace(tick=longest), tell)) + 3

    whole = pages.split(listed, length, room, most=pages.PAGE - 1)
    return whole if len(whole) == 1 else pages.split(listed, length, room, most=_ROWS)


def _line(row: Row, tell: Telling) -> str:
    said = lines.paper_line(row.paper, tell.say, notes=False)
    return tell.say(f"checklist.{row.tick.value}", giay=said[:1].upper() + said[1:])


def _pressed(here: Action, row: Row) -> Action:
    """What pressing a paper does: the other tick; one that not everybody needs is asked about."""
    if row.paper.when:
        return here.model_copy(update={"paper": row.mark})
    other = Tick.HAVE if row.tick is Tick.LACK else Tick.LACK
    return here.model_copy(update={"paper": row.mark, "tick": other})


def _row_label(row: Row, label: str, tell: Telling) -> str:
    return tell.say(f"checklist.row_{row.tick.value}", giay=label)


def _labels(papers: Sequence[Paper]) -> list[str]:
    """Their names short enough for a button, and no two alike."""
    made: list[str] = []
    for most in _SHORT:
        made = [_shortened(paper.name, most) for paper in papers]
        if len(set(made)) == len(made):
            return made
    return [f"{label} ({number})" for number, label in enumerate(made, 1)]


def _shortened(name: str, most: int) -> str:
    if len(name) <= most:
        return name
    head = name[:most].rpartition(" ")[0] or name[:most]
    return f"{head.rstrip(' ,;(')}…"


def _resuming(now: Checklist, procedure: Procedure, tell: Telling) -> Button:
    have, needed = ticks.count(rows_of(now, procedure))
    label = tell.say("checklist.button_resume", co=have, tong=needed)
    return Button(label, opening(now.code))


def _kept(now: Checklist, procedure: Procedure, tell: Telling) -> Button:
    have, needed = ticks.count(rows_of(now, procedure))
    label = tell.say("checklist.button_kept", ten=procedure.name, co=have, tong=needed)
    return Button(label, opening(now.code))


def _is_fresh(now: Checklist, tell: Telling) -> bool:
    return now.day is not None and tell.now.date() - now.day <= _FRESH


def _is_complete(now: Checklist, procedure: Procedure) -> bool:
    have, needed = ticks.count(rows_of(now, procedure))
    return have == needed
