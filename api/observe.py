"""The outermost layer: size of bodies, security headers, counts, and no stack trace outside."""

from __future__ import annotations

import logging
import time

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.context import Context
from api.metrics import Metrics
from api.photographs import PHOTO_PATHS
from api.problems import Problem, problem_response
from api.routes.voice import PATH as VOICE_PATH
from api.security import secure_headers
from bot import media
from bot.logs import traced
from bot.speech.ears import MOST_BYTES
from bot.telegram_protocol import MOST_BODY, WEBHOOK_PATH

MAX_BODY = 64 * 1024  # bytes; a message of 2,000 characters needs at most 24,000 as JSON escapes
_MOST = {WEBHOOK_PATH: MOST_BODY, VOICE_PATH: MOST_BYTES}
# Photographs are measured by their routes, which say it in words.
_MOST |= dict.fromkeys(PHOTO_PATHS, media.MOST_BYTES + MOST_BODY)
_log = logging.getLogger(__name__)
_STREAM_ROUTES = frozenset({"/web/stream"})
# The address in the path of a request nobody serves is not ours to repeat in a metric.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _route_of(scope: Scope) -> str:
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str) and path:
        return path
    for mounted in ("/static", "/docs-assets"):
        if scope["path"].startswith(f"{mounted}/"):
            return mounted
    return "other"


def _bounded(receive: Receive, path: str, metrics: Metrics) -> Receive:
    """The same body, refused with 413 once it is longer than is taken at that path."""
    most = _MOST.get(path, MAX_BODY)
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            metrics.refused.labels("too_large").inc()
            raise HTTPException(413)
        return message

    return counted


class Observe:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, count it, and answer 500 as a problem when the code below failed."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        began = time.perf_counter()

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                https = self._context.services.settings.is_https
                secure_headers(headers, scope["path"], https=https)
            await send(message)

        try:
            await self._app(scope, _bounded(receive, scope["path"], self._context.metrics), dressed)
        except Exception as error:
            _log.error("request failed: %s: %s", _route_of(scope), traced(error))
            if status:
                raise  # the answer has begun: the connection has to break
            phone = self._context.services.settings.helper_phone
            problem = Problem("failed", 500, phone=phone)
            response = problem_response(problem, self._context.wording)
            await response(Request(scope).scope, receive, dressed)
        finally:
            self._count(scope, status, time.perf_counter() - began)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._context.metrics.requests.labels(method, route, str(status)).inc()
        if route not in _STREAM_ROUTES:
            self._context.metrics.seconds.labels(method, route).observe(seconds)
