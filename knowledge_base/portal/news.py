"""Which parts of a record the portal changed, and when that was noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from knowledge_base.portal.book import Snapshot, Step
from knowledge_base.portal.changes import NAMES, changes

_PARTS = {name: part for part, name in NAMES.items()}


def changed_parts(code: str, history: Iterable[Snapshot | None]) -> Mapping[str, date]:
    """The parts (``le_phi``, ``giay_to`` …) that ever became another, with the last day of that.

    Args:
        code: of the record.
        history: how it stood, the oldest first; None: it was gone from the portal. What it said
            before it was gone is compared with what it said when it came back.
    """
    found: dict[str, date] = {}
    before: Snapshot | None = None
    for snapshot in history:
        if snapshot is None:
            continue
        for change in changes(Step(code, before, snapshot)):
            found[_PARTS[change.field]] = snapshot.first
        before = snapshot
    return found
