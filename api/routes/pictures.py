"""Drawings, under an address that changes when they do: a browser keeps each for good."""

from __future__ import annotations

import re

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.assets import FOR_GOOD, packed
from api.context import context_of
from api.problems import Problem
from bot.pictures import DRAWINGS

_FILE = re.compile(r"([a-z0-9-]{1,80})\.([0-9a-f]{12})\.(svg|png)")
# Opened by itself a drawing is a page of our address: nothing in it may run, load or send.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # programs that use the JSON API show it too
}
router = APIRouter(include_in_schema=False)


@router.get(DRAWINGS + "/{file}")
async def picture(request: Request, file: str) -> Response:
    """A drawing of the knowledge base; under the address of an earlier one, the one of now. As
    PNG for chats that fetch pictures and show no SVG."""
    named = _FILE.fullmatch(file)
    drawing = context_of(request).drawings.get(named[1]) if named else None
    if named is None or drawing is None:
        raise Problem("not_found", 404)
    kept = FOR_GOOD if named[2] == drawing.digest else "no-cache"
    headers = {**_HEADERS, "Cache-Control": kept}
    if named[3] == "svg":
        return packed(drawing.svg, "image/svg+xml").response(request, headers)
    context_of(request).admit(request)  # the first time it is work
    png = await to_thread.run_sync(context_of(request).pictures.png, drawing.name)
    return Response(png, media_type="image/png", headers=headers)
