"""What answers read of the portal's records, in one piece."""

from __future__ import annotations

from collections.abc import Iterable

from bot.store.pool import Store
from bot.store.portal_records import current
from bot.store.portal_versions import histories
from knowledge_base.overlay import Synchronised
from knowledge_base.portal.news import changed_parts
from knowledge_base.schema import Procedure


async def read_portal(store: Store, curated: Iterable[Procedure]) -> Synchronised:
    """What the portal says now; of the ``curated`` procedures also what it changed, and when.

    Raises :class:`bot.store.errors.StoreUnavailable`.
    """
    async with store.connection() as con:
        records = await current(con)
        kept = await histories(con, [code for p in curated for code in p.codes])
    changed = {code: changed_parts(code, history) for code, history in kept.items()}
    return Synchronised(
        records.procedures,
        records.withdrawn,
        {code: parts for code, parts in changed.items() if parts},
    )
