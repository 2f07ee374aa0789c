"""A small server that speaks Zalo Bot Platform: one update at a time, given once; texts, pictures
by address, and refusals. It also calls our webhook with the secret it was told."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web

from tests.emulators.serving import giving, serving

TOKEN = "1459232241454765289:khoa-thu-khong-co-that"
Fields = dict[str, Any]
# (method, fields) -> None to answer as usual, or (status, error_code, description)
Rule = Callable[[str, Fields], tuple[int, int, str] | None]
_HELD = 2.0  # seconds a long poll is held at most


@dataclass
class ZaloBotApi:
    """Zalo as a bot sees it."""

    url: str = ""
    rule: Rule = lambda method, fields: None
    broken: Callable[[str], str | None] = lambda method: None  # a body that is no JSON
    calls: list[tuple[str, Fields]] = field(default_factory=list)
    sent: list[Fields] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    pending: list[Fields] = field(default_factory=list)
    webhook: Fields | None = None
    polls: int = 0
    _number: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, method: str) -> list[Fields]:
        """The calls of one method so far, those refused included."""
        return [fields for name, fields in self.calls if name == method]

    def texts(self, chat: str) -> list[str]:
        """The texts one chat has received, those below pictures too."""
        mine = (one for one in self.sent if one["chat_id"] == chat)
        return [str(one.get("text") or one.get("caption", "")) for one in mine]

    def update(self, chat: str, event: str = "text", **content: Any) -> Fields:
        """An update as the servers were seen to send it."""
        self._number += 1
        return {
            "event_name": f"message.{event}.received",
            "message": {
                "message_id": f"2d758cb5e2{self._number:05}",
                "chat": {"id": chat, "chat_type": content.pop("chat_type", "PRIVATE")},
                "from": {"id": chat, "display_name": "An", "is_bot": False},
                "date": int(time.time() * 1000),
                **content,
            },
        }

    def arrive(self, *updates: Fields) -> None:
        """Have updates wait to be asked for."""
        self.pending += updates
        self._news.set()

    async def push(
        self, update: object, secret: str | None = None, headers: dict[str, str] | None = None
    ) -> int:
        """Call the registered webhook; returns its status."""
        assert self.webhook
        shown = {"Content-Type": "application/json"}
        shown["X-Bot-Api-Secret-Token"] = self.webhook["secret_token"] if secret is None else secret
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(
                self.webhook["url"], content=body, headers=shown | (headers or {})
            )
        return answer.status_code

    async def answer(self, request: web.Request) -> web.Response:
        """Any method."""
        method, fields = request.match_info["method"], await request.json()
        if request.match_info["token"] != TOKEN:
            return _refused(401, 401, "Unauthorized")
        self.calls.append((method, fields))
        if (text := self.broken(method)) is not None:
            return web.Response(text=text)
        if (wrong := self.rule(method, fields)) is not None:
            return _refused(*wrong)
        match method:
            case "getUpdates":
                return await self._update(fields)
            case "setWebhook":
                assert 8 <= len(fields["secret_token"]) <= 256
                self.webhook = fields
            case "deleteWebhook":
                self.webhook = None
            case "sendMessage" | "sendPhoto":
                words = fields.get("text") if method == "sendMessage" else fields.get("caption")
                if not 0 < len(str(words or "")) <= 2000:
                    return _refused(200, 400, "text must be 1 to 2000 characters")
                self.sent.append(fields)
                told = {"message_id": f"m{len(self.sent)}", "date": int(time.time() * 1000)}
                return web.json_response({"ok": True, "result": told})
        return web.json_response({"ok": True})

    async def _update(self, fields: Fields) -> web.Response:
        self.polls += 1
        try:
            async with asyncio.timeout(min(float(fields["timeout"]), _HELD)):
                while not self.pending:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return _refused(200, 408, "Request timeout")
        return web.json_response({"ok": True, "result": self.pending.pop(0)})


def _refused(status: int, code: int, description: str) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body, status=status)


@asynccontextmanager
async def zalo_bot_api() -> AsyncIterator[ZaloBotApi]:
    """A running server."""
    api = ZaloBotApi()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", api.answer)
    app.router.add_get("/media/{name}", giving(api.media))
    async with serving(app) as api.url:
        yield api
