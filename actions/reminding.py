"""Reminding of a guide that was put aside: asked for once, sent once, and not when it was gone on
with, is over or was erased. Pure: what is pending stands in the guide's progress."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from actions import guide_screen, progress, reminders
from actions.composing import Guides
from actions.progress import Progress, Standing
from actions.reminders import AFTER
from actions.state import Action, Button, Kind, Message, Move, Shown, State
from actions.telling import Telling, home
from knowledge_base.loader import Knowledge


def put_aside(shown: Shown, stand: Standing, tell: Telling) -> Shown:
    """What is said of a guide that was just put aside, with the question whether to remind of it,
    or with the day where that was allowed before."""
    if not tell.lasting:
        return shown  # nobody would be there to be reminded
    if shown.state.helping and shown.state.helping.active is not None:
        return shown  # a helper's list keeps whose work is unfinished
    *first, message = shown.messages
    if shown.state.reminding is None:
        resume, *others = message.buttons
        asked = tell.say("reminder.ask", tell.address)
        buttons = (resume, _button("yes", Move.REMIND, stand, tell), _no(stand, tell), *others)
        message = replace(message, text=f"{message.text} {asked}", buttons=buttons)
    elif shown.state.reminding:
        shown = pending(shown, stand.progress.guide, tell)
        message = replace(message, text=f"{message.text} {_set(shown, stand, tell)}")
    return replace(shown, messages=(*first, message))


def allowed(state: State, stand: Standing, tell: Telling) -> Shown:
    """The citizen wants to be reminded of this guide."""
    resume = guide_screen.resuming(stand, tell)
    if not tell.lasting:
        text = tell.say("reminder.not_here", tell.address)
        message = Message(text, buttons=(resume, home(tell.say)))
        return Shown(state, (message,), "guide.reminder_not_here")
    state = state.model_copy(update={"reminding": True})
    shown = pending(Shown(state, (), "guide.reminder_set"), stand.progress.guide, tell)
    buttons = (resume, _no(stand, tell), home(tell.say))
    return replace(shown, messages=(Message(_set(shown, stand, tell), buttons=buttons),))


def refused(state: State, stand: Standing | None, tell: Telling) -> Shown:
    """No reminder any more, of whatever."""
    quiet = tuple(replace(p, remind=None) for p in state.guides)
    state = state.model_copy(update={"reminding": False, "guides": quiet})
    buttons = (guide_screen.resuming(stand, tell),) if stand and not stand.is_over else ()
    message = Message(tell.say("reminder.off", tell.address), buttons=(*buttons, home(tell.say)))
    return Shown(state, (message,), "guide.reminder_off")


def pending(shown: Shown, guide: str, tell: Telling) -> Shown:
    """With a reminder of a guide two days from now, where it is allowed and none waits already."""
    helping = shown.state.helping
    if not shown.state.reminding or not tell.lasting or (helping and helping.active is not None):
        return shown
    return _at(shown, guide, reminders.fit(tell.now + AFTER))


def due(choice: str, state: State, knowledge: Knowledge, tell: Telling) -> Shown | None:
    """What a reminder leads to when it comes in: mostly a question whether to go on, or nothing;
    None when the choice is no reminder.

    Where the citizen went on meanwhile and left it again, it waits until two days after that; where
    it comes late, at night or on a Sunday, until the next morning.
    """
    named = reminders.read(choice)
    if named is None:
        return None
    guide, day = named
    nothing = Shown(state, (), "guide.reminder_void")
    stored = next((p for p in state.guides if (p.guide, p.remind) == (guide, day)), None)
    stand = progress.stand(stored, Guides(knowledge, tell)) if stored else None
    if stored is None or stand is None or stand.is_over or not state.reminding:
        return nothing
    later = reminders.fit(max(tell.now, _left(stored, tell) + AFTER))
    if later > tell.now:
        return replace(_at(nothing, guide, later), event="guide.reminder_later")
    number, total = progress.count(stand)
    text = tell.say("reminder.again", tell.address, ten=stand.guide.title, so=number, tong=total)
    buttons = (guide_screen.resuming(stand, tell), _no(stand, tell), home(tell.say))
    done = _with(state, replace(stored, remind=None))
    return Shown(done, (Message(text, buttons=buttons),), "guide.reminded")


def _left(stored: Progress, tell: Telling) -> datetime:
    """The first moment of the day on which the guide was seen last."""
    day = stored.day or tell.now.date() - AFTER
    return datetime.combine(day, datetime.min.time(), tell.now.tzinfo)


def _at(shown: Shown, guide: str, moment: datetime) -> Shown:
    stored = next((p for p in shown.state.guides if p.guide == guide), None)
    if stored is None or stored.remind == moment.date():
        return shown
    state = _with(shown.state, replace(stored, remind=moment.date()))
    return replace(shown, state=state, reminders=(reminders.of(guide, moment),))


def _with(state: State, changed: Progress) -> State:
    guides = tuple(changed if p.guide == changed.guide else p for p in state.guides)
    return state.model_copy(update={"guides": guides})


def _set(shown: Shown, stand: Standing, tell: Telling) -> str:
    day = next(p.remind for p in shown.state.guides if p.guide == stand.progress.guide)
    return tell.say("reminder.set", tell.address, ngay=f"{day:%d/%m}")


def _button(key: str, move: Move, stand: Standing, tell: Telling) -> Button:
    action = Action(kind=Kind.GUIDE, move=move, guide=stand.progress.guide)
    return Button(tell.say(f"reminder.button_{key}"), action)


def _no(stand: Standing, tell: Telling) -> Button:
    return _button("no", Move.NO_REMINDER, stand, tell)
