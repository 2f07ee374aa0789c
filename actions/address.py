"""What the citizen is called: ``ông/bà`` unless they call themselves otherwise."""

from __future__ import annotations

import re

from actions.state import State
from knowledge_base.phrases import DEFAULT_ADDRESS
from knowledge_base.text import fold, has_accents, key, strip_accents

_WORDS = ("ông", "bà", "cụ", "bác", "cô", "chú", "dì", "cậu", "mợ", "thím", "anh", "chị")
_WORD = "|".join(_WORDS)
_BOTH = r"ông\s*/?\s*bà"
# "bác muốn", "cô hỏi": the citizen speaks of themselves with that word at the start of a clause.
# Not "ông mất", "bà bị ngã", "chú đi lính": those are said of somebody else.
_SELF = re.compile(
    rf"(?:^|[,.!?]\s*|\b(?:cho|giúp|chỉ|bảo|cháu ơi|em ơi|con ơi)\s+)(?P<word>{_WORD})\s+"
    r"(?:muốn|hỏi|cần|định|xin|nhờ|nghe không)\b"
)
_CALLED = rf"\b(?P<word>{_BOTH}|{_WORD})\b"
_AS = re.compile(rf"\b(?:gọi|xưng|kêu)\b.*?\b(?:là|bằng)\s+{_CALLED}")
_ASKED = re.compile(rf"\b(?:gọi|xưng|kêu)\b.*?{_CALLED}")
_NUMBER = re.compile(r"\bgoi (?:so|ai|cho ai|cho so|o dau|di dau)\b")
_ANSWERED = re.compile(rf"(?:\w+\s+){{0,3}}?{_CALLED}(?:\s+\w+){{0,2}}")


def notice(text: str, state: State) -> State:
    """The state with the word by which the citizen calls themselves in ``text``, if they do.

    A word once found or asked for is kept. Only accented text is read: "co muon", "ba can" and
    "anh huong" without accents may be other words.
    """
    if state.address != DEFAULT_ADDRESS:
        return state
    match = _SELF.search(fold(text))
    return state.model_copy(update={"address": match["word"]}) if match else state


def asked_for(text: str) -> str | None:
    """The word the citizen asks to be called by, e.g. ``bác`` in "gọi tôi là bác"."""
    return _found(_AS, text) or _found(_ASKED, text)


def asks_for_number(text: str) -> bool:
    """Whether "gọi" is to telephone: "gọi số mô", which is no wish to be called "mợ"."""
    return bool(_NUMBER.search(key(text)))


def answered(text: str) -> str | None:
    """The word in a short answer to "muốn tôi gọi là gì?", e.g. ``cô`` in "là cô nhé"."""
    bare = " ".join(re.findall(r"[\w/]+", text))
    return _found(_ANSWERED, bare, whole=True)


def _found(pattern: re.Pattern[str], text: str, *, whole: bool = False) -> str | None:
    text = fold(text)
    if not has_accents(text):
        pattern = re.compile(strip_accents(pattern.pattern))
    match = pattern.fullmatch(text) if whole else pattern.search(text)
    if match is None:
        return None
    return next((w for w in _WORDS if match["word"] in (w, strip_accents(w))), DEFAULT_ADDRESS)
