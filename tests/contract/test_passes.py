"""Passes and helpers on both servers: opened once or a few times, told to who handed over."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import psycopg

from actions.replies import Reply
from bot.mailbox import Mailbox
from bot.messages import Incoming, TurnResult
from bot.passes import MOST_TRIES, TERMS, Purpose, digest, new_token
from bot.store import helpers, passes
from tests.mailroom import mailroom, said

MAKER = said(0, chat="maker")


def opening(chat: str, token: str, number: int = 1) -> Incoming:
    """A pass opened in a chat."""
    return Incoming("web", chat, str(number), opens=digest(token))


def tell(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Says what was opened, who is a helper, or what was pressed."""
    opened = incoming.opened
    text = incoming.choice or incoming.text or "refused"
    if opened is not None:
        text = f"{opened.purpose.value} {sorted(opened.payload)} {opened.again}"
    return TurnResult({}, (Reply(f"{text}|{incoming.team}"),))


async def make(mailbox: Mailbox, purpose: Purpose, **payload: Any) -> str:
    """A new pass of the maker's, or nobody's invitation."""
    maker = None if purpose is Purpose.INVITE else (MAKER.channel, MAKER.chat)
    async with mailbox.store.transaction() as con:
        return await passes.make(con, purpose, payload, maker)


async def answer(mailbox: Mailbox, incoming: Incoming) -> str:
    """What came back to a message."""
    await mailbox.receive(incoming)
    return (await mailbox.answer_to(incoming, 10))[0].reply.text


async def until_told(mailbox: Mailbox, chat: str) -> str:
    """The first reply in a chat."""
    async with asyncio.timeout(10):
        async for reply in mailbox.follow(f"web:{chat}"):
            return reply.reply.text
    raise AssertionError


async def test_a_pass_is_opened_by_as_many_as_its_purpose_allows(conninfo: str) -> None:
    async with mailroom(conninfo, tell) as mailbox:
        token = await make(mailbox, Purpose.CONTINUE, matter={})
        first = opening("a", token)
        assert await answer(mailbox, first) == "tiep_tuc ['matter'] False|None"
        assert await answer(mailbox, first) == "tiep_tuc ['matter'] False|None"  # delivered twice
        assert await answer(mailbox, opening("a", token, 2)) == "tiep_tuc ['matter'] True|None"
        for number in range(1, TERMS[Purpose.CONTINUE].uses):
            assert "False" in await answer(mailbox, opening(f"b{number}", token))
        assert await answer(mailbox, opening("late", token)) == "refused|None"
        assert await answer(mailbox, opening("a", new_token(), 9)) == "refused|None"


async def test_handing_over_is_once_and_told_to_the_helper(conninfo: str) -> None:
    async with mailroom(conninfo, tell) as mailbox:
        token = await make(mailbox, Purpose.HAND, matter={}, person=7)
        openings = [opening(chat, token) for chat in ("a", "b", "c")]
        await asyncio.gather(*(mailbox.receive(one) for one in openings))
        told = [(await mailbox.answer_to(one, 20))[0].reply.text for one in openings]
        assert sorted(text.partition(" ")[0] for text in told) == [
            "giao",
            "refused|None",
            "refused|None",
        ]
        assert await until_told(mailbox, "maker") == "handed.7|None"


async def test_too_old_and_erased_passes_are_refused(conninfo: str) -> None:
    async with mailroom(conninfo, tell) as mailbox:
        old, erased = [await make(mailbox, Purpose.CONTINUE, matter={}) for _ in range(2)]
        async with mailbox.store.transaction() as con:
            await con.execute(
                "UPDATE passes SET expires_at = now() - interval '1 s' WHERE digest = %s",
                (digest(old),),
            )
            assert await passes.peek(con, old) is None
            assert await passes.peek(con, erased) == {"matter": {}}
        assert await answer(mailbox, opening("a", old)) == "refused|None"
        await mailbox.erase(MAKER.conversation)
        assert await answer(mailbox, opening("a", erased, 2)) == "refused|None"
        async with mailbox.store.transaction() as con:
            await passes.forget_old(con)
            cursor = await con.execute("SELECT count(*) AS n FROM passes")
            assert (await cursor.fetchone() or {})["n"] == 0


async def test_who_tries_too_many_is_refused_even_a_good_one(conninfo: str) -> None:
    async with mailroom(conninfo, tell, cap=100) as mailbox:
        for number in range(MOST_TRIES):
            await mailbox.receive(opening("guesser", new_token(), number))
        token = await make(mailbox, Purpose.CONTINUE, matter={})
        assert await answer(mailbox, opening("guesser", token, 99)) == "refused|None"
        assert "tiep_tuc" in await answer(mailbox, opening("other", token))


async def test_no_token_is_stored_anywhere(conninfo: str) -> None:
    async with mailroom(conninfo, tell) as mailbox:
        token = await make(mailbox, Purpose.CONTINUE, matter={})
        await answer(mailbox, opening("a", token))
        with psycopg.connect(conninfo) as con:
            for table in ("passes", "pass_openings", "messages", "replies", "conversations"):
                rows = con.execute(f"SELECT * FROM {table}").fetchall()
                assert rows or table == "replies"
                assert token not in str(rows)


async def test_an_invitation_makes_one_helper_until_revoked(conninfo: str) -> None:
    async with mailroom(conninfo, tell) as mailbox:
        token, spare = [await make(mailbox, Purpose.INVITE, team=t) for t in ("Tổ 3", "Tổ 4")]
        assert await answer(mailbox, opening("lan", token)) == "moi ['team'] False|None"
        assert await answer(mailbox, said(2, "chào", chat="lan")) == "chào|Tổ 3"
        assert await answer(mailbox, opening("hoa", token)) == "refused|None"
        async with mailbox.store.transaction() as con:
            waiting, taken = sorted(await helpers.register(con), key=lambda one: one.is_taken)
            assert (waiting.team, waiting.is_taken, taken.team) == ("Tổ 4", False, "Tổ 3")
            assert taken.channel == "web" and taken.until is None
            assert not await helpers.revoke(con, 999)
            assert await helpers.revoke(con, taken.number)
            assert await helpers.withdraw(con, waiting.number)
        assert await answer(mailbox, said(3, "chào", chat="lan")) == "chào|None"
        assert await answer(mailbox, opening("lan", token, 4)) == "moi ['team'] True|None"
        assert await answer(mailbox, said(5, "chào", chat="lan")) == "chào|None"  # not by itself
        assert await answer(mailbox, opening("hoa", spare, 6)) == "refused|None"


async def test_erasing_forgets_that_a_conversation_is_a_helper_s(conninfo: str) -> None:
    async with mailroom(conninfo, tell) as mailbox:
        token = await make(mailbox, Purpose.INVITE, team="Tổ 3")
        await answer(mailbox, opening("lan", token))
        await mailbox.erase("web:lan")
        assert await answer(mailbox, said(2, "chào", chat="lan")) == "chào|None"
