"""A server of voices and of ears, in the shape of OpenAI's audio addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.emulators.serving import serving

KEY = "khoa-thu"


@dataclass
class AudioServer:
    """What it is asked, and how it answers: ``sound`` (spoken), ``words`` (heard), or ``status``
    with ``body``, after ``wait`` seconds."""

    url: str = ""
    sound: bytes = b""
    words: object = ""
    status: int = 200
    body: bytes | None = None
    wait: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def speak(self, request: web.Request) -> web.Response:
        """``/v1/audio/speech``"""
        self.asked.append(await request.json())
        return await self._answer(request, web.Response(body=self.sound, content_type="audio/mpeg"))

    async def hear(self, request: web.Request) -> web.Response:
        """``/v1/audio/transcriptions``"""
        form = await request.post()
        fields: dict[str, Any] = {}
        for name, value in form.items():
            if isinstance(value, web.FileField):
                fields[name] = value.file.read()
                fields["filename"] = value.filename
            else:
                fields[name] = value
        self.asked.append(fields)
        return await self._answer(request, web.json_response({"text": self.words}))

    async def _answer(self, request: web.Request, usual: web.Response) -> web.Response:
        await asyncio.sleep(self.wait)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.Response(status=401)
        if self.status != 200 or self.body is not None:
            return web.Response(status=self.status, body=self.body or b"")
        return usual


@asynccontextmanager
async def audio_server() -> AsyncIterator[AudioServer]:
    """A running server; its ``url`` ends in ``/v1``."""
    server = AudioServer()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/v1/audio/speech", server.speak)
    app.router.add_post("/v1/audio/transcriptions", server.hear)
    async with serving(app) as url:
        server.url = f"{url}/v1"
        yield server
