"""People and citizens on both servers: tickets opened, taken, answered, passed on and closed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from actions.replies import Partner
from actions.tickets import TicketKind, TicketRequest
from bot.messages import ChatBlocked, Incoming, ReplyRefused, TurnResult
from tests.team import BINH, GROUP, LAN, NEVER, dialogue, room


def _column(conninfo: str, column: str) -> list[object]:
    with psycopg.connect(conninfo) as con:
        rows = con.execute(f"SELECT {column} FROM tickets ORDER BY number").fetchall()
    return [row[0] for row in rows]


async def test_a_talk_from_the_wish_to_its_end(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("khai sinh")
        [asked] = await here.say("gặp người")
        assert "Chưa có ai chờ trước ông/bà" in asked.text
        assert asked.partner is Partner.QUEUE
        card = await here.posted("#phieu1 Có người dân cần gặp người.")
        assert "Việc: Xin giấy thử." in card.text
        assert [choice.id for choice in card.choices] == ["claim.1", "transcript.1"]
        assert await here.say("số tôi là 0912345678") == []  # silent
        relayed = await here.posted("Người dân: số tôi là")
        assert "[số điện thoại]" in relayed.text
        [taken] = await here.team(LAN, "claim.1")
        assert taken.startswith("#phieu1 Lan đã nhận.")
        joined = await here.reaches("Cán bộ hỗ trợ Lan đã nhận")
        assert joined.partner is Partner.PERSON
        assert await here.team(LAN, text="Chào bác, bác đến xã nhé.", ticket=1) == []
        words = await here.reaches("bác đến xã nhé")
        assert words.by == "Cán bộ hỗ trợ Lan"
        [done] = await here.team(LAN, "close.1")
        assert "đã xong việc" in done
        closed = await here.reaches("đã xong việc với ông/bà")
        assert closed.partner is Partner.MACHINE
        assert (await here.say("khai sinh"))[0].source  # the machine answers again
        numbers = [number for number, _, _ in here.group.posts]
        assert [under for _, _, under in here.group.posts] == [None, *[numbers[0]] * 3]
    assert _column(conninfo, "status") == ["closed"]


async def test_of_two_who_claim_at_the_same_moment_one_wins(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("gặp người")
        await here.posted("#phieu1")
        both = [
            here.mailbox.receive(
                Incoming("team", GROUP, f"at-once-{helper.key}", choice="claim.1", helper=helper)
            )
            for helper in (LAN, BINH)
        ]
        await asyncio.gather(*both)
        await here.posted("đang giữ")
        assert [("đã nhận." in text, "đang giữ" in text) for text in here.group.said[1:]].count(
            (True, False)
        ) == 1
        holder = _column(conninfo, "helper_name")[0]
        other = BINH if holder == "Lan" else LAN
        [told] = await here.team(other, text="Chào bác", ticket=1)
        assert f"{holder} đang giữ" in told
        assert all(one.reply.by is None for one in await here.heard())


async def test_a_doubled_update_of_the_team_acts_once(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("gặp người")
        for _ in range(3):
            await here.team(LAN, text="Chào bác", ticket=1, number="u7")
        await here.reaches("Chào bác")
        assert [one.reply.by for one in await here.heard()].count("Cán bộ hỗ trợ Lan") == 1


async def test_it_is_passed_on_and_left_by_who_leaves_the_group(conninfo: str) -> None:
    async with room(conninfo) as here:
        for chat in ("an", "bo"):
            await here.say("gặp người", chat)
        assert "Trước ông/bà còn 1 người" in (await here.heard("bo"))[-1].reply.text
        await here.team(LAN, "claim.1")
        [passed] = await here.team(LAN, "release.1")
        assert passed.startswith("#phieu1 Lan chuyển")
        assert (await here.reaches("nhờ người khác")).partner is Partner.QUEUE
        await here.team(BINH, text="Bình đây ạ", ticket=1)  # anybody may, and has it from then on
        assert (await here.reaches("Bình đây ạ")).by == "Cán bộ hỗ trợ Bình"
        await here.team(BINH, "claim.2")
        [left] = await here.team(BINH, "left")
        assert "#phieu1, #phieu2" in left
        assert _column(conninfo, "status") == ["open", "open"]
        await here.reaches("nhờ người khác", "bo")


async def test_the_citizen_goes_back_to_the_machine(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("gặp người")
        [ended] = await here.say("thôi, cho tôi nói với máy")
        assert ended.partner is Partner.MACHINE
        await here.posted("đã quay lại nói với máy")
        assert _column(conninfo, "closed_why") == ["ended"]
        assert (await here.say("khai sinh"))[0].source
        [told] = await here.team(LAN, text="Chào bác", ticket=1)
        assert "không gửi đi" in told


async def test_danger_comes_first_and_is_passed_on(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("gặp người")
        [call] = await here.say("cứu với, nhà tôi đang cháy")
        assert "114" in call.text
        await here.posted("nhà tôi đang cháy")
        assert await here.say("đợi mãi") == []


async def test_who_has_everything_forgotten_leaves_nothing_with_the_team(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("khai sinh")
        await here.say("gặp người")
        await here.say("nhà tôi ở ngõ 5")
        await here.posted("ngõ 5")
        [sure] = await here.say("xoá dữ liệu của tôi")
        assert [choice.label for choice in sure.choices] == ["Xoá hết", "Không xoá"]
        await here.press("Xoá hết")
        await here.posted("đã xoá hết dữ liệu")
        [told] = await here.team(LAN, text="Chào bác", ticket=1)
        assert "đã xoá dữ liệu" in told
        with psycopg.connect(conninfo) as con:
            kept = con.execute("SELECT to_jsonb(t) FROM tickets t").fetchall()
            said = con.execute(
                "SELECT string_agg(body::text, '') || string_agg(coalesce(m.text, ''), '')"
                " FROM replies r JOIN messages m ON m.id = r.message WHERE m.channel = 'team'"
            ).fetchone()
        assert kept[0][0]["conversation"] is None
        assert kept[0][0]["summary"] == ""
        assert said is not None
        assert "ngõ 5" not in said[0]


async def test_erasing_from_the_page_tells_the_team_too(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("gặp người")
        await here.mailbox.erase("web:an")
        await here.posted("đã xoá hết dữ liệu")
        assert _column(conninfo, "closed_why") == ["erased"]
        assert await here.say("khai sinh")  # begins anew, and is answered


async def test_a_citizen_who_blocks_the_bot_closes_nothing(conninfo: str) -> None:
    def blocked(chat: str, text: str) -> None:
        if "bác đến xã" in text:
            raise ChatBlocked

    async with room(conninfo) as here:
        here.telegram.rule = blocked
        await here.say("gặp người", "77", "telegram")
        await here.team(LAN, text="bác đến xã nhé", ticket=1)
        await here.posted("đã chặn trợ lý")
        assert _column(conninfo, "status") == ["claimed"]


async def test_who_writes_more_than_a_message_holds_is_told(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("gặp người")
        [told] = await here.team(LAN, "too_long", ticket=1)
        assert "dài quá 2000 ký tự" in told


async def test_the_team_hears_that_its_words_were_refused_on_the_way(conninfo: str) -> None:
    def refused(chat: str, text: str) -> None:
        if "bác đến xã" in text:  # Zalo: nothing was heard of the citizen for seven days
            raise ReplyRefused("-230", why="outside_window")

    async with room(conninfo) as here:
        here.telegram.rule = refused
        await here.say("gặp người", "77", "telegram")
        await here.team(LAN, text="bác đến xã nhé", ticket=1)
        await here.posted("không nhận lời của tổ")


async def test_the_team_is_reminded_and_the_citizen_told(conninfo: str) -> None:
    async with room(conninfo, patience=0.3) as here:
        await here.say("gặp người")
        await here.posted("Vẫn chưa có ai nhận.")
        waiting = await here.reaches("Cán bộ đang bận")
        assert "18001096" in waiting.text
        assert [choice.label for choice in waiting.choices] == ["Nói với máy"]
        await here.posted("Vẫn chưa có ai nhận.", times=2)
        assert sum("đang bận" in one.reply.text for one in await here.heard()) == 1


async def test_who_took_it_and_says_nothing_is_reminded_and_may_be_relieved(conninfo: str) -> None:
    async with room(conninfo, patience=0.4) as here:
        await here.say("gặp người")
        await here.team(LAN, "claim.1")
        await here.posted("Lan đã nhận nhưng người dân chờ lời đáp đã lâu")
        [taken] = await here.team(BINH, "claim.1")
        assert "Bình đã nhận" in taken
        await here.team(BINH, text="Chào bác", ticket=1)
        await asyncio.sleep(0.6)
        assert not any("Bình đã nhận nhưng" in text for text in here.group.said)


async def test_while_the_team_is_away_words_are_left_and_the_machine_answers(
    conninfo: str,
) -> None:
    async with room(conninfo, NEVER, handler=dialogue(NEVER)) as here:
        [_, away] = await here.say("gặp người")
        assert "Bây giờ cán bộ nghỉ" in away.text
        assert away.partner is None
        [when] = await here.say("Tôi cần người giúp làm giấy khai sinh")
        assert "vào lúc nào" in when.text
        await here.posted("Tôi cần người giúp")
        await here.press("Buổi sáng")
        await here.posted("muốn được trả lời")
        assert (await here.say("khai sinh"))[0].source  # not muted
        assert _column(conninfo, "status") == ["open"]
        await here.team(LAN, "claim.1")
        await here.reaches("Từ giờ máy im lặng")
        await here.team(LAN, text="Mai bác ra xã nhé", ticket=1)
        await here.reaches("Mai bác ra xã nhé")
        late = await here.say("vâng, mấy giờ ạ")
        assert "ngoài giờ làm việc" in late[0].text  # once
        assert await here.say("tôi vẫn nghe") == []


@pytest.mark.parametrize("number", ["0", "99999999999"])
async def test_a_ticket_that_never_was_is_said_kindly(conninfo: str, number: str) -> None:
    async with room(conninfo) as here:
        [told] = await here.team(LAN, f"claim.{number}")
        assert told == "Lan ơi, phiếu này không còn nữa."


async def test_a_complaint_is_answered_without_silencing_the_machine(conninfo: str) -> None:
    real = dialogue()

    def complaining(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        result = real(incoming, state, now)
        asked = (TicketRequest(TicketKind.FEEDBACK, "attitude", "Chờ lâu quá"),)
        return replace(result, tickets=asked) if incoming.text == "gửi tổ" else result

    async with room(conninfo, handler=complaining) as here:
        await here.say("gửi tổ")
        await here.posted("#phieu1 Có phản ánh")
        await here.team(LAN, text="Tổ xin lỗi bác", ticket=1)
        said = await here.reaches("Tổ xin lỗi bác")
        assert (said.by, said.partner) == ("Cán bộ hỗ trợ Lan", None)
        assert (await here.say("khai sinh"))[0].source  # the machine goes on
        await here.team(LAN, "close.1")
        assert (await here.reaches("đã xem xong phản ánh")).partner is None
        assert not any("im lặng" in one.reply.text for one in await here.heard())


async def test_the_first_words_of_a_person_are_announced(conninfo: str) -> None:
    async with room(conninfo) as here:
        await here.say("gặp người")
        await here.team(LAN, text="Chào bác", ticket=1)
        await here.reaches("Chào bác")
        told = [one.reply.text for one in await here.heard()][-2:]
        assert told[0].startswith("Cán bộ hỗ trợ Lan đã nhận")
        assert told[1] == "Chào bác"


async def test_a_ticket_that_nobody_closed_is_forgotten_with_its_citizen(conninfo: str) -> None:
    async with room(conninfo, retention=timedelta(days=30)) as here:
        for chat in ("an", "binh", "chi"):
            await here.say("gặp người", chat)
        await here.posted("#phieu3")
        with psycopg.connect(conninfo) as con:  # An is gone; Bình writes again; Chi's is new
            con.execute(
                "UPDATE tickets SET opened_at = now() - interval '31 days' WHERE chat <> 'chi'"
            )
            con.execute("UPDATE messages SET received_at = now() - interval '31 days'")
            con.execute(
                "UPDATE conversations SET updated_at = now() - interval '31 days' WHERE chat = 'an'"
            )
        told = await here.posted("đã quá hạn lưu")
        assert told.text.startswith("#phieu1 ")
        with psycopg.connect(conninfo) as con:
            kept = con.execute("SELECT to_jsonb(t) FROM tickets t ORDER BY number").fetchall()
        gone, talking, new = (row[0] for row in kept)
        assert (gone["status"], gone["closed_why"]) == ("closed", "forgotten")
        assert [gone[what] for what in ("conversation", "channel", "chat", "unit")] == [None] * 4
        assert [(one["status"], one["chat"]) for one in (talking, new)] == [
            ("open", "binh"),
            ("open", "chi"),
        ]
        assert sum("quá hạn lưu" in text for text in here.group.said) == 1
        [late] = await here.team(LAN, text="Chào bác", ticket=1)
        assert "đã khép lại" in late
