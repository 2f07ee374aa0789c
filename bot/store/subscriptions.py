"""SQL of the dossiers that citizens are told of: keeping and giving up, asking systems about them,
telling each change once. Plain functions on a connection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.watched import Watched, Wish
from bot.messages import Incoming
from bot.store.pool import Connection
from knowledge_base.dossiers.codes import key_of

_MARK = "(d.state || '|' || coalesce(d.facts->>'again', d.facts->>'promised', ''))"
# What is known of a dossier now, the deployment's own table before what other systems said.
_KNOWN = f"""
    coalesce((SELECT {_MARK} FROM dossiers d WHERE d.key = s.key),
        (SELECT {_MARK} FROM known_dossiers d WHERE d.key = s.key))
"""  # noqa: S608 our own text


@dataclass(frozen=True, slots=True)
class Due:
    """A dossier that is to be asked about; ``failures``: looks one after another that told
    nothing."""

    code: str
    failures: int


@dataclass(frozen=True, slots=True)
class Change:
    """Something that one conversation is to be told; ``number`` rises with each."""

    subscription: int
    number: int
    channel: str
    chat: str
    code: str
    mark: str


async def of(con: Connection, conversation: str) -> tuple[Watched, ...]:
    """What a conversation is told of, the oldest first."""
    cursor = await con.execute(
        "SELECT code, told, before, reminded FROM subscriptions WHERE conversation = %s"
        " ORDER BY id",
        (conversation,),
    )
    rows = await cursor.fetchall()
    return tuple(Watched(r["code"], r["told"], r["before"], r["reminded"]) for r in rows)


async def lasts(con: Connection, conversation: str) -> datetime | None:
    """Until when a conversation was promised to be told; None where it was not."""
    cursor = await con.execute(
        "SELECT max(until) AS until FROM subscriptions WHERE conversation = %s", (conversation,)
    )
    row = await cursor.fetchone()
    return row["until"] if row else None


async def follow(con: Connection, incoming: Incoming, wishes: Iterable[Wish], at: datetime) -> None:
    """Keep what a turn changes, in its transaction. ``at``: when the systems are asked first."""
    for wish in wishes:
        who = (incoming.conversation, key_of(wish.code))
        if wish.told:
            await _begin(con, incoming, wish, at)
        elif wish.reminded:
            await con.execute(
                "UPDATE subscriptions SET reminded = %s WHERE conversation = %s AND key = %s",
                (wish.reminded, *who),
            )
        else:
            await _end(con, *who)


async def _begin(con: Connection, incoming: Incoming, wish: Wish, at: datetime) -> None:
    """What was heard between the look-up and now is told as well: whoever hears waits for this
    transaction, or this one for theirs."""
    key = key_of(wish.code)
    await alone(con, key)
    await con.execute(
        """
        INSERT INTO subscriptions (conversation, channel, chat, key, code, consent, until, told,
            source, next_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (conversation, key) DO NOTHING
        """,
        (
            incoming.conversation, incoming.channel, incoming.chat, key, wish.code, wish.consent,
            wish.until, wish.told, wish.source, at if wish.source else None,
        ),
    )  # fmt: skip
    await con.execute(
        f"UPDATE subscriptions s SET pending = coalesce({_KNOWN} <> told, false)"  # noqa: S608 our own text
        " WHERE conversation = %s AND key = %s",
        (incoming.conversation, key),
    )


async def _end(con: Connection, conversation: str, key: str) -> None:
    """Keep the code no longer, the reminders that name it included: they would also come to who
    asks to be told of it again."""
    await con.execute(
        "DELETE FROM subscriptions WHERE conversation = %s AND key = %s", (conversation, key)
    )
    await con.execute(
        "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND args->>'conversation' = %s"
        r" AND regexp_replace(split_part(args->>'choice', '/', 3), '\W', '', 'g') LIKE '%%' || %s",
        (conversation, key),  # a choice is written by actions.watching.choice_of
    )


async def forget(con: Connection, conversation: str) -> None:
    """Remove all of a conversation."""
    await con.execute("DELETE FROM subscriptions WHERE conversation = %s", (conversation,))


async def forget_old(con: Connection, before: datetime) -> None:
    """Remove what was to be given up before a moment."""
    await con.execute("DELETE FROM subscriptions WHERE until < %s", (before,))


async def claim(
    con: Connection, source: str, now: datetime, most: int, lease: timedelta
) -> list[Due]:
    """The dossiers that are to be asked about first, each once; nobody else gets them for as long
    as the ``lease``, after which they are due again if nothing was heard."""
    cursor = await con.execute(
        """
        WITH first AS (
            SELECT key FROM subscriptions WHERE source = %(source)s AND next_at <= %(now)s
            ORDER BY next_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
        )
        UPDATE subscriptions s SET next_at = %(until)s FROM (SELECT DISTINCT key FROM first) f
        WHERE s.key = f.key AND s.source = %(source)s RETURNING s.key, s.code, s.failures
        """,
        {"source": source, "now": now, "most": most, "until": now + lease},
    )
    found = {row["key"]: Due(row["code"], row["failures"]) for row in await cursor.fetchall()}
    return list(found.values())


async def next_due(con: Connection, source: str) -> datetime | None:
    """When a system is to be asked next; None where nothing of it is waited for."""
    cursor = await con.execute(
        "SELECT min(next_at) AS at FROM subscriptions WHERE source = %s AND next_at IS NOT NULL",
        (source,),
    )
    row = await cursor.fetchone()
    return row["at"] if row else None


async def heard(con: Connection, code: str, next_at: datetime | None) -> bool:
    """Note that something was heard of a dossier, which the transaction on ``con`` has kept before;
    returns whether somebody is to be told. ``next_at``: when its system is asked again."""
    key = key_of(code)
    await alone(con, key)
    cursor = await con.execute(
        f"""
        UPDATE subscriptions s SET pending = coalesce({_KNOWN} <> told, false), failures = 0,
            next_at = CASE WHEN source <> '' THEN coalesce(%s, next_at) END
        WHERE key = %s RETURNING pending
        """,  # noqa: S608 our own text
        (next_at, key),
    )
    return any(row["pending"] for row in await cursor.fetchall())


async def heard_list(con: Connection) -> bool:
    """The same of all that :func:`bot.store.dossiers.take_in` took in on this transaction."""
    # Until it ends nobody begins to be told: they would compare with what is not seen yet.
    await con.execute("LOCK TABLE subscriptions IN SHARE ROW EXCLUSIVE MODE")
    cursor = await con.execute(
        f"""
        UPDATE subscriptions s SET pending = ({_MARK} <> told)
        FROM (SELECT DISTINCT key FROM incoming) i JOIN dossiers d USING (key)
        WHERE s.key = i.key RETURNING pending
        """  # noqa: S608 our own text
    )
    return any(row["pending"] for row in await cursor.fetchall())


async def unheard(con: Connection, code: str, next_at: datetime) -> None:
    """Note that a system told nothing of a dossier."""
    await con.execute(
        "UPDATE subscriptions SET failures = failures + 1, next_at = %s"
        " WHERE key = %s AND source <> ''",
        (next_at, key_of(code)),
    )


async def put_back(con: Connection, codes: Iterable[str], next_at: datetime) -> None:
    """Have dossiers that were claimed asked about then."""
    await con.execute(
        "UPDATE subscriptions SET next_at = %s WHERE key = ANY(%s) AND source <> ''",
        (next_at, [key_of(code) for code in codes]),
    )


async def pending(con: Connection, most: int) -> list[tuple[int, str]]:
    """Subscriptions with something to tell, and their conversations."""
    cursor = await con.execute(
        "SELECT id, conversation FROM subscriptions WHERE pending ORDER BY id LIMIT %s", (most,)
    )
    return [(row["id"], row["conversation"]) for row in await cursor.fetchall()]


async def take(con: Connection, subscription: int) -> Change | None:
    """What is to be told, noted as told; part of the transaction that puts it in at the door. None
    where another worker has it, or it is as it was told after all."""
    cursor = await con.execute(
        f"""
        WITH mine AS (
            SELECT id, told AS was, coalesce({_KNOWN}, told) AS known FROM subscriptions s
            WHERE id = %s AND pending FOR UPDATE SKIP LOCKED
        )
        UPDATE subscriptions s SET pending = false, told = known,
            before = CASE WHEN known <> was THEN was ELSE before END,
            changes = changes + (known <> was)::int
        FROM mine WHERE s.id = mine.id RETURNING s.*, known <> was AS news
        """,  # noqa: S608 our own text
        (subscription,),
    )
    row = await cursor.fetchone()
    if row is None or not row["news"]:
        return None
    return Change(row["id"], row["changes"], row["channel"], row["chat"], row["code"], row["told"])


async def is_under_way(con: Connection, lock: str) -> bool:
    """Whether a job of this lock waits or is done just now."""
    cursor = await con.execute(
        "SELECT 1 FROM procrastinate_jobs WHERE lock = %s AND status IN ('todo', 'doing') LIMIT 1",
        (lock,),
    )
    return await cursor.fetchone() is not None


async def alone(con: Connection, key: str) -> None:
    """Let one transaction at a time hear of a dossier, or begin to tell of it."""
    await con.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 2))", (key,))
