"""What the citizen is called: ``ông/bà`` unless they call themselves otherwise."""

from __future__ import annotations

import re

from actions.state import State
from knowledge_base.phrases import DEFAULT_ADDRESS
from knowledge_base.text import fold

_WORDS = ("ông", "bà", "bác", "cô", "chú", "dì", "cậu", "mợ", "thím", "anh", "chị")
_WORD = "|".join(_WORDS)
# "bác muốn", "cô hỏi": the citizen speaks of themselves with that word at the start of a clause.
_SELF = re.compile(
    rf"(?:^|[,.!?]\s*|\b(?:cho|giúp|chỉ|bảo|cháu ơi|em ơi|con ơi)\s+)(?P<word>{_WORD})\s+"
    r"(?:muốn|hỏi|cần|định|đang|có|mất|làm|chưa|bị|đi|xin|với|nghe|không|già|nay|năm nay)\b"
)
_ASKED = re.compile(rf"\b(?:gọi|xưng|kêu)\b.*?\b(?P<word>{_WORD})\b")


def notice(text: str, state: State) -> State:
    """The state with the word by which the citizen calls themselves in ``text``, if they do.

    A word once found or asked for is kept.
    """
    if state.address != DEFAULT_ADDRESS:
        return state
    match = _SELF.search(fold(text))
    return state.model_copy(update={"address": match["word"]}) if match else state


def asked_for(text: str) -> str | None:
    """The word the citizen asks to be called by, e.g. ``bác`` in "gọi tôi là bác"."""
    match = _ASKED.search(fold(text))
    return match["word"] if match else None
