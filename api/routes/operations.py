"""For those who run the program: is it up, is it ready, how is it doing."""

from __future__ import annotations

import logging
import time

from anyio import to_thread
from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from api.context import Context, context_of
from bot.store.counts import Counts
from bot.store.errors import StoreUnavailable
from bot.store.tickets import TicketCounts

_log = logging.getLogger(__name__)
_UNDERSTOOD_FOR = 30.0  # seconds for which the model is not asked again
router = APIRouter()


class Health(BaseModel):
    """The process answers."""

    status: str = Field(examples=["ok"])


class Ready(BaseModel):
    """Each part that a turn needs."""

    ready: bool
    database: bool
    model: bool


@router.get("/health", operation_id="health", tags=["operations"])
async def health() -> Health:
    """The process is up; asks nothing else."""
    return Health(status="ok")


class _ModelProbe:
    """Whether the understanding works, asked at most every :data:`_UNDERSTOOD_FOR` seconds."""

    def __init__(self) -> None:
        self._good_until = 0.0

    async def works(self, context: Context) -> bool:
        if time.monotonic() < self._good_until:
            return True
        try:
            await to_thread.run_sync(context.services.understand, "xin chào")
        except Exception:
            _log.exception("the understanding does not work")
            return False
        self._good_until = time.monotonic() + _UNDERSTOOD_FOR
        return True


async def _database_works(context: Context) -> bool:
    try:
        await context.services.mailbox.check()
    except StoreUnavailable as error:
        _log.warning("%s", error)
        return False
    return True


@router.get(
    "/ready",
    operation_id="ready",
    response_model=Ready,
    tags=["operations"],
    responses={503: {"model": Ready}},
)
async def ready(request: Request) -> Response:
    """Whether a message would be answered: the database and the understanding work."""
    context = context_of(request)
    probe = request.app.state.model_probe
    database = await _database_works(context)
    model = await probe.works(context)
    body = Ready(ready=database and model, database=database, model=model)
    return JSONResponse(body.model_dump(), 200 if body.ready else 503)


def new_probe() -> _ModelProbe:
    """A probe for one application."""
    return _ModelProbe()


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus' text; without the mailbox's numbers while the database is away."""
    context = context_of(request)
    context.metrics.streams.set(context.streams.count)
    counts: Counts | None = None
    tickets: TicketCounts | None = None
    try:
        counts = await context.services.mailbox.counts()
        tickets = await context.services.mailbox.ticket_counts()
    except StoreUnavailable as error:
        _log.warning("no counts: %s", error)
    return Response(context.metrics.render(counts, tickets), media_type=CONTENT_TYPE_LATEST)
