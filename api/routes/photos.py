"""A photograph that a citizen takes on the page: read at once, and only what was read is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.incoming import ID_PATTERN
from api.photographs import photographed
from api.routes.web import CHANNEL, enter
from bot.messages import Incoming

router = APIRouter(include_in_schema=False)


@router.post("/web/photos", status_code=202)
async def post_photo(
    request: Request, message_id: Annotated[str, Query(pattern=ID_PATTERN)]
) -> Response:
    """Take a photograph, the whole body of the request; its replies come by the stream. A second
    time with its id changes nothing.

    Raises:
        Problem: see :func:`api.photographs.photographed`, :func:`api.routes.web.enter` and
            :meth:`api.context.Context.keep`.
    """
    context, chat = enter(request)
    message = Incoming(CHANNEL, chat, message_id)
    await context.keep(request, await photographed(request, context, message, None))
    return Response(status_code=202)
