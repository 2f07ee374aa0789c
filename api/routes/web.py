"""The web chat: its messages, its stream of replies, its history."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from api.assets import packed
from api.context import Context, context_of
from api.history import history_of
from api.incoming import ID_PATTERN, check
from api.problems import Problem
from api.sounds import sound_of
from api.streams import events
from bot.store.errors import StoreUnavailable

_log = logging.getLogger(__name__)
CHANNEL = "web"
router = APIRouter(include_in_schema=False)


class WebMessage(BaseModel):
    """One message of the page; the id is made by the page, so that it may be sent again."""

    message_id: Annotated[str, Field(pattern=ID_PATTERN)]
    text: str | None = None
    choice: str | None = None


def enter(request: Request) -> tuple[Context, str]:
    """The checks before anything changes: our page, a session, not too much; gives the chat."""
    context = context_of(request)
    context.require_own_page(request)
    chat = context.sessions.require_chat(request)
    context.admit(request)
    return context, chat


@router.post("/web/messages", status_code=202)
async def post_message(request: Request, message: WebMessage) -> dict[str, Any]:
    """Take a message; its replies come by the stream. A second time with its id changes nothing.

    Answers with the text as it is kept (None for a choice) and whether it was masked.
    """
    context, chat = enter(request)
    checked = check(CHANNEL, chat, message.message_id, message.text, message.choice)
    if checked.incoming.opens:
        context.admit_opening(request)
    await context.keep(request, checked.incoming)
    return {"text": checked.incoming.text, "masked": checked.masked}


@router.get("/web/history")
async def history(request: Request) -> Response:
    """What was said so far in this browser, oldest first, and the id to go on from."""
    context = context_of(request)
    chat = context.sessions.require_chat(request)
    context.admit(request)
    said = await history_of(context.services.mailbox, f"{CHANNEL}:{chat}", context.drawings)
    body = json.dumps(said, ensure_ascii=False).encode()
    return packed(body, "application/json", level=4).response(request)


@router.get("/web/stream")
async def stream(
    request: Request, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0
) -> Response:
    """The replies with an id above ``after``, or above ``Last-Event-ID`` after a lost line; the
    session is prolonged."""
    context = context_of(request)
    chat = context.sessions.require_chat(request)
    context.admit(request)
    if context.closing.is_set() or not context.streams.room_for(chat):
        raise Problem("busy", 503, headers={"Retry-After": "5"})
    resumed = request.headers.get("last-event-id", "")
    if resumed.isdecimal() and resumed.isascii() and len(resumed) < 19:
        after = max(after, int(resumed))
    response = StreamingResponse(
        _stream(context, chat, after),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )
    promised = await context.services.mailbox.promised(f"{CHANNEL}:{chat}")
    context.sessions.prolong(request, response, promised)
    return response


async def _stream(context: Context, chat: str, after: int) -> AsyncIterator[bytes]:
    if not context.streams.room_for(chat):
        return  # others of this chat came in between
    context.streams.opened(chat)
    try:
        replies = context.services.mailbox.follow(f"{CHANNEL}:{chat}", after)
        async for chunk in events(replies, context.closing, context.drawings):
            yield chunk
    except StoreUnavailable as error:
        _log.warning("a stream ends, the page will open it again: %s", error)
    finally:
        context.streams.closed(chat)


@router.get("/web/sound/{reply}")
async def sound(request: Request, reply: Annotated[int, InPath(ge=1, le=2**63 - 1)]) -> Response:
    """A reply of this session's conversation read aloud; no other words can be had read."""
    context = context_of(request)
    chat = context.sessions.require_chat(request)
    context.admit(request)
    return await sound_of(request, context, f"{CHANNEL}:{chat}", reply)


@router.delete("/web/data", status_code=204)
async def delete_data(request: Request) -> Response:
    """Erase the conversation and begin a new session."""
    context, chat = enter(request)
    await context.services.mailbox.erase(f"{CHANNEL}:{chat}")
    response = Response(status_code=204)
    context.sessions.renew(request, response)
    return response
