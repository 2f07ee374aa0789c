"""What the portal changed since a curated file was written, as one sentence after the answer."""

from __future__ import annotations

from datetime import date

from actions.state import Action, Aspect, Kind, Message
from actions.telling import Telling, home, human
from knowledge_base.loader import Knowledge, News
from knowledge_base.records.build import SOURCE_NAME

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
        return _withdrawn(news.withdrawn, tell)
    parts = _PARTS.get(action.aspect, ())
    days = [day for part, day in news.changed.items() if part in parts]
    if not days:
        return ""
    what = tell.say(f"answer.what_{action.aspect.value}")
    return tell.say("answer.changed", tell.address, ngay=f"{max(days):%d/%m/%Y}", dieu=what)


def gone(code: str | None, knowledge: Knowledge, tell: Telling) -> Message | None:
    """What a procedure is answered with that was served before and is no longer published; None
    for any other code."""
    news = knowledge.news.get(code or "")
    if news is None or news.withdrawn is None:
        return None
    day = f"{news.withdrawn:%d/%m/%Y}"
    source = tell.say("answer.source", nguon=SOURCE_NAME, ngay=day, ma=code)
    return Message(_withdrawn(news.withdrawn, tell), source, (home(tell.say), human(tell.say)))


def _withdrawn(day: date, tell: Telling) -> str:
    return tell.say("answer.withdrawn", tell.address, ngay=f"{day:%d/%m/%Y}")
