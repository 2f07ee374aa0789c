"""Pages to print: made when somebody asks for one, and reached by their token alone."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from actions.replies import Document, Reply
from api.context import Context, context_of
from api.problems import Problem
from api.routes.web import CHANNEL, enter
from api.shell import environment
from bot import passes, printing
from bot.printer import PAGES
from bot.store.passes import peek

_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
_templates = environment()
router = APIRouter(include_in_schema=False)


@router.post("/web/page")
async def open_page(request: Request, reply: Annotated[int, Query(ge=0, le=2**63 - 1)]) -> Response:
    """Make a pass for the page that came with a reply of this browser's conversation, and go there.

    Only now: a page that nobody opens has no address.
    """
    context, chat = enter(request)
    document = (await _reply(context, chat, reply)).attachment
    if not isinstance(document, Document):
        raise Problem("not_found", 404)
    token = await context.printer.issue(document, CHANNEL, chat)
    return RedirectResponse(f"{PAGES}/{token}", 303, headers=_HEADERS)


class Wanted(BaseModel):
    """What a citizen takes along: a link of a reply, the page that came with it, or else where
    their conversation stands."""

    reply: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    choice: Annotated[str, Field(max_length=200)] | None = None


@router.post("/web/code")
async def code(request: Request, wanted: Wanted) -> dict[str, str]:
    """A QR code for the citizen's own phone, from a screen on which nothing else opens."""
    context, chat = enter(request)
    address = await _taken_along(request, context, chat, wanted)
    return {"address": address, "code": await to_thread.run_sync(printing.qr_uri, address)}


async def _taken_along(request: Request, context: Context, chat: str, wanted: Wanted) -> str:
    base = str(request.base_url)
    if wanted.reply is None:
        token = await context.printer.issue_here(f"{CHANNEL}:{chat}")
        return (await context.printer.addresses(token, base))[0]
    reply = await _reply(context, chat, wanted.reply)
    address: str | None = None
    if wanted.choice is not None:
        address = next((one.url for one in reply.choices if one.id == wanted.choice), None)
    elif isinstance(reply.attachment, Document):
        token = await context.printer.issue_along(reply.attachment)
        address = context.printer.page_address(token, base, form="")
    if not address:
        raise Problem("not_found", 404)
    return address


async def _reply(context: Context, chat: str, number: int) -> Reply:
    """A reply of this conversation; raises :class:`Problem` (404) where it has no such one."""
    found = await context.services.mailbox.replies(f"{CHANNEL}:{chat}", number - 1, 1)
    if not found or found[0].id != number:
        raise Problem("not_found", 404)
    return found[0].reply


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
    static = context.assets.root
    return _templates.get_template(template).render(w=context.wording, static=static, **values)
