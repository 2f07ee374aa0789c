"""The page, its files, its service worker, and what an office puts into its own site."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.assets import STATIC
from api.context import context_of
from api.problems import Problem
from api.security import framed_by
from api.shell import SHELL, Mode, Shell

_FRESH = {"Cache-Control": "no-cache"}
_FOREIGN = {"Cross-Origin-Resource-Policy": "cross-origin"}
router = APIRouter(include_in_schema=False)


def _shell(request: Request) -> Shell:
    shell = request.app.state.shell
    assert isinstance(shell, Shell)
    return shell


@router.get("/")
async def page(request: Request) -> Response:
    """The chat; a visitor without a session gets one; it is prolonged by the stream of replies."""
    context = context_of(request)
    token, shell = context.sessions.cookie_of(request), _shell(request)
    response = (shell.pages[Mode.PAGE] if token else shell.first).response(request)
    if token is None:
        context.sessions.give(response)
    return response


@router.get(SHELL)
async def shell(request: Request) -> Response:
    """The same without a session, for the service worker to keep."""
    return _shell(request).pages[Mode.PAGE].response(request, _FRESH)


@router.get("/kiosk")
async def kiosk(request: Request) -> Response:
    """The chat for a screen that stands in an office; it makes a session for each who comes."""
    return _shell(request).pages[Mode.KIOSK].response(request, _FRESH)


@router.get("/embed")
async def embed(request: Request) -> Response:
    """The chat for the sites that may show it inside; elsewhere there is none."""
    context = context_of(request)
    headers = {"Content-Security-Policy": framed_by(_sites(request)), **_FOREIGN}
    response = _shell(request).pages[Mode.EMBED].response(request, headers)
    if context.sessions.framed_cookie_of(request) is None:
        context.sessions.give_framed(response)
    return response


@router.get("/embed.js")
async def embed_script(request: Request) -> Response:
    """What such a site puts into its pages."""
    _sites(request)
    headers = {"Cache-Control": "public, max-age=3600", **_FOREIGN}
    return _shell(request).embed.response(request, headers)


@router.get("/manifest.webmanifest")
async def manifest(request: Request) -> Response:
    """What the page is called and looks like on a phone's screen."""
    return _shell(request).manifest.response(request, _FRESH)


@router.get("/worker.js")
async def worker(request: Request) -> Response:
    """The service worker."""
    return _shell(request).worker.response(request, _FRESH)


@router.get(STATIC + "/{digest}/{name}")
async def file(request: Request, digest: str, name: str) -> Response:
    """A file of the page."""
    found = context_of(request).assets.response(request, digest, name)
    if found is None:
        raise Problem("not_found", 404)
    return found


@router.post("/web/session")
async def session(request: Request) -> dict[str, Any]:
    """A session for a page that can keep no cookie: it sends the token with each request."""
    context = context_of(request)
    context.require_own_page(request)
    context.admit(request)
    return {"token": context.sessions.new_token()}


def _sites(request: Request) -> str:
    sites = context_of(request).services.settings.embed_origins
    if not sites:
        raise Problem("not_found", 404)
    return sites
