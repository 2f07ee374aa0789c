"""Whether somebody else may see to a matter: what its record says of that, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions import lines
from actions.telling import Body, Item, Telling
from knowledge_base.schema import Fact, Procedure

PHRASE = "proxy"  # of an action that shows conditions: these are asked for
_SAYS = re.compile(
    r"[uủ][yỷ] quyền|(?:làm|nộp|đi|ký|khai|lĩnh|nhận) thay(?! (?:đổi|giấy|tờ|bằng)\b)"
    r"|nhờ (?:người|ai)|có mặt|đích thân",
    re.IGNORECASE,
)
_CASE = re.compile(r"nhờ người|(?:làm|khai|nộp|nhận) thay|đi nộp|ủy quyền cho người", re.IGNORECASE)
_OF_CHILDREN = re.compile(r"chưa đủ 14 tuổi|dưới 14 tuổi")  # says nothing of grown-up people
_SENTENCE = re.compile(r"(?<=\.)\s+")


def body(procedure: Procedure, usual: Body | None, tell: Telling) -> Body:
    """The answer; where the record says nothing of it, that this is not known, and ``usual``: who
    may apply."""
    name = lines.in_sentence(procedure.name)
    summary, items = tuple(_told_in_summary(procedure)), tuple(_items(procedure, tell))
    whole = (*summary, *items) if _SAYS.search(procedure.name) else items or summary
    items = tuple(dict.fromkeys(whole))
    if items:
        return Body(tell.say("answer.proxy", ten=name), items)
    heading = tell.say("answer.proxy_unknown", tell.address, ten=name)
    return Body(heading, usual.items if usual else ())


def _items(procedure: Procedure, tell: Telling) -> Iterator[Item]:
    """Who may apply and the conditions that say so, ways to hand it in, papers for it."""
    for who in procedure.who:
        if _SAYS.search(who) and not _OF_CHILDREN.search(who):
            yield Item(who, procedure.sources[0])
    for fact in procedure.conditions:
        if _SAYS.search(said := lines.noted(fact.text, fact.note, tell.say)):
            yield _item(fact, said, procedure, tell)
    for way in procedure.submissions:
        if way.note and _SAYS.search(way.note):
            yield _item(way, way.note, procedure, tell)
    cases = {
        case.id
        for case in procedure.cases
        if _CASE.search(case.title) and not _OF_CHILDREN.search(case.title)
    }
    for paper in procedure.papers:
        if paper.case in cases or _SAYS.search(paper.when or ""):
            yield _item(paper, lines.paper_line(paper, tell.say), procedure, tell)


def _item(fact: Fact, said: str, procedure: Procedure, tell: Telling) -> Item:
    if fact.case:
        said = lines.with_case(fact.case, lines.in_sentence(said), procedure, tell.say)
    return Item(said, procedure.source_of(fact))


def _told_in_summary(procedure: Procedure) -> Iterator[Item]:
    for sentence in _SENTENCE.split(procedure.summary or ""):
        if _SAYS.search(sentence):
            yield Item(sentence, procedure.sources[0])
