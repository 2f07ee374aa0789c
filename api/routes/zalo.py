"""The webhooks of a Zalo Official Account and of a Zalo bot, and the proof that Zalo asks for."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.responses import HTMLResponse

from api.context import context_of
from api.webhooks import require_json, take
from bot.channels.zalo_bot.events import CHANNEL as BOT_CHANNEL
from bot.channels.zalo_bot.events import WEBHOOK_PATH as BOT_PATH
from bot.channels.zalo_oa.events import CHANNEL as OA_CHANNEL
from bot.channels.zalo_oa.events import WEBHOOK_PATH as OA_PATH
from bot.channels.zalo_oa.events import Verdict

router = APIRouter(include_in_schema=False)
_PROOF = '<meta name="zalo-platform-site-verification" content="{code}">'


@router.get("/zalo_verifier{code}.html")
async def verifier(request: Request, code: str) -> HTMLResponse:
    """What Zalo asks for to believe that the domain is ours; 404 for another's code."""
    if code != context_of(request).services.settings.zalo_site_verification:
        raise HTTPException(404)
    return HTMLResponse(f"<!doctype html><html><head>{_PROOF.format(code=code)}</head></html>")


@router.post(OA_PATH)
async def official_account(request: Request) -> Response:
    """Take one event. It is kept when this returns 200.

    Raises:
        HTTPException: 404 while the account is not set up; 415 when the body is not said to be
            JSON; 400 when it is none; 403 without Zalo's signature, or with one of hours ago; 413
            (from the outermost layer) over 64 KB.
        bot.store.errors.StoreUnavailable: the database is away; becomes 503.
    """
    context = context_of(request)
    door = context.services.zalo_oa
    if door is None:
        raise HTTPException(404)
    require_json(request, OA_CHANNEL)
    verdict = await door.handle(request.headers, await request.body())
    if verdict is not Verdict.TAKEN:
        why, status = verdict.value
        context.metrics.refused.labels(why).inc()
        raise HTTPException(status)
    return Response()


@router.post(BOT_PATH)
async def bot(request: Request) -> Response:
    """Take one update. It is kept when this returns 200. Raises as :func:`api.webhooks.take`
    does."""
    door = context_of(request).services.zalo_bot
    return await take(request, door, BOT_CHANNEL, "X-Bot-Api-Secret-Token")
