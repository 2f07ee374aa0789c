"""What is asked of Zalo's OpenAPI for an Official Account, and what becomes of its refusals.

Zalo answers most refusals with status 200 and a number in ``error``. The numbers are those of its
page docs/OA/phu-luc/ma-loi as reported in 2026; see docs/adr/0016-zalo.md.
"""

from __future__ import annotations

import logging
from typing import Any

import httpx

from bot.channels.zalo_oa.tokens import Pair, RefreshRefused, Tokens
from bot.fetching import retry_after
from bot.messages import ChatBlocked, ReplyRefused, RetryLater, SendError
from bot.store.pool import Store

_log = logging.getLogger(__name__)

OUTSIDE_WINDOW = "outside_window"  # why a reply is dropped: nothing was heard for seven days
ATTACHMENT_EXPIRED = -100
_EXPIRED_TOKEN = frozenset({-216, -220})
_RATE = -32
_QUOTA = frozenset({-211, -321})  # of the account: used up, or not paid for
_NOT_NOW = frozenset({-218, -234})  # this citizen has got too many, or it is night
_UNREACHABLE = frozenset({-213, -217, -227, -244})
_SILENT_TOO_LONG = frozenset({-230, -232, -305})
_NEVER = frozenset({-201, -210, -233, -248})
_SETUP = frozenset(
    {-204, -205, -209, -212, -219, -221, -223, -224, -235, -240, -242, -320}
)  # what only those who run the account can put right
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)


class OaRefused(Exception):
    """Zalo's OpenAPI says no; ``code`` in its numbers."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Client:
    """Speaks for one Official Account."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        store: Store,
        *,
        app_id: str,
        app_secret: str,
        base_url: str,
        oauth_url: str,
    ) -> None:
        self._http = http
        self._app_id = app_id
        self._app_secret = app_secret
        self._base_url = base_url.rstrip("/")
        self._token_url = f"{oauth_url.rstrip('/')}/v4/oa/access_token"
        self.tokens = Tokens(store, app_id, self.exchange)

    async def send(self, user: str, message: dict[str, Any]) -> None:
        """Send a message of the kind for those who wrote to the account ("tin tư vấn").

        Raises:
            OaRefused: Zalo says no.
            bot.messages.RetryLater: it may pass by itself.
            bot.store.errors.StoreUnavailable: the tokens cannot be read.
        """
        body = {"recipient": {"user_id": user}, "message": message}
        await self._post("/v3.0/oa/message/cs", json=body)

    async def upload_image(self, name: str, png: bytes) -> str:
        """Bring a picture of at most 1 MB; returns its id there, good for seven days. Raises as
        :meth:`send` does."""
        data = await self._post(
            "/v2.0/oa/upload/image", files={"file": (f"{name}.png", png, "image/png")}
        )
        return _told(data, "attachment_id")

    async def upload_file(self, name: str, pdf: bytes) -> str:
        """Bring a PDF of at most 5 MB; returns its token there. Raises as :meth:`send` does."""
        data = await self._post(
            "/v2.0/oa/upload/file", files={"file": (name, pdf, "application/pdf")}
        )
        return _told(data, "token")

    async def _post(self, path: str, **body: Any) -> dict[str, Any]:
        token = await self.tokens.current()
        try:
            return await self._asked(path, token, body)
        except OaRefused as error:
            if error.code not in _EXPIRED_TOKEN:
                raise
        token = await self.tokens.renew(refused=token)
        return await self._asked(path, token, body)

    async def _asked(self, path: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._answer(self._base_url + path, headers={"access_token": token}, **body)
        code = answer.get("error", 0)
        if code != 0:
            raise OaRefused(_number(code), str(answer.get("message", "")))
        data = answer.get("data")
        return data if isinstance(data, dict) else {}

    async def exchange(self, refresh: str) -> Pair:
        """A new pair for a refresh token, which is used up by this.

        Raises:
            bot.channels.zalo_oa.tokens.RefreshRefused: Zalo does not take it.
            bot.messages.RetryLater: Zalo could not be asked, or did not know.
        """
        answer = await self._answer(
            self._token_url,
            headers={"secret_key": self._app_secret},
            data={
                "refresh_token": refresh,
                "app_id": self._app_id,
                "grant_type": "refresh_token",
            },
        )
        try:
            pair = Pair(
                str(answer["access_token"]),
                str(answer["refresh_token"]),
                float(answer["expires_in"]),  # Zalo writes it as a string
            )
        except (KeyError, TypeError, ValueError) as error:
            code = _number(answer.get("error", 0))
            if code in (0, _RATE):
                raise RetryLater("the answer about tokens is odd") from error
            name = answer.get("error_name") or answer.get("error_description") or ""
            raise RefreshRefused(f"{code} {name}".strip()) from error
        return pair

    async def _answer(self, url: str, **request: Any) -> dict[str, Any]:
        """Post and read a JSON object, whatever it says."""
        try:
            answer = await self._http.post(url, timeout=_TIMEOUT, **request)
        except httpx.HTTPError as error:  # its message may name the address, never the tokens
            raise RetryLater(f"Zalo: {type(error).__name__}") from error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return {"error": -216, "message": "status 401"}
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= 500:
            raise RetryLater(f"Zalo: status {answer.status_code}", retry_after(answer))
        try:
            read = answer.json()
        except ValueError as error:
            raise RetryLater(f"Zalo: status {answer.status_code} without JSON") from error
        if not isinstance(read, dict):
            raise RetryLater("Zalo: the answer is no object")
        return read


def send_error(error: OaRefused) -> SendError | OaRefused:
    """What a refusal means for the delivery of a reply; the refusal itself where that is not known
    (it is tried a few times then)."""
    told = str(error)
    match error.code:
        case code if code in _UNREACHABLE or (code == -201 and "user_id" in error.message):
            return ChatBlocked(told)
        case code if code in _SILENT_TOO_LONG:
            return ReplyRefused(told, why=OUTSIDE_WINDOW)
        case code if code in _NEVER:
            return ReplyRefused(told)
        case code if code == _RATE:
            return RetryLater(told, after=30.0)
        case code if code in _QUOTA:
            _log.error("The Official Account has used up what it may send: %s", told)
            return RetryLater(told, after=900.0)
        case code if code in _NOT_NOW:
            return RetryLater(told, after=3600.0)
        case code if code in _EXPIRED_TOKEN or code in _SETUP:
            _log.error("The Official Account or its app must be set right: %s", told)
            return RetryLater(told, after=300.0)
        case -200:  # "Send message failed"
            return RetryLater(told)
        case _:
            return error


def _number(code: object) -> int:
    try:
        return int(str(code))
    except ValueError:
        return 0


def _told(data: dict[str, Any], name: str) -> str:
    found = data.get(name)
    if not isinstance(found, str) or not found:
        raise RetryLater(f"Zalo: the answer has no {name}")
    return found
