"""Headers of every answer, the citizen's session, and the check that a post came from our page."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from api.problems import Problem
from bot.messages import PASSING

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self' blob: data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SESSION_HEADER = "X-Session"
# Swagger UI writes style attributes into its page; no script of ours or of others may be inline.
DOCS_CONTENT_POLICY = CONTENT_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_UNFRAMED = "frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR = 365 * 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def secure_headers(headers: MutableHeaders, path: str, *, https: bool) -> None:
    """Add the security headers; what a route set itself stays."""
    policy = DOCS_CONTENT_POLICY if path.rstrip("/") == "/docs" else CONTENT_POLICY
    headers.setdefault("Content-Security-Policy", policy)
    if _UNFRAMED in headers["Content-Security-Policy"]:
        headers.setdefault("X-Frame-Options", "DENY")  # for browsers that read no policy
    headers.setdefault("Cache-Control", "no-store")
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if https:
        headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")


def framed_by(sites: str) -> str:
    """The policy of a page that ``sites`` (origins with spaces between) may show inside theirs."""
    return CONTENT_POLICY.replace(_UNFRAMED, f"frame-ancestors {sites}")


class Sessions:
    """The citizen's session: 256 random bits in an HttpOnly cookie.

    Inside another site the cookie is one of that site's own partition (CHIPS), which browsers keep
    that refuse foreign cookies. A page without any cookie (on a screen for everybody, in a browser
    that takes none) sends the bits in a header. No other site can: its browser asks us first.

    A cookie lasts as long as what is said is kept, counted from the last visit; that of somebody
    who agreed to be told of a dossier as long as they were promised to be.

    The conversation is kept under a hash of it, so that who reads the database cannot speak for
    a citizen.
    """

    def __init__(self, *, https: bool, days: int) -> None:
        self._https = https
        self._max_age = days * 24 * 3600
        # The prefix makes browsers refuse the cookie from anywhere but this host over https.
        self.cookie = "__Host-session" if https else "session"
        self.framed_cookie = "__Host-framed"

    def cookie_of(self, connection: HTTPConnection) -> str | None:
        """The token in the cookie of our own page; None when there is none of ours."""
        return _token(connection.cookies.get(self.cookie, ""))

    def framed_cookie_of(self, connection: HTTPConnection) -> str | None:
        """The token in the cookie that a page inside another site has."""
        return _token(connection.cookies.get(self.framed_cookie, ""))

    def held_by_page(self, connection: HTTPConnection) -> bool:
        """Whether the page that sent a request keeps its token itself."""
        return SESSION_HEADER in connection.headers

    def token(self, connection: HTTPConnection) -> str | None:
        """The token that came with a request, in the header before those in cookies."""
        if self.held_by_page(connection):
            return _token(connection.headers[SESSION_HEADER])
        return self.cookie_of(connection) or self.framed_cookie_of(connection)

    @staticmethod
    def new_token() -> str:
        """A token that nobody can guess."""
        return secrets.token_urlsafe(32)

    def require_chat(self, connection: HTTPConnection) -> str:
        """The chat's id, of one that a page holds itself so that nothing is promised in it; raises
        :class:`Problem` (403) without a session."""
        token = self.token(connection)
        if token is None:
            raise Problem("no_session", 403)
        return f"{PASSING if self.held_by_page(connection) else ''}{chat_of(token)}"

    def give(
        self, response: Response, token: str | None = None, until: datetime | None = None
    ) -> str:
        """Set the cookie, made anew unless ``token`` is given; returns the token. ``until``: what
        the citizen was promised (aware), None: nothing."""
        token = token or self.new_token()
        response.set_cookie(
            self.cookie,
            token,
            max_age=self._age(until),
            path="/",
            secure=self._https,
            httponly=True,
            samesite="lax",
        )
        return token

    def give_framed(
        self, response: Response, token: str | None = None, until: datetime | None = None
    ) -> None:
        """The same cookie of a page inside another site."""
        token = token or self.new_token()
        response.headers.append(
            "Set-Cookie",
            f"{self.framed_cookie}={token}; Max-Age={self._age(until)}; Path=/; Secure; HttpOnly;"
            " SameSite=None; Partitioned",  # http.cookies knows the last from Python 3.14 on
        )

    def prolong(self, request: HTTPConnection, response: Response, until: datetime | None) -> None:
        """Have the cookie that a request came with last from now on, as :meth:`give` says."""
        if self.held_by_page(request):
            return  # there is none
        if token := self.cookie_of(request):
            self.give(response, token, until)
        else:
            self.give_framed(response, self.framed_cookie_of(request), until)

    def renew(self, request: HTTPConnection, response: Response) -> None:
        """Give another session in place of the one that a request came with."""
        if self.held_by_page(request):
            return  # it asks for one itself
        if self.cookie_of(request):
            self.give(response)
        else:
            self.give_framed(response)

    def _age(self, until: datetime | None) -> int:
        """Seconds."""
        promised = (until - datetime.now(UTC)).total_seconds() if until else 0
        return max(self._max_age, int(promised))


def _token(text: str) -> str | None:
    return text if _TOKEN.fullmatch(text) else None


def chat_of(token: str) -> str:
    """The chat id (40 hex digits) that belongs to a session token."""
    return hashlib.sha256(token.encode()).hexdigest()[:40]


def require_same_origin(request: Request, public_url: str | None) -> None:
    """Let through what our own page sent; raises :class:`Problem` (403) otherwise.

    Browsers say where a request comes from in ``Sec-Fetch-Site`` (over https and on localhost)
    and in ``Origin``; no page can forge either. One that sends neither is refused.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site == "same-origin":
            return
        raise Problem("not_same_site", 403)
    origin = urlsplit(request.headers.get("origin", ""))
    ours = {request.headers.get("host", "")}
    if public_url:
        ours.add(urlsplit(public_url).netloc)
    if origin.scheme not in {"http", "https"} or origin.netloc not in ours:
        raise Problem("not_same_site", 403)
