"""What systems tell of dossiers by themselves."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ValidationError

from actions.dossier_sources.pushing import Event, Pusher, Unusable
from api.context import context_of
from api.problems import Problem
from api.routes.json_api import ProblemBody
from bot.pushed import Taken, take
from bot.times import VIETNAM

_REFUSALS = {status: {"model": ProblemBody} for status in (401, 409, 413, 415, 422, 429)}
_HEADERS = ("X-Dossier-Source", "X-Dossier-Timestamp", "X-Dossier-Signature")


def _schema() -> dict[str, Any]:
    """What an event looks like, in one piece."""
    schema = Event.model_json_schema()
    told = schema.pop("$defs")["Told"]
    schema["properties"]["dossier"] = told
    for described in (schema, told):
        described.pop("description", None)
    return schema


router = APIRouter(prefix="/api/v1/dossiers", tags=["dossiers"])


class EventTaken(BaseModel):
    """What became of an event."""

    result: Taken


@router.post(
    "/events",
    operation_id="dossier_events",
    responses=_REFUSALS,  # type: ignore[arg-type]  # as FastAPI documents it
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _schema()}},
        },
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in _HEADERS
        ],
    },
)
async def events(request: Request) -> EventTaken:
    """Take an event, signed by the system that sends it; a second time with its id changes
    nothing."""
    context = context_of(request)
    context.admit(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Problem("not_json", 415)
    body, now = await request.body(), datetime.now(VIETNAM)
    source, hour, signature = (request.headers.get(name, "") for name in _HEADERS)
    pusher: Pusher | None = context.services.dossiers.pushers.get(source.upper())
    if pusher is None or not pusher.signed(hour, body, signature, now):
        context.metrics.refused.labels("event_signature").inc()
        raise Problem("not_signed", 401)
    try:
        event = Event.model_validate_json(body)
        told = pusher.read(event, now)
    except ValidationError as error:
        raise _wrong(".".join(map(str, error.errors()[0]["loc"])) or "JSON") from error
    except Unusable as error:
        raise _wrong(str(error)) from error
    mailbox = context.services.mailbox
    named = (event.id, hashlib.sha256(body).hexdigest())
    result = await take(mailbox.store, mailbox.jobs, pusher, named, told)
    context.metrics.events_taken.labels(source.upper(), result.value).inc()
    if result is Taken.CONFLICT:
        raise Problem("event_conflict", 409)
    return EventTaken(result=result)


def _wrong(where: str) -> Problem:
    return Problem("bad_request", 422, where=where)
