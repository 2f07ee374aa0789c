"""Checks everything officials write, and says each problem as ``file:line: field: message``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

from knowledge_base.agreement import disagreements
from knowledge_base.curation import shortcomings
from knowledge_base.danger_check import check_danger
from knowledge_base.documents import unknown_documents
from knowledge_base.drawings import check_drawings
from knowledge_base.guides_check import wanting
from knowledge_base.life_events_check import lacking
from knowledge_base.loader import PACKAGE, News, read
from knowledge_base.neighbours import conflicts
from knowledge_base.offices import check_offices
from knowledge_base.overlap import overlaps
from knowledge_base.overlay import Synchronised, overlay
from knowledge_base.portal_check import overtaken, seen_again
from knowledge_base.problems import Problem
from knowledge_base.province_check import check_provinces
from knowledge_base.public_holidays import check_holidays
from knowledge_base.validity import lapses, lists_of
from knowledge_base.wording_check import check_menu, check_wording
from knowledge_base.wording_uses import check_uses

# Takes the folder of the knowledge base; yields what is wrong with its share of the files.
Checker = Callable[[Path], Iterable[Problem]]
VIETNAM = timezone(timedelta(hours=7))
FILES_ALONE = Synchronised()


def today() -> date:
    """The day sources are measured against, in Vietnam."""
    return datetime.now(UTC).astimezone(VIETNAM).date()


def check_procedures(root: Path, portal: Synchronised = FILES_ALONE) -> Iterable[Problem]:
    """Curated procedures, life events, guides, the catalogue: shape, completeness, agreement with
    the portal, as the catalogue has it or, where it is newer, ``portal``."""
    reading = read(root)
    day = today()
    known = overlay(reading.knowledge, portal)
    catalogue = {procedure.code: procedure for procedure in known.catalogue}
    yield from reading.problems
    yield from conflicts(reading)
    yield from unknown_documents(reading, catalogue)
    yield from lacking(reading)
    yield from overlaps(reading)
    yield from wanting(reading)
    for file in reading.files:
        procedure = file.procedure
        sources = seen_again(procedure, portal) if procedure else ()
        yield from shortcomings(file, day, catalogue, sources)
        if procedure is not None:
            news = known.news.get(procedure.code, News())
            yield from overtaken(file.document, procedure, portal, news)
            yield from lapses(file.document, lists_of(procedure), day)
            yield from disagreements(file.document, procedure, catalogue)
    yield from check_provinces(reading, day)


def check_days_off(root: Path) -> Iterable[Problem]:
    """Public holidays: the file's shape, and whether this year is in it."""
    yield from check_holidays(root, today())


# Checkers of other files (lexicon, training sentences) are added here by their owners.
CHECKERS: tuple[Checker, ...] = (
    check_procedures, check_wording, check_uses, check_menu, check_offices, check_days_off,
    check_danger, check_drawings,
)  # fmt: skip


def against(portal: Synchronised) -> tuple[Checker, ...]:
    """All checkers; the curated files are held against these records."""
    ours = partial(check_procedures, portal=portal)
    return tuple(ours if checker is check_procedures else checker for checker in CHECKERS)


def check(root: Path = PACKAGE, checkers: Iterable[Checker] = CHECKERS) -> list[Problem]:
    """All problems under ``root``, errors and warnings, sorted by place, each once."""
    return sorted({problem for checker in checkers for problem in checker(root)})
