"""What a platform posts to us: the same refusals for every channel, each counted."""

from __future__ import annotations

import json
from typing import Any

from fastapi import HTTPException, Request

from api.context import context_of


async def decoded(request: Request, channel: str) -> Any:
    """The JSON of a platform's call.

    Raises:
        HTTPException: 415 where it does not say that it is JSON, 400 where it is none, 413 (from
            the outermost layer) where it is too long.
    """
    require_json(request, channel)
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        context_of(request).metrics.refused.labels(f"{channel}_json").inc()
        raise HTTPException(400) from error


def require_json(request: Request, channel: str) -> None:
    """Let through what says that it is JSON; raises HTTPException (415) otherwise."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        context_of(request).metrics.refused.labels(f"{channel}_type").inc()
        raise HTTPException(415)
