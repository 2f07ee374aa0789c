"""A small server that speaks Zalo's OpenAPI and its token server, as an Official Account sees them:
tokens that expire and work once, limits, numbers of errors, pictures and files. It also calls our
webhook, signed as Zalo signs."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web

from tests.emulators.serving import giving, serving

APP_ID, APP_SECRET, OA_SECRET = "3608465248940903967", "khoa-ung-dung", "khoa-cua-oa"
OA_ID = "388613280878808645"
Fields = dict[str, Any]
# (path, body) -> None to answer as usual, (status, body) to answer that, or a number of an error
Rule = Callable[[str, Fields], tuple[int, str] | int | None]


@dataclass
class ZaloOpenApi:
    """What the servers know and do."""

    url: str = ""
    rule: Rule = lambda path, body: None
    lasts: float = 90_000.0  # seconds of an access token
    slow: float = 0.0  # seconds a renewal takes
    calls: list[tuple[str, Fields]] = field(default_factory=list)
    sent: list[Fields] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)  # what citizens sent, by name
    access: dict[str, float] = field(default_factory=dict)  # token -> when it expires
    refresh: str = "refresh-0"
    renewals: int = 0
    misused: int = 0  # times a used refresh token was shown
    webhook: str = ""
    _number: int = 0

    def texts(self, user: str) -> list[str]:
        """The texts a citizen has received."""
        return [one["message"].get("text", "") for one in self.to(user)]

    def to(self, user: str) -> list[Fields]:
        """What a citizen has received."""
        return [one for one in self.sent if one["recipient"] == {"user_id": user}]

    def buttons(self, user: str) -> list[Fields]:
        """The buttons of the last message that has some."""
        payloads = (
            one["message"]["attachment"]["payload"]
            for one in reversed(self.to(user))
            if "attachment" in one["message"]
        )
        return next((list(p["buttons"]) for p in payloads if "buttons" in p), [])

    def event(self, name: str, user: str, **message: Any) -> Fields:
        """An event of a citizen's message, as the documentation shows it."""
        self._number += 1
        return {
            "app_id": APP_ID,
            "sender": {"id": user},
            "recipient": {"id": OA_ID},
            "user_id_by_app": "552177279717587730",
            "event_name": name,
            "message": {"msg_id": f"96d3cdf3af{self._number:05}", **message},
            "timestamp": str(int(time.time() * 1000)),
        }

    def text(self, user: str, text: str) -> Fields:
        """Words of a citizen."""
        return self.event("user_send_text", user, text=text)

    def followed(self, user: str, name: str = "follow") -> Fields:
        """A citizen begins to follow the account, or leaves."""
        return {
            "oa_id": OA_ID,
            "follower": {"id": user},
            "user_id_by_app": "552172779717587730",
            "event_name": name,
            "source": "oa_profile",
            "app_id": APP_ID,
            "timestamp": str(int(time.time() * 1000)),
        }

    async def push(
        self,
        event: object,
        headers: dict[str, str] | None = None,
        *,
        by_header: bool = False,
    ) -> int:
        """Call the webhook with an event, signed; returns its status. ``by_header``: with the time
        of a header, as servers in use were seen to."""
        body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        stamp = str(event.get("timestamp", "")) if isinstance(event, dict) else ""
        shown = {"Content-Type": "application/json"}
        if by_header:
            stamp = str(int(time.time() * 1000) + 3)
            shown["X-ZEvent-Timestamp"] = stamp
        signed = APP_ID.encode() + body + stamp.encode() + OA_SECRET.encode()
        shown["X-ZEvent-Signature"] = f"mac={hashlib.sha256(signed).hexdigest()}"
        async with httpx.AsyncClient(trust_env=False) as client:
            made = {k.encode(): v.encode() for k, v in (shown | (headers or {})).items()}
            answer = await client.post(self.webhook, content=body, headers=made)
        return answer.status_code

    async def token(self, request: web.Request) -> web.Response:
        """``/v4/oa/access_token``: a new pair for a refresh token, once."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.calls.append((request.path, form))
        if (wrong := self._wrong(request.path, form)) is not None:
            return wrong
        if request.headers.get("secret_key") != APP_SECRET or form["app_id"] != APP_ID:
            return web.json_response({"error": -14004, "error_name": "Invalid secret key"})
        if form["grant_type"] != "refresh_token" or form["refresh_token"] != self.refresh:
            self.misused += 1
            return web.json_response({"error": -14020, "error_name": "Invalid refresh token"})
        self.renewals += 1
        self.access.clear()  # the one before ends with it
        access, self.refresh = f"access-{self.renewals}", f"refresh-{self.renewals}"
        self.access[access] = time.monotonic() + self.lasts
        await asyncio.sleep(self.slow)
        pair = {"access_token": access, "refresh_token": self.refresh}
        return web.json_response(pair | {"expires_in": str(int(self.lasts))})

    async def message(self, request: web.Request) -> web.Response:
        """``/v3.0/oa/message/cs``."""
        body = await request.json()
        self.calls.append((request.path, body))
        if (wrong := self._refused(request, body)) is not None:
            return wrong
        message = body["message"]
        attachment = message.get("attachment", {})
        if attachment.get("type") != "file" and not 0 < len(message.get("text", "")) <= 2000:
            return _error(-210)
        payload = attachment.get("payload", {})
        for button in payload.get("buttons", []):
            said = button["payload"] if button["type"].startswith("oa.query") else ""
            if len(button["title"]) > 100 or len(said) > 1000:
                return _error(-210)
        if len(payload.get("buttons", [])) > 5:
            return _error(-210)
        for element in payload.get("elements", []):
            if element["attachment_id"] not in self.images:
                return _error(-100)
        if attachment.get("type") == "file" and payload["token"] not in self.files:
            return _error(-100)
        self.sent.append(body)
        told = {"message_id": f"m{len(self.sent)}", "user_id": body["recipient"]["user_id"]}
        return web.json_response({"data": told, "error": 0, "message": "Success"})

    async def upload(self, request: web.Request) -> web.Response:
        """``/v2.0/oa/upload/image`` and ``…/file``."""
        given = (await request.post())["file"]
        assert isinstance(given, web.FileField)
        content, kind = given.file.read(), request.match_info["kind"]
        self.calls.append((request.path, {"name": given.filename, "size": len(content)}))
        if (wrong := self._refused(request, {})) is not None:
            return wrong
        kept = self.images if kind == "image" else self.files
        name = f"{kind}-{len(kept)}"
        kept[name] = content
        field_name = "attachment_id" if kind == "image" else "token"
        return web.json_response({"data": {field_name: name}, "error": 0, "message": "Success"})

    def _refused(self, request: web.Request, body: Fields) -> web.Response | None:
        if (wrong := self._wrong(request.path, body)) is not None:
            return wrong
        ends = self.access.get(request.headers.get("access_token", ""))
        if ends is None:
            return _error(-216)
        return _error(-220) if ends < time.monotonic() else None

    def _wrong(self, path: str, body: Fields) -> web.Response | None:
        match self.rule(path, body):
            case None:
                return None
            case int(code):
                return _error(code)
            case (status, text):
                return web.Response(status=status, text=text)
            case other:
                raise AssertionError(other)


_SAID = {
    -32: "Your OA reached limit call api",
    -100: "attachment_id was expired",
    -201: "user_id is invalid!",
    -211: "Out of quota",
    -213: "User has not followed OA",
    -216: "Access token is invalid",
    -220: "access_token is expired or removed",
    -230: "User has not interacted with the OA in the past 7 days",
}


def _error(code: int) -> web.Response:
    return web.json_response({"error": code, "message": _SAID.get(code, "Something else")})


@asynccontextmanager
async def zalo_open_api() -> AsyncIterator[ZaloOpenApi]:
    """Running servers, under one address."""
    api = ZaloOpenApi()
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_post("/v4/oa/access_token", api.token)
    app.router.add_post("/v3.0/oa/message/cs", api.message)
    app.router.add_post("/v2.0/oa/upload/{kind}", api.upload)
    app.router.add_get("/media/{name}", giving(api.media))
    async with serving(app) as api.url:
        yield api
