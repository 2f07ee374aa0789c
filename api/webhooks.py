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
    refused = context_of(request).metrics.refused
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        refused.labels(f"{channel}_content_type").inc()
        raise HTTPException(415)
    body = await request.body()
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        refused.labels(f"{channel}_json").inc()
        raise HTTPException(400) from error
