"""Words that ask to be read to, in one voice or another, always or no more.

They are heard by their letters, before anything is classified: who cannot read must get this
however a sentence is understood. Whatever else means "read it to me" is the intent ``read_aloud``.
"""

from __future__ import annotations

import re

from actions import aloud
from actions.state import Action, Kind
from knowledge_base.spoken.lexicon import Region
from knowledge_base.text import key

READ = Action(kind=Kind.ALOUD, phrase=aloud.READ)
CHOOSE = Action(kind=Kind.ALOUD, phrase=aloud.CHOOSE)
ON = Action(kind=Kind.ALOUD, phrase=aloud.ON, always=True)
OFF = Action(kind=Kind.ALOUD, phrase=aloud.OFF, always=False)

_REGIONS = {
    "bac": Region.NORTH, "ha noi": Region.NORTH,
    "trung": Region.CENTRAL, "hue": Region.CENTRAL, "nghe": Region.CENTRAL,
    "nam": Region.SOUTH, "sai gon": Region.SOUTH,
}  # fmt: skip
# "doc" without marks is also the beginning of "độc thân", "độc lập".
_DOC = r"doc(?! than\b| lap\b| hai\b| quyen\b| dao\b)"
_MORE = r"(?: \w+){0,5}"
_READ = re.compile(
    rf"(?:\w+ ){{0,2}}?{_DOC}(?: to| lon| len| thanh tieng| giup| gium| ho| lai)*"
    r"(?: cho)?(?: toi| tui| bac| co| chu| ong| ba| me| anh| chi| em)?(?: nghe)"
    r"(?: voi| di| nhe| nha| a| coi| hi)*"
    rf"|{_DOC} (?:to |lon )?len(?: giup| gium| ho| toi| tui| di| nhe| nha| a| coi| hi)*"
)
_OFF = re.compile(
    r"(?:\w+ ){0,3}?(?:(?:dung|khoi|khong can|ngung|tat|thoi)(?: co| phai| viec)? "
    rf"(?:tieng|loa|giong{_MORE}|{_DOC})|(?:dung|khoi|khong can|ngung|tat|thoi|khong)"
    rf"(?: co| phai)? {_DOC} (?:nua|cho|len|to|nhe|di){_MORE})(?: di| nhe| nha| a)*"
)
_ON = re.compile(
    rf"{_MORE}(?:luon|tu gio|tu nay|tu ray|cau nao|moi cau|luc nao)\b"
    rf"(?: \w+){{0,4}} {_DOC}(?! khong\b| bao\b){_MORE}"
    rf"|(?:\w+ ){{0,2}}{_DOC} (?:luon|het|tat ca|moi cau){_MORE}"
)
_VOICE = re.compile(
    r"(?:\w+ ){0,6}?giong (?:noi )?(?:mien |nguoi |vung |xu )?"
    rf"(?P<which>{'|'.join(_REGIONS)}){_MORE}"
)
_CHOOSE = re.compile(
    rf"(?:\w+ ){{0,6}}?(?:doi|chon|thay|may|nhung) giong(?: doc| noi| khac)?{_MORE}"
)
_CANNOT = re.compile(r"khong (?:biet )?doc (?:duoc|noi|ra)")
_WHY = re.compile(r"\b(?:mat|kinh|mo|kem|gia|chu|thay|nhin|oi|da|thoi)\b")
_POISON = re.compile(r"\b(?:uong|thuoc|chat|ngo|trung|khi|nam|ran|bi|hoi)(?: \w+){0,3} doc\b")


def _wish(text: str) -> str:
    """The last part of "mắt bà mờ lắm, cháu đọc bà nghe với": the others say why."""
    *reasons, wish = re.split(r"[,.;!?]+\s+", text.rstrip(" .!?"))
    why = all(_WHY.search(key(reason)) for reason in reasons)
    return wish if reasons and why else text


def said(text: str) -> Action | None:
    """What a text asks about reading aloud; None where it asks something else."""
    words = key(_wish(text))
    if len(words.split()) > 12 or _CANNOT.search(words) or _POISON.search(words):
        return None
    if found := _VOICE.fullmatch(words):
        return Action(kind=Kind.ALOUD, phrase=aloud.SET, voice=_REGIONS[found["which"]])
    for pattern, action in ((_CHOOSE, CHOOSE), (_OFF, OFF), (_ON, ON), (_READ, READ)):
        if pattern.fullmatch(words):
            return action
    return None
