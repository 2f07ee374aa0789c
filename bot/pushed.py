"""Taking what systems tell of dossiers by themselves: once, in order, and passed on at once."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from actions.dossier_sources.pushing import Pusher
from bot import watching
from bot.jobs import Jobs
from bot.store import dossier_events, dossiers, subscriptions
from bot.store.pool import Connection, Store
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier


class Taken(StrEnum):
    """What became of an event."""

    TAKEN = "taken"
    KNOWN = "known"  # it was taken before
    OVERTAKEN = "overtaken"  # something newer is known of the dossier
    CONFLICT = "conflict"  # another event was taken under its id


async def take(
    store: Store,
    jobs: Jobs,
    pusher: Pusher,
    event: tuple[str, str],
    told: tuple[DossierCode, Dossier],
) -> Taken:
    """Keep what an event tells, and have whoever waits for it told, in one transaction.

    Args:
        store: where it is kept.
        jobs: the queue in it.
        pusher: the system that tells.
        event: the system's own id of the event, and a digest of all it said.
        told: what it tells.

    Raises:
        bot.store.errors.StoreUnavailable: nothing was kept; the system tries again.
    """
    code, dossier = told
    async with store.transaction() as con:
        fresh = await dossier_events.note(con, pusher.name, *event)
        if not fresh:
            return Taken.CONFLICT if fresh is None else Taken.KNOWN
        await subscriptions.alone(con, code.key)  # or of two events one is not known to the other
        known = await (dossiers.read if pusher.own else dossiers.recall)(con, code)
        if known is not None and known.seen > dossier.seen:
            return Taken.OVERTAKEN
        await _keep(con, jobs, pusher, code, _after(known, dossier))
    return Taken.TAKEN


def _after(known: Dossier | None, dossier: Dossier) -> Dossier:
    """The dossier with what happened before."""
    if known is None:
        return dossier
    moments = known.moments if known.state is dossier.state else known.moments + dossier.moments
    return replace(dossier, moments=moments)


async def _keep(
    con: Connection, jobs: Jobs, pusher: Pusher, code: DossierCode, dossier: Dossier
) -> None:
    if pusher.own:
        await watching.take_in(con, jobs, [(code, dossier)])
        return
    await dossiers.remember(con, code, dossier)
    if await subscriptions.heard(con, code.text, None):
        await watching.announce(con, jobs)
