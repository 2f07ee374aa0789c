"""What went wrong, as problem details (RFC 9457) with a kind Vietnamese sentence.

``type`` is ``urn:tro-ly:<kind>``; ``title`` and ``detail`` come from ``wording/web.yaml``, keys
``problem.<kind>.title`` and ``problem.<kind>.detail``. What the client sent is never echoed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.wording import Wording
from bot.store.errors import StoreUnavailable

_log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_KIND_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class Problem(Exception):
    """A request that is answered with a problem: its kind, status and values for the sentence."""

    def __init__(
        self,
        kind: str,
        status: int,
        *,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status
        self.headers = headers
        self.values = values


def problem_response(problem: Problem, wording: Wording) -> Response:
    """Render a problem as ``application/problem+json``."""
    body = {
        "type": f"urn:tro-ly:{problem.kind}",
        "title": wording(f"problem.{problem.kind}.title"),
        "status": problem.status,
        "detail": wording(f"problem.{problem.kind}.detail", **problem.values),
    }
    headers = dict(problem.headers or {})
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def _where(error: Mapping[str, Any]) -> str:
    """The field an error is about, from our own schema's names only."""
    if error["type"] == "json_invalid":  # its place is a position in the text, not a field
        return "JSON"
    return ".".join(str(part) for part in error["loc"] if part != "body") or "JSON"


def problem_of_validation(error: RequestValidationError) -> Problem:
    """The problem behind a body that does not fit its model.

    A lone surrogate passes the JSON parser and fails here, as ``string_unicode``.
    """
    errors = error.errors()
    if any(one["type"] == "string_unicode" for one in errors):
        return Problem("text_unreadable", 422)
    where = ", ".join(dict.fromkeys(_where(one) for one in errors))
    return Problem("bad_request", 422, where=where)


def install_problem_handlers(app: FastAPI, wording: Wording) -> None:
    """Answer every refused request of ``app`` with a problem."""

    async def own(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return problem_response(error, wording)

    async def validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(problem_of_validation(error), wording)

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = _KIND_OF_STATUS.get(error.status_code, "other")
        if error.status_code == 400:  # FastAPI's word for a body that cannot be parsed
            problem = Problem("bad_request", 400, where="JSON")
        else:
            problem = Problem(kind, error.status_code, headers=error.headers)
        return problem_response(problem, wording)

    async def unavailable(_: Request, error: Exception) -> Response:
        _log.warning("%s", error)
        return problem_response(Problem("busy", 503, headers={"Retry-After": "5"}), wording)

    app.add_exception_handler(StoreUnavailable, unavailable)
    app.add_exception_handler(Problem, own)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
