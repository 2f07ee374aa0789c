"""From what was understood to what is done: the rules of the dialogue, in one list.

Pure functions; the order of the rules is the order of the checks in :func:`decide`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions import feedback, people, photo, place
from actions.state import Action, Aspect, Kind, Offer, State
from actions.understanding import (
    EMERGENCY,
    OUT_OF_SCOPE,
    SURE_INTENT,
    SURE_PROCEDURE,
    Understanding,
)
from actions.watched import Do
from bot import clauses, coded, contentment, matters, mourning, reading
from knowledge_base.danger import UNCLEAR, Alarm, Alarms
from knowledge_base.retrieval.link import Link, LinkOutcome
from knowledge_base.text import fold, key

_MOST_OTHERS = 4
_ASKS_BESIDE = 0.5  # from it on a message that says where somebody lives asks something too
_NAMED_BARELY = 0.3  # below it what is talked of may be meant as well
NAMES_LITTLE = 0.1  # below it the words of a question may name no procedure
_TELLS = 0.6  # sure enough of a complaint
_PERHAPS = 0.003  # as likely a procedure is still worth asking about when the first was refused
ASPECTS = {f"ask_{aspect.value}": aspect for aspect in Aspect}
_SAID = frozenset({"thank", "goodbye", "affirm", "deny", "stop", "help", "ask_bot", "angry"})
_OPENED = {
    "office_hours": Action(kind=Kind.HOURS),
    "feedback": feedback.begin(),
    "read_aloud": reading.READ,
}
# Commands that must work whatever else the sentence seems to be about.
_FIRST = frozenset({"human", "dossier_status"})
_ORDINALS = {
    "1": 0, "mot": 0, "nhat": 0, "dau": 0, "dau tien": 0,
    "2": 1, "hai": 1, "nhi": 1, "3": 2, "ba": 2, "4": 3, "bon": 3, "tu": 3,
    "5": 4, "nam": 4, "cuoi": -1, "cuoi cung": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    r"(?:(?:chon|bam|nut|lay|em|toi|tui)\s+)*"
    r"(?:(?:so|cai|dong|thu|muc|y|viec|truong hop|o|phan)\s+)*"
    r"(?P<which>\d|mot|hai|ba|bon|tu|nam|nhat|nhi|dau tien|dau|cuoi cung|cuoi)"
    r"(?:\s+(?:nhe|nha|a|ay|do|di|thoi))*"
)
_NUMBER = re.compile(r"(?:(?:chon|bam|nut|so|cai|dong|thu|muc)\s+)*\d{1,2}")
_REFUSES = re.compile(
    r"(?:da |a |o )*(?:khong|ko|k|hong|no|chua|chang|cha) (?:phai|dung)\b|(?:sai|nham)\b"
)
ERASING = Action(kind=Kind.SAY, phrase="erase_confirm")
_ERASES = re.compile(  # "xoá" alone once more is no yes yet
    r"(?:(?:(?:u|uh|um|uk|o|vang|da|phai|dong y|co|ok|oke|roi|thi) )+xoa|xoa het)"
    r"(?: (?:het|sach|tat ca|ca|di|luon|giup|gium|cho|toi|tui|nhe|nha|nghe|a))*"
)
_SPARES = re.compile(
    r"\b(?:khong|ko|k|hong|khoi|chua|khoan|chang|cha) (?:(?:can|muon|phai|nen|voi) )*xoa"
)
# What channels pass on for a photograph, a voice message, a sticker: anything but words.
UNREADABLE = "/khong_doc_duoc"


@dataclass(frozen=True, slots=True)
class Heard:
    """A rule's result: the action, what to count, and whether it was a miss."""

    action: Action
    event: str | None = None
    miss: bool = False


def chosen(text: str, state: State) -> Action | None:
    """The newest message's button that a typed text means: its number, an ordinal, its words; by
    its words one of the message before it in the same turn too."""
    offers = state.latest_offers()
    if not offers:
        return None
    said = key(text)
    for offer in state.offers_of_turn():
        if key(offer.label) == said:
            return offer.action
    if (face := contentment.pressed(said, offers)) is not None:
        return face
    match = _ORDINAL.fullmatch(said)
    if match is None:
        return None
    place = _ORDINALS.get(match["which"])
    return offers[place].action if place is not None and place < len(offers) else None


def chosen_in_vain(text: str, state: State) -> bool:
    """Whether a text is the number of a row that the newest message does not have."""
    if not state.latest_offers() or chosen(text, state):
        return False
    said = key(text)
    return bool(_NUMBER.fullmatch(said) or _ORDINAL.fullmatch(said))


def pressed(choice: str, state: State) -> Action | None:
    """The action of a pressed button; None when it is unknown or too old."""
    found: Offer | None = next((o for o in state.offers if o.id == choice), None)
    return found.action if found else None


def is_asked_where(state: State) -> bool:
    """Whether the citizen was asked last where they live."""
    return state.current is not None and state.current.kind is Kind.ASK_UNIT


def may_ask_elsewhere(text: str, state: State) -> bool:
    """Whether a place alone may ask for its hours: after hours, and not "tôi ở …"."""
    current = state.current
    return current is not None and current.kind is Kind.HOURS and not place.is_home(text)


def names_home(heard: Understanding) -> bool:
    """Whether a message says where the citizen lives, and asks nothing else."""
    candidates = heard.link.candidates
    asks = bool(candidates) and candidates[0].score >= _ASKS_BESIDE
    return heard.intent == "set_place" and heard.confidence >= SURE_INTENT and not asks


def is_unsure(decided: Heard, heard: Understanding) -> bool:
    """Whether a message may be an answer that was not understood, rather than another question."""
    return decided.miss or (
        heard.confidence < SURE_INTENT and heard.link.outcome is not LinkOutcome.ANSWER
    )


def fears(heard: Understanding, alarms: Alarms) -> Alarm | None:
    """The danger that the classifier hears; where it is not sure of it, the words must name one."""
    if heard.intent != EMERGENCY:
        return None
    alarm = alarms.hear(heard.text, told=True)
    sure = heard.confidence >= SURE_INTENT
    unclear = alarm is None or alarm.kind == UNCLEAR or heard.link.outcome is LinkOutcome.ANSWER
    return alarm if sure or not unclear else None


def asks_about_papers(heard: Understanding) -> bool:
    """Whether a cry for help also asks about a procedure, perhaps one of a few."""
    return heard.intent in ASPECTS and heard.link.outcome in (LinkOutcome.ANSWER, LinkOutcome.ASK)


def others(action: Action, heard: Understanding | None, state: State) -> tuple[str, ...]:
    """What else may have been meant, best first, when ``action`` is not it.

    Args:
        action: what is done now.
        heard: the message it was decided by; None when it was chosen.
        state: the conversation before.
    """
    if action.kind is not Kind.SHOW:
        return state.also if action.kind is Kind.ALOUD else ()
    asked = state.current
    if heard is None and asked is not None and asked.kind is Kind.ASK_WHICH:
        codes = asked.codes
    elif heard is not None and heard.link.outcome in (LinkOutcome.ANSWER, LinkOutcome.ASK):
        codes = tuple(c.code for c in heard.link.candidates if c.score >= _PERHAPS)
    else:
        return state.also if action.code == state.procedure else ()
    return tuple(code for code in codes if code != action.code)[:_MOST_OTHERS]


def decide(heard: Understanding, state: State) -> Heard:
    """What to do about a message that is no button.

    Args:
        heard: the message understood.
        state: the conversation so far.
    """
    link, intent = heard.link, heard.intent
    if state.current == ERASING and (answer := _erases(heard.text)) is not None:
        return Heard(Action(kind=Kind.ERASE) if answer else state.before("erase_confirm"))
    if mourning.is_told(heard.text, state):
        return Heard(Action(kind=Kind.LIFE_EVENT, code=mourning.DEATH))
    if intent == "deny" and state.also and _REFUSES.match(key(heard.text)):
        return corrected(state)
    named = link.outcome is LinkOutcome.ANSWER and link.candidates[0].score >= SURE_PROCEDURE
    sure = heard.confidence >= SURE_INTENT
    if intent in _FIRST and sure and not (named and len(heard.text) > 40):
        if intent == "human" and people.asks_for_number(heard.text):
            return Heard(Action(kind=Kind.PERSON, phrase=people.NUMBER))
        if intent == "human" and people.wants_machine(heard.text):
            return Heard(_say("ask_bot"))  # nobody else is talking
        return Heard(_say(intent) if intent == "human" else coded.asked(state))
    if _complains(heard):
        return Heard(feedback.begin())
    if intent in ASPECTS:
        return _question(ASPECTS[intent], heard, state)
    if named or (link.outcome is LinkOutcome.ANSWER and not sure):
        return _question(Aspect.OVERVIEW, heard, state)
    if not sure and link.outcome is LinkOutcome.ASK:
        return _question(Aspect.OVERVIEW, heard, state)
    if mourning.is_perhaps_told(heard):
        return _perhaps(mourning.offered(heard), state)
    return _command(intent, sure, state)


def _erases(text: str) -> bool | None:
    """Whether everything is to be erased, asked whether it is; None: neither was said."""
    if "đừng" in fold(text).split() or _SPARES.search(key(text)):
        return False
    return True if _ERASES.fullmatch(key(text)) else None


def _complains(heard: Understanding) -> bool:
    """Whether it is told what went well or wrong, whatever procedure that names."""
    sure = heard.intent == "feedback" and heard.confidence >= _TELLS
    told = sure or feedback.tells_of_bribe(heard.text)
    return told and not clauses.asks(heard.text)


def _question(aspect: Aspect, heard: Understanding, state: State) -> Heard:
    current, asking = state.procedure, state.current
    link = _of_another(heard, current) if current else heard.link
    codes = tuple(c.code for c in link.candidates)
    match link.outcome:
        case LinkOutcome.ANSWER if current and _may_be_meant(current, link, aspect):
            return Heard(Action(kind=Kind.ASK_WHICH, codes=(codes[0], current), aspect=aspect))
        case LinkOutcome.ANSWER:
            case = state.case if codes[0] == current else None
            shown = Action(kind=Kind.SHOW, code=codes[0], aspect=aspect, case=case)
            return Heard(shown.model_copy(update={"doubted": link.doubted}))
        case LinkOutcome.NONE if current and not _asks_of_another(asking, current):
            return Heard(Action(kind=Kind.SHOW, code=current, aspect=aspect, case=state.case))
        case LinkOutcome.NONE if asking is not None and asking.kind is Kind.ASK_WHICH:
            # "thế lệ phí?" while it is asked which one is meant: the same, about the fee.
            return Heard(asking.model_copy(update={"aspect": aspect}))
        case LinkOutcome.NONE:
            return Heard(_say("ask_procedure"))
        case LinkOutcome.ASK if current in codes and aspect is not Aspect.OVERVIEW:
            # "thế nộp qua mạng thì mấy đồng" names little; what is being talked of is meant.
            return Heard(Action(kind=Kind.SHOW, code=current, aspect=aspect, case=state.case))
        case LinkOutcome.ASK:
            among = None if _names_kind(heard, aspect) else current
            return Heard(_which(link, among, aspect))
        case _ if aspect is Aspect.OVERVIEW:
            return _miss(state)
        case _ if asking is not None and _asks_of_another(asking, current):
            # "mẹ tôi nằm một chỗ, làm tại nhà được không" says more of whichever is meant.
            return Heard(asking.model_copy(update={"aspect": aspect}))
        case _ if current:
            return Heard(Action(kind=Kind.SHOW, code=current, aspect=aspect, case=state.case))
        case _:
            return _miss(state)


def _of_another(heard: Understanding, current: str) -> Link:
    """What a message is about; one that says what is to be made is not about what is talked of,
    however little its words say which one it is."""
    link = heard.link
    unclear = link.outcome in (LinkOutcome.NONE, LinkOutcome.DECLINE)
    if not unclear or any(c.code == current for c in link.candidates):
        return link
    sought = matters.is_sought(heard.text, link.candidates)
    return Link(LinkOutcome.ASK, link.candidates) if sought else link


def _names_kind(heard: Understanding, aspect: Aspect) -> bool:
    """Whether a kind of matter is named; a paper that is asked for may belong to what is talked
    of ("có cần căn cước không")."""
    of_papers = aspect in (Aspect.PAPERS, Aspect.CONDITIONS, Aspect.HOW, Aspect.FORM)
    return (matters.is_sought if of_papers else matters.is_named)(heard.text, heard.link.candidates)


def _which(link: Link, current: str | None, aspect: Aspect) -> Action:
    """The question which one is meant, what is talked of among them."""
    asked = tuple(c.code for c in link.asked)
    if current and link.candidates[0].score < NAMES_LITTLE:
        # Perhaps nothing new is named at all.
        asked = (current, *(code for code in asked if code != current))
    elif current and aspect is not Aspect.OVERVIEW:
        asked = (*asked[: _MOST_OTHERS - 1], current)
    return Action(kind=Kind.ASK_WHICH, codes=asked, aspect=aspect)


def _may_be_meant(current: str, link: Link, aspect: Aspect) -> bool:
    """Whether a question may be about what is talked of, though words of it name another matter:
    "the bao nhieu tien" is heard as a card ("thẻ"), and may be "thế" all the same."""
    first = link.candidates[0]
    return aspect is not Aspect.OVERVIEW and first.code != current and first.score < _NAMED_BARELY


def _asks_of_another(asking: Action | None, current: str | None) -> bool:
    """Whether it is asked which one is meant, and not perhaps what was talked of all along."""
    return asking is not None and asking.kind is Kind.ASK_WHICH and current not in asking.codes


def _command(intent: str, sure: bool, state: State) -> Heard:
    if not sure and intent != OUT_OF_SCOPE:
        return _miss(state)
    match intent:
        case "affirm" | "deny" if reply := _reply_to(state, intent == "affirm"):
            return Heard(reply)
        case "home" | "restart" | "greet":
            return Heard(Action(kind=Kind.HOME), event=f"said.{intent}")
        case "erase_data":
            return Heard(ERASING)
        case "back":
            back = state.trail[-2] if len(state.trail) > 1 else None
            return Heard(back or _say("nothing_back"), event="said.back")
        case "repeat":
            return Heard(state.current or _say("nothing_said"), event="said.repeat")
        case "more":
            return _more(state)
        case "correct":
            return corrected(state)
        case _ if intent == OUT_OF_SCOPE:
            return Heard(_say("decline_again" if state.misses else "out_of_scope"), miss=True)
        case _ if intent in _OPENED:
            return Heard(_OPENED[intent])
        case _ if intent in _SAID:
            return Heard(_say(intent))
        case _:
            return _miss(state)


def corrected(state: State) -> Heard:
    """ "Không phải cái đó": what else was near it, once."""
    if not state.also:
        return Heard(_say("correct"))
    aspect = state.current.aspect if state.current else Aspect.OVERVIEW
    asking = Action(kind=Kind.ASK_WHICH, codes=state.also, aspect=aspect)
    return Heard(asking, event="said.correct")


def _reply_to(state: State, yes: bool) -> Action | None:
    """What "đúng rồi" or "không phải" does after a question that it answers."""
    asked = state.current
    if asked is None:
        return None
    if asked == ERASING:
        return Action(kind=Kind.ERASE) if yes else state.before("erase_confirm")
    if asked.kind is Kind.WATCH and asked.phrase == Do.ASK:
        return asked.model_copy(update={"phrase": Do.START if yes else Do.DECLINE})
    if asked.kind is Kind.PHOTO:
        return photo.answered(asked, yes=yes)
    if asked.kind is Kind.ASK_UNIT and not yes:
        return asked.resumed(anywhere=True)
    if asked.kind is not Kind.ASK_WHICH:
        return None
    if not yes:
        return _say("decline")
    if len(asked.codes) > 1:
        return asked  # yes to which?
    return Action(kind=asked.then or Kind.SHOW, code=asked.codes[0], aspect=asked.aspect)


def _more(state: State) -> Heard:
    """The newest message's button that turns a page, if it has one; else that of the answer which
    it was put behind, where no other button is left of it."""
    newest = state.latest_offers()
    before = state.offers[len(newest) :]
    behind = tuple(offer for offer in before if offer.turn == before[0].turn)
    if not all(offer.action.page for offer in behind):
        behind = ()
    for offer in (*newest, *behind):
        if offer.action.page > 0:  # no other button leads into the middle of a list
            return Heard(offer.action)
    return Heard(_say("nothing_more"))


def _perhaps(codes: tuple[str, ...], state: State) -> Heard:
    """Which of a few it is, where there are any."""
    return Heard(Action(kind=Kind.ASK_WHICH, codes=codes[:_MOST_OTHERS])) if codes else _miss(state)


def _miss(state: State) -> Heard:
    phrase = "decline_again" if state.misses >= 1 else "decline"
    return Heard(_say(phrase), event="declined", miss=True)


def _say(phrase: str) -> Action:
    return Action(kind=Kind.SAY, phrase=phrase)
