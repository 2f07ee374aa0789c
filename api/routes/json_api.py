"""The JSON API for other programs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from actions.replies import Document, Partner
from api.attachments import AttachmentBody, reply_body
from api.context import Context, context_of
from api.incoming import ID_PATTERN, check, checked_text
from api.photographs import photographed
from api.sounds import sound_of
from bot.mailbox import NotAnswered, UnknownMessage
from bot.messages import Incoming, StoredReply
from knowledge_base.spoken.lexicon import Region

_ASK_AGAIN = 2  # seconds, as Retry-After
router = APIRouter(prefix="/api/v1", tags=["assistant"])


class ProblemBody(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody} for status in (422, 429)
}


class Question(BaseModel):
    """A text to understand."""

    text: str


class ProcedureFound(BaseModel):
    """A procedure the text may be about."""

    code: str
    name: str
    score: float


class Understood(BaseModel):
    """What a text was understood as."""

    intent: str
    confidence: float
    outcome: str
    procedures: list[ProcedureFound]


@router.post("/understand", operation_id="understand", responses=_REFUSALS)
async def understand(request: Request, question: Question) -> Understood:
    """Say what a text means, without a conversation; nothing is kept."""
    context = context_of(request)
    context.admit(request)
    text, _ = checked_text(question.text)
    limiter: CapacityLimiter = request.app.state.understand_limiter
    meant = await to_thread.run_sync(context.services.understand, text, limiter=limiter)
    return Understood(
        intent=meant.intent,
        confidence=meant.confidence,
        outcome=meant.link.outcome.value,
        procedures=[
            ProcedureFound(code=found.code, name=found.name, score=found.score)
            for found in meant.link.candidates
        ],
    )


class Message(BaseModel):
    """One message of a conversation; exactly one of ``text`` and ``choice``."""

    conversation: Annotated[str, Field(pattern=ID_PATTERN)]
    message_id: Annotated[str, Field(pattern=ID_PATTERN)]
    text: str | None = None
    choice: str | None = None


class ChoiceBody(BaseModel):
    """A choice of a reply."""

    id: str
    label: str
    url: str | None


class VoiceBody(BaseModel):
    """How a reply sounds."""

    region: Region | None
    aloud: bool


class ReplyBody(BaseModel):
    """One reply."""

    id: int
    text: str
    source: str | None
    choices: list[ChoiceBody]
    attachment: AttachmentBody | None
    by: str | None
    partner: Partner | None
    voice: VoiceBody
    sound: str


class Replies(BaseModel):
    """The replies to one message, in order."""

    replies: list[ReplyBody]


@router.post(
    "/messages",
    operation_id="messages",
    responses={**_REFUSALS, 202: {"model": Replies}},
)
async def messages(request: Request, response: Response, message: Message) -> Replies:
    """Take a message and wait for its replies; the same id again gives the same replies."""
    context = context_of(request)
    context.admit(request)
    incoming = check(
        "api", message.conversation, message.message_id, message.text, message.choice
    ).incoming
    if incoming.opens:
        context.admit_opening(request)
    return await _answered(request, response, incoming)


@router.post(
    "/photos",
    operation_id="photos",
    responses={
        **_REFUSALS,
        202: {"model": Replies},
        **{status: {"model": ProblemBody} for status in (408, 413, 415, 503)},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("image/jpeg", "image/png", "image/webp")
            },
        }
    },
)
async def photos(
    request: Request,
    response: Response,
    conversation: Annotated[str, Query(pattern=ID_PATTERN)],
    message_id: Annotated[str, Query(pattern=ID_PATTERN)],
    text: Annotated[str | None, Query()] = None,
) -> Replies:
    """Take a photograph of a receipt, and the words sent with it; wait for the replies. The code on
    it is read and asked to be confirmed; the picture is not kept. The same id again gives the same
    replies."""
    context = context_of(request)
    context.admit(request)
    address = Incoming("api", conversation, message_id)
    return await _answered(request, response, await photographed(request, context, address, text))


async def _answered(request: Request, response: Response, incoming: Incoming) -> Replies:
    """Have a message handled and wait for its replies."""
    context = context_of(request)
    mailbox = context.services.mailbox
    await context.keep(request, incoming, _ASK_AGAIN)
    stored: list[StoredReply] = []
    try:
        stored = await mailbox.answer_to(incoming, request.app.state.answer_within)
    except NotAnswered:
        response.status_code = 202
        response.headers["Retry-After"] = str(_ASK_AGAIN)
    except UnknownMessage:  # erased while its answer was awaited
        response.status_code = 200
    bodies = [await _body(request, context, incoming, one) for one in stored]
    return Replies(replies=[ReplyBody.model_validate(body) for body in bodies])


@router.get("/messages", operation_id="replies", responses=_REFUSALS)
async def replies(
    request: Request,
    conversation: Annotated[str, Query(pattern=ID_PATTERN)],
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    wait: Annotated[int, Query(ge=0, le=20)] = 0,
) -> Replies:
    """The conversation's replies with an id above ``after``; people answer when they can, so
    ``wait`` seconds for the next one."""
    context = context_of(request)
    context.admit(request)
    key, mailbox = f"api:{conversation}", context.services.mailbox
    stored = await mailbox.replies(key, after)
    if not stored and wait:
        following = mailbox.follow(key, after)
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                stored = [await anext(following)]
        await following.aclose()
    asking = Incoming("api", conversation, "-")
    bodies = [await _body(request, context, asking, one) for one in stored]
    return Replies(replies=[ReplyBody.model_validate(body) for body in bodies])


async def _body(
    request: Request, context: Context, incoming: Incoming, stored: StoredReply
) -> dict[str, Any]:
    """A reply; a page to print with an address of its own."""
    body = reply_body(stored, context.drawings)
    chat = incoming.chat
    body["sound"] = f"{router.prefix}/conversations/{chat}/replies/{stored.id}/sound"
    if isinstance(stored.reply.attachment, Document):
        document = stored.reply.attachment
        token = await context.printer.issue_once(stored.id, document, incoming.channel, chat)
        address = context.printer.page_address(token, str(request.base_url))
        body["attachment"]["url"] = address
    return body


@router.get(
    "/conversations/{conversation}/replies/{reply}/sound",
    operation_id="sound",
    responses={
        **_REFUSALS,
        200: {"content": {"audio/mpeg": {}}},
        404: {"model": ProblemBody},
        503: {"model": ProblemBody},
    },
    response_class=Response,
)
async def sound(
    request: Request,
    conversation: Annotated[str, Path(pattern=ID_PATTERN)],
    reply: Annotated[int, Path(ge=1, le=2**63 - 1)],
) -> Response:
    """One reply of a conversation read aloud."""
    context = context_of(request)
    context.admit(request)
    return await sound_of(request, context, f"api:{conversation}", reply)
