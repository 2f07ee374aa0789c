"""The papers of a checklist as a page of paper: what is written on it, for whoever lays it out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from actions import amounts, cases, checklist, lines, office, passing, ticks
from actions.place import Places
from actions.replies import Document
from actions.state import USUAL, Button, Message, State
from actions.telling import Telling
from actions.ticks import Checklist, Row, Tick
from knowledge_base.schema import Procedure, Source
from knowledge_base.text import key

_LONGEST = 130  # characters of what is said in one line
_PLACES = 2  # of a record, that one line names


class _Cited:
    """Numbers the sources of a page."""

    def __init__(self) -> None:
        self._numbers: dict[Source, int] = {}

    def line(self, text: str, sources: Iterable[Source]) -> tuple[str, tuple[int, ...]]:
        """The text with the numbers of what it rests on."""
        known = self._numbers
        return text, tuple(sorted({known.setdefault(source, len(known) + 1) for source in sources}))

    @property
    def sources(self) -> list[Source]:
        """In the order of their numbers."""
        return [*self._numbers]


def page(
    procedure: Procedure, state: State, places: Places, phone: str, tell: Telling
) -> Message | None:
    """The message with the page to print; None where the record lists no papers.

    Its body: ``title``; ``under`` it; ``heading`` and ``rows`` of papers (text, ticked); ``facts``
    (label, text); ``sources``; ``ends``, the last line; ``scan``, beside the QR code; ``matter``,
    what the QR code goes on with.
    """
    now = checklist.of(state, procedure.code)
    now = now or Checklist(code=procedure.code, case=state.case)
    listed = checklist.rows_of(now, procedure)
    if not listed:
        return None
    opening = checklist.opening(procedure.code)
    body = {
        "layout": "papers",
        "title": procedure.name,
        "under": _under(procedure, now.case, tell),
        **_facts(now, listed, procedure, places, tell),
        "ends": tell.say("sheet.ends", so=phone, ngay=tell.now.strftime("%d/%m/%Y")),
        "scan": tell.say("sheet.scan"),
        "matter": passing.packed(state, opening),
    }
    name = f"ho-so-{key(procedure.name).replace(' ', '-')[:40].strip('-')}.pdf"
    back = Button(tell.say("checklist.button_list"), opening)
    shown = Document(name, tell.say("sheet.title", ten=procedure.name), body)
    said = tell.say("sheet.ready", tell.address, ten=lines.in_sentence(procedure.name))
    return Message(said, buttons=(back,), attachment=shown)


def _facts(
    now: Checklist, listed: Sequence[Row], procedure: Procedure, places: Places, tell: Telling
) -> dict[str, Any]:
    """The papers, fee, time and place, each with its source: by its number where there are
    several."""
    cited = _Cited()
    papers = [
        (row, cited.line(_paper(row, tell), [procedure.source_of(row.paper)]))
        for row in listed
        if row.tick is not Tick.SPARE
    ]
    others = {
        "fee": cited.line(*_fee(procedure, now.case, tell)),
        "time": cited.line(*_time(procedure, now.case, tell)),
        "place": cited.line(*_place(procedure, now.case, places, tell)),
    }
    several = len(cited.sources) > 1

    def marked(line: tuple[str, tuple[int, ...]]) -> str:
        text, numbers = line
        sign = "".join(f" [{number}]" for number in numbers) if several else ""
        return f"{text[:1].upper()}{text[1:]}{sign}"

    have, needed = ticks.count(listed)
    return {
        "heading": tell.say("sheet.papers", co=have, tong=needed),
        "rows": [{"text": marked(line), "ticked": row.tick is Tick.HAVE} for row, line in papers],
        "facts": [
            {"label": tell.say(f"sheet.{name}"), "text": marked(line)}
            for name, line in others.items()
        ],
        "sources": [
            f"{f'[{number}] ' if several else ''}{lines.cited(source, procedure.code, tell.say)}"
            for number, source in enumerate(cited.sources, 1)
        ],
    }


def _paper(row: Row, tell: Telling) -> str:
    return lines.paper_line(row.paper, tell.say, notes=False)


def _under(procedure: Procedure, case: str | None, tell: Telling) -> list[str]:
    """The official name, and the situation where the papers are those of one."""
    said = [tell.say("sheet.official", ten=procedure.official_name, ma=procedure.code)]
    if case and case != USUAL and any(c.id == case for c in procedure.cases):
        said.append(tell.say("sheet.case", truong_hop=lines.case_title(procedure, case)))
    return said


def _fee(procedure: Procedure, case: str | None, tell: Telling) -> tuple[str, list[Source]]:
    fees = amounts.of_case(procedure.fees, case)
    if not fees:
        return tell.say("sheet.unknown"), []
    long = [lines.manner_line(f, lines.fee_line(f, procedure, tell.say), tell.say) for f in fees]
    short = [lines.fee_amount(f, tell.say) for f in fees]
    return _one_line(long, short, tell), [procedure.source_of(f) for f in fees]


def _time(procedure: Procedure, case: str | None, tell: Telling) -> tuple[str, list[Source]]:
    times = amounts.of_case(procedure.times, case)
    if not times:
        return tell.say("sheet.unknown"), []
    long = [lines.manner_line(t, lines.time_line(t, procedure, tell.say), tell.say) for t in times]
    short = [lines.time_amount(t, tell.say) for t in times]
    return _one_line(long, short, tell), [procedure.source_of(t) for t in times]


def _one_line(long: list[str], short: list[str], tell: Telling) -> str:
    """All of it where it is short enough, else the amounts that there are."""
    whole = "; ".join(dict.fromkeys(long))
    if len(whole) <= _LONGEST:
        return whole
    told = [*dict.fromkeys(short)]
    said = tell.say("sheet.by_case", cac_muc="; ".join(told))
    while len(said) > _LONGEST and len(told) > 1:
        told.pop()
        said = tell.say("sheet.by_case_more", cac_muc="; ".join(told))
    return said


def _place(
    procedure: Procedure, case: str | None, places: Places, tell: Telling
) -> tuple[str, list[Source]]:
    """The office of the citizen's unit where it is known, else what the record says of the
    situation, its own place first; where none is known, each place with the one it is for."""
    procedure = cases.placed(procedure, case)
    known = office.serving(procedure, places, tell)
    if known:
        first = known[0]
        said = tell.say("sheet.office", noi=first.name, dia_chi=first.address.rstrip("."))
        if first.sample:
            said = f"{said}. {tell.say('office.sample')}"
        return said, [places.directory.source_of(first)]
    if procedure.places:
        named: dict[str, Source] = {}
        for place in procedure.places:
            other = place.case if place.case != case else None
            line = lines.with_case(other, place.name, procedure, tell.say)
            line = lines.in_sentence(line) if other else line
            named.setdefault(line, procedure.source_of(place))
        said = "; ".join([*named][:_PLACES])
        if len(named) > _PLACES:
            said = tell.say("sheet.place_more", noi=said)
        return said, [*named.values()][:_PLACES]
    levels = ", ".join(tell.say(f"answer.level_{level.value}") for level in procedure.levels)
    return procedure.agency or levels, [procedure.sources[0]]
