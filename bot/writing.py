"""What a citizen's words mean while they write a suggestion or complaint: exact words first, then
the kinds of command that the understanding knows. What is neither is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from actions import feedback
from actions.draft import Part
from actions.feedback import PHOTO, PHOTO_KEPT, begin
from actions.feedback_screen import go, here, move_to
from actions.perform import World, perform, told
from actions.state import Action, Kind, Move, Outcome, State
from actions.survey import explained
from actions.tickets import Team
from actions.understanding import SURE_INTENT, Understanding
from bot import commands
from bot.guiding import CHANGE, GO_ON, HALT, ONWARD, SKIP, STOP, steps_back
from bot.hearing import is_request
from bot.messages import PHOTO as PICTURE
from bot.messages import Incoming
from bot.photos import CARD
from knowledge_base.text import fold, key

_RESUME = frozenset(
    {"viet tiep", "viet tiep gop y", "gop y tiep", "viet tiep phan anh", "gui tiep gop y",
     "lam tiep gop y", "viet not"}
)  # fmt: skip
_OPEN = frozenset(
    {"gop y", "toi muon gop y", "muon gop y", "cho toi gop y", "viet gop y", "gui gop y",
     "gop y phan anh", "phan anh", "toi muon phan anh"}
)  # fmt: skip
_QUIT = frozenset(
    {"thoi", "thoi khong gui", "thoi khong gui nua", "khong gui", "khong gui nua", "huy", "huy bo",
     "bo di", "thoi bo di", "thoi khong gop y nua", "khong gop y nua", "khoi gui"}
)  # fmt: skip
_SEND = frozenset({"gui", "gui di", "gui luon", "gui luon di", "dung roi gui di", "ok gui di"})
_AGAIN = frozenset({"noi lai", "doc lai", "doc lai di"})
_AFRESH = frozenset({"lam lai tu dau", "viet lai", "viet lai tu dau", "bat dau lai"})
_KEPT = "/anh_kem"  # stands for a photograph without words that goes along
MOST_CHARACTERS = 600  # of a question; what is longer holds it in its beginning
_WORDS = 3  # of a yes or a no
_YES = {Part.ANSWER: go(Part.ANSWER, "yes"), Part.CHECK: move_to(Move.SEND)}
_NO = {
    Part.ANSWER: go(Part.ANSWER, "no"),
    Part.CHECK: move_to(Move.REVIEW),
    Part.PLACE: move_to(Move.SKIP),
}


def said(text: str, state: State, otherwise: Action | None) -> Action | None:
    """What exact words mean: a command within what is written, going on with it, or beginning it;
    ``otherwise`` where they are a button or a command already."""
    words = key(text)
    if feedback.is_on_screen(state) and (text == _KEPT or commands.is_no_words(text)):
        return here().model_copy(update={"phrase": PHOTO_KEPT if text == _KEPT else PHOTO})
    if otherwise is not None:
        return otherwise
    if feedback.is_on_screen(state):
        return _within(text, words, state)
    resumes = words in ONWARD | GO_ON and all(guide.paused for guide in state.guides)
    if state.feedback is not None and (words in _RESUME or (resumes and state.feedback.begun)):
        return here()
    return begin() if words in _OPEN | _RESUME else None


def pictured(incoming: Incoming, state: State, team: Team | None) -> State:
    """The state with the photograph of a message that goes along with what is written. One that
    the team could not be shown does not, nor an identity card."""
    media = incoming.media
    if media is None or media.kind != PICTURE or not media.handle or team is None:
        return state
    shown = incoming.channel == team.photos_from and feedback.is_on_screen(state)
    card = media.read is not None and media.read.fault == CARD
    return feedback.pictured(media.handle, state) if shown and not card else state


def read(incoming: Incoming, state: State) -> str:
    """As much of a text as counts: all of it while something is written."""
    media, now = incoming.media, state.feedback
    if media and now and media.handle in now.photos and commands.is_no_words(incoming.text or ""):
        return _KEPT
    most = None if feedback.is_on_screen(state) else MOST_CHARACTERS
    return (incoming.text or "")[:most].strip()


def remembered(text: str, action: Action, state: State) -> State:
    """The state with words that tell something, where ``action`` begins to ask for it."""
    return feedback.remembered(text, state) if action == begin() else state


def left(incoming: Incoming, before: State, outcome: Outcome) -> Outcome:
    """See :func:`actions.feedback.left`."""
    return replace(outcome, state=feedback.left(incoming.text or "", before, outcome.state))


def taken_down(
    text: str, heard: Understanding, state: State, world: World, now: datetime
) -> Outcome | None:
    """What follows when words are to be taken down: for what is written, or as the reason why
    somebody is not content. None where they are not, or ask or order something."""
    if feedback.is_on_screen(state):
        if (move := _meant(heard, state)) is not None:
            return perform(move, state, world, now)
        if not is_request(heard):
            return told(feedback.told(text, state, world, world.telling(state, now)))
    elif state.rating.telling and not is_request(heard):
        return explained(text, state, world, now)
    return None


def _meant(heard: Understanding, state: State) -> Action | None:
    """What a yes, a no or "quay lại" in other words means for the question on the screen."""
    now = state.feedback
    if now is None or heard.confidence < SURE_INTENT or len(heard.text.split()) > 2 * _WORDS:
        return None
    if heard.intent == "back" and now.trail:
        return Action(kind=Kind.FEEDBACK, move=Move.BACK)
    if heard.intent == "stop":
        return move_to(Move.STOP)
    if heard.intent not in ("affirm", "deny") or len(heard.text.split()) > _WORDS:
        return None
    return (_YES if heard.intent == "affirm" else _NO).get(now.at)


def _within(text: str, words: str, state: State) -> Action | None:
    now = state.feedback
    assert now is not None
    if words in _QUIT:
        return move_to(Move.DROP)
    if words in STOP or fold(text).strip(" .!") == HALT:
        return move_to(Move.STOP)
    if words in _SEND and now.at is Part.CHECK:
        return move_to(Move.SEND)
    if words in CHANGE:
        return move_to(Move.REVIEW)
    if words in SKIP:
        return move_to(Move.SKIP)
    if words in _AGAIN:
        return here()
    if words in _AFRESH:
        return begin()
    steps = steps_back(words)
    if steps and now.trail:
        return Action(kind=Kind.FEEDBACK, move=Move.BACK, step=steps)
    return None
