"""Asking which of a few procedures is meant."""

from __future__ import annotations

from dataclasses import replace

from actions import pages
from actions.guide_screen import guide_button
from actions.state import Action, Aspect, Button, Kind, Message
from actions.telling import Telling
from knowledge_base.loader import Knowledge

# What the button under an answer that was doubted does; so does "không phải cái đó".
NOT_THIS = Action(kind=Kind.SAY, phrase="correct")


def doubted(message: Message, action: Action, tell: Telling) -> Message:
    """An answer, with a button that says that another procedure was meant where that may be."""
    if not action.doubted:
        return message
    button = Button(tell.say("talk.button_not_this"), NOT_THIS)
    return replace(message, buttons=(*message.buttons[: pages.PAGE - 1], button))


def which(action: Action, knowledge: Knowledge, tell: Telling) -> Message | None:
    """The question (an action of kind ASK_WHICH), a button for each; None where none is known."""
    known = [(code, knowledge.name_of(code)) for code in action.codes]
    buttons = [
        Button(name, Action(kind=action.then or Kind.SHOW, code=code, aspect=action.aspect))
        for code, name in known
        if name is not None
    ]
    if not buttons:
        return None
    one = len(buttons) == 1
    label = tell.say("talk.button_not_this" if one else "talk.button_none")
    none = Button(label, Action(kind=Kind.SAY, phrase="decline"))
    key = "talk.ask_this" if one else "talk.ask_which"
    if action.aspect is Aspect.OVERVIEW:
        text = tell.say(key, tell.address)
    else:
        about = tell.say(f"answer.what_{action.aspect.value}")
        text = tell.say(f"{key}_about", tell.address, dieu=about)
    found = knowledge.guide(action.guide or "")
    guides = [guide_button(found)] if found else []
    return Message(text, buttons=(*buttons[: 4 - len(guides)], *guides, none))
