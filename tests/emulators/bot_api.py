"""A small server that speaks Telegram's Bot API over HTTP, for what the emulator lacks: refusals,
waits, offsets, the secret of the webhook. Its answers have the shapes of the documentation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web

TOKEN = "123456789:AAtest-token_of-no-real-bot00000000"
Fields = dict[str, Any]
# (method, fields) -> None to answer as usual, or (HTTP status, description, parameters)
Rule = Callable[[str, Fields], tuple[int, str, Fields] | None]
_HELD = 5.0  # seconds a long poll is held at most, so that a forgotten one ends


def person(chat: int, kind: str = "private") -> Fields:
    """Chat and sender of a message."""
    sender = {"id": chat, "is_bot": False, "first_name": "An"}
    return {"chat": {"id": chat, "type": kind, "first_name": "An"}, "from": sender}


@dataclass
class BotApi:
    """Telegram as a bot sees it. Fields of calls are kept as they came, JSON ones decoded."""

    url: str = ""
    rule: Rule = lambda method, fields: None
    calls: list[tuple[str, Fields]] = field(default_factory=list)
    pending: list[Fields] = field(default_factory=list)
    photos: dict[str, bytes] = field(default_factory=dict)  # uploaded, by Telegram's names
    files: dict[str, bytes] = field(default_factory=dict)  # that citizens sent, likewise
    webhook: Fields | None = None
    polls: int = 0
    _number: int = 1000
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None
    _port: int = 0

    def of(self, method: str) -> list[Fields]:
        """The calls of one method so far, those refused included."""
        return [fields for name, fields in self.calls if name == method]

    def texts(self, chat: int) -> list[str]:
        """The texts one chat has received, those below photos too."""
        sent = (fields for name, fields in self.calls if name == "sent")
        mine = (fields for fields in sent if fields["chat_id"] == str(chat))
        return [str(fields.get("text") or fields.get("caption", "")) for fields in mine]

    def update(self, **content: Any) -> Fields:
        """A new update, not delivered yet."""
        self._number += 1
        return {"update_id": self._number, **content}

    def message(self, chat: int, kind: str = "private", **content: Any) -> Fields:
        """An update with a message, not delivered yet."""
        head = {"message_id": self._number, "date": 1_790_000_000}
        return self.update(message={**head, **person(chat, kind), **content})

    def press(self, chat: int, data: str) -> Fields:
        """An update with a pressed button, not delivered yet."""
        shown = {"message_id": 7, "date": 1_790_000_000, **person(chat), "text": "?"}
        query = {"id": f"q{self._number}", "from": person(chat)["from"], "chat_instance": "1"}
        return self.update(callback_query={**query, "message": shown, "data": data})

    def arrive(self, *updates: Fields) -> None:
        """Have updates wait to be polled for."""
        self.pending += updates
        self._news.set()

    async def push(self, update: object, secret: str | None = None) -> int:
        """Call the registered webhook; returns its status."""
        assert self.webhook
        shown = secret if secret is not None else self.webhook["secret_token"]
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(
                self.webhook["url"],
                json=update,
                headers={"X-Telegram-Bot-Api-Secret-Token": shown},
            )
        return answer.status_code

    async def start(self) -> None:
        """Listen, on the same port as before."""
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/files/{name}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Cut every connection and refuse new ones."""
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fields = {name: _decoded(value) for name, value in (await request.post()).items()}
        if request.match_info["token"] != TOKEN:
            return _refused(401, "Unauthorized", {})
        self.calls.append((method, fields))
        refused = self.rule(method, fields)
        if refused is not None:
            return _refused(*refused)
        match method:
            case "getUpdates":
                return await self._updates(fields)
            case "setWebhook":
                self.webhook = fields
            case "deleteWebhook":
                self.webhook = None
            case "sendMessage":
                return self._sent(fields)
            case "getMe":
                return web.json_response({"ok": True, "result": {"username": "thu_tuc_bot"}})
            case "getFile":
                return self._found(fields)
            case "sendDocument":
                self.calls.append(("sent", fields))
            case "sendPhoto":
                return self._photographed(fields)
        return web.json_response({"ok": True, "result": True})

    def _sent(self, fields: Fields) -> web.Response:
        if len(str(fields["text"]).encode("utf-16-le")) > 2 * 4096:
            return _refused(400, "Bad Request: message is too long", {})
        self.calls.append(("sent", fields))
        self._number += 1
        chat = {"id": int(fields["chat_id"]), "type": "private", "first_name": "An"}
        message = {"message_id": self._number, "date": 1_790_000_000, "chat": chat}
        return web.json_response({"ok": True, "result": {**message, "text": fields["text"]}})

    def _photographed(self, fields: Fields) -> web.Response:
        """A photo is uploaded, or named as it was before."""
        if len(str(fields.get("caption", "")).encode("utf-16-le")) > 2 * 1024:
            return _refused(400, "Bad Request: message caption is too long", {})
        photo = fields["photo"]
        if isinstance(photo, bytes):
            self.photos[f"photo-{len(self.photos)}"] = photo
            photo = f"photo-{len(self.photos) - 1}"
        if photo not in self.photos:
            return _refused(400, "Bad Request: wrong file identifier/HTTP URL specified", {})
        self.calls.append(("sent", fields))
        small = {"file_id": f"{photo}-small", "file_unique_id": "s", "width": 90, "height": 120}
        size = {"file_id": photo, "file_unique_id": photo, "width": 720, "height": 960}
        return web.json_response({"ok": True, "result": {"message_id": 1, "photo": [small, size]}})

    def _found(self, fields: Fields) -> web.Response:
        name = fields["file_id"]
        if name not in self.files:
            return _refused(
                400, "Bad Request: wrong file_id or the file is temporarily unavailable", {}
            )
        size, path = len(self.files[name]), f"files/{name}"
        found = {"file_id": name, "file_unique_id": name, "file_size": size, "file_path": path}
        return web.json_response({"ok": True, "result": found})

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.calls.append(("file", {"name": name}))
        refused = self.rule("file", {"name": name})
        if refused is not None:
            return _refused(*refused)
        if request.match_info["token"] != TOKEN or name not in self.files:
            return _refused(404, "Not Found", {})
        return web.Response(body=self.files[name])

    async def _updates(self, fields: Fields) -> web.Response:
        offset = int(fields.get("offset", 0))
        self.pending = [update for update in self.pending if update["update_id"] >= offset]
        self.polls += 1
        try:
            async with asyncio.timeout(min(float(fields.get("timeout", 0)), _HELD)):
                while not self.pending:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            pass
        return web.json_response({"ok": True, "result": self.pending[:100]})


def _decoded(value: str | bytes | bytearray | web.FileField) -> Any:
    if isinstance(value, web.FileField):
        return value.file.read()
    text = str(value)
    return json.loads(text) if text[:1] in "[{" else text


def _refused(status: int, description: str, parameters: Fields) -> web.Response:
    body: Fields = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)


@asynccontextmanager
async def bot_api() -> AsyncIterator[BotApi]:
    """A running server."""
    api = BotApi()
    await api.start()
    try:
        yield api
    finally:
        await api.stop()
