"""The web on a real port for tests: all is real, PostgreSQL too, but the turn is scripted."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx

from actions.dossier_sources.config import Sources
from actions.replies import Choice, Document, Image, Reply, Voice
from actions.understanding import Understanding
from actions.watched import Wish
from actions.watching import LASTS
from api.app import create_app
from api.limits import Limits
from api.listener import bind
from api.ports import TelegramDoor, UpdatesDoor, ZaloOaDoor
from api.server import Server, server_for
from bot.jobs import Timing
from bot.mailbox import Mailbox, open_mailbox
from bot.media import MediaRoom, Reader
from bot.messages import Incoming, TurnHandler, TurnResult
from bot.settings import Settings
from bot.speech.aloud import ReadAloud
from bot.speech.espeak import Espeak
from bot.team_desk import Plan
from bot.worker import LookUp, Worker
from knowledge_base import phrases
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from knowledge_base.spoken.lexicon import Region

BIRTH = "1.001193"
SOURCE = f"Theo dữ liệu Cổng Dịch vụ công quốc gia ngày 10/06/2026, mã {BIRTH}"
WELCOME = Reply(
    "Kính chào ông/bà. Tôi là máy trả lời tự động về thủ tục hành chính.\n"
    "Ông/bà cứ hỏi bằng lời thường ngày.",
    choices=(
        Choice("birth", "Đăng ký khai sinh cho cháu"),
        Choice("residence", "Đăng ký thường trú, tạm trú"),
        Choice("person", "Gặp người hỗ trợ"),
    ),
)
BIRTH_FEE = Reply(
    "Đăng ký khai sinh trong 60 ngày không mất lệ phí.",
    source=SOURCE,
    choices=(
        Choice("papers", "Cần giấy tờ gì?"),
        Choice("portal", "Mở Cổng Dịch vụ công", url="https://dichvucong.gov.vn/"),
    ),
)
DRAWN = Image("cong-dang-nhap", "Trang đăng nhập; nút Đăng nhập được khoanh.")
PARKED = Reply("Tin này tôi chưa trả lời được.")


def scripted_turn(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
    """Deterministic replies; the number of the turn in an echo shows a message handled twice."""
    turns = (state or {}).get("turns", 0) + 1
    said = (incoming.text or incoming.choice or "").lower()
    replies: tuple[Reply, ...] = (Reply(f"Tin thứ {turns}: {incoming.text or incoming.choice}"),)
    match said:
        case "/start":
            replies = (WELCOME,)
        case "birth" | "khai sinh":
            replies = (BIRTH_FEE,)
        case "đọc":
            heard = Voice(Region.SOUTH, aloud=True)
            replies = (Reply("Lệ phí là 8.000 đồng.", SOURCE, voice=heard),)
        case "im lặng":
            replies = ()
        case "liên kết lạ":
            link = Choice("odd", "Bấm vào đây", url="javascript:document.title='hacked'")
            replies = (Reply("Một liên kết.", choices=(link,)),)
        case "cháy nhà":
            dial = Choice("dial", "Gọi 114", url="tel:114")
            replies = (Reply("Gọi ngay 114.", choices=(dial, Choice("home", "Việc khác"))),)
        case "xem hình":
            drawn = (DRAWN, Image("khong-co-hinh", "Hình không còn."))
            replies = tuple(Reply("Bước 1/9.", attachment=one) for one in drawn)
        case "tờ giấy":
            body = {"layout": "papers", "title": "Giấy tờ cần có"}
            replies = (Reply("Tờ giấy.", attachment=Document("to.pdf", "Giấy tờ", body)),)
        case "hai câu":
            replies = (Reply("Câu một."), Reply("Câu hai."))
        case "xong việc":  # and how content the citizen is
            faces = (Choice("face", "Hài lòng"), Choice("frown", "Chưa hài lòng"))
            replies = (replace(BIRTH_FEE, text="Xong việc."), Reply("Có vừa ý không?", None, faces))
        case "quên hết":
            return TurnResult({}, (Reply("Đã quên.", afresh=True),), erase=True)
        case "báo tin":
            until = now + LASTS
            promised = Reply("Có tin thì tôi nhắn.", promises=True)
            wishes = (Wish("H57.132-260804-0583", "1|", "đồng ý", until),)
            return TurnResult({"turns": turns}, (promised,), watching=wishes)
        case "chậm":
            time.sleep(1.2)
    return TurnResult({"turns": turns}, replies, ("answered.test",))


@dataclass
class ScriptedServices:
    """The services of the tests: everything is real but the understanding and the turn."""

    settings: Settings
    mailbox: Mailbox
    broken: bool = False
    telegram: TelegramDoor | None = None
    dossiers: Sources = field(default_factory=lambda: Sources({}, ()))
    zalo_oa: ZaloOaDoor | None = None
    zalo_bot: UpdatesDoor | None = None
    media: MediaRoom = field(default_factory=MediaRoom)
    aloud: ReadAloud = field(
        default_factory=lambda: ReadAloud(Espeak(0.8), phrases.load(), Region.NORTH)
    )

    def understand(self, text: str) -> Understanding:
        """Knows births; raises while ``broken``."""
        if self.broken:
            raise RuntimeError("no model")
        candidates = (Candidate(BIRTH, "Đăng ký khai sinh", 0.93),) if "sinh" in text else ()
        outcome = LinkOutcome.ANSWER if candidates else LinkOutcome.NONE
        return Understanding(text, "ask_fee", 0.875, Link(outcome, candidates))


@asynccontextmanager
async def served(services: ScriptedServices) -> AsyncIterator[str]:
    """Our server in this loop, with these services; yields its address."""
    started = asyncio.Event()
    with bind("127.0.0.1", 0) as listener:
        server = server_for(create_app(services), started.set)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.wait_for(started.wait(), 10)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@dataclass
class WebServer:
    """A running server in a thread of its own; may be stopped and started on the same port."""

    conninfo: str
    port: int = 0
    limits: Limits | None = field(default_factory=lambda: Limits(burst=10_000, per_second=10_000))
    answer_within: float = 20.0
    cap: int = 20
    settings: dict[str, Any] = field(default_factory=dict)
    desk: Plan | None = None
    timing: Timing | None = None
    handler: TurnHandler = scripted_turn
    readers: Mapping[str, Reader] = field(default_factory=dict)
    look_up: LookUp | None = None
    services: ScriptedServices | None = None
    _thread: threading.Thread | None = None
    _server: Server | None = None
    loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start; returns once it answers."""
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.result(timeout=30)

    def stop(self) -> None:
        """Stop as SIGTERM does; returns once everything has ended."""
        assert self._server and self.loop and self._thread
        self.loop.call_soon_threadsafe(setattr, self._server, "should_exit", True)
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()

    def _run(self, started: Future[None]) -> None:
        try:
            asyncio.run(self._serve(started))
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            raise

    async def _serve(self, started: Future[None]) -> None:
        self.loop = asyncio.get_running_loop()
        listener = bind("127.0.0.1", self.port)
        self.port = listener.getsockname()[1]
        settings = Settings(_env_file=None, **self.settings)
        stop = asyncio.Event()
        with listener:
            async with (
                open_mailbox(
                    self.conninfo, cap=self.cap, desk=self.desk, timing=self.timing
                ) as mailbox,
                asyncio.TaskGroup() as group,
            ):
                found: dict[str, Any] = {"look_up": self.look_up} if self.look_up else {}
                worker = Worker(mailbox, self.handler, parked_reply=PARKED, **found)
                group.create_task(worker.run(stop))
                room = MediaRoom(self.readers)
                self.services = ScriptedServices(settings, mailbox, media=room)
                app = create_app(
                    self.services, limits=self.limits, answer_within=self.answer_within
                )
                self._server = server_for(app, lambda: started.set_result(None))
                await self._server.serve(sockets=[listener])
                stop.set()


@contextmanager
def web_server(conninfo: str, **options: Any) -> Iterator[WebServer]:
    """A running :class:`WebServer`, stopped at the end."""
    server = WebServer(conninfo, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def visit(server: WebServer) -> Iterator[httpx.Client]:
    """A browser that has opened the page, and has a session."""
    ours = {"Origin": server.url}
    with httpx.Client(base_url=server.url, headers=ours, trust_env=False, timeout=30) as client:
        assert client.get("/").status_code == 200
        yield client
