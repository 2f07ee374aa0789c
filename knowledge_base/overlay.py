"""The synchronised records of the portal laid over the files, without touching them.

The portal's record is the truth: it takes the place of the catalogue's entry where it was seen no
earlier. A curated file stays as it is; what the portal changed since, or no longer publishes, is
kept beside it as :class:`~knowledge_base.loader.News`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from knowledge_base.agreement import holds_all
from knowledge_base.loader import Knowledge, News
from knowledge_base.schema import FACTS, Procedure, Source


@dataclass(frozen=True)
class Synchronised:
    """What the portal says by the last synchronisation.

    Attributes:
        records: procedures by code; the day of the first source is when they were last seen.
        withdrawn: codes no longer published, and the day that was noticed.
        changed: for a code, the parts of a procedure file (``le_phi``, ``giay_to`` …) that were
            seen to become another, each with the latest day that was noticed.
    """

    records: tuple[Procedure, ...] = ()
    withdrawn: Mapping[str, date] = field(default_factory=dict)
    changed: Mapping[str, Mapping[str, date]] = field(default_factory=dict)


def overlay(files: Knowledge, portal: Synchronised) -> Knowledge:
    """The knowledge of the files as the portal's records make it today.

    Args:
        files: what was read from the files.
        portal: what was synchronised; empty, the knowledge stays as it is.
    """
    entries = {entry.code: entry for entry in files.catalogue}
    for record in portal.records:
        old = entries.get(record.code)
        if old is None or _seen(record) >= _seen(old):
            entries[record.code] = record
    gone = {c: d for c, d in portal.withdrawn.items() if c in entries and d >= _seen(entries[c])}
    for code in gone:
        del entries[code]
    news = {code: News(withdrawn=day) for code, day in gone.items()}
    for procedure in files.curated:
        for code in procedure.codes:
            news.pop(code, None)  # what a file says of its codes is served still
        if (told := _news(procedure, entries, portal)) != News():
            news[procedure.code] = told
    return replace(files, catalogue=tuple(entries[code] for code in sorted(entries)), news=news)


def _seen(procedure: Procedure) -> date:
    return procedure.sources[0].day


def _news(procedure: Procedure, records: Mapping[str, Procedure], portal: Synchronised) -> News:
    """What the portal changed after the day the file rests on, in each part; gone if all its
    codes are."""
    gone = [portal.withdrawn[code] for code in procedure.codes if code in portal.withdrawn]
    gone = [day for day in gone if day >= _seen(procedure)]
    changed: dict[str, date] = {}
    for code in procedure.codes:
        record = records.get(code)
        for part, day in portal.changed.get(code, {}).items():
            behind = any(source.day < day for source in _sources(procedure, part))
            if behind and not (record and holds_all(procedure, record, part)):
                changed[part] = max(day, changed.get(part, day))
    return News(changed, max(gone) if len(gone) == len(procedure.codes) else None)


_FACTS = {Procedure.model_fields[name].alias: name for name in FACTS}


def _sources(procedure: Procedure, part: str) -> Iterable[Source]:
    """What the facts of a part rest on; the file's first source where it has none of its own."""
    facts = getattr(procedure, _FACTS[part]) if part in _FACTS else ()
    return [procedure.source_of(fact) for fact in facts] or procedure.sources[:1]
