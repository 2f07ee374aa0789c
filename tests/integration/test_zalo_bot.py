"""A Zalo bot: updates by webhook and by long polling, and replies out."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from actions.replies import Document, Image, Reply
from bot import delivery
from bot.channels.zalo_bot import client
from bot.messages import VOICE, Incoming, MediaRead, TurnResult
from bot.store.errors import StoreUnavailable
from tests.emulators.zalo_bot_api import Fields, zalo_bot_api
from tests.mailroom import eventually
from tests.telegram_bot import SOURCE
from tests.zalo import PUBLIC, zalo_bot

AN, BA = "6ede9afa66b88fe6d6a9", "0a1b2c3d4e5f60718293"
CROWD = "f00df00df00df00df00d"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long pauses."""
    monkeypatch.setattr(delivery, "_backoff", lambda attempts: 0.05)
    monkeypatch.setattr(client, "LONGEST_WAIT", 0.1)


async def test_a_round_trip_by_webhook(embedded_conninfo: str, tmp_path: Path) -> None:
    async with (
        zalo_bot_api() as api,
        zalo_bot(embedded_conninfo, api, tmp_path),
    ):
        assert api.of("setWebhook")[0]["url"] == f"{PUBLIC}/webhooks/zalo-bot"
        asked = api.update(AN, text="khai sinh")
        wrapped = {"ok": True, "result": asked}  # as its pages show it
        assert [await api.push(asked), await api.push(wrapped)] == [200, 200]
        await eventually(lambda: len(api.sent) == 1)
        [sent] = api.sent
        words = "Ông/bà hỏi về đăng ký khai sinh.\n\n1. Hết bao nhiêu tiền\n2. Cần giấy tờ gì"
        link = "Cổng Dịch vụ công: https://dichvucong.gov.vn/"
        assert sent["text"] == f"{words}\n\n{link}\n\n{SOURCE}"
        large, source = sent["text_styles"]
        assert large == {"start": 0, "len": source["start"], "st": ["f_18"]}
        assert sent["text"][source["start"] :] == SOURCE
        await eventually(lambda: len(api.of("sendChatAction")) == 1)
        assert api.of("getUpdates") == []


async def test_updates_are_polled_for_without_an_address(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    wrong = {"getUpdates": 2, "deleteWebhook": 1}

    def rule(method: str, fields: Fields) -> tuple[int, int, str] | None:
        wrong[method] = wrong.get(method, 0) - 1
        return (502, 502, "It is ill") if wrong[method] >= 0 else None

    async with zalo_bot_api() as api:
        api.rule = rule
        api.broken = lambda method: "<html>" if method == "getUpdates" and api.polls == 1 else None
        async with zalo_bot(embedded_conninfo, api, tmp_path, public_url=None) as (_, mailbox):
            api.arrive(api.update(AN, text="một"), api.update(AN, text="hai"))
            await eventually(lambda: api.polls == 1)
            api.broken = lambda method: None
            await eventually(lambda: len(api.texts(AN)) == 3)
            assert api.texts(AN) == ["1: một", "2: một", "2: hai"]
            assert api.webhook is None
            assert "zalo_bot.malformed" not in (await mailbox.counts()).events


async def test_an_update_is_held_while_the_database_is_away(
    embedded_conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zalo gives it once."""
    tries = 0

    async with zalo_bot_api() as api:
        async with zalo_bot(embedded_conninfo, api, tmp_path, public_url=None) as (_, mailbox):
            receive = mailbox.receive

            async def away(incoming: Incoming) -> object:
                nonlocal tries
                tries += 1
                if tries < 3:
                    raise StoreUnavailable("away")
                return await receive(incoming)

            monkeypatch.setattr(mailbox, "receive", away)
            api.arrive(api.update(AN, text="tin"))
            await eventually(lambda: api.texts(AN) == ["1: tin"])
        assert tries == 3


async def test_nobody_else_may_bring_updates(embedded_conninfo: str, tmp_path: Path) -> None:
    async with (
        zalo_bot_api() as api,
        zalo_bot(embedded_conninfo, api, tmp_path) as (_, mailbox),
    ):
        assert api.webhook
        forged, secret = api.update(AN, text="giả"), api.webhook["secret_token"]
        for shown in ("", "sai", secret + "x", secret[:-1]):
            assert await api.push(forged, shown) == 403
        for broken in (b"", b"{", b"\xff\xfe", b"[" * 20_000, b'{"a": ' + b"9" * 5000):
            assert await api.push(broken) == 400
        assert await api.push(forged, headers={"Content-Type": "text/plain"}) == 415
        assert await api.push(api.update(AN, text="x" * 70_000)) == 413
        url = api.webhook["url"]
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(url)).status_code == 405
            metrics = await http.get(url.replace("/webhooks/zalo-bot", "/metrics"))
        for reason in ("secret", "json", "type"):
            assert f'http_refused_total{{reason="zalo_bot_{reason}"}}' in metrics.text
        assert await mailbox.transcript(f"zalo_bot:{AN}") == []


async def test_what_is_no_message_is_counted_and_acknowledged(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with (
        zalo_bot_api() as api,
        zalo_bot(embedded_conninfo, api, tmp_path) as (_, mailbox),
    ):
        from_bot = api.update(AN, text="x")
        from_bot["message"]["from"]["is_bot"] = True
        oddities: list[object] = [
            None, 7, "x", [], {}, {"ok": True, "result": {}}, {"event_name": 3},
            {"event_name": "message.text.received", "message": {}},
            {"event_name": "message.reaction.received"},
            {"event_name": "message.unsupported.received"},
            api.update(CROWD, text="x", chat_type="GROUP"), from_bot,
            api.update("\u0000", text="x"),
        ]  # fmt: skip
        for odd in oddities:
            assert await api.push(odd) == 200
        assert (await mailbox.counts()).events == {
            "zalo_bot.malformed": 9,
            "zalo_bot.unknown": 1,
            "zalo_bot.service": 1,
            "zalo_bot.group": 1,
            "zalo_bot.bot": 1,
        }
        surrogate = json.dumps(api.update(AN, text="a\ud800b\x00 \u200b"))
        assert await api.push(surrogate.encode()) == 200
        for kind in ("sticker", "image", "unsupported"):
            assert await api.push(api.update(BA, kind)) == 200
        await eventually(lambda: api.texts(AN) == ["1: ab"] and len(api.texts(BA)) == 3)
        assert api.texts(BA)[0] == "1: /khong_doc_duoc sticker"
        assert api.texts(BA)[1] == "2: /khong_doc_duoc"


async def test_refusals_are_told_apart(embedded_conninfo: str, tmp_path: Path) -> None:
    answers: dict[str, list[tuple[int, int, str]]] = {
        "chan": [(200, 403, "Forbidden")],
        "xoa": [(200, 404, "chat not found")],
        "tu-choi": [(200, 400, "odd text"), (200, 400, "odd text")],
        "khong-kieu": [(200, 400, "text_styles")],
        "cho": [(429, 429, "Too many"), (500, 500, ""), (200, 408, "slow")],
    }

    def rule(method: str, fields: Fields) -> tuple[int, int, str] | None:
        left = answers.get(fields.get("chat_id", "")) if method == "sendMessage" else None
        return left.pop(0) if left else None

    async with (
        zalo_bot_api() as api,
        zalo_bot(embedded_conninfo, api, tmp_path) as (_, mailbox),
    ):
        api.rule = rule
        for chat in answers:
            assert await api.push(api.update(chat, text="hai")) == 200
        await eventually(lambda: api.texts("tu-choi") == ["1: hai"])
        for chat in ("khong-kieu", "cho"):
            await eventually(lambda chat=chat: api.texts(chat) == ["1: một", "1: hai"])  # type: ignore[misc]
        assert api.texts("chan") == api.texts("xoa") == []
        events = (await mailbox.counts()).events
        told = [events[f"reply.zalo_bot.{what}"] for what in ("blocked", "refused")]
        assert told == [2, 1]


async def test_pictures_and_pages_go_by_their_address(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    def drawn(incoming: Incoming, state: Fields | None, now: object) -> TurnResult:
        image = Image("cong-dang-nhap", "Trang đăng nhập.")
        page = {"layout": "papers", "title": "Giấy tờ", "lines": []}
        shown = image if incoming.text == "hình" else Document("a.pdf", "Giấy tờ", page)
        return TurnResult({}, (Reply("Bước 1/9.", attachment=shown),))

    refused = False

    def rule(method: str, fields: Fields) -> tuple[int, int, str] | None:
        return (200, 400, "cannot fetch") if refused and method == "sendPhoto" else None

    async with (
        zalo_bot_api() as api,
        zalo_bot(embedded_conninfo, api, tmp_path, handler=drawn),
    ):
        api.rule = rule
        assert api.webhook
        assert await api.push(api.update(AN, text="hình")) == 200
        await eventually(lambda: len(api.of("sendPhoto")) == 1)
        [sent] = api.of("sendPhoto")
        assert sent["caption"] == "Bước 1/9."
        path = sent["photo"].removeprefix(PUBLIC)
        async with httpx.AsyncClient(trust_env=False) as http:  # as Zalo fetches it
            there = await http.get(api.webhook["url"].replace("/webhooks/zalo-bot", path))
        assert there.headers["Content-Type"] == "image/png"
        assert there.content.startswith(b"\x89PNG")
        refused = True
        assert await api.push(api.update(AN, text="hình")) == 200
        await eventually(lambda: len(api.texts(AN)) == 2)
        assert api.texts(AN)[1] == "Bước 1/9.\nHình vẽ: Trang đăng nhập."
        assert await api.push(api.update(AN, text="in")) == 200
        await eventually(lambda: len(api.texts(AN)) == 3)
        assert f"{PUBLIC}/in/" in api.texts(AN)[2]
        assert api.texts(AN)[2].endswith(".pdf")


async def test_words_are_heard_from_zalos_hosts(embedded_conninfo: str, tmp_path: Path) -> None:
    async def read(content: bytes) -> MediaRead:
        return MediaRead(text=content.decode())

    def tell(incoming: Incoming, state: Fields | None, now: object) -> TurnResult:
        found = incoming.media.read if incoming.media else None
        return TurnResult({}, (Reply(f"{found and (found.fault or found.text)}"),))

    async with (
        zalo_bot_api() as api,
        zalo_bot(embedded_conninfo, api, tmp_path, handler=tell, readers={VOICE: read}),
    ):
        api.media["noi.aac"] = b"khai sinh"
        for url in (f"{api.url}/media/noi.aac", "http://127.0.0.1:9/x.aac"):
            assert await api.push(api.update(AN, "voice", voice_url=url)) == 200
        await eventually(lambda: api.texts(AN) == ["khai sinh", "gone"])


async def test_the_token_is_in_no_log_and_no_error(
    embedded_conninfo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with (
        zalo_bot_api() as api,
        zalo_bot(embedded_conninfo, api, tmp_path),
    ):
        api.rule = lambda method, fields: (401, 401, "Unauthorized")
        assert await api.push(api.update(AN, text="tin")) == 200
        await eventually(lambda: "ZALO_BOT_TOKEN" in caplog.text)
    assert "khoa-thu-khong-co-that" not in caplog.text
