"""Doing an action: the message it shows and the state it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from actions import (
    amounts,
    answer,
    asking,
    cases,
    checklist,
    composing,
    crowd,
    danger,
    dossier,
    events,
    feedback,
    guide,
    helping,
    menu,
    news,
    office,
    people,
    place,
    rating_screen,
    sheet,
    telling,
)
from actions.dossier_sources.port import Finding
from actions.place import Places
from actions.replies import Choice, Reply
from actions.state import (
    USUAL,
    Action,
    Aspect,
    Button,
    Kind,
    Message,
    Offer,
    Outcome,
    Shown,
    State,
)
from actions.telling import Telling
from actions.tickets import Team
from actions.watched import Watched
from knowledge_base.danger import Alarms
from knowledge_base.danger import load as load_alarms
from knowledge_base.loader import Knowledge
from knowledge_base.phrases import Phrases
from knowledge_base.schema import Procedure

_ASIDES = frozenset({"shorter", "thank", "affirm", "address_set", "nothing_more", "nothing_back"})


@dataclass(frozen=True)
class World:
    """Everything an action may read; ``team``: who reads tickets, None = nobody; ``finding``: what
    came of the look-up that this turn asked for before; ``keeps``: the days for which what was said
    is kept, None = not told."""

    knowledge: Knowledge
    say: Phrases
    topics: tuple[menu.Topic, ...]
    phone: str
    places: Places = field(default_factory=Places)
    alarms: Alarms = field(default_factory=load_alarms)
    team: Team | None = None
    finding: Finding | None = None
    asks_rating: bool = False  # how content citizens are
    keeps: int | None = None
    watching: Sequence[Watched] | None = None  # dossiers this citizen is told of; None = cannot be
    lasting: bool = True  # the citizen can come back to this conversation

    def procedure(self, code: str | None, tell: Telling) -> Procedure | None:
        """What holds of the procedure of a code on the day of the turn, where the citizen lives."""
        return self.knowledge.at(code, tell.now.date(), tell.province) if code else None

    def telling(self, state: State, now: datetime) -> Telling:
        """How to speak in this conversation at this moment."""
        unit = self.places.of(state)
        province = self.places.province(unit)
        return Telling(
            self.say, now, state.address, state.brief, unit, province, state.anywhere,
            lasting=self.lasting,
        )  # fmt: skip


def perform(
    action: Action,
    state: State,
    world: World,
    now: datetime,
    *,
    first: Sequence[str] = (),
    event: str | None = None,
) -> Outcome:
    """Do ``action``.

    Args:
        action: what to do; one that no longer makes sense shows the menu.
        state: the conversation before.
        world: what may be read.
        now: the moment of the turn, Vietnamese time.
        first: sentences to say before, each a message of its own.
        event: the name to count the turn under; by default made from the action.
    """
    if action.kind is Kind.SET_UNIT and world.places.units.by_code(action.unit or ""):
        return _at_home(action, state, world, now, first=first)
    if action.anywhere:
        state = state.model_copy(update={"anywhere": True})
    tell = world.telling(state, now)
    if action.kind is Kind.GUIDE:
        return _guided(action, state, world, now, first=first)
    if action.kind is Kind.DOSSIER:
        return _looked_up(action, state, world, now, first=first)
    if action.kind is Kind.RATE:
        return told(rating_screen.act(action, state, tell), first)
    if action.kind is Kind.FEEDBACK:
        return told(feedback.act(action, state, world, tell), first)
    action = people.settled(action, world.team)
    about = people.about(state, world.knowledge.name_of(state.procedure or ""))
    step = people.act(action, world.team, about, world.phone, tell)
    if step is not None:
        return _handed_over(step, state, first)
    action = _settled(action, world, tell)
    if action.kind is Kind.CHECKLIST:
        return _listed(action, state, world, now, first=first)
    if action.kind is Kind.HELP:
        return _helped(action, state, world, now, first=first)
    said = [Message(text) for text in first]
    return _shown(action, state, world, tell, said=said, event=event)


def _shown(
    action: Action,
    state: State,
    world: World,
    tell: Telling,
    *,
    said: list[Message],
    event: str | None,
) -> Outcome:
    """The message of an action after what is ``said`` before it, and what it offers besides."""
    message = _message(action, state, world, tell)
    if message is None:
        action = Action(kind=Kind.HOME)
        message = menu.home(action, world.topics, tell)
    after = state if _is_aside(action) else state.at(action)
    if action.code is not None:
        after = after.model_copy(update={"procedure": action.code, "case": action.case})
    said += guide.offered(message, action, after, world.knowledge, tell)
    said[-1] = checklist.offered(said[-1], action, after, world.knowledge, tell)
    said[-1] = crowd.beside(said[-1], after, tell)
    said = [*feedback.offered(tuple(said), action, after, tell)]
    return reply(after, said, event or _event(action))


def _guided(
    action: Action, state: State, world: World, now: datetime, *, first: Sequence[str]
) -> Outcome:
    """A move within a guide; the situation asked first where what is composed of a procedure's
    record turns on it; the menu where the guide is no longer there."""
    tell = world.telling(state, now)
    action = composing.entered(action, state, world.knowledge, tell)
    if action.kind is Kind.ASK_CASE:
        return perform(action, state, world, now, first=first)
    shown = guide.act(action, state, world.knowledge, tell)
    if shown is None:
        state = guide.without(state, action.guide)
        gone = world.say("guide.gone", state.address)
        home = Action(kind=Kind.HOME)
        return perform(home, state, world, now, first=(*first, gone), event="guide.gone")
    return told(shown, first, tell)


def _helped(
    action: Action, state: State, world: World, now: datetime, *, first: Sequence[str]
) -> Outcome:
    """A helper's move among the people they guide, and what is on the screen of the one it is."""
    helped = helping.act(action, state, world.knowledge, world.telling(state, now))
    if helped.then is None:
        return reply(helped.state, [*map(Message, first), *helped.said], helped.event)
    before = (*first, *(message.text for message in helped.said))
    outcome = perform(helped.then, helped.state, world, now, first=before)
    return replace(outcome, events=(helped.event,))


def _handed_over(step: people.Step, state: State, first: Sequence[str]) -> Outcome:
    """What is said when people come or go; no step of the dialogue, unless it asks something."""
    after = state.at(step.waits) if step.waits else people.done_asking(state)
    said = reply(after, [*map(Message, first), step.message], step.event)
    return replace(said, tickets=step.tickets, team=step.team)


def _looked_up(
    action: Action, state: State, world: World, now: datetime, *, first: Sequence[str]
) -> Outcome:
    """How a dossier stands; asks for the look-up where it was not done yet."""
    finding = world.finding
    if finding is None or finding.code != action.code:
        return Outcome(state, (), (), lookup=action.code, checked=action.phrase == dossier.RIGHT)
    after = dossier.remembered(state, finding).at(action)
    tell = world.telling(after, now)
    *before, last = dossier.show(action, finding, world, tell)
    before += guide.offered(last, action, after, world.knowledge, tell)
    return reply(after, [*map(Message, first), *before], f"dossier.{finding.why.value}")


def _listed(
    action: Action, state: State, world: World, now: datetime, *, first: Sequence[str]
) -> Outcome:
    """A move within a checklist: the newest or which one where none is named; the situation asked
    first where the papers turn on it; where the record lists none, what is said of that."""
    tell = world.telling(state, now)
    if action.code is None:
        chosen = checklist.choose(state, world.knowledge, tell)
        if isinstance(chosen, Message):
            return reply(state, [*map(Message, first), chosen], "checklist.which")
        action = chosen
    procedure = world.procedure(action.code, tell)
    papers = Action(kind=Kind.SHOW, code=action.code, aspect=Aspect.PAPERS)
    if procedure and checklist.asks_case(action, state, procedure):
        papers = papers.model_copy(update={"kind": Kind.ASK_CASE, "then": Kind.CHECKLIST})
        return perform(papers, state, world, now, first=first)
    shown = checklist.act(action, state, procedure, tell) if procedure else None
    if shown is None:
        return perform(papers, state, world, now, first=first)
    return told(shown, first, tell)


def _at_home(
    action: Action, state: State, world: World, now: datetime, *, first: Sequence[str]
) -> Outcome:
    """Where the citizen lives is remembered, and what was asked before is done."""
    asked = state.current is not None and state.current.kind is Kind.ASK_UNIT
    trail = state.trail[:-1] if asked else state.trail
    state = state.model_copy(update={"unit": action.unit, "anywhere": False, "trail": trail})
    said = place.noted(action, world.places, world.telling(state, now))
    onward = action.resumed() or state.current or Action(kind=Kind.HOME)
    return perform(onward, state, world, now, first=(*first, said), event="placed")


def told(shown: Shown, first: Sequence[str] = (), tell: Telling | None = None) -> Outcome:
    """The outcome of a move within a guide or a list, after ``first``; with ``tell``, a helper gets
    the way to their other people."""
    messages = [*map(Message, first), *shown.messages]
    if tell is not None and messages:
        messages[-1] = crowd.beside(messages[-1], shown.state, tell)
    outcome = reply(shown.state, messages, shown.event)
    return replace(outcome, reminders=shown.reminders, ratings=shown.ratings, tickets=shown.tickets)


def reply(state: State, messages: Sequence[Message], event: str, *, erase: bool = False) -> Outcome:
    """The outcome that says ``messages``; the last one's buttons get ids of this turn."""
    state = state.model_copy(update={"turn": state.turn + 1})
    replies: list[Reply] = []
    offers: list[Offer] = []
    for message in messages:
        made = [
            Offer(id=f"{state.turn}.{len(offers) + n}", label=b.label, action=b.action)
            for n, b in enumerate(message.buttons, 1)
        ]
        offers.extend(made)
        choices = [Choice(offer.id, offer.label) for offer in made]
        links = [Choice(f"{state.turn}.link", label, url) for label, url in message.links]
        choices = [*links, *choices] if message.urgent else [*choices, *links]
        afresh = erase and not replies
        made_of = Reply(message.text, message.source, tuple(choices), afresh, message.attachment)
        replies.append(replace(made_of, by=message.by, partner=message.partner))
    return Outcome(state.with_offers(tuple(offers)), tuple(replies), (event,), erase)


def say(key: str, state: State, world: World, **values: object) -> Message:
    """A sentence of ``wording/talk.yaml`` with the buttons that belong to it."""
    text = world.say(f"talk.{key}", state.address, dien_thoai=world.phone, **values)
    return Message(text, buttons=_buttons_of(key, state, world))


def _buttons_of(key: str, state: State, world: World) -> tuple[Button, ...]:
    home, human = telling.home(world.say), telling.human(world.say)
    match key:
        case "erase_confirm":
            keep = Button(world.say("talk.button_keep"), state.before("erase_confirm"))
            return (Button(world.say("talk.button_erase"), Action(kind=Kind.ERASE)), keep)
        case (
            "decline"
            | "out_of_scope"
            | "help"
            | "ask_bot"
            | "ask_procedure"
            | "unclear_step"
            | "no_phone"
        ):
            return (home, human)
        case _ if key in ("nothing_back", "correct") or key.startswith("unreadable"):
            return (home, human)
        case "angry":
            return (human, home)
        case "human":
            return (home,)
        case "decline_again" | "goodbye" | "stop" | "deny" | "secret" | "no_helper":
            return (home,)
        case _:
            return ()


def _message(action: Action, state: State, world: World, tell: Telling) -> Message | None:
    match action.kind:
        case Kind.SHOW | Kind.ASK_CASE:
            return _about(action, state, world, tell)
        case Kind.LIFE_EVENT:
            event = world.knowledge.event(action.code or "")
            again = state.procedure == action.code
            return events.show(action, event, world.knowledge, tell, again=again) if event else None
        case Kind.ASK_WHICH:
            return asking.which(action, world.knowledge, tell)
        case Kind.HOME:
            return menu.home(action, world.topics, tell)
        case Kind.TOPIC:
            return menu.topic(action, world.topics, world.knowledge, tell)
        case Kind.HOURS:
            return office.opening_hours(action, world.places, world.phone, tell)
        case Kind.ASK_UNIT:
            return place.ask(action, world.places, tell)
        case Kind.ASK_CODE | Kind.PHOTO:
            return dossier.ask(action, state, tell)
        case Kind.DANGER:
            return danger.call(action, tell)
        case Kind.PRINT if (procedure := world.procedure(action.code, tell)) is not None:
            return sheet.page(procedure, state, world.places, world.phone, tell)
        case Kind.SAY if action.phrase and f"talk.{action.phrase}" in world.say:
            return say(action.phrase, state, world)
        case _:
            return None


def _about(action: Action, state: State, world: World, tell: Telling) -> Message | None:
    procedure = world.procedure(action.code, tell)
    if procedure is None:
        return news.gone(action.code, world.knowledge, tell)
    show = cases.ask if action.kind is Kind.ASK_CASE else answer.show
    tell = replace(tell, notice=news.notice(action, world.knowledge.news.get(procedure.code), tell))
    message = show(action, procedure, tell)
    if action.kind is Kind.SHOW and action.aspect is Aspect.PLACE:
        message = office.near(message, action, procedure, world.places, tell)
    message = replace(message, text=message.text.strip())
    if action.kind is Kind.ASK_CASE:
        return message
    message = guide.beside(message, action, procedure, world.knowledge, tell)
    message = checklist.beside(message, action, procedure, state, tell)
    message = events.see_also(message, procedure, state, world.knowledge, tell)
    return asking.doubted(message, action, tell)


def _settled(action: Action, world: World, tell: Telling) -> Action:
    """The action as the record allows it: what was found may be a life event, which is listed; a
    case that exists, asked where there is one to ask; the citizen's place asked where an office's
    hours are to be said."""
    if action.kind is Kind.SHOW and action.code and world.knowledge.event(action.code):
        return action.model_copy(update={"kind": Kind.LIFE_EVENT, "case": None})
    if action.kind is Kind.HOURS and office.needs_unit(action, world.places, tell):
        return action.asking_unit()
    procedure = world.procedure(action.code, tell)
    if procedure is None:
        return action
    if action.case is not None and action.case not in {USUAL, *(c.id for c in procedure.cases)}:
        action = action.model_copy(update={"case": None})  # the file was edited meanwhile
    if action.kind is Kind.ASK_CASE and not cases.asked(action.aspect, procedure):
        return action.model_copy(update={"kind": action.then or Kind.SHOW, "then": None})
    if action.kind is Kind.SHOW and cases.decide(action, procedure, tell):
        return action.model_copy(update={"kind": Kind.ASK_CASE})
    if amounts.turns_on_province(action, procedure, world.knowledge, tell):
        return action.asking_unit()
    return action


def _is_aside(action: Action) -> bool:
    """Said in passing: what is on the screen stays the current step."""
    if action.kind is Kind.PRINT:
        return True
    return action.kind is Kind.SAY and action.phrase in _ASIDES


def _event(action: Action) -> str:
    match action.kind:
        case Kind.SHOW:
            return f"answered.{action.aspect.value}"
        case Kind.SAY:
            return f"said.{action.phrase}"
        case _:
            return action.kind.value
