"""Life events: the short list of what to do, in order; each thing a button to its procedure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions import lines, pages
from actions.state import Action, Aspect, Button, Kind, Message, State
from actions.telling import Telling
from knowledge_base.life_events import LifeEvent, Step
from knowledge_base.loader import Knowledge
from knowledge_base.phrases import filled
from knowledge_base.schema import Confidence, Procedure, Source

# "Mất bao nhiêu tiền" is another answer for each thing of the list, so it is asked of which; what
# papers there are to be made is what the list itself says.
_OF_EACH = frozenset({Aspect.FEE, Aspect.TIME, Aspect.PLACE})


def show(
    action: Action, event: LifeEvent, knowledge: Knowledge, tell: Telling, *, again: bool
) -> Message | None:
    """A page of the event's list, or the question that decides one thing of it; None where none of
    its procedures is served any more.

    Args:
        action: of kind LIFE_EVENT; its aspect is what is shown of the procedure chosen.
        event: what happened.
        knowledge: the records that the things of the list rest on.
        tell: how to say it.
        again: the event is being talked of already: the first sentence is not repeated.
    """
    if action.step is not None and action.step < len(event.steps):
        step = event.steps[action.step]
        if any(knowledge.by_code(option.code) for option in step.options):
            return _which(action, step, knowledge, tell)
    said = [
        (place, step, _line(step, tell))
        for place, step in enumerate(event.steps)
        if any(map(knowledge.by_code, step.codes))  # the portal may withdraw a procedure
    ]
    if not said:
        return None
    # The same cut on every page and each time, or a thing would be shown twice or never.
    headings = [_heading(action.aspect, event, tell, opening=opening) for opening in (True, False)]
    room = pages.room_after(max(headings, key=len))
    cut = pages.rows(said, lambda row: len(row[2]) + 3, room)
    page = min(action.page, len(cut) - 1)
    heading = headings[again or page > 0]
    buttons = [Button(step.title, _to(action, place, step)) for place, step, _ in cut[page]]
    if page + 1 < len(cut):
        onward = action.model_copy(update={"page": page + 1})
        buttons.append(Button(tell.more_label(cut, page + 1), onward))
    text = "\n".join([heading, *(f"• {line}" for _, _, line in cut[page])])
    codes = [code for _, step, _ in cut[page] for code in _told(step)]
    return Message(text, _sources(codes, knowledge, tell), tuple(buttons))


def see_also(
    message: Message, procedure: Procedure, state: State, world: Knowledge, tell: Telling
) -> Message:
    """The message with a button to what else is to do, if the procedure belongs to a life event
    and there is room for it. The event that the citizen came from goes before others."""
    codes = frozenset(procedure.codes)
    visited = [a.code for a in reversed(state.trail) if a.kind is Kind.LIFE_EVENT]
    found = [(e, p) for e in world.events if (p := e.place_of(codes)) is not None]
    came = [e for code in visited for e, _ in found if e.id == code]
    first = min(found, key=lambda pair: pair[1], default=None)
    event = came[0] if came else first[0] if first else None
    if event is None or len(message.buttons) >= pages.PAGE:
        return message
    button = Button(
        tell.say("events.button_other", khi=event.when),
        Action(kind=Kind.LIFE_EVENT, code=event.id),
    )
    return replace(message, buttons=(*message.buttons, button))


def _heading(aspect: Aspect, event: LifeEvent, tell: Telling, *, opening: bool) -> str:
    parts = [_opening(event, tell)] if opening else []
    if aspect in _OF_EACH:
        about = tell.say(f"answer.what_{aspect.value}")
        parts.append(tell.say("events.which", tell.address, dieu=about))
    elif not opening:
        parts.append(tell.say("events.list", khi=event.when))
    return " ".join(parts)


def _opening(event: LifeEvent, tell: Telling) -> str:
    return filled(event.opening, tell.address)


def _line(step: Step, tell: Telling) -> str:
    """A thing to do with what is done in one go with it, until when, and for whom."""
    line = step.title
    if step.together:
        line = tell.say("events.together", viec=line, so=len(step.together))
    if step.deadline:
        line = tell.say("events.deadline", viec=line, han=step.deadline)
    return tell.say("events.when", viec=line, khi=step.when) if step.when else line


def _to(action: Action, place: int, step: Step) -> Action:
    """Where a thing of the list leads: its procedure, or the question that decides which."""
    if step.options:
        return action.model_copy(update={"step": place, "page": 0})
    return Action(kind=Kind.SHOW, code=step.code, aspect=_asked(action))


def _asked(action: Action) -> Aspect:
    """What is shown of each thing: what was asked of the event; "phải làm sao" asks what it is."""
    return Aspect.OVERVIEW if action.aspect is Aspect.HOW else action.aspect


def _which(action: Action, step: Step, knowledge: Knowledge, tell: Telling) -> Message:
    assert step.question is not None  # the schema asks for one beside options
    cut = pages.rows([option for option in step.options if knowledge.by_code(option.code)])
    page = min(action.page, len(cut) - 1)
    buttons = [
        Button(option.when, Action(kind=Kind.SHOW, code=option.code, aspect=_asked(action)))
        for option in cut[page]
    ]
    if page + 1 < len(cut):
        onward = action.model_copy(update={"page": page + 1})
        buttons.append(Button(tell.more_label(cut, page + 1), onward))
    text = tell.say("events.ask", viec=step.title, hoi=step.question)
    source = _sources([option.code for option in cut[page]], knowledge, tell)
    return Message(text, source, tuple(buttons))


def _told(step: Step) -> tuple[str, ...]:
    """Whose records a line of the list rests on; a question says nothing of its answers yet."""
    codes = (step.code, step.deadline_code)
    return tuple(code for code in codes if code)


def _sources(codes: Sequence[str], knowledge: Knowledge, tell: Telling) -> str | None:
    """The first source of each procedure's record; those of one publisher together, since a list
    says little of each and four titles are longer than it. Each answer cites its own in full."""
    cited: dict[tuple[str, Confidence], list[tuple[Source, str]]] = {}
    for code in dict.fromkeys(codes):
        if record := knowledge.by_code(code):
            source = record.sources[0]
            publisher = source.title.partition(", ")[0]
            cited.setdefault((publisher, source.confidence), []).append((source, code))
    return " ".join(_cited(name, found, tell) for (name, _), found in cited.items()) or None


def _cited(publisher: str, found: Sequence[tuple[Source, str]], tell: Telling) -> str:
    """What one publisher was read for: one source as it is, several from the first day on."""
    source, codes = found[0][0], ", ".join(code for _, code in found)
    days = sorted(one.day for one, _ in found)
    if days[0] == days[-1]:
        same = all(one.title == source.title for one, _ in found)
        named = source if same else source.model_copy(update={"title": publisher})
        return lines.cited(named, codes, tell.say)
    first, last = (day.strftime("%d/%m/%Y") for day in (days[0], days[-1]))
    key = "source" if source.confidence is Confidence.OFFICIAL else "source_secondary"
    return tell.say(f"answer.{key}_many", nguon=publisher, tu=first, den=last, ma=codes)
