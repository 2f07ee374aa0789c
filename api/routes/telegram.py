"""Telegram's webhook."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, HTTPException, Request, Response

from api.context import context_of
from api.webhooks import decoded
from bot.telegram_protocol import CHANNEL, WEBHOOK_PATH

router = APIRouter()


@router.post(WEBHOOK_PATH, include_in_schema=False)
async def webhook(request: Request) -> Response:
    """Take one update. It is kept when this returns 200; with anything else Telegram repeats it.

    Raises:
        HTTPException: 404 while no webhook is registered; 403 without the secret that we told
            Telegram; what :func:`api.webhooks.decoded` raises, 413 over 1 MB.
        bot.store.errors.StoreUnavailable: the database is away; becomes 503.
    """
    context = context_of(request)
    door = context.services.telegram
    if door is None or door.secret is None:
        raise HTTPException(404)
    shown = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    if not hmac.compare_digest(shown.encode(), door.secret.encode()):
        context.metrics.refused.labels("telegram_secret").inc()
        raise HTTPException(403)
    await door.handle(await decoded(request, CHANNEL))
    return Response()
