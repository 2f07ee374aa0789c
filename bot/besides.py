"""What the words of a message ask for that no kind of question is: whether somebody else may go,
how to do without a phone; and what is said before an answer that does not say it itself."""

from __future__ import annotations

import re

from actions import proxy
from actions.state import Action, Aspect, Kind, State
from actions.understanding import Understanding
from bot import clauses, hearing, matters, mourning, unheard
from bot.listening import ASPECTS, Heard
from knowledge_base.loader import Knowledge
from knowledge_base.retrieval.link import LinkOutcome
from knowledge_base.schema import Manner
from knowledge_base.text import fold, key

_NOT = r"(?:khong|ko|k|kg|hong|hok|hem|chang|chua)"
_KIN = r"(?:me|bo|ba|cha|tia|ong|vo|chong|con|chau|anh|chi|em|co|chu|bac|nguoi|nha|hang xom|ai)"
_DO = r"(?:nop|lam(?! chung)|di|khai|nhan|lay|linh|lanh|ky|dang ky)"
_FOR = (  # "hộ" is also "họ" and "hồ", and part of many words
    r"(?:(?<!theo )(?<!mang )(?<!lay )(?<!doi )"
    r"ho(?= (?:duoc|dc|co duoc|me|ma|bo|cha|ong|vo|chong|ba noi|ba ngoai|ba duoc)\b)"
    r"|thay(?! (?:doi|the|sim|bang|moi|mat|giay|anh)\b)|gium|giup|dum)\b"
)
_SOME = r"(?: \w+){0,8}?"
_MAY = rf"(?:duoc|dc){_SOME} (?:{_NOT}|a|ha|chu|hay sao)\b"
# "Làm giúp tôi được không" asks the machine to do it.
_PROXY = re.compile(
    rf"\b{_DO}(?: (?!{_NOT}\b)\w+){{0,2}}? {_FOR}(?! (?:cho )?(?:toi|tui|minh|tau)\b){_SOME} {_MAY}"
    rf"|(?<!\bo )\b(?:nho|uy quyen(?: cho)?) {_KIN}\b{_SOME} {_DO}\b{_SOME} {_MAY}"
    rf"|\bco (?:duoc|can) (?:uy quyen|{_DO} (?:{_FOR}|ho\b))\b"
)
_PHONELESS = re.compile(
    rf"\b{_NOT} (?:(?:co|xai|dung|biet|su dung|ranh|quen) )+(?:cai |duoc |toi )*"
    r"(?:dien thoai(?! (?:cua )?(?:can bo|xa|phuong|cong an|co quan))|smartphone|may tinh|internet"
    r"|wifi|cong nghe|may moc|mang(?= (?:mo|mieng|internet|a|ha|thi|nen|ma)\b|$))"
    r"|\bcuc gach\b|\bdien thoai (?:ban phim|den trang|doi cu|co dien)\b|\bmu cong nghe\b"
)
_NO_PHONE = Action(kind=Kind.SAY, phrase="no_phone")


def turned(decided: Heard, said: hearing.Heard, state: State, knowledge: Knowledge) -> Heard:
    """What is done about a message whose only question is whether somebody else may go; about what
    being late with the matter talked of costs; about who has no phone: the desk, of that matter
    where it takes papers by hand.

    Args:
        decided: what would be done otherwise.
        said: the message.
        state: the conversation before.
        knowledge: the records there are.
    """
    if said.then is None:
        decided = by_others(decided, said.first, state)
    text, procedure = said.first.text, knowledge.by_code(state.procedure or "")
    if _is_about_another(said.first):
        return decided
    if procedure is not None and unheard.asks_what_being_late_costs(text):
        of_fine = Action(kind=Kind.SHOW, code=state.procedure, aspect=Aspect.CONDITIONS)
        return decided if decided.action.code == state.procedure else Heard(of_fine)
    if not _is_without_phone(text):
        return decided
    if procedure is None or all(s.manner is not Manner.DIRECT for s in procedure.submissions):
        return Heard(_NO_PHONE)
    place = Action(kind=Kind.SHOW, code=state.procedure, aspect=Aspect.PLACE, case=state.case)
    return Heard(place)


def by_others(decided: Heard, heard: Understanding, state: State) -> Heard:
    """What is done about a question, of which it may be asked whether somebody else may go.

    Args:
        decided: what would be done otherwise.
        heard: one question, understood.
        state: the conversation before it.
    """
    if clauses.plainly_asked(heard.text) or not _PROXY.search(key(heard.text)):
        return decided
    shown = decided.action.kind is Kind.SHOW
    code = decided.action.code if shown else state.procedure
    if code is None or (not shown and _is_about_another(heard)):
        return decided
    return Heard(Action(kind=Kind.SHOW, code=code, aspect=Aspect.CONDITIONS, phrase=proxy.PHRASE))


def before(
    text: str, action: Action, then: Understanding | None, state: State, knowledge: Knowledge
) -> tuple[str, ...]:
    """Names of sentences of ``wording/talk.yaml`` that come before ``action``, in this order.

    Args:
        text: the whole message.
        action: what is done about it.
        then: its second question.
        state: the conversation before.
        knowledge: the records that the answer rests on.
    """
    said = []
    if mourning.is_to_be_condoled(text, action, state, knowledge):
        said.append("condolence")
    if action.aspect is Aspect.PLACE and action.kind is Kind.SHOW and _is_without_phone(text):
        said.append("no_phone_here")
    if unheard.asks_for_fine(text, action, knowledge) or is_fine(then, action, knowledge):
        said.append("fine_unknown")
    return tuple(said)


def is_fine(then: Understanding | None, action: Action, knowledge: Knowledge) -> bool:
    """Whether a second question asks for a fine that is not known: nothing else answers it."""
    if then is None or then.intent not in ASPECTS:
        return False
    asked = action.model_copy(update={"aspect": ASPECTS[then.intent]})
    return unheard.asks_for_fine(then.text, asked, knowledge)


def _is_about_another(heard: Understanding) -> bool:
    """Whether a message names a matter, or a kind of matter, or calls for a person."""
    link = heard.link
    among = link.outcome is LinkOutcome.ASK and matters.is_named(heard.text, link.candidates)
    return among or link.outcome is LinkOutcome.ANSWER or heard.intent == "human"


def _is_without_phone(text: str) -> bool:
    """Whether ``text`` says that somebody has no phone to do it with, or cannot use one."""
    words = key(text)
    if "nỏ" in fold(text).split():
        words = words.replace("no ", "khong ")
    return _PHONELESS.search(words) is not None
