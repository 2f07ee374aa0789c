"""Suggestions and complaints: what each move leads to, and what it looks like.

They go to the team as a ticket. Where there is no team it is said where such things are sent;
nothing is asked first that nobody would read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from actions import draft, pages, place
from actions.draft import Category, Draft, Part
from actions.feedback_screen import Desk, Screens, here, move_to
from actions.guide_screen import cited, opening
from actions.state import Action, Aspect, Button, Kind, Message, Move, Shown, State
from actions.telling import Telling, home, human
from actions.tickets import TicketKind, TicketRequest
from knowledge_base.guides import Guide, Step
from knowledge_base.text import key

OFFICIAL = "danh-gia-phan-anh"  # the guide that leads to the official places
_CALL, _FORMAL = "goi-tong-dai", "khieu-nai-hoi-ai"  # its steps that say on what they rest
_PORTAL = "https://dichvucong.gov.vn"
_FRESH = timedelta(days=1)  # so long it is offered again under every answer
_PLACE = 120  # of the place in the citizen's words
_TELLS = 6  # words from which on something is told
PHOTO, PHOTO_KEPT = "no_photo", "photo_kept"  # one that goes nowhere; one that goes along
# Formal complaints and denunciations, and what is better denounced than suggested.
_GRAVE = re.compile(
    r"\b(?:khieu nai|to cao|khieu kien|kien cao|hoi lo|tham nhung|tham o|an tien|nhan tien rieng"
    r"|voi (?:tien|vinh)|doi (?:tien|phong bi|boi duong|lot tay)|lot tay|phong bi|boi duong)\b"
)
_BRIBE = re.compile(
    r"\b(?:nhan|doi|voi|vinh|an|dua|dut) (?:\w+ )?(?:phong bi|lot tay|hoi lo|tien hoi lo)\b"
)


def tells_of_bribe(text: str) -> bool:
    """Whether ``text`` tells of a bribe, whatever else its words name."""
    return _BRIBE.search(key(text)) is not None


def begin() -> Action:
    """The action that begins, or asks whether to go on."""
    return Action(kind=Kind.FEEDBACK, move=Move.OPEN)


def is_on_screen(state: State) -> bool:
    """Whether a question of it is what the citizen looks at."""
    current = state.current
    shown = current is not None and current.kind is Kind.FEEDBACK and current.move is Move.HERE
    return shown and state.feedback is not None


def is_fresh(state: State, tell: Telling) -> bool:
    """Whether something is being written that was shown since yesterday and not put aside."""
    now = state.feedback
    if now is None or not now.begun or now.paused or now.day is None:
        return False
    return tell.now.date() - now.day <= _FRESH


def remembered(text: str, state: State) -> State:
    """The state with words that tell something, before anything was asked for."""
    if state.feedback is not None or len(text.split()) < _TELLS:
        return state
    return state.model_copy(update={"feedback": Draft(said=draft.cut(text))})


def pictured(handle: str, state: State) -> State:
    """The state with a photograph (its handle) that goes along with what is written, where there
    is room for it."""
    now = state.feedback
    if now is None or len(now.photos) >= draft.MOST_PHOTOS:
        return state
    kept = now.model_copy(update={"photos": tuple(dict.fromkeys((*now.photos, handle)))})
    return state.model_copy(update={"feedback": kept})


def left(text: str, before: State, after: State) -> State:
    """The state after words in the middle of it were answered as a question or a cry for help:
    they may have been the story, and are kept to be offered as such."""
    now = after.feedback
    if now is None or not is_on_screen(before) or now != before.feedback:
        return after
    if now.at is not Part.STORY or len(text.split()) < _TELLS:
        return after
    return after.model_copy(update={"feedback": now.model_copy(update={"said": draft.cut(text)})})


def offered(
    messages: tuple[Message, ...], action: Action, state: State, tell: Telling
) -> tuple[Message, ...]:
    """Messages that are about something else, the last with a button back to what is written;
    before the menu a sentence."""
    now, last = state.feedback, messages[-1]
    if now is None or not now.begun or last.urgent:
        return messages
    if action.kind is Kind.HOME:
        return (Message(tell.say("feedback.waiting", tell.address)), *messages)
    if not is_fresh(state, tell):
        return messages
    button = Button(tell.say("feedback.button_resume"), here())
    buttons = last.buttons
    if len(buttons) == pages.PAGE and (action.kind is not Kind.SHOW or buttons[-1].action.page):
        return messages
    return (*messages[:-1], replace(last, buttons=(*buttons[: pages.PAGE - 1], button)))


def act(action: Action, state: State, desk: Desk, tell: Telling) -> Shown:
    """Do an action of kind FEEDBACK, or SET_UNIT for it."""
    return _Moves(state, desk, tell).do(action)


def told(words: str, state: State, desk: Desk, tell: Telling) -> Shown:
    """Words (masked) that are no command: a place, the story, or more of it."""
    return _Moves(state, desk, tell).told(words)


class _Moves:
    """The moves of one turn."""

    def __init__(self, state: State, desk: Desk, tell: Telling) -> None:
        self._state = state
        self._desk = desk
        self._tell = tell
        self._screens = Screens(desk, tell)

    def do(self, action: Action) -> Shown:
        """See :func:`act`."""
        now = self._state.feedback
        if action.move in (Move.OPEN, Move.RESTART):
            return self._open(action, now)
        if now is None:
            return self._end("gone")
        match action.move:
            case Move.GO:
                return self._go(action, now)
            case Move.ASK:
                return self._show(draft.at(now, Part(action.choice or "")), "feedback.ask")
            case Move.SKIP:
                return self._skip(now)
            case Move.BACK:
                gone = draft.back(now, action.step or 1)
                return self._show(gone or now, "feedback.back" if gone else "feedback.here")
            case Move.REVIEW:
                return self._review()
            case Move.STOP:
                return self._stop(now)
            case Move.DROP:
                return self._end("dropped")
            case Move.SEND:
                return self._send(now)
        if action.phrase in (PHOTO, PHOTO_KEPT):
            return self._show(now, "feedback.photo", first=(action.phrase,))
        return self._show(now, "feedback.here", page=action.page)

    def told(self, words: str) -> Shown:
        """See the function."""
        now = self._state.feedback
        assert now is not None, "words are heard only while it is on the screen"
        if now.at is Part.PLACE:
            return self._placed(words, now)
        first = "cut" if len(words) > draft.MOST_CHARACTERS else None
        if now.at is not Part.STORY:
            first = "added" if now.story else "noted"
        after = draft.told(now, words)
        if not after.warned and _GRAVE.search(key(words)):
            return self._grave(after)
        return self._show(after, "feedback.told", first=(first,) if first else ())

    def _open(self, action: Action, now: Draft | None) -> Shown:
        if self._desk.team is None:
            return self._nowhere()
        if action.move is Move.OPEN and now is not None and now.begun:
            return self._kept()
        fresh = now if now is not None and action.move is Move.OPEN else Draft()
        if _GRAVE.search(key(fresh.said)):
            return self._grave(fresh)
        return self._show(fresh, "feedback.begun", first=("begin",))

    def _go(self, action: Action, now: Draft) -> Shown:
        part = Part(action.screen or "")
        answer = self._answer(action, now)
        if answer is None:
            return self._show(now, "feedback.here")
        if part is not now.at:  # an older button: another answer, and one stays where one is
            changed = now.model_copy(update=answer)
            return self._show(changed, "feedback.changed")
        return self._show(draft.given(now, **answer), "feedback.step")

    def _answer(self, action: Action, now: Draft) -> dict[str, object] | None:
        """The fields that a button sets."""
        choice = action.choice or ""
        match Part(action.screen or ""):
            case Part.CATEGORY:
                return {"category": Category(choice)}
            case Part.ANSWER:
                return {"answer": choice == "yes"}
            case Part.STORY if choice == "said" and now.said:
                return {"story": now.said, "said": ""}
            case Part.STORY if choice == "keep" and now.story:
                return {}
            case Part.PLACE if choice == "keep":
                return {"placed": True, "maybe": ()}
            case Part.PLACE if action.unit:
                where = now.where if now.maybe else ""
                return {"unit": action.unit, "where": where, "maybe": (), "placed": True}
            case _:
                return None

    def _skip(self, now: Draft) -> Shown:
        if now.at is Part.PLACE:
            nowhere = {"unit": None, "where": "", "maybe": (), "placed": True}
            return self._show(draft.given(now, **nowhere), "feedback.step")
        return self._show(now, "feedback.no_skip", first=("no_skip",))

    def _placed(self, words: str, now: Draft) -> Shown:
        places = self._desk.places
        where = words if len(words) <= _PLACE else words[:_PLACE].rpartition(" ")[0]
        found = places.find(words, self._state)
        asked = Action(kind=Kind.ASK_UNIT, units=now.maybe, were=("",) * len(now.maybe))
        meant = place.answered(found, asked, places)
        if now.maybe and meant is not None:
            where = now.where  # the province, or which of them
        if meant is not None and meant.kind is Kind.ASK_UNIT:
            asking = now.model_copy(update={"where": where, "maybe": meant.units})
            return self._show(asking, "feedback.which")
        unit = meant.unit if meant else None
        answer = {"where": where, "unit": unit, "maybe": (), "placed": True}
        return self._show(draft.given(now, **answer), "feedback.told")

    def _show(self, now: Draft, event: str, *, first: tuple[str, ...] = (), page: int = 0) -> Shown:
        """The question that is asked now; ``first``: sentences before it."""
        now = now.model_copy(update={"day": self._tell.now.date(), "paused": False})
        said = [Message(self._say(f"feedback.{one}", so=draft.MOST_CHARACTERS)) for one in first]
        said += self._screens.of(now, page)
        state = self._state.model_copy(update={"feedback": now}).at(here())
        return Shown(state, tuple(said), event)

    def _review(self) -> Shown:
        buttons = [
            Button(self._tell.say(f"feedback.button_{part.value}"), move_to(Move.ASK, part.value))
            for part in Part
            if part is not Part.CHECK
        ]
        buttons.append(Button(self._tell.say("feedback.button_unchanged"), here()))
        return Shown(self._state, (Message(self._say("feedback.change"), buttons=tuple(buttons)),),
                     "feedback.review")  # fmt: skip

    def _stop(self, now: Draft) -> Shown:
        state = self._with(now.model_copy(update={"paused": True})).at(move_to(Move.STOP))
        button = Button(self._tell.say("feedback.button_resume"), here())
        buttons = (button, home(self._tell.say))
        return Shown(
            state, (Message(self._say("feedback.paused"), buttons=buttons),), "feedback.paused"
        )

    def _kept(self) -> Shown:
        say = self._tell.say
        buttons = (
            Button(say("feedback.button_resume"), here()),
            Button(say("feedback.button_restart"), move_to(Move.RESTART)),
            Button(say("feedback.button_quit"), move_to(Move.DROP)),
        )
        state = self._state.at(begin())
        return Shown(
            state, (Message(self._say("feedback.kept"), buttons=buttons),), "feedback.kept"
        )

    def _send(self, now: Draft) -> Shown:
        if self._desk.team is None:
            return self._nowhere()
        if now.at is not Part.CHECK or now.category is None:
            return self._show(now, "feedback.here")
        summary = self._tell.say("feedback.ticket", **self._screens.values(now), loi=now.story)
        kind, reason = TicketKind.FEEDBACK, now.category.value
        ticket = TicketRequest(kind, reason, summary, photos=now.photos)
        texts = [
            self._say("feedback.sent"),
            *([self._say("feedback.sent_answer")] if now.answer else []),
        ]
        text = "\n".join(texts)
        sent = self._official(text, "feedback.sent")
        return replace(sent, tickets=(ticket,))

    def _end(self, what: str) -> Shown:
        """It is over; what is written is forgotten."""
        said = Message(self._say(f"feedback.{what}"), buttons=(home(self._tell.say),))
        return Shown(self._with(None), (said,), f"feedback.{what}")

    def _nowhere(self) -> Shown:
        return self._official(self._say("feedback.nowhere"), "feedback.nowhere")

    def _official(self, text: str, event: str) -> Shown:
        """Where such things are officially sent, with the way there; what is written is over."""
        guide, step = self._step(_CALL)
        buttons = [human(self._tell.say), home(self._tell.say)]
        if guide:
            label = self._tell.say("feedback.button_portal")
            buttons.insert(0, Button(label, opening(guide.id)))
        source = cited(guide.source_of(step), self._tell) if guide and step else None
        links = ((self._tell.say("feedback.link_portal"), _PORTAL),)
        return Shown(self._with(None), (Message(text, source, tuple(buttons), links),), event)

    def _grave(self, now: Draft) -> Shown:
        """A formal complaint is something else: said once, with the records; then on."""
        warned = now.model_copy(update={"warned": True, "day": self._tell.now.date()})
        guide, step = self._step(_FORMAL)
        onward = step.onward if step else ()
        buttons = [
            Button(one.label, Action(kind=Kind.SHOW, code=one.procedure, aspect=Aspect.OVERVIEW))
            for one in onward
            if one.procedure and self._desk.knowledge.by_code(one.procedure)
        ]
        anyway = Button(self._tell.say("feedback.button_anyway"), here())
        source = cited(guide.source_of(step), self._tell) if guide and step else None
        message = Message(
            self._say("feedback.formal"), source, (*buttons[: pages.PAGE - 1], anyway)
        )
        return Shown(self._with(warned).at(here()), (message,), "feedback.formal")

    def _step(self, step: str) -> tuple[Guide | None, Step | None]:
        guide = self._desk.knowledge.guide(OFFICIAL)
        return guide, guide.step(step) if guide else None

    def _with(self, now: Draft | None) -> State:
        return self._state.model_copy(update={"feedback": now})

    def _say(self, key_: str, **values: object) -> str:
        return self._tell.say(key_, self._tell.address, **values)
