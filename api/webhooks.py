"""What a platform posts to us: the same refusals for every channel, each counted."""

from __future__ import annotations

import hmac
import json
from typing import Any

from fastapi import HTTPException, Request, Response

from api.context import context_of
from api.ports import UpdatesDoor


async def take(request: Request, door: UpdatesDoor | None, channel: str, header: str) -> Response:
    """Take one update of a platform that shows the secret we told it in ``header``. It is kept
    when this returns.

    Raises:
        HTTPException: 404 while no webhook is registered; 403 without the secret; 415 where the
            body is not said to be JSON, 400 where it is none, 413 (from the outermost layer) where
            it is too long.
        bot.store.errors.StoreUnavailable: the database is away; becomes 503.
    """
    if door is None or door.secret is None:
        raise HTTPException(404)
    if not hmac.compare_digest(request.headers.get(header, "").encode(), door.secret.encode()):
        context_of(request).metrics.refused.labels(f"{channel}_secret").inc()
        raise HTTPException(403)
    await door.handle(await _decoded(request, channel))
    return Response()


def require_json(request: Request, channel: str) -> None:
    """Let through what says that it is JSON; raises HTTPException (415) otherwise."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        context_of(request).metrics.refused.labels(f"{channel}_type").inc()
        raise HTTPException(415)


async def _decoded(request: Request, channel: str) -> Any:
    require_json(request, channel)
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        context_of(request).metrics.refused.labels(f"{channel}_json").inc()
        raise HTTPException(400) from error
