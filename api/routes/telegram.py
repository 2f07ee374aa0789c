"""Telegram's webhook."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.context import context_of
from api.webhooks import take
from bot.telegram_protocol import CHANNEL, WEBHOOK_PATH

router = APIRouter()


@router.post(WEBHOOK_PATH, include_in_schema=False)
async def webhook(request: Request) -> Response:
    """Take one update. It is kept when this returns 200; with anything else Telegram repeats it.
    Raises as :func:`api.webhooks.take` does, 413 over 1 MB."""
    door = context_of(request).services.telegram
    return await take(request, door, CHANNEL, "X-Telegram-Bot-Api-Secret-Token")
