"""What a citizen's words mean for the papers they are getting ready: asking for the list, ticks.

Exact words first; a sentence that asks something else is never taken for a tick.
"""

from __future__ import annotations

import re

from actions import cases, checklist, guide
from actions.checklist import ALL, opening
from actions.composing import Guides
from actions.progress import Find
from actions.state import Action, Kind, State
from actions.telling import Telling
from actions.ticks import Tick, marked
from bot.guiding import GO_ON, ONWARD, number_of
from knowledge_base.loader import Knowledge
from knowledge_base.schema import Procedure
from knowledge_base.text import key

_ME = r"(?:(?:da|vang|a|the|toi|tui|minh|em|con|chau|bac|co|chu|ba|ong|muon|can|giup|cho|xin) )*"
_OF = r"(?: (?:lam|cho|de|ve|viec|cua|thu tuc))*"
_READY = r"(?:chuan bi|soan|sap xep|gom|lo) (?:san |du |truoc )?(?:ho so|giay to|bo ho so)"
# "tôi cần mang gì, đã có gì"; whatever else the sentence names is what it is for.
_WHAT = (
    r"(?:can |phai )?(?:mang|cam|chuan bi|co) (?:theo )?(?:nhung )?(?:giay to |giay )?gi "
    r"(?:va |thi )?(?:da |con )?(?:co|thieu|du)(?: nhung)?(?: giay to| giay)? gi"
)
_LISTS = re.compile(rf"{_ME}(?:{_READY}|{_WHAT})(?:{_OF})?(?: (?P<rest>.+))?")
_KEPT = frozenset(
    {"ho so cua toi", "xem ho so cua toi", "danh sach giay to", "danh sach giay to cua toi",
     "xem lai danh sach giay to", "xem lai danh sach", "lam tiep ho so", "chuan bi tiep ho so",
     "ho so dang chuan bi", "toi con thieu gi", "con thieu gi", "con thieu giay gi",
     "con thieu nhung gi", "toi con thieu giay gi", "toi con thieu giay to gi", "thieu gi nua",
     "da co gi roi", "toi da co gi roi", "du giay chua", "du giay to chua", "du ho so chua"}
)  # fmt: skip
_GI = re.compile(r"\bchi\b")  # "còn thiếu chi": how they say "gì" from Nghệ An to Huế
_PRINT = re.compile(
    r"in(?: (?:ra|giay|to|ban|danh sach|cai|nay|cho|giup|gium|ho|toi|tui|em|bac|ba|ong|voi|di|nhe"
    r"|nha|a))+"
)
_WORDS_OF_ALL = frozenset(
    {"co du roi", "du roi", "du ca roi", "co het roi", "co du het roi", "xong het roi", "xong het",
     "co du giay roi", "du giay roi", "du het roi", "toi co du roi", "toi co het roi", "xong ca",
     "toi co du giay to roi", "co du giay to roi", "da du giay to", "da co du", "da co du het"}
)  # fmt: skip
_NUMBERED = re.compile(
    r"(?:toi |tui |da |vua )*(?P<lack>chua |bo dau |bo |khong |ko )?"
    r"(?:co |xong |du |lam |xin duoc )*"
    r"(?:so|giay so|giay thu|cai so|cai thu|dong|muc|giay)\s?(?P<so>\d|mot|hai|ba|bon)"
    r"(?: (?:roi|xong|xong roi|nhe|nha|a))*"
)
_HAS = re.compile(
    r"(?:da |vang |toi |tui |minh |em |con |chau |bac |nha |ba |ong |vua |moi |thi |cung )*"
    r"(?:co|xin|lam|lay|mang|chuan bi|photo|sao|in|kiem|tim|xong)(?: duoc| du| san| xong| roi)* "
    r"(?P<name>.+?)(?: (?:roi|xong|san|du|day|nhe|nha|a|xong roi|trong tay|o nha))*"
)
_LACKS = re.compile(
    r"(?:da |toi |tui |minh |em |con |chau |bac |nha |van |thi )*"
    r"(?:chua|khong|ko|thieu|bo dau|con thieu)(?: (?:co|xin|lam|lay|mang|kiem|tim)(?: duoc)?)? "
    r"(?P<name>.+?)(?: (?:dau|nhe|nha|a|ca))*"
)
_ASKS = re.compile(r".*\b(?:gi|dau|nao|sao|chua|khong|ko|hong|the nao|bao nhieu|bao lau)")
_LITTLE = frozenset(
    {"giay", "to", "cua", "toi", "va", "hoac", "ban", "cai", "cho", "la", "mot", "tui", "chau",
     "con", "nha", "minh", "cu"}
)  # fmt: skip


def said(text: str, state: State, knowledge: Knowledge, tell: Telling) -> Action | None:
    """What exact words mean: a tick on the checklist that is on the screen, or going on with one
    that was left. None when they mean nothing of that."""
    words = key(text)
    if state.checklists and _PRINT.fullmatch(words):
        return Action(kind=Kind.PRINT, code=state.checklists[0].code)
    if _GI.sub("gi", words) in _KEPT or (
        words in ONWARD | GO_ON and _is_next(state, Guides(knowledge, tell))
    ):
        return Action(kind=Kind.CHECKLIST)
    current = state.current
    if current is None or current.kind is not Kind.CHECKLIST or current.code is None:
        return None
    if words in _WORDS_OF_ALL:
        return current.model_copy(update={"paper": ALL, "tick": Tick.HAVE})
    procedure = knowledge.at(current.code, tell.now.date())
    return _tick(words, current, state, procedure) if procedure else None


def asks_for_list(text: str) -> bool:
    """Whether the words ask to get papers ready, whatever they are for."""
    return _LISTS.fullmatch(key(text)) is not None


def heard_as(text: str) -> str:
    """What a wish to get papers ready is understood by: the thing they are for, asked about its
    papers. "Chuẩn bị hồ sơ khai sinh" sounds like much that has to do with dossiers. Any other text
    as it is."""
    words = key(text)
    match = _LISTS.fullmatch(words)
    if match is None or not (match["rest"] or "").strip():
        return text
    before = len(words[: match.start("rest")].split())
    said = text.split()
    thing = said[before:] if len(said) == len(words.split()) else [match["rest"]]
    return f"{' '.join(thing)} cần giấy tờ gì"


def asks_for_this(text: str, state: State) -> Action | None:
    """The checklist of what is talked of, where the words ask for one and name nothing else."""
    match = _LISTS.fullmatch(key(text))
    if match is None or (match["rest"] or "").strip() or not state.procedure:
        return None
    return opening(state.procedure, state.case)


def listed(action: Action) -> Action:
    """An answer or a question which procedure is meant, turned into its checklist."""
    if action.kind is Kind.SHOW and action.code:
        return opening(action.code, action.case)
    if action.kind is Kind.ASK_WHICH:
        return action.model_copy(update={"then": Kind.CHECKLIST})
    return action


def _is_next(state: State, find: Find) -> bool:
    """Whether "làm tiếp" can only mean the papers."""
    return bool(state.checklists) and next(guide.kept(state, find), None) is None


def _tick(words: str, current: Action, state: State, procedure: Procedure) -> Action | None:
    if match := _NUMBERED.fullmatch(words):
        return _numbered(number_of(match["so"]), bool(match["lack"]), state)
    for pattern, tick in ((_LACKS, Tick.LACK), (_HAS, Tick.HAVE)):
        match = pattern.fullmatch(words)
        if match is None or _ASKS.fullmatch(match["name"]):
            continue
        begun = checklist.of(state, procedure.code)
        found = _named(match["name"], procedure, begun.case if begun else None)
        if found:
            one = {"paper": found[0]} if len(found) == 1 else {"papers": found}
            return current.model_copy(update={**one, "tick": tick})
    return None


def _numbered(number: int, lacks: bool, state: State) -> Action | None:
    """The paper whose button has this number, ticked as it is said."""
    offers = [o.action for o in state.latest_offers()]
    action = offers[number - 1] if 0 < number <= len(offers) else None
    if action is None or action.kind is not Kind.CHECKLIST or action.paper is None:
        return None
    return action.model_copy(update={"tick": Tick.LACK if lacks else Tick.HAVE})


def _named(name: str, procedure: Procedure, case: str | None) -> tuple[str, ...]:
    """The marks of the papers whose names hold every word that says something; the shortest name
    alone where one name is the whole of what was said."""
    wanted = {word for word in name.split() if word not in _LITTLE}
    if not wanted:
        return ()
    found = []
    for mark, paper in marked(cases.papers(procedure, case)).items():
        words = set(key(f"{paper.name} {paper.form or ''}").split())
        if wanted <= words:
            found.append((key(paper.name) == name, mark))
    exact = tuple(mark for whole, mark in found if whole)
    return exact or tuple(mark for _, mark in found)
