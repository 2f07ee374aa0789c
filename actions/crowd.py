"""Several citizens of one helper: each with their own matter, one of them on the screen.

Nobody is known by more than a number. Whatever is on the screen belongs to the active one; a
button of somebody else's turns to them first.
"""

from __future__ import annotations

from collections.abc import Iterator

from actions import checklist, guide, pages, passing, progress, ticks
from actions.composing import Guides
from actions.lines import in_sentence
from actions.replies import Document
from actions.state import Action, Button, Help, Helping, Kind, Matter, Message, Person, State
from actions.telling import Telling
from knowledge_base.loader import Knowledge

MOST = 8
_HANDED = "handed."
_OFFERS = 15  # buttons of a parked citizen that are still answered
_ROWS = 3  # people a page, beside what turns it and adds one
_FIELDS = tuple(Matter.model_fields)


def action(help: Help, person: int | None = None) -> Action:
    """A helper's move."""
    return Action(kind=Kind.HELP, help=help, person=person)


def handed(person: str) -> str:
    """The choice that tells a helper's conversation that a citizen has taken over."""
    return _HANDED + person


def handed_over(choice: str) -> int | None:
    """The id of the citizen whom a choice of :func:`handed` tells of."""
    number = choice.removeprefix(_HANDED)
    return int(number) if choice.startswith(_HANDED) and number.isdecimal() else None


def active(state: State) -> Person | None:
    """Whom the helper sees to now; None in a conversation of one's own."""
    helping = state.helping
    if helping is None or helping.active is None:
        return None
    return next((p for p in helping.people if p.id == helping.active), None)


def person(state: State, id: int) -> Person | None:
    """Whom the helper guides under this id."""
    people = state.helping.people if state.helping else ()
    return next((p for p in people if p.id == id), None)


def turned(state: State, person: int | None) -> State:
    """The conversation with somebody else's matter on the screen, None = the helper's own; the one
    that was there is put aside as it is. Unchanged where there is no such person."""
    helping = state.helping or Helping()
    if person == helping.active:
        return state
    there = {p.id: p.matter for p in helping.people}
    if person is not None and person not in there:
        return state
    left = Matter(**{name: getattr(state, name) for name in _FIELDS})
    left = left.model_copy(update={"offers": left.offers[:_OFFERS]})
    people = tuple(
        p.model_copy(update={"matter": left if p.id == helping.active else p.matter})
        for p in helping.people
    )
    own = left if helping.active is None else helping.own
    # What is on the screen lies in the state itself, and nowhere else.
    blank = {"matter": Matter()}
    people = tuple(p.model_copy(update=blank) if p.id == person else p for p in people)
    matter = own if person is None else there[person]
    own = Matter() if person is None else own
    update = {name: getattr(matter, name) for name in _FIELDS}
    update["helping"] = Helping(people=people, active=person, own=own)
    return state.model_copy(update=update)


def turned_to_owner(state: State, choice: str) -> State:
    """The conversation with the matter on the screen that a pressed button belongs to."""
    helping = state.helping
    if helping is None or any(o.id == choice for o in state.offers):
        return state
    for person in helping.people:
        if any(o.id == choice for o in person.matter.offers):
            return turned(state, person.id)
    if any(o.id == choice for o in helping.own.offers):
        return turned(state, None)
    return state


def added(state: State) -> State | None:
    """The conversation with one more citizen, on the screen; None where there are too many."""
    helping = state.helping or Helping()
    if len(helping.people) >= MOST:
        return None
    taken = {p.number for p in helping.people}
    number = next(n for n in range(1, MOST + 1) if n not in taken)
    known = max((p.id for p in helping.people), default=0)
    person = Person(id=max(known, state.turn) + 1, number=number, matter=Matter(brief=True))
    with_them = helping.model_copy(update={"people": (*helping.people, person)})
    return turned(state.model_copy(update={"helping": with_them}), person.id)


def without(state: State, person: int) -> State:
    """The conversation without a citizen; the next one, or the helper's own, comes on the screen
    where it was theirs."""
    helping = state.helping or Helping()
    if person == helping.active:
        others = [p.id for p in helping.people if p.id != person]
        state = turned(state, others[0] if others else None)
        helping = state.helping or helping
    people = tuple(p for p in helping.people if p.id != person)
    return state.model_copy(update={"helping": helping.model_copy(update={"people": people})})


def ended(state: State) -> State:
    """The helper's own conversation, of somebody who is no helper any more."""
    return turned(state, None).model_copy(update={"helping": None})


def who(state: State, tell: Telling) -> str | None:
    """Whose matter is on the screen, for the line under a message."""
    person = active(state)
    return tell.say("help.who", so=person.number) if person else None


def list_of(action: Action, state: State, knowledge: Knowledge, tell: Telling) -> Message:
    """Everybody with what they are at; a row for each, a row to add one."""
    helping = state.helping or Helping()
    adding = Button(tell.say("help.button_add"), _move(Help.ADD))
    if not helping.people:
        home = Button(tell.say("talk.button_home"), Action(kind=Kind.HOME))
        return Message(tell.say("help.nobody", tell.address), buttons=(adding, home))
    said = [(p, _doing_line(p, state, knowledge, tell)) for p in helping.people]
    heading = tell.say("help.list", tell.address, so=len(said))
    cut = pages.split(said, lambda row: len(row[1]) + 3, pages.room_after(heading), most=_ROWS)
    page = min(action.page, len(cut) - 1)
    buttons = [_row(person, helping, tell) for person, _ in cut[page]]
    if page + 1 < len(cut):
        onward = action.model_copy(update={"page": page + 1})
        buttons.append(Button(tell.more_label(cut, page + 1), onward))
    buttons.append(adding)
    text = "\n".join([heading, *(f"• {line}" for _, line in cut[page])])
    return Message(text, buttons=tuple(buttons))


def menu_of(person: Person, state: State, knowledge: Knowledge, tell: Telling) -> Message:
    """What can be done with the citizen on the screen."""
    text = tell.say("help.menu", tell.address, viec=_doing_line(person, state, knowledge, tell))
    rows = (("go_on", Help.SWITCH), ("hand", Help.HAND), ("done", Help.DONE), ("list", Help.LIST))
    buttons = tuple(
        Button(tell.say(f"help.button_{name}"), _move(move, person.id)) for name, move in rows
    )
    return Message(text, buttons=buttons)


def code_of(person: Person, state: State, knowledge: Knowledge, tell: Telling) -> Message:
    """The code with which the citizen goes on with their own phone."""
    viec = doing(state, knowledge, tell)
    title = tell.say("help.code_title")
    text = tell.say("help.code", tell.address, so=person.number)
    body = {
        "layout": "code",
        "title": title,
        "lines": [tell.say("help.code_line", viec=viec), tell.say("help.code_day")],
        "person": person.id,
        "matter": passing.packed(state),
    }
    back = Button(tell.say("help.button_list"), _move(Help.LIST))
    return Message(text, buttons=(back,), attachment=Document("ma-giao-lai.pdf", title, body))


def beside(message: Message, state: State, tell: Telling) -> Message:
    """The message with the way to the other people, where a row is left."""
    if active(state) is None or message.urgent or len(message.buttons) >= pages.PAGE:
        return message
    if any(b.action.kind is Kind.HELP for b in message.buttons):
        return message
    button = Button(tell.say("help.button_list"), _move(Help.LIST))
    return Message(
        message.text,
        message.source,
        (*message.buttons, button),
        message.links,
        message.urgent,
        message.attachment,
    )


def doing(state: State, knowledge: Knowledge, tell: Telling) -> str:
    """What a citizen is at, in a few words."""
    for stand in guide.kept(state, Guides(knowledge, tell)):
        number, total = progress.count(stand)
        return tell.say("help.at_step", ten=in_sentence(stand.guide.title), so=number, tong=total)
    for listed in state.checklists:
        if procedure := knowledge.by_code(listed.code):
            have, needed = ticks.count(checklist.rows_of(listed, procedure))
            return tell.say("help.at_papers", ten=in_sentence(procedure.name), co=have, tong=needed)
    name = knowledge.name_of(state.procedure) if state.procedure else None
    return in_sentence(name) if name else tell.say("help.at_nothing")


def _doing_line(person: Person, state: State, knowledge: Knowledge, tell: Telling) -> str:
    here = state.helping is not None and state.helping.active == person.id
    theirs = state if here else State(**dict(_parts(person.matter)))
    viec = doing(theirs, knowledge, tell)
    return tell.say("help.line", so=person.number, viec=viec)


def _parts(matter: Matter) -> Iterator[tuple[str, object]]:
    for name in ("procedure", "guides", "checklists"):
        yield name, getattr(matter, name)


def _row(person: Person, helping: Helping, tell: Telling) -> Button:
    here = person.id == helping.active
    label = tell.say("help.button_here" if here else "help.button_person", so=person.number)
    return Button(label, _move(Help.MENU if here else Help.SWITCH, person.id))


def _move(help: Help, person: int | None = None) -> Action:
    return action(help, person)
