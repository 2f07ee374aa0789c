"""What the portal changed since a curated file was written, as one sentence after the answer."""

from __future__ import annotations

from actions.state import Action, Aspect, Kind
from actions.telling import Telling
from knowledge_base.loader import News

# The parts of a procedure file that an answer of each kind is read from.
_PARTS: dict[Aspect, tuple[str, ...]] = {
    Aspect.FEE: ("le_phi",),
    Aspect.PAPERS: ("giay_to",),
    Aspect.TIME: ("thoi_han",),
    Aspect.PLACE: ("noi_nop", "co_quan", "cap"),
    Aspect.HOW: ("cach_nop",),
    Aspect.CONDITIONS: ("dieu_kien", "cho_ai"),
    Aspect.RESULT: ("ket_qua",),
    Aspect.LEGAL: ("can_cu",),
    Aspect.FORM: ("mau", "giay_to"),
    Aspect.LINK: ("lien_ket",),
}


def notice(action: Action, news: News | None, tell: Telling) -> str:
    """The sentence that is due, or an empty one: the procedure is no longer published, or what is
    asked was changed."""
    if news is None or action.kind is not Kind.SHOW:
        return ""
    if news.withdrawn is not None:
        return tell.say("answer.withdrawn", tell.address, ngay=f"{news.withdrawn:%d/%m/%Y}")
    parts = _PARTS.get(action.aspect, ())
    days = [day for part, day in news.changed.items() if part in parts]
    if not days:
        return ""
    what = tell.say(f"answer.what_{action.aspect.value}")
    return tell.say("answer.changed", tell.address, ngay=f"{max(days):%d/%m/%Y}", dieu=what)
