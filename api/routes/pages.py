"""Pages to print: made when somebody asks for one, and reached by their token alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from actions.replies import Document
from api.context import Context, context_of
from api.problems import Problem
from api.security import require_same_origin
from bot import passes, printing
from bot.printer import PAGES
from bot.store.passes import peek

CHANNEL = "web"
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
_templates = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
)
router = APIRouter(include_in_schema=False)


@router.post("/web/page")
async def open_page(request: Request, reply: Annotated[int, Query(ge=0, le=2**63 - 1)]) -> Response:
    """Make a pass for the page that came with a reply of this browser's conversation, and go there.

    Only now: a page that nobody opens has no address.
    """
    context = context_of(request)
    require_same_origin(request, context.public_url)
    chat = context.sessions.require_chat(request)
    context.admit(request)
    found = await context.services.mailbox.replies(f"{CHANNEL}:{chat}", reply - 1, 1)
    document = found[0].reply.attachment if found and found[0].id == reply else None
    if not isinstance(document, Document):
        raise Problem("not_found", 404)
    token = await context.printer.issue(document, CHANNEL, chat)
    return RedirectResponse(f"{PAGES}/{token}", 303, headers=_HEADERS)


@router.get(PAGES + "/{file}")
async def page(request: Request, file: str) -> Response:
    """The page of a token, or with ``.pdf`` behind it the same for a printer. Looking at it is not
    opening the pass."""
    context = context_of(request)
    context.admit_opening(request)
    name, _, kind = file.partition(".")
    token = passes.read(name)
    body = await _held(context, token) if token and kind in {"", "pdf"} else None
    if token is None or body is None:
        return HTMLResponse(_render(context, "no_sheet.html"), 404, headers=_HEADERS)
    addresses = await context.printer.addresses(token, str(request.base_url))
    document = Document(str(body.get("name", "")), body["title"], body)
    if kind == "pdf":
        pdf = await context.printer.pdf(document, addresses)
        headers = {**_HEADERS, "Content-Disposition": f'inline; filename="{document.name}"'}
        return Response(pdf, media_type="application/pdf", headers=headers)
    code = await to_thread.run_sync(printing.qr_uri, addresses[0])
    shown = {"page": body, "code": code, "addresses": addresses, "pdf": f"{PAGES}/{token}.pdf"}
    template = "code.html" if body["layout"] == "code" else "sheet.html"
    return HTMLResponse(_render(context, template, **shown), headers=_HEADERS)


async def _held(context: Context, token: str) -> dict[str, Any] | None:
    """The page that a pass holds; None where it holds none, or cannot be opened."""
    async with context.services.mailbox.store.connection() as con:
        held = await peek(con, token)
    return held if held and "layout" in held else None


def _render(context: Context, template: str, **values: object) -> str:
    return _templates.get_template(template).render(w=context.wording, **values)
