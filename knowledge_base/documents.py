"""Legal documents of the curated files that nothing else knows: likely slips of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from knowledge_base.loader import Reading
from knowledge_base.problems import Problem, Severity, did_you_mean
from knowledge_base.schema import Procedure

_PARTS = re.compile(r"[/-]")


def unknown_documents(reading: Reading, records: Mapping[str, Procedure]) -> Iterator[Problem]:
    """Numbers in ``can_cu`` that no record and no other file names.

    A document that was truly read has a title; one whose title (``ten``) stands beside its number
    is believed. A part of the number that occurs nowhere else is pointed at.
    """
    places: dict[str, set[Path]] = {}
    for file in reading.files:
        for document in file.procedure.legal_basis if file.procedure else ():
            places.setdefault(document.number, set()).add(file.document.path)
    official = {d.number for record in records.values() for d in record.legal_basis}
    for file in reading.files:
        for index, document in enumerate(file.procedure.legal_basis if file.procedure else ()):
            number, here = document.number, places[document.number]
            if number in official or len(here) > 1 or document.title:
                continue
            known = official | {other for other, files in places.items() if files - here}
            yield file.document.problem(
                ("can_cu", index, "so"),
                f"không bản ghi nào của Cổng, không tệp nào khác có số {number}"
                f"{_meant(number, known)}; nếu đúng thì ghi thêm ten của văn bản",
                Severity.WARNING,
            )


def _meant(number: str, known: set[str]) -> str:
    """A known number one slip away, else the part of this one that no other number has."""
    near = next((other for other in sorted(known) if _one_slip(number, other)), None)
    if near is not None:
        return f" (có phải ý là '{near}'?)"
    parts = {part for other in known for part in _PARTS.split(other) if not part[:1].isdigit()}
    odd = next((p for p in _PARTS.split(number) if p and not p[0].isdigit() and p not in parts), "")
    return f", cũng không số nào có '{odd}'{did_you_mean(odd, parts)}" if odd else ""


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter or digit was changed, left out, added, or swapped with the next."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[:2][::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]
