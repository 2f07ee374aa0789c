"""Words that mean one of the faces shown."""

from __future__ import annotations

import re

from actions.state import Action, Offer
from knowledge_base.guide_names import bare

_MUCH = r"(?:rat|qua|het suc|cuc ky|kha)"
_END = r"(?: (?:lam|qua|nhe|nha|a|day|thoi|roi|nghe|con|chau|em))*"
_SCORES = tuple(
    (re.compile(rf"(?:(?:cung|thay|thi) )*(?:{words}){_END}"), score)
    for words, score in (
        (rf"{_MUCH} (?:khong|ko|k|chang) hai long|(?:rat|qua) (?:te|do|kem|chan)", 1),
        (r"(?:khong|ko|k|chua|chang) (?:duoc )?(?:hai long|tot|hay)|te|do|kem|chan", 2),
        (r"binh thuong|tam duoc|tam tam|tam", 3),
        (rf"{_MUCH} (?:hai long|tot|hay)|tuyet|tuyet voi|(?:hai long|tot|hay) (?:lam|qua)", 5),
        (r"hai long|tot|hay|duoc", 4),
    )
)


def pressed(said: str, offers: tuple[Offer, ...]) -> Action | None:
    """The face that words (their key) mean, where faces are what is offered."""
    faces = {o.action.face.score: o.action for o in offers if o.action.face}
    for form in bare(said) if faces else ():
        for pattern, score in _SCORES:
            if pattern.fullmatch(form):
                return faces.get(score)
    return None
