"""One screen of a guide as a message: its text, its buttons, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from actions import pages, progress
from actions.lines import in_sentence
from actions.progress import Find, Standing
from actions.replies import Image
from actions.state import Action, Aspect, Button, Kind, Message, Move
from actions.telling import TO_PERSON, Telling, home
from knowledge_base.guide_graph import GENERIC
from knowledge_base.guides import DONE, RETURN, SKIP, SOLVED, Choice, Guide, Trouble
from knowledge_base.loader import Knowledge
from knowledge_base.phrases import MOST_CHARACTERS, filled
from knowledge_base.schema import Confidence, Source


def here(guide: str | None = None) -> Action:
    """The action that shows where the citizen stands; ``guide``: in that one."""
    return Action(kind=Kind.GUIDE, move=Move.HERE, guide=guide)


def opening(guide: str, code: str | None = None) -> Action:
    """The action that begins a guide, or asks whether to go on with it; ``code`` of the procedure
    it is done for."""
    return Action(kind=Kind.GUIDE, move=Move.OPEN, guide=guide, code=code)


def guide_button(guide: Guide) -> Button:
    """A button to a guide by its name, as in the menu."""
    return Button(guide.title, opening(guide.id))


def name_of(stand: Standing) -> str:
    """A screen's name in actions: ``guide/step``."""
    return f"{stand.guide.id}/{stand.screen.id}"


def message(stand: Standing, knowledge: Knowledge, find: Find, tell: Telling) -> Message:
    """What is shown where the citizen stands."""
    buttons = tuple(button for button, _ in choices(stand, knowledge, find, tell))
    source = cited(stand.guide.source_of(stand.screen), tell)
    drawn = stand.screen.picture  # to those too who asked for few words: it has none to read
    picture = Image(drawn.name, drawn.alt) if drawn else None
    text, links = _text(stand, knowledge, tell), _links(stand, knowledge)
    return Message(text, source, buttons, links, attachment=picture)


def aside(trouble: Standing, knowledge: Knowledge, tell: Telling) -> Message:
    """What helps in a trouble of another step, to be read where the citizen stands."""
    source = cited(trouble.guide.source_of(trouble.screen), tell)
    return Message(_text(trouble, knowledge, tell), source, links=_links(trouble, knowledge))


def resuming(stand: Standing, tell: Telling) -> Button:
    """The button that leads back to the step."""
    number, total = progress.count(stand)
    label = tell.say("guide.button_resume", so=number, tong=total, ten=stand.step.title)
    if stand.step.ends:
        label = tell.say("guide.button_kept", ten=stand.step.title)
    return Button(label, here(stand.progress.guide))


def place(stand: Standing, key: str, tell: Telling) -> str:
    """A sentence of the wording that names the guide and the step."""
    number, total = progress.count(stand)
    title = stand.guide.title
    return tell.say(f"guide.{key}", tell.address, ten=title, so=number, tong=total)


def choices(
    stand: Standing, knowledge: Knowledge, find: Find, tell: Telling
) -> Iterator[tuple[Button, tuple[str, ...]]]:
    """The buttons of a screen, each with the other words that mean it."""
    screen, step = stand.screen, stand.step
    for choice in screen.choices:
        yield Button(choice.label, action_of(stand, choice)), choice.said
    if isinstance(screen, Trouble):
        if not screen.choices:
            yield Button(tell.say("guide.button_solved"), _go(stand, SOLVED)), ()
            yield Button(tell.say("guide.button_unsolved"), TO_PERSON), ()
        return
    if step.ends:
        yield from ((button, ()) for button in _after(stand, knowledge, find, tell))
        return
    if not step.choices:
        yield Button(step.done or tell.say("guide.button_done"), _go(stand, DONE)), ()
    if step.skippable:
        yield Button(tell.say("guide.button_skip"), _go(stand, SKIP)), ()
    for trouble in step.troubles:
        yield Button(trouble.label, _go(stand, trouble.id)), ()
    if step.hours:
        yield Button(tell.say("guide.button_hours"), Action(kind=Kind.HOURS)), ()


def _text(stand: Standing, knowledge: Knowledge, tell: Telling) -> str:
    code = stand.progress.code
    name = knowledge.name_of(code) if code else None
    said = _filled(stand, in_sentence(name) if name else GENERIC, tell)
    return said if len(said) <= MOST_CHARACTERS else _filled(stand, GENERIC, tell)


def _filled(stand: Standing, name: str, tell: Telling) -> str:
    def fill(text: str) -> str:
        return filled(text, tell.address, thu_tuc=name)

    screen, step = stand.screen, stand.step
    text = fill(screen.short or screen.text if tell.brief else screen.text)
    if screen is not step or step.ends:
        return text
    if step.seen and not tell.brief:
        seen = tell.say("guide.seen", tell.address, thay=fill(step.seen))
        text = f"{text}\n{seen}"
    number, total = progress.count(stand)
    return tell.say("guide.step", so=number, tong=total, loi=text)


def cited(source: Source | None, tell: Telling) -> str | None:
    """The grey line of a source."""
    if source is None:
        return None
    key = "source" if source.confidence is Confidence.OFFICIAL else "source_secondary"
    return tell.say(f"guide.{key}", nguon=source.title, ngay=source.day.strftime("%d/%m/%Y"))


def _links(stand: Standing, knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    link, code = stand.screen.link, stand.progress.code
    if link is None:
        return ()
    procedure = knowledge.by_code(code) if link.of_procedure and code else None
    return ((link.label, procedure.link if procedure and procedure.link else link.url),)


def _after(stand: Standing, knowledge: Knowledge, find: Find, tell: Telling) -> Iterator[Button]:
    """What may be done when a guide ends."""
    callers = stand.progress.at.callers
    caller = find(callers[-1].guide) if callers else None
    if caller:
        yield Button(tell.say("guide.button_kept", ten=caller.title), _go(stand, RETURN))
        return
    for onward in stand.step.onward:
        if onward.guide:
            yield Button(onward.label, opening(onward.guide))
        elif onward.procedure and knowledge.by_code(onward.procedure):
            shown = Action(kind=Kind.SHOW, code=onward.procedure, aspect=Aspect.OVERVIEW)
            yield Button(onward.label, shown)
    if len(stand.step.onward) < pages.PAGE - 1:
        yield from _papers(stand, knowledge, tell)
    yield home(tell.say)


def _papers(stand: Standing, knowledge: Knowledge, tell: Telling) -> Iterator[Button]:
    """The way to the papers of the procedure that the guide is done for, to be ticked off."""
    code = stand.progress.code
    procedure = knowledge.by_code(code) if code else None
    if procedure and procedure.papers:
        opens = Action(kind=Kind.CHECKLIST, code=procedure.code)
        yield Button(tell.say("checklist.button_open"), opens)


def action_of(stand: Standing, choice: Choice) -> Action:
    """What the button of a choice does."""
    if choice.human:
        return TO_PERSON
    if choice.pause:
        return Action(kind=Kind.GUIDE, move=Move.STOP, guide=stand.progress.guide)
    return _go(stand, choice.id)


def _go(stand: Standing, choice: str) -> Action:
    guide = stand.progress.guide
    return Action(kind=Kind.GUIDE, move=Move.GO, guide=guide, screen=name_of(stand), choice=choice)
