"""From the web to paper, from paper to Telegram: the conversation goes on at the same place."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pypdfium2
import zxingcpp

from bot.conversation import Conversation
from bot.mailbox import Mailbox
from bot.messages import Incoming
from bot.settings import Settings
from tests.emulators.bot_api import BotApi, bot_api
from tests.mailroom import eventually
from tests.samples import guide, meant, procedure, world
from tests.telegram_bot import assistant
from tests.web_server import ScriptedServices, served

A = "1.000001"
PAPERS = [{"ten": "Giấy chứng sinh", "so_luong": "1 bản chính"}, {"ten": "Tờ khai"}]
FACTS: dict[str, Any] = {
    "giay_to": PAPERS, "le_phi": [{"so_tien": 8000}], "thoi_han": [{"so": 3}],
    "noi_nop": [{"ten": "Trung tâm Phục vụ hành chính công"}],
}  # fmt: skip
SAID = {"giấy tờ A": meant("ask_papers", A)}


def conversation() -> Conversation:
    made = world(procedure(A, ten="Xin giấy A", **FACTS), guides=(guide(),))
    return Conversation(lambda text: SAID.get(text, meant("nlu_fallback")), made)


@asynccontextmanager
async def both(
    conninfo: str, data: Path
) -> AsyncIterator[tuple[BotApi, Mailbox, httpx.AsyncClient]]:
    """The web and Telegram over one mailbox; a browser on the web's page."""
    async with (
        bot_api() as api,
        assistant(conninfo, api.url, data, handler=conversation()) as (channel, mailbox),
        served(ScriptedServices(Settings(_env_file=None), mailbox, telegram=channel)) as base,
        httpx.AsyncClient(
            base_url=base, headers={"Origin": base}, trust_env=False, timeout=60
        ) as web,
    ):
        assert (await web.get("/")).status_code == 200
        yield api, mailbox, web


class Browser:
    """A citizen on the web."""

    def __init__(self, web: httpx.AsyncClient) -> None:
        self._web = web
        self._count = 0
        self.replies: list[dict[str, Any]] = []

    async def send(self, **content: str) -> str:
        """One message; returns the text of the last reply to it."""
        self._count += 1
        number = f"m{self._count}"
        sent = await self._web.post("/web/messages", json={"message_id": number, **content})
        assert sent.status_code == 202, sent.text
        while True:
            history = (await self._web.get("/web/history")).json()
            self.replies = [
                i for i in history["items"] if i.get("message_id") == number and "id" in i
            ]
            if self.replies:
                return str(self.replies[-1]["text"])
            await asyncio.sleep(0.05)

    async def press(self, label: str) -> str:
        """Press the last reply's button that begins so."""
        choices = self.replies[-1]["choices"]
        return await self.send(
            choice=next(c["id"] for c in choices if c["label"].startswith(label))
        )


def scanned(pdf: bytes) -> list[str]:
    """What the QR codes on the pages of a PDF say."""
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return [
        code.text
        for page in pages
        for code in zxingcpp.read_barcodes(page.render(scale=2).to_pil())
    ]


async def test_web_to_paper_to_telegram(embedded_conninfo: str, tmp_path: Path) -> None:
    async with both(embedded_conninfo, tmp_path) as (api, mailbox, web):
        citizen = Browser(web)
        await citizen.send(text="giấy tờ A")
        await citizen.press("Chuẩn bị hồ sơ")
        assert "đã có 1/2" in await citizen.press("⬜ Giấy chứng sinh")
        await citizen.press("In ra giấy")
        attached = citizen.replies[-1]["attachment"]
        assert set(attached) == {"kind", "name", "title", "layout", "open"}

        opened = await web.post(attached["open"])
        assert opened.status_code == 303
        page = await web.get(opened.headers["Location"])
        assert page.status_code == 200 and "Giấy chứng sinh (1 bản chính)" in page.text
        assert "8.000 đồng" in page.text and "3 ngày làm việc" in page.text
        pdf = await web.get(f"{opened.headers['Location']}.pdf")
        for answer in (page, pdf):
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "noindex" in answer.headers["X-Robots-Tag"]
        (address,) = scanned(pdf.content)
        token = address.partition("?t=")[2]
        assert len(token) == 26 and address.startswith(str(web.base_url))

        api.arrive(api.message(7, text=f"/start {token}"))
        await eventually(lambda: any("đã có 1/2" in text for text in api.texts(7)), 20)
        again = api.message(7, text=f"/start {token}")
        api.arrive(again, again)  # opened again, and delivered twice
        await eventually(lambda: sum("đã có 1/2" in text for text in api.texts(7)) == 2, 20)

        # Somebody else's browser has no address of it, and a wrong one gets one page.
        async with httpx.AsyncClient(
            base_url=web.base_url, headers=web.headers, trust_env=False, timeout=60
        ) as other:
            await other.get("/")
            assert (await other.post(attached["open"])).status_code == 404
            for wrong in ("/in/0", f"/in/{'0' * 26}", f"/in/{token}.doc"):
                gone = await other.get(wrong)
                assert gone.status_code == 404 and "hết hạn" in gone.text
        async with mailbox.store.connection() as con:
            await con.execute("UPDATE passes SET expires_at = now() - interval '1 minute'")
        for chat, behind in ((8, token), (9, "to-roi-2025")):  # expired, and of no pass at all
            api.arrive(api.message(chat, text=f"/start {behind}"))
            await eventually(
                lambda chat=chat: any("không mở được" in text for text in api.texts(chat)),  # type: ignore[misc]
                20,
            )
            await eventually(
                lambda chat=chat: "cần làm việc gì" in api.texts(chat)[-1],  # type: ignore[misc]
                20,
            )
        kept = json.dumps([str(line) for line in await mailbox.transcript("telegram:7")])
        assert token not in kept


async def test_telegram_gets_a_pdf_and_a_helper_hands_over_by_a_code(
    embedded_conninfo: str, tmp_path: Path
) -> None:
    async with both(embedded_conninfo, tmp_path) as (api, mailbox, web):
        async with mailbox.store.transaction() as con:
            from bot.passes import Purpose
            from bot.store.passes import make

            invitation = await make(con, Purpose.INVITE, {"team": "Tổ 3"})
        for text in (
            f"/start {invitation}",
            "giấy tờ A",
            "chuẩn bị hồ sơ",
            "In ra giấy",
            "giao lại",
        ):
            seen = len(api.of("sent"))
            api.arrive(api.message(5, text=text))
            await eventually(lambda seen=seen: len(api.of("sent")) > seen, 20)  # type: ignore[misc]
            await asyncio.sleep(0.2)
        (document,) = [sent["document"] for sent in api.of("sendDocument")]
        (code,) = scanned(document)
        assert code.startswith("https://t.me/thu_tuc_bot?start=")
        photo = [*api.photos.values()][-1]
        import PIL.Image

        (address,) = [c.text for c in zxingcpp.read_barcodes(PIL.Image.open(io.BytesIO(photo)))]
        citizen = Browser(web)
        assert "xin giấy A: đã có 0/2" in await citizen.send(text=address.partition("start=")[2])
        await eventually(lambda: any("trên máy của mình" in text for text in api.texts(5)), 20)
        assert Incoming("web", "x", "1", opens="d").text is None
