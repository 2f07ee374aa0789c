"""Exact words about being told of dossiers: to be told, to see of which, to be told no longer."""

from __future__ import annotations

import re

from actions.state import Action, Kind, State
from actions.watched import Do
from knowledge_base.text import key

_ME = r"(?: (?:cho )?(?:toi|tui|con|chau|em|bac|co|chu|ong|ba|minh))?"
_END = r"(?: (?:nua|di|nhe|nha|a|voi|giup|gium|dum))*"
_LIST = re.compile(
    rf"(?:(?:cho|xem|coi|hien|liet ke) ?)*{_ME}(?: xem| coi)? ?(?:(?:cac|nhung|danh sach) )*"
    rf"ho so(?: ma)?{_ME}(?: dang| da nho| nho)?(?: ban| may| em)? theo doi(?: gi| nao| a)?"
)
_STOP = re.compile(
    rf"(?:(?:thoi|dung|ngung|huy|bo|khong can|khoi) )+"
    rf"(?:theo doi|bao(?: tin)?|nhan(?! ho so)(?: tin)?){_ME}"
    rf"(?: ve)?(?: cac| nhung)?(?: ho so)?(?: nay| do| ay)?(?P<all> tat ca| het)?{_END}"
)
_START = re.compile(
    rf"(?:(?:co|khi nao co|bao gio co|luc nao co) (?:ket qua|tin(?: moi)?)(?: thi)? bao{_ME}"
    rf"|(?:nho )?bao{_ME} (?:khi|luc)(?: nao)? co (?:ket qua|tin(?: moi)?)"
    rf"|(?:nho )?theo doi{_ME}(?: giup| gium| dum)?{_ME} ho so(?: nay| do| ay)?){_END}"
)


def said(text: str, state: State) -> Action | None:
    """What a text asks for about dossiers that are watched; None where it means something else."""
    words = key(text)
    if _LIST.fullmatch(words):
        return Action(kind=Kind.WATCH, phrase=Do.LIST)
    if match := _STOP.fullmatch(words):
        return Action(kind=Kind.WATCH, phrase=Do.STOP_ALL if match["all"] else Do.STOP)
    if not _START.fullmatch(words):
        return None
    current = state.current
    if current is not None and current.kind is Kind.DOSSIER:
        return Action(kind=Kind.WATCH, phrase=Do.ASK, code=current.code)
    if len(state.dossiers) == 1:
        return Action(kind=Kind.WATCH, phrase=Do.ASK, code=state.dossiers[0])
    return Action(kind=Kind.ASK_CODE)
