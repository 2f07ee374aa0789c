"""What a registered helper's words mean for the people they guide: exact words, nothing guessed."""

from __future__ import annotations

import re

from actions import crowd
from actions.state import Action, Help, Kind, State
from bot.guiding import number_of
from knowledge_base.text import key

_NUMBER = r"(?P<so>\d|mot|hai|ba|bon|nam|sau|bay|tam)"
_SWITCH = re.compile(
    r"(?:(?:sang|chuyen sang|chuyen|doi sang|ve|quay lai|giup|toi|den|xem|lam cho|mo) )*"
    rf"nguoi (?:so |thu )?{_NUMBER}"
)
_DONE = re.compile(
    rf"(?:xong|xong roi|bo|xoa|ket thuc) (?:nguoi nay|nguoi (?:so |thu )?{_NUMBER})(?: roi)?"
    r"|nguoi nay xong(?: roi)?"
)
_SAID = {
    Help.ADD: {
        "them nguoi", "them mot nguoi", "them nguoi moi", "nguoi moi", "nguoi tiep theo",
        "them mot nguoi nua", "them nguoi nua", "co nguoi moi", "nguoi khac",
    },
    Help.LIST: {
        "danh sach", "danh sach nguoi", "xem danh sach", "xem danh sach nguoi", "dang giup ai",
        "nhung ai", "dang giup nhung ai", "con nhung ai",
    },
    Help.HAND: {
        "giao lai", "giao lai cho ho", "giao lai cho nguoi dan", "giao ma", "dua ma qr", "ma qr",
        "cho xin ma qr", "tao ma qr", "chuyen sang may cua ho", "giao lai nguoi nay",
    },
    Help.LEAVE: {
        "thoat", "thoat che do nguoi giup", "thoat che do ho tro", "thoi giup", "ra khoi che do",
        "ngung giup", "nghi giup",
    },
}  # fmt: skip
_ENTER = frozenset(
    {"giup nguoi khac", "giup nguoi dan", "che do nguoi giup", "che do ho tro", "ho tro nguoi dan",
     "vao che do nguoi giup", "toi giup nguoi khac", "giup ba con", "bat dau giup"}
)  # fmt: skip
_OF_TEAM = re.compile(
    r"(?:(?:da|vang|chao|xin chao|ban|con|em|chau|toi|tui|minh|anh|chi) )*"
    r"(?:la |o |ben )+(?:thanh vien |nguoi |can bo )*(?:cua )?to cong nghe(?: so)?(?: .{0,40})?"
)
COMMAND = "/giup"


def said(text: str, state: State, team: str | None) -> Action | None:
    """The helper's move that a text is, or who makes helpers where whoever would be one is none;
    None where it is neither."""
    words = key(text)
    enters = words in _ENTER or text.strip().lower() == COMMAND
    if team is None:
        asks = enters or _OF_TEAM.fullmatch(words)
        return Action(kind=Kind.SAY, phrase="no_helper") if asks else None
    if enters:
        return crowd.action(Help.LIST if state.helping and state.helping.people else Help.ADD)
    if state.helping is None or not state.helping.people:
        return crowd.action(Help.ADD) if words in _SAID[Help.ADD] else None
    for move, forms in _SAID.items():
        if words in forms:
            return crowd.action(move)
    if match := _SWITCH.fullmatch(words):
        return crowd.action(Help.SWITCH).model_copy(update={"step": number_of(match["so"])})
    if match := _DONE.fullmatch(words):
        number = number_of(match["so"]) if match["so"] else None
        return crowd.action(Help.DONE).model_copy(update={"step": number})
    return None
