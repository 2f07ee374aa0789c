"""What a citizen's words mean for a guide: those that name one, and those within one.

Exact words first, whatever else they might mean; then the kinds of command that the understanding
knows. A word that is a button of the newest message never comes here.
"""

from __future__ import annotations

import re

from actions import guide, guide_screen
from actions.composing import Guides
from actions.guide_screen import here, opening
from actions.progress import Find
from actions.state import Action, Kind, Move, State
from actions.telling import Telling
from actions.understanding import SURE_INTENT, Understanding
from knowledge_base.guide_names import bare
from knowledge_base.guides import DONE
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.link import LinkOutcome
from knowledge_base.text import fold, key

_DONE = frozenset(
    {"xong", "xong roi", "da xong", "lam xong", "lam xong roi", "xong a", "xong roi a", "roi",
     "duoc roi", "ok", "oke", "ok roi", "xong het roi", "tiep theo", "buoc tiep theo", "buoc sau",
     "da lam xong", "lam roi"}
)  # fmt: skip
SKIP = frozenset({"bo qua", "bo qua buoc nay", "qua buoc nay", "buoc nay bo qua", "cho qua"})
ONWARD = frozenset(  # go on with what was left
    {"lam tiep", "lam tiep di", "lam tiep nhe", "cho lam tiep", "toi muon lam tiep", "tiep tuc lam",
     "lam tiep viec hom truoc", "lam tiep huong dan", "tiep tuc huong dan", "lam not"}
)  # fmt: skip
GO_ON = frozenset({"tiep tuc", "tiep", "di tiep", "tiep di", "tiep tuc di"})
CHANGE = frozenset(
    {"sua", "sua lai", "sua cau tra loi", "nham", "nham roi", "toi nham", "chon nham",
     "toi chon nham", "bam nham", "bam nham roi", "tra loi nham", "xem lai cau tra loi",
     "doi cau tra loi"}
)  # fmt: skip
STOP = frozenset(
    {"dung lai", "tam dung", "de sau", "de sau lam", "mai lam tiep", "nghi da", "hom khac",
     "hom khac lam", "hom sau", "hom sau lam", "hom sau lam tiep", "de hom sau", "mai lam",
     "bua khac", "bua khac lam", "de mai", "de mai lam", "luc khac", "luc khac lam"}
)  # fmt: skip
HALT = "dừng"  # without its accents it may be "đúng"
_AFRESH = frozenset({"lam lai tu dau", "bat dau lai", "bat dau lai tu dau"})
_REMIND = frozenset(
    {"nhac toi", "nhac toi nhe", "nhac toi nha", "nho nhac toi", "nho nhac toi nhe", "nhac toi voi",
     "nhac toi sau 2 ngay", "nhac toi sau hai ngay", "hom nao nhac toi", "nhac toi lam tiep"}
)  # fmt: skip
_NO_REMINDER = frozenset(
    {"dung nhac nua", "dung nhac", "dung nhac toi nua", "dung nhac toi", "khong can nhac",
     "khoi nhac", "khong nhac nua", "thoi dung nhac nua", "khong can nhac nua",
     "khoi nhac nua", "tat nhac"}
)  # fmt: skip
_NUMBERS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
}  # fmt: skip
_HOW_MANY = rf"(?P<so>\d{{1,2}}|{'|'.join(_NUMBERS)})"
_BACK = re.compile(
    rf"(?:cho )?(?:toi )?(?:quay|tro|lui)(?: nguoc)? (?:lai|ve)?(?: ?{_HOW_MANY} (?:buoc|cai))?"
    r"(?: buoc truoc| cau truoc)?|(?:ve )?buoc truoc"
)
_BACK_TO = re.compile(rf"(?:quay|tro|lui|ve|xem)(?: lai| ve)* buoc (?:thu |so )?{_HOW_MANY}")
_CHANGES = re.compile(r"\b(?:sua|nham|sai|lon|doi|lai|khong phai)\b")
# The same commands as the understanding knows them.
_INTENTS = {"back": Move.BACK, "correct": Move.REVIEW, "stop": Move.STOP, "restart": Move.OPEN}
_SURE_REPLY = 0.7  # below it a yes or no in other words chooses nothing
_HARDLY = 0.2  # likelihood of the procedure that is most like what was said
# "Vâng", "không" to a question: the choices of these ids.
_REPLIES = {"affirm": ("co",), "deny": ("chua", "khong")}


def said(text: str, state: State, knowledge: Knowledge, tell: Telling) -> Action | None:
    """What exact words mean: a command within the guide on the screen, going on with one that was
    left, or the name of a guide. None when they mean nothing of that."""
    words, find = key(text), Guides(knowledge, tell)
    halted = words in STOP or fold(text).strip(" .!") == HALT
    if halted and (under_way := guide.running(state, find)):
        return _move(Move.STOP, under_way.progress.guide)
    if words in _REMIND | _NO_REMINDER:
        return Action(kind=Kind.GUIDE, move=Move.REMIND if words in _REMIND else Move.NO_REMINDER)
    within = _within(words, state, knowledge, find, tell) if guide.is_on_screen(state) else None
    if within is not None:
        return within
    if (told := _trouble(text, state, knowledge, find)) is not None:
        return told
    goes_on = words in GO_ON | _DONE and not _is_asked_to_remind(state)
    if words in _DONE and guide.is_on_screen(state):  # at a question, which "xong" answers not
        return _chooses(state)
    if words in ONWARD or (goes_on and guide.running(state, find)):
        return here()
    found = knowledge.guide_named(text)
    return opening(found.id) if found else None


def meant(heard: Understanding, state: State, knowledge: Knowledge, tell: Telling) -> Action | None:
    """What a command, a yes or a no in other words means for the guide on the screen; None when it
    is a question, or there is nothing before the guide's first step to go back to."""
    if heard.confidence < SURE_INTENT:
        return _chooses(state) if guide.is_on_screen(state) and _hardly_asks(heard) else None
    if _is_asked_to_remind(state) and heard.intent in _REPLIES:
        yes = heard.intent == "affirm"
        return Action(kind=Kind.GUIDE, move=Move.REMIND if yes else Move.NO_REMINDER)
    if not guide.is_on_screen(state):
        return None
    if heard.link.outcome is LinkOutcome.ANSWER:
        return None
    if heard.intent == "help":
        return _here(guide.HELP, state)
    if heard.intent == "ask_how" and _hardly_asks(heard):
        return _chooses(state)  # "giờ mần răng nữa" asks of this step
    if heard.intent in _REPLIES and heard.confidence < _SURE_REPLY:
        return _chooses(state)  # "quẹt thẻ không được" is no "no" to the question of this step
    if heard.intent in _REPLIES:
        return _replied(_REPLIES[heard.intent], state, Guides(knowledge, tell))
    move = _INTENTS.get(heard.intent)
    if move is None or (move is Move.BACK and not _was_begun(state)):
        return None
    if move is Move.REVIEW and not _CHANGES.search(key(heard.text)):
        return _chooses(state)  # "trừ tiền rồi mà báo lỗi" tells of trouble, and changes no answer
    return _move(move, state.guides[0].guide)


def _hardly_asks(heard: Understanding) -> bool:
    """Whether what was said at a step is so little like any procedure that asking which one is
    meant would only lead away from it."""
    link = heard.link
    return link.outcome is LinkOutcome.ASK and link.candidates[0].score < _HARDLY


def _trouble(text: str, state: State, knowledge: Knowledge, find: Find) -> Action | None:
    """What is said of something that goes wrong at another step than the one of now."""
    current = state.current
    reads = current is not None and current.move is Move.TROUBLE
    name = knowledge.guide_signs.trouble_of(text) if guide.is_on_screen(state) or reads else None
    if name is None or not state.guides or find(name.partition("/")[0]) is None:
        return None
    return _move(Move.TROUBLE, state.guides[0].guide).model_copy(update={"screen": name})


def _chooses(state: State) -> Action:
    """The step once more, after the request to choose one of its rows."""
    return _here(guide.CHOOSE, state)


def _here(why: str, state: State) -> Action:
    return here(state.guides[0].guide).model_copy(update={"phrase": why})


def _is_asked_to_remind(state: State) -> bool:
    """Whether a guide was just put aside, and it was asked whether to remind of it."""
    current = state.current
    stopped = current is not None and current.kind is Kind.GUIDE and current.move is Move.STOP
    return stopped and state.reminding is None


def _replied(ids: tuple[str, ...], state: State, find: Find) -> Action | None:
    """The choice that says so; where none does, a row is asked for: "dạ" to something to be done
    does not say that it is done, "chưa được" not what is amiss."""
    stand = guide.newest(state, find)
    if stand is None:
        return None
    for choice in stand.screen.choices:
        if choice.id in ids:
            return guide_screen.action_of(stand, choice)
    return _chooses(state)


def _within(
    words: str, state: State, knowledge: Knowledge, find: Find, tell: Telling
) -> Action | None:
    stand = guide.newest(state, find)
    if stand is None:
        return None
    begun = stand.progress.guide
    for button, others in guide_screen.choices(stand, knowledge, find, tell):
        if not {key(button.label), *map(key, others)}.isdisjoint(bare(words)):
            return button.action
        if words in _DONE and button.action.choice == DONE:
            return button.action
    if words in SKIP:
        return _move(Move.SKIP, begun)
    if words in CHANGE:
        return _move(Move.REVIEW, begun)
    if words in _AFRESH:
        return _move(Move.OPEN, begun)  # asks whether what was done is to be given up
    if match := _BACK_TO.fullmatch(words):
        return _move(Move.BACK_TO, begun, number_of(match["so"]))
    if (steps := steps_back(words)) and _was_begun(state):
        return _move(Move.BACK, begun, steps)
    return None


def _was_begun(state: State) -> bool:
    """Whether there is a screen of the guide to go back to."""
    return bool(state.guides and state.guides[0].trail)


def steps_back(words: str) -> int | None:
    """How many screens back words (a key) ask for; None where they ask for something else."""
    match = _BACK.fullmatch(words)
    return number_of(match["so"] or "1") if match else None


def number_of(word: str) -> int:
    """A number in digits or in words without accents, up to nine."""
    return _NUMBERS.get(word) or int(word)


def _move(move: Move, guide_id: str, step: int | None = None) -> Action:
    return Action(kind=Kind.GUIDE, move=move, guide=guide_id, step=step)
