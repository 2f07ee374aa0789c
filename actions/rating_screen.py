"""Asking how content the citizen is: when something has ended, and what each button leads to."""

from __future__ import annotations

from actions import feedback, guide, rating
from actions.rating import BEST, CONTENT, End, Face, Question, Reason
from actions.state import Action, Button, Kind, Message, Outcome, Shown, State
from actions.telling import Telling, home, human
from knowledge_base.loader import Knowledge
from knowledge_base.review.personal import scrub

MOST_CHARACTERS = 300  # of a reason in words
_BAD = 2  # up to it one is sorry
_ANSWERS = frozenset({Kind.SHOW, Kind.LIFE_EVENT, Kind.HOURS})
_PARTING = frozenset({"said.thank", "said.goodbye"})
_DONE = "guide.done"
_HELPED = "person.closed_human"


def due(before: State, outcome: Outcome, knowledge: Knowledge, tell: Telling) -> Question | None:
    """The question that is asked after a turn: where something has ended, nothing else is under
    way, and it is time."""
    day = tell.now.date()
    ended = None if outcome.erase else _ended(before, outcome)
    if ended is None or not rating.may_ask(outcome.state.rating, day):
        return None
    if outcome.state.waiting or guide.fresh(outcome.state, knowledge, tell):
        return None
    if feedback.is_fresh(outcome.state, tell):
        return None
    end, about = ended
    return Question(day=day, end=end, about=about, unit=tell.unit)


def _ended(before: State, outcome: Outcome) -> tuple[End, str | None] | None:
    event, current = outcome.events[-1], before.current
    if event == _DONE:
        return End.GUIDE, outcome.state.guides[0].guide
    if event == _HELPED:
        return End.TICKET, None
    if event in _PARTING and current is not None and current.kind in _ANSWERS:
        return End.ANSWER, current.code
    return None


def ask(question: Question, tell: Telling) -> Message:
    """The question, the best face first."""
    faces = tuple(
        Button(tell.say(f"rating.face_{score}"), _press(Face(question=question, score=score)))
        for score in range(BEST, 0, -1)
    )
    return Message(tell.say(f"rating.ask_{question.end.value}", tell.address), buttons=faces)


def act(action: Action, state: State, tell: Telling) -> Shown:
    """Do an action of kind RATE. What is on the screen stays the current step."""
    face = action.face
    done = rating.answered(state.rating, face) if face else None
    if face is None or done is None:
        return Shown(state, (_said("late", tell),), "rating.late")
    now, counted = done
    if face.silent:
        now = now.model_copy(update={"telling": False})
    state = state.model_copy(update={"rating": now})
    if face.score is not None and face.score >= CONTENT:
        return Shown(state, (_said("good", tell),), "rating.good", ratings=counted)
    if face.score is not None:
        return Shown(state, (_why(face.question, face.score, tell),), "rating.bad", ratings=counted)
    if now.telling:
        skip = _press(face.model_copy(update={"silent": True}))
        button = Button(tell.say("rating.button_skip"), skip)
        text = tell.say("rating.words", tell.address)
        return Shown(state, (Message(text, buttons=(button,)),), "rating.reason", ratings=counted)
    return Shown(state, (_said("noted", tell),), "rating.reason", ratings=counted)


def told(text: str, state: State, tell: Telling) -> Shown:
    """The reason came in words; ``text`` is masked."""
    words = scrub(text)
    if len(words) > MOST_CHARACTERS:
        words = words[:MOST_CHARACTERS].rpartition(" ")[0]
    now, kept = rating.told(state.rating, words)
    state = state.model_copy(update={"rating": now})
    return Shown(state, (_said("noted", tell),), "rating.words", ratings=kept)


def _why(question: Question, score: int, tell: Telling) -> Message:
    buttons = tuple(
        Button(
            tell.say(f"rating.reason_{reason.value}"),
            _press(Face(question=question, reason=reason)),
        )
        for reason in Reason
    )
    key = "why_bad" if score <= _BAD else "why"
    return Message(tell.say(f"rating.{key}", tell.address), buttons=buttons)


def _said(key: str, tell: Telling) -> Message:
    back = home(tell.say)
    if key != "noted":
        return Message(tell.say(f"rating.{key}", tell.address), buttons=(back,))
    more = Button(tell.say("feedback.button"), feedback.begin())
    buttons = (more, human(tell.say), back)
    return Message(tell.say("rating.noted", tell.address), buttons=buttons)


def _press(face: Face) -> Action:
    return Action(kind=Kind.RATE, face=face)
