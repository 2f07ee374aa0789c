"""Opening a pass: what it holds is looked up before the turn, and its use noted with the turn."""

from __future__ import annotations

from dataclasses import replace

from actions.crowd import handed
from bot.jobs import Jobs
from bot.messages import Incoming
from bot.passes import Purpose
from bot.store import helpers, messages, passes, subscriptions
from bot.store.passes import Taken
from bot.store.pool import Connection, Store
from bot.watching import may_tell

_WHATEVER_WAITS = 10_000  # a chat's other messages do not keep this one out


async def looked_up(incoming: Incoming, store: Store) -> Incoming:
    """The message with what its pass holds, whether a helper sent it, and the dossiers that its
    conversation is told of."""
    async with store.connection() as con:
        opened = await passes.look(con, incoming) if incoming.opens else None
        team = await helpers.team_of(con, incoming.conversation)
        mine = await subscriptions.of(con, incoming.conversation)
    watching = mine if may_tell(incoming.channel, incoming.chat) else None
    return replace(incoming, opened=opened, team=team, watching=watching)


async def taken(con: Connection, incoming: Incoming, jobs: Jobs) -> bool:
    """Note the pass that a turn opened, in its transaction, with what follows from that; False
    where another conversation was quicker, and the turn is to be done again."""
    opened = incoming.opened
    if opened is None:
        return True
    found = await passes.take(con, opened.id, incoming.conversation)
    if found is None:
        return False
    match found.purpose:
        case Purpose.INVITE:
            await helpers.join(con, found.id, str(found.payload["team"]), incoming.conversation)
        case Purpose.HAND if not opened.again:
            await _tell_helper(con, found, jobs)
    return True


async def _tell_helper(con: Connection, found: Taken, jobs: Jobs) -> None:
    """The helper's conversation hears that the citizen has taken over, as a message of its own."""
    if found.channel is None or found.chat is None:
        return  # erased meanwhile
    choice = handed(str(found.payload["person"]))
    told = Incoming(found.channel, found.chat, f"pass-{found.id}", choice=choice)
    await messages.lock_conversation(con, told.conversation)
    row, _ = await messages.insert(con, told, _WHATEVER_WAITS)
    if row is not None:
        await jobs.enqueue_turn(con, row, told.conversation)
