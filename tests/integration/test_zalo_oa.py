"""A Zalo Official Account: our real server called as Zalo calls it, and replies out."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from actions.replies import Image, Reply
from bot import delivery
from bot.channels.zalo_oa import tokens
from bot.messages import PHOTO, Incoming, MediaRead, TurnResult
from bot.store.errors import StoreUnavailable
from tests.emulators.zalo_open_api import Fields, zalo_open_api
from tests.mailroom import eventually
from tests.telegram_bot import LONG
from tests.zalo import official_account

AN, BA = "2512523625412515", "2468458835296197922"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long pauses."""
    monkeypatch.setattr(delivery, "_backoff", lambda attempts: 0.05)
    monkeypatch.setattr(tokens, "FRESH", tokens.FRESH * 0)


async def test_a_round_trip_with_buttons(embedded_conninfo: str) -> None:
    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api) as (_, mailbox),
    ):
        asked = api.text(AN, "khai sinh")
        assert [await api.push(asked), await api.push(asked)] == [200, 200]
        await eventually(lambda: len(api.texts(AN)) == 1)
        first, second, link = api.buttons(AN)
        assert first == {
            "title": "1. Hết bao nhiêu tiền", "type": "oa.query.hide", "payload": "#b:1.1"
        }  # fmt: skip
        assert second["payload"] == "#b:1.2"
        assert link["type"] == "oa.open.url"
        assert link["payload"] == {"url": "https://dichvucong.gov.vn/"}
        assert await api.push(api.text(AN, "#b:1.1"), by_header=True) == 200
        await eventually(lambda: len(api.texts(AN)) == 2)
        assert api.texts(AN)[1].startswith("2: không mất tiền.")
        assert await api.push(api.followed(BA)) == 200
        await eventually(lambda: api.texts(BA) == ["1: /start"])
        assert api.misused == 0
        kept = await mailbox.transcript(f"zalo_oa:{AN}")
        assert [one.incoming.choice for one in kept if one.incoming] == [None, "1.1"]


async def test_nobody_else_may_bring_events(embedded_conninfo: str) -> None:
    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api) as (_, mailbox),
    ):
        forged = api.text(AN, "giả")
        for signature in ("", "mac=", "mac=0000", "sai", "mac=é"):
            assert await api.push(forged, {"X-ZEvent-Signature": signature}) == 403
        hours = 3 * 3600 * 1000
        for stale in (int(time.time() * 1000) - hours, int(time.time() * 1000) + hours, 0):
            assert await api.push(forged | {"timestamp": str(stale)}) == 403
        assert await api.push(forged | {"timestamp": ""}) == 403
        assert await api.push(b"{") == 400
        assert await api.push(b"[" * 20_000) == 400
        assert await api.push(forged, {"Content-Type": "text/plain"}) == 415
        assert await api.push(api.text(AN, "x" * 70_000)) == 413
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(api.webhook)).status_code == 405
            unsigned = {"Content-Type": "application/json"}
            assert (await client.post(api.webhook, json={}, headers=unsigned)).status_code == 200
            metrics = await client.get(api.webhook.replace("/webhooks/zalo-oa", "/metrics"))
        for reason in ("zalo_oa_signature", "zalo_oa_stale", "zalo_oa_json", "zalo_oa_type"):
            assert f'http_refused_total{{reason="{reason}"}}' in metrics.text
        assert await mailbox.transcript(f"zalo_oa:{AN}") == []


async def test_what_is_no_message_is_counted_and_acknowledged(embedded_conninfo: str) -> None:
    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api) as (_, mailbox),
    ):
        stamp = str(int(time.time() * 1000))
        oddities: list[Fields] = [
            {"timestamp": stamp},
            {"timestamp": stamp, "event_name": 7},
            {"timestamp": stamp, "event_name": "user_send_text"},
            {"timestamp": stamp, "event_name": "user_seen_message", "message": {"msg_ids": []}},
            {"timestamp": stamp, "event_name": "user_click_chatnow", "user_id": AN},
            {"timestamp": stamp, "event_name": "oa_send_text", "message": {"msg_id": "1"}},
            api.event("user_send_text", "\u0000", text="x"),
            api.event("user_send_text", "9" * 300, text="x"),
        ]
        for odd in oddities:
            assert await api.push(odd) == 200
        assert (await mailbox.counts()).events == {
            "zalo_oa.malformed": 5,
            "zalo_oa.unknown": 3,
            "zalo_oa.token_renewed": 1,
        }
        surrogate = api.text(AN, "")
        body = json.dumps(surrogate).replace('"text": ""', r'"text": "a\ud800b\u0000 \u200b"')
        assert await api.push(body.encode(), by_header=True) == 200
        await eventually(lambda: api.texts(AN) == ["1: ab"])
        for kind in ("sticker", "file", "business_card", "video", "audio"):
            assert await api.push(api.event(f"user_send_{kind}", BA)) == 200
        hanoi = {"coordinates": {"latitude": "21.0365", "longitude": "105.7905"}}
        place = api.event("user_send_location", BA, attachments=[{"payload": hanoi}])
        assert await api.push(place) == 200
        await eventually(lambda: len(api.texts(BA)) == 6)
        said = [text.partition(": ")[2] for text in api.texts(BA)]
        kinds = ("sticker", "file", "contact", "video")
        assert said[:5] == [*(f"/khong_doc_duoc {kind}" for kind in kinds), "/khong_doc_duoc"]
        assert said[5].startswith("/vi_tri 00166"), "the commune of Cầu Giấy is the nearest"


async def test_zalo_is_to_come_again_while_the_database_is_away(
    embedded_conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("away")

    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api) as (_, mailbox),
    ):
        asked = api.text(AN, "tin")
        with monkeypatch.context() as patch:
            patch.setattr(type(mailbox), "receive", away)
            assert await api.push(asked) == 503
        assert await api.push(asked) == 200
        await eventually(lambda: api.texts(AN) == ["1: tin"])


async def test_who_leaves_is_sent_nothing_more_until_they_write(embedded_conninfo: str) -> None:
    held = True

    def rule(path: str, body: Fields) -> int | None:
        return -32 if held and "message" in path else None

    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api) as (_, mailbox),
    ):
        api.rule = rule
        assert await api.push(api.text(AN, "hai")) == 200
        await eventually(lambda: any("message" in path for path, _ in api.calls))
        assert await api.push(api.followed(AN, "unfollow")) == 200
        held = False
        assert await api.push(api.text(AN, "lại đây")) == 200
        counts = await mailbox.counts()
        assert counts.events["zalo_oa.unfollow"] == 1
        async with mailbox.store.connection() as con:
            cursor = await con.execute("SELECT dropped_why FROM replies ORDER BY id")
            whys = [row["dropped_why"] for row in await cursor.fetchall()]
        assert whys[:2] == ["blocked", "blocked"]


async def test_refusals_are_told_apart(embedded_conninfo: str) -> None:
    answers: dict[str, list[int | tuple[int, str]]] = {
        "im-lang": [-230],
        "bo-theo-doi": [-213],
        "khong-ro": [-201],
        "qua-nhanh": [(429, ""), (502, "<html>"), (200, "no json"), (200, "[]")],
        "het-han": [-216],
        "la": [-9999],
        "gioi-han": [-32] * 50,  # asked to wait; the others are not held up
    }

    def rule(path: str, body: Fields) -> int | tuple[int, str] | None:
        left = answers.get(body.get("recipient", {}).get("user_id", ""))
        return left.pop(0) if left else None

    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api) as (_, mailbox),
    ):
        api.rule = rule
        for user in answers:
            assert await api.push(api.text(user, "hai")) == 200
        # Refused alone: what comes next is sent; the others are sent whole.
        await eventually(lambda: api.texts("im-lang") == ["1: hai"])
        for user in ("qua-nhanh", "het-han", "la"):
            await eventually(lambda user=user: api.texts(user) == ["1: một", "1: hai"])  # type: ignore[misc]
        assert api.texts("bo-theo-doi") == api.texts("khong-ro") == []
        events = (await mailbox.counts()).events
        assert events["reply.zalo_oa.outside_window"] == 1
        assert events["reply.zalo_oa.blocked"] == 2
        assert api.texts("gioi-han") == []
        assert api.misused == 0


async def test_pictures_are_brought_once_and_again_when_they_expire(
    embedded_conninfo: str,
) -> None:
    def drawn(incoming: Incoming, state: Fields | None, now: object) -> TurnResult:
        image = Image("cong-dang-nhap", "Trang đăng nhập.")
        return TurnResult({}, (Reply("Bước 1/9.", "Theo Cổng", attachment=image),))

    broken = False

    def rule(path: str, body: Fields) -> int | tuple[int, str] | None:
        return (500, "") if broken and "upload" in path else None

    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api, handler=drawn) as _,
    ):
        api.rule = rule
        for count in (1, 2):
            assert await api.push(api.text(AN, "hình")) == 200
            await eventually(lambda count=count: len(api.texts(AN)) == count)  # type: ignore[misc]
        assert api.texts(AN) == ["Bước 1/9.\n\nTheo Cổng"] * 2
        assert list(api.images) == ["image-0"]
        assert api.images["image-0"].startswith(b"\x89PNG")
        api.images.clear()  # a week later
        assert await api.push(api.text(AN, "hình")) == 200
        await eventually(lambda: len(api.texts(AN)) == 3)
        api.images.clear()
        broken = True  # words do not wait for a picture for hours
        assert await api.push(api.text(AN, "hình")) == 200
        await eventually(lambda: len(api.texts(AN)) == 4)
        assert api.texts(AN)[3].startswith("Bước 1/9.\nHình vẽ: Trang đăng nhập.")


async def test_what_citizens_photograph_is_fetched_from_zalo_alone(
    embedded_conninfo: str,
) -> None:
    async def read(content: bytes) -> MediaRead:
        return MediaRead(codes=(content.decode(),))

    def tell(incoming: Incoming, state: Fields | None, now: object) -> TurnResult:
        found = incoming.media.read if incoming.media else None
        seen = "-" if found is None else found.fault or " ".join(found.codes)
        return TurnResult({}, (Reply(f"{incoming.text}|{seen}"),))

    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api, handler=tell, readers={PHOTO: read}),
    ):
        api.media["giay-hen"] = b"H57.1"
        ours = f"{api.url}/media/giay-hen"
        for url in (ours, f"{api.url}/media/mat", "https://169.254.169.254/x", "ftp://zdn.vn/x"):
            picture = {"type": "image", "payload": {"thumbnail": url, "url": url}}
            event = api.event("user_send_image", AN, attachments=[picture])
            assert await api.push(event) == 200
        await eventually(lambda: len(api.texts(AN)) == 4)
        none = "/khong_doc_duoc|gone"
        assert api.texts(AN) == ["/khong_doc_duoc|H57.1", none, none, none]


async def test_a_long_text_comes_in_parts_none_of_them_twice(embedded_conninfo: str) -> None:
    failures = [0]

    def rule(path: str, body: Fields) -> int | None:
        if "message" in path and len(api.sent) == 2 and not failures[0]:
            failures[0] += 1
            return -200
        return None

    async with zalo_open_api() as api, official_account(embedded_conninfo, api):
        api.rule = rule
        assert await api.push(api.text(AN, "dài")) == 200
        await eventually(lambda: len(api.buttons(AN)) == 3)
        said = api.texts(AN)
        assert failures == [1]
        assert all(len(text) <= 2000 for text in said)
        assert " ".join(said).startswith(LONG)


async def test_zalo_is_shown_that_the_domain_is_ours(embedded_conninfo: str) -> None:
    code = "GkRa5O6GTXL3ukCJdz5WJa_upMgZZXipCp0u"
    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api, zalo_site_verification=code),
        httpx.AsyncClient(trust_env=False) as client,
    ):
        root = api.webhook.removesuffix("/webhooks/zalo-oa")
        page = await client.get(f"{root}/zalo_verifier{code}.html")
        assert f'content="{code}"' in page.text
        for other in ("", "x", f"{code}x"):
            assert (await client.get(f"{root}/zalo_verifier{other}.html")).status_code == 404


async def test_a_flood_is_asked_to_wait_once(embedded_conninfo: str) -> None:
    async with (
        zalo_open_api() as api,
        official_account(embedded_conninfo, api, cap=1) as (_, mailbox),
    ):
        for word in ("chậm", "một", "hai"):
            assert await api.push(api.text(AN, word)) == 200
        await eventually(lambda: any("chờ tôi một lát" in text for text in api.texts(AN)))
        assert (await mailbox.counts()).events["zalo_oa.crowded"] == 2
