"""Hearing that somebody of the family died, however it is said: "ông nhà tôi đi rồi" takes leave
of nobody, and nothing was lost where nothing that could be lost is named."""

from __future__ import annotations

import re

from actions.state import Action, Kind, State
from actions.understanding import EMERGENCY, OUT_OF_SCOPE, Understanding
from knowledge_base.loader import Knowledge
from knowledge_base.text import fold, key

DEATH = "nguoi-than-mat"  # the life event
_LIKELY = 0.05  # as likely a matter is offered to who has lost somebody
_NOT_OF_THE_DEAD = frozenset({"goodbye", EMERGENCY})
_PLAIN = r"qua doi|tu tran|chet|khuat(?: nui)?|nham mat|ta the|tat tho|ve voi to tien"
_MOURNS = re.compile(rf"\b(?:mat|{_PLAIN})\b")
_KIN = re.compile(
    r"\b(?:ong|ba|cu|bo|cha|tia|thay|bu|u|me|ma|vo|chong|anh|chi|em|co|di|chu|bac|cau|mo|thim"
    r"|con (?:trai|gai|dau|re|toi|tui)|chau (?:noi|ngoai|toi|tui))\b"
)
_WHO = (
    r"(?:nguoi (?:nha|than)|(?:ong|ba) (?:noi|ngoai|xa|lao)|cu (?:ong|ba|co)|bo me|ba me"
    r"|con (?:trai|gai|dau|re)|ong|ba|cu|bo|cha|tia|thay|bu|u|me|ma|mu|vo|chong|anh|chi|em|co|di"
    r"|chu|bac|cau|mo|thim|duong|noi|ngoai|con|chau)"
)
_WHOSE = (
    r"(?: (?:noi|ngoai|ruot|ho|ca|gia|lao|cu|trai|gai|vo|chong|de))*"
    r"(?P<whose>(?: cua)?(?: nha)? (?:toi|tui|em|con|chau|minh|tau|chung toi|tui em|nha))?"
)
_JUST = r"(?: (?:vua|moi|da|cung|dot ngot|khong may|dau om))*"
_DAY = (
    r"(?:hom|sang|trua|chieu|toi|dem|tuan|thang)(?: (?:qua|nay|kia|truoc|roi))"
    r"|hoi (?:hom|sang|chieu|toi|dem)|nam ngoai|dot ngot|that|o (?:nha|que|benh vien|vien)"
    r"|(?:vi|do) (?:benh|tai nan|ung thu|gia yeu|dot quy)|duoc (?:may|\d+) (?:ngay|hom|tuan|thang)"
)
_ADDRESSED = r"(?:con|chau|co|chu|bac|em|anh|chi|ong|ba|troi|may)"
_TOLD = re.compile(
    rf"(?:(?:{_ADDRESSED} oi|oi|da|a|chao {_ADDRESSED}|hic|hu+) )*"
    rf"(?P<who>{_WHO}){_WHOSE}{_JUST} (?:(?P<left>(?:ra )?di)|mat|{_PLAIN}|di xa)"
    rf"(?: (?:roi|that|mat|{_DAY}|{_ADDRESSED} (?:oi|a|u|ui|ha)|oi|a|hic|hu+|buon qua|kho qua))*"
)
# Whoever is called so may mean themself by it: "bác đi rồi" was there, "em mất rồi" lost it.
_SELF = frozenset(
    {"ong", "ba", "bac", "co", "chu", "di", "cau", "mo", "thim", "duong", "anh", "chi", "em", "con",
     "chau", "cu", "noi", "ngoai"}
)  # fmt: skip
_YOUNG = frozenset({"con", "chau", "em", "con trai", "con gai", "con dau", "con re"})
_OTHER_WORDS = frozenset({"co", "di", "con", "thay", "u", "bu", "cau", "mo"})  # "có mất", "đi mất"
_NO_KIN = frozenset({"bỏ", "bộ", "mà", "mã", "vở", "vỡ", "thấy", "mẻ"})
_LOST = re.compile(  # behind "mất": what is lost, or what it costs
    r" (?:giay|the|so|bang|to|ban|cai|vi|xe|tien|dien thoai|sim|can cuoc|chung minh|ho chieu|trang"
    r"|het|le|may|bao|nhieu|cong|them|thoi gian|viec|suc|tri|dat|quyen|trich luc|bia|phi|lau|gi)\b"
)
_OF_SOMEBODY = re.compile(
    rf"\b(?P<who>{_WHO}){_WHOSE}{_JUST} (?:(?P<mat>mat)|{_PLAIN})\b"
    rf"|\b(?:khai|bao|chung) tu cho {_WHO}\b"
)
_LONG_AGO = re.compile(
    r"\b(?:\d+|may|nhieu|hai|ba|chuc) nam\b|\blau roi\b|\bnam \d{4}\b|\btu lau\b"
)


def is_told(text: str, state: State) -> bool:
    """Whether ``text`` tells of a death and of nothing else, while nothing is talked of: then
    "mẹ tôi mất rồi" may be what was lost."""
    if state.procedure is not None:
        return False
    found = _TOLD.fullmatch(key(text))
    if found is None or _NO_KIN.intersection(fold(text).split()):
        return False
    if found["left"] and found["who"] in _YOUNG:  # they may only have gone out
        return False
    return bool(found["whose"]) or found["who"] not in _SELF


def is_perhaps_told(heard: Understanding) -> bool:
    """Whether somebody died, which is heard as something else: "ông nhà tôi mất hôm qua" takes
    leave of somebody else, nobody can be saved, and it is none of what is off topic."""
    words = key(heard.text)
    if _MOURNS.search(words) is None:
        return False
    if heard.intent != OUT_OF_SCOPE:
        return heard.intent in _NOT_OF_THE_DEAD
    # "Xem bói cho ông nội đã khuất" is off topic, "cây xoài của ba tôi chết khô" no death.
    likely = any(c.is_event and c.score >= _LIKELY for c in heard.link.candidates[:1])
    return likely and _KIN.search(words) is not None


def offered(heard: Understanding) -> tuple[str, ...]:
    """Codes of what is offered to who perhaps tells of a death."""
    return tuple(c.code for c in heard.link.candidates if c.score >= _LIKELY)


def is_to_be_condoled(text: str, action: Action, state: State, knowledge: Knowledge) -> bool:
    """Whether a word of condolence is due before ``action``: the message tells of a death of late
    and leads to what is to be done then, and none of that was spoken of before."""
    event = knowledge.event(DEATH)
    if event is None or action.kind not in (Kind.SHOW, Kind.ASK_WHICH):
        return False
    spoken_of = {code for step in state.trail for code in (step.code, *step.codes) if code}
    about = [code for code in (action.code, *action.codes) if code]
    if DEATH in spoken_of | {*about}:  # it is said there
        return False
    of_death = any(event.place_of(frozenset({code})) is not None for code in about)
    before = any(event.place_of(frozenset({code})) is not None for code in spoken_of)
    return of_death and not before and _tells(key(text))


def _tells(words: str) -> bool:
    if _LONG_AGO.search(words):
        return False
    return any(_is_death(found, words) for found in _OF_SOMEBODY.finditer(words))


def _is_death(found: re.Match[str], words: str) -> bool:
    if not found["mat"]:
        return True
    doubtful = found["who"] in _OTHER_WORDS and not found["whose"]
    return not doubtful and _LOST.match(words, found.end()) is None
