"""The curated files held against what the portal says by the last synchronisation.

The records lie in the program's database, in the room above (``bot``); it is plugged in by name,
as :mod:`knowledge_base.measuring` does with the understanding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from typing import Any

from knowledge_base.loader import News
from knowledge_base.overlay import Synchronised
from knowledge_base.plugged import plugged
from knowledge_base.portal.changes import NAMES
from knowledge_base.problems import Problem, Severity
from knowledge_base.records.build import SOURCE_NAME
from knowledge_base.schema import Procedure, Source
from knowledge_base.yaml_lines import Document

RECORDS = "bot.record_book:read_synchronised"


def read_synchronised(curated: Iterable[Procedure]) -> Synchronised:
    """What the portal says by the program's database.

    Raises:
        knowledge_base.portal.book.BookError: the database cannot be read.
    """
    reading: Coroutine[Any, Any, Synchronised] = plugged(RECORDS)(curated)
    return asyncio.run(reading)


def overtaken(
    document: Document, procedure: Procedure, portal: Synchronised, news: News
) -> Iterator[Problem]:
    """What the portal changed or withdrew after the day a file rests on; see
    :func:`knowledge_base.overlay.overlay` for ``news``."""
    for index, code in enumerate(procedure.codes):
        day = portal.withdrawn.get(code)
        if day is not None and day >= procedure.sources[0].day:
            yield document.problem(
                ("ma", index), f"Cổng không còn công bố mã {code} từ ngày {day:%d/%m/%Y}"
            )
    for part, day in sorted(news.changed.items()):
        yield document.problem(
            (part,),
            f"Cổng đã đổi {NAMES[part]}, thấy ngày {day:%d/%m/%Y}, sau nguồn của tệp; xem bằng: "
            f"python -m knowledge_base diff {procedure.code} "
            f"--tu {procedure.sources[0].day.isoformat()}",
            Severity.WARNING,
        )


def seen_again(procedure: Procedure, portal: Synchronised) -> Sequence[Source]:
    """The sources of a file, the portal's with the last day it was seen to say the same still."""
    records = {record.code: record for record in portal.records}
    if not all(code in records for code in procedure.codes):
        return procedure.sources
    seen = min(records[code].sources[0].day for code in procedure.codes)
    changed = [
        day for code in procedure.codes for day in portal.changed.get(code, {}).values()
    ]  # fmt: skip
    return [
        source.model_copy(update={"day": seen})
        if source.title == SOURCE_NAME and seen > source.day >= max(changed, default=source.day)
        else source
        for source in procedure.sources
    ]
