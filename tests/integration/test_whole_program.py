"""``python -m api`` as those who run it have it: by webhook, traced, its log in JSON, fuzzed,
stopped. One program for all, because it takes a while to start."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from knowledge_base.retrieval.link import LinkOutcome
from tests.conftest import Server
from tests.emulators.bot_api import TOKEN, BotApi, Fields
from tests.emulators.otlp import Collector, collector
from tests.emulators.speech import KEY, AudioServer, audio_server
from tests.fuzzing import OPEN, fuzz
from tests.mailroom import eventually
from tests.program import running
from tests.recordings import hum

SECRET = "cau-than_bi-mat"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
PHONE = "0912345678"
pytestmark = pytest.mark.timeout(
    240
)  # the index is built first when the knowledge has just changed


@contextmanager
def around() -> Iterator[tuple[BotApi, AudioServer]]:
    """The Bot API, and a server that hears, in a thread of their own."""
    api, loop, ears = BotApi(), asyncio.new_event_loop(), audio_server()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(10)

    run(api.start())
    try:
        yield api, run(ears.__aenter__())
    finally:
        run(ears.__aexit__(None, None, None))
        run(api.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


@dataclass
class Whole:
    """The program and what is around it."""

    process: subprocess.Popen[str]
    url: str
    api: BotApi
    traces: Collector
    ears: AudioServer
    conninfo: str

    def post(self, content: bytes | str, **headers: str) -> int:
        """Call the webhook as Telegram does, but for these headers; returns the status."""
        body = content.encode() if isinstance(content, str) else content
        told = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx.post(f"{self.url}/webhooks/telegram", content=body, headers=told).status_code

    def metric(self, metric: str, /, **labels: str) -> float:
        """One number of ``/metrics``; 0 while it is not there."""
        text = httpx.get(f"{self.url}/metrics").text
        samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
        return sum(one.value for one in samples if (one.name, one.labels) == (metric, labels))


@pytest.fixture(scope="module")
def whole(embedded_server: Server) -> Iterator[Whole]:
    with embedded_server.fresh() as conninfo, around() as (api, ears), collector() as traces:
        settings = {
            "HEARING_URL": ears.url,
            "HEARING_KEY": KEY,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_BASE_URL": api.url,
            "PUBLIC_URL": "https://tro-ly.example/",
            "WEBHOOK_SECRET": SECRET,
            "OTLP_URL": traces.url,
            "LOG_FORMAT": "json",
            "OTEL_BSP_SCHEDULE_DELAY": 200,
        }
        with running(conninfo, **{**OPEN, "LOG_LEVEL": "INFO", **settings}) as (process, url):
            yield Whole(process, url, api, traces, ears, conninfo)


def test_it_answers(whole: Whole) -> None:
    assert httpx.get(f"{whole.url}/ready", timeout=30).json()["ready"] is True
    body = {"conversation": "start", "message_id": "1", "text": "lệ phí khai sinh"}
    answer = httpx.post(f"{whole.url}/api/v1/messages", json=body, timeout=30)
    assert answer.status_code == 200
    (first, *_) = answer.json()["replies"]
    sound = httpx.get(
        f"{whole.url}/api/v1/conversations/start/replies/{first['id']}/sound", timeout=30
    )
    assert (sound.status_code, sound.headers["content-type"]) == (200, "audio/mpeg")
    understood = (whole.metric("assistant_understood", outcome=one) for one in LinkOutcome)
    assert sum(understood) >= 1


async def test_a_message_is_one_trace_from_the_door_to_its_sending(whole: Whole) -> None:
    asked = whole.api.message(41, text=f"làm khai sinh, tôi tên là Trần Thị Hoa, số {PHONE}")
    assert await asyncio.to_thread(whole.post, json.dumps(asked)) == 200
    await eventually(lambda: bool(whole.api.texts(41)), 30)
    traced = {"door", "turn", "answer", "save", "sending"}

    def whole_trace() -> bool:
        return traced <= {one.name for one in whole.traces.trace_of("sending")}

    await eventually(whole_trace, 20)
    spans = whole.traces.trace_of("sending")
    by_name = {one.name: one for one in spans}
    for child, parent in (("turn", "door"), ("answer", "turn"), ("save", "turn")):
        assert by_name[child].parent_span_id == by_name[parent].span_id
    assert by_name["sending"].parent_span_id == by_name["save"].span_id
    assert "telegram" in str(by_name["door"].attributes)
    told = str(whole.traces.spans)
    assert [word for word in ("Hoa", PHONE, "khai sinh", "telegram:41") if word in told] == []


def test_what_is_not_telegrams_call_has_no_effect_and_is_counted(whole: Whole) -> None:
    asked = json.dumps(whole.api.message(42, text="giả"))
    secret = "X-Telegram-Bot-Api-Secret-Token"
    refused = "http_refused_total"
    for content, headers, status, reason in (
        (asked, {secret: "sai"}, 403, "telegram_secret"),
        (asked, {secret: ""}, 403, "telegram_secret"),
        (asked, {"Content_Type": "text/plain"}, 415, "telegram_type"),
        (asked, {"Content_Type": ""}, 415, "telegram_type"),
        (asked[:-2], {}, 400, "telegram_json"),
        (b"\xff\xfe", {}, 400, "telegram_json"),
        (b"[" * 50_000, {}, 400, "telegram_json"),
        ("a" * 1_100_000, {}, 413, "too_large"),
    ):
        before = whole.metric(refused, reason=reason)
        assert whole.post(content, **headers) == status
        assert whole.metric(refused, reason=reason) == before + 1
    for update, event in (
        ({"update_id": 900, "my_new_kind": {}}, "telegram.unknown"),
        ({"update_id": "x"}, "telegram.malformed"),
    ):
        assert whole.post(json.dumps(update)) == 200
        assert whole.metric("assistant_events", name=event) == 1
    assert whole.api.texts(42) == []
    assert whole.metric("messages_pending") == 0


async def test_what_is_replayed_is_counted_and_answered_once(whole: Whole) -> None:
    asked = json.dumps(whole.api.message(43, text="xin chào"))
    for _ in range(3):
        assert await asyncio.to_thread(whole.post, asked) == 200
    await eventually(lambda: bool(whole.api.texts(43)), 20)
    assert whole.metric("assistant_events", name="telegram.repeated") == 2
    await asyncio.sleep(0.3)
    assert len([text for text in whole.api.texts(43) if "máy trả lời tự động" in text]) <= 1


async def test_a_voice_message_is_heard_read_back_and_answered(whole: Whole) -> None:
    api, ears = whole.api, whole.ears
    ears.words = f"làm hộ chiếu hết bao nhiêu tiền, số tôi {PHONE}"
    api.files = {"loi": hum(2), "dai": hum(70)}
    file = {"file_unique_id": "u", "duration": 2, "mime_type": "audio/ogg"}

    async def told(update: Fields, words: str) -> Fields:
        assert await asyncio.to_thread(whole.post, json.dumps(update)) == 200
        await eventually(lambda: any(words in text for text in api.texts(44)), 30)
        return next(f for f in api.of("sent") if words in str(f["text"]))

    heard = await told(api.message(44, voice={**file, "file_id": "loi"}), "Tôi nghe được")
    masked = "làm hộ chiếu hết bao nhiêu tiền, số tôi [số điện thoại]"
    assert heard["text"] == f"Tôi nghe được: “{masked}”"
    await eventually(lambda: "200.000 đồng" in api.texts(44)[-1], 20)
    [[button]] = heard["reply_markup"]["inline_keyboard"]
    assert button["text"] == "1. Không phải, tôi nói lại"
    await told(api.press(44, button["callback_data"]), "Mời ông/bà nói lại")
    await told(api.message(44, audio={**file, "file_id": "dai"}), "trong 1 phút")
    assert [asked["file"] for asked in ears.asked] == [api.files["loi"]]
    async with httpx.AsyncClient(base_url=whole.url, headers={"Origin": whole.url}) as page:
        token = (await page.post("/web/session")).json()["token"]
        said = await page.post(
            "/web/voice?message_id=1", content=hum(1, "wav"), headers={"X-Session": token}
        )
    assert said.json() == {"text": masked}
    with psycopg.connect(whole.conninfo) as con:
        kept = str(con.execute("SELECT text, choice, media::text FROM messages").fetchall())
    assert PHONE not in kept
    assert '"handle": "' not in kept


def test_no_request_is_answered_with_a_500(whole: Whole) -> None:
    slice_of_it = (
        "--phases",
        "coverage,fuzzing",
        "--exclude-operation-id",
        "replies",
        "--max-examples",
        "8",
    )
    done = fuzz(whole.url, 10, 7, *slice_of_it)
    assert done.returncode == 0, done.stdout[-3000:]
    paths = httpx.get(f"{whole.url}/openapi.json").json()["paths"]
    assert f"Tested: {sum(len(path) for path in paths.values()) - 1}" in done.stdout


def test_told_to_stop_it_does_and_its_log_was_json_without_anybody(whole: Whole) -> None:
    with httpx.stream("GET", f"{whole.url}/health"):
        began = time.monotonic()
        whole.process.send_signal(signal.SIGTERM)
    assert whole.process.wait(timeout=20) == 0
    assert time.monotonic() - began < 15
    assert whole.process.stderr
    lines = whole.process.stderr.read().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert told, lines
    assert {"at", "level", "from", "message"} <= set(told[0])
    everything = "\n".join(lines)
    assert "Traceback" not in everything
    assert [word for word in ("Hoa", PHONE, SECRET, TOKEN, KEY) if word in everything] == []
