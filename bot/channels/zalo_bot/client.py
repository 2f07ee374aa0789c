"""What is asked of Zalo Bot Platform, and what becomes of its refusals.

The token stands in the address, so no address is ever logged or put into an error.
"""

from __future__ import annotations

import logging
from typing import Any

import httpx

from bot.fetching import retry_after
from bot.messages import ChatBlocked, ReplyRefused, RetryLater, SendError
from bot.times import spread

_log = logging.getLogger(__name__)

LONG_POLL = 30  # seconds
LONGEST_WAIT = 60.0  # seconds between attempts while Zalo cannot be reached
NOTHING_NEW = 408  # what getUpdates answers when its time is over
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_NOT_NOW = frozenset({408, 429})


class BotRefused(Exception):
    """The platform says no; ``code`` as in its ``error_code``, or the status."""

    def __init__(self, method: str, code: int, description: str, after: float | None) -> None:
        super().__init__(f"{method}: {code} {description}")
        self.code = code
        self.after = after


class Client:
    """One bot."""

    def __init__(self, http: httpx.AsyncClient, token: str, base_url: str) -> None:
        self._http = http
        self._base = f"{base_url.rstrip('/')}/bot{token}"

    async def say(self, chat: str, text: str, styles: list[dict[str, Any]]) -> None:
        """Send a text; without its styles where the platform does not like them."""
        body: dict[str, Any] = {"chat_id": chat, "text": text}
        try:
            await self.call("sendMessage", body | ({"text_styles": styles} if styles else {}))
        except BotRefused as error:
            if error.code != 400 or not styles:
                raise
            await self.call("sendMessage", body)

    async def photo(self, chat: str, url: str, caption: str) -> None:
        """Send a picture that lies at a public address."""
        await self.call("sendPhoto", {"chat_id": chat, "photo": url, "caption": caption})

    async def typing(self, chat: str) -> None:
        """Show that somebody is at work."""
        await self.call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def update(self) -> object | None:
        """Wait for one update; None where there was none. It is not given again."""
        try:
            return await self.call("getUpdates", {"timeout": LONG_POLL}, LONG_POLL + 15.0)
        except BotRefused as error:
            if error.code == NOTHING_NEW:
                return None
            raise

    async def call(self, method: str, body: dict[str, Any], seconds: float | None = None) -> object:
        """The ``result`` of a method.

        Raises:
            BotRefused: the platform says no.
            bot.messages.RetryLater: it cannot be understood, or not be reached.
        """
        limit = _TIMEOUT if seconds is None else httpx.Timeout(seconds, connect=10.0)
        try:
            answer = await self._http.post(f"{self._base}/{method}", json=body, timeout=limit)
        except httpx.HTTPError as error:
            raise RetryLater(f"{method}: {type(error).__name__}") from None  # it has the address
        try:
            read = answer.json()
        except ValueError:
            read = None
        if not isinstance(read, dict):
            if answer.status_code < 400:
                raise RetryLater(f"{method}: an answer without JSON")
            read = {}
        if answer.status_code < 400 and read.get("ok") is True:
            return read.get("result")
        code = read.get("error_code")
        code = code if isinstance(code, int) else answer.status_code
        raise BotRefused(method, code, str(read.get("description", ""))[:200], retry_after(answer))


def send_error(error: BotRefused) -> SendError:
    """What a refusal means for the delivery of a reply."""
    told = str(error)
    match error.code:
        case 401:
            tell(error)
            return RetryLater(told, after=60.0)
        case 403:
            return ChatBlocked(told)
        case 404 if "chat" in told.lower() or "user" in told.lower():
            return ChatBlocked(told)
        case code if code in _NOT_NOW or code >= 500 or code < 400:
            return RetryLater(told, after=error.after)
        case _:
            return ReplyRefused(told)


def tell(error: Exception) -> None:
    """Say in the log what is the matter, and who can help."""
    if isinstance(error, BotRefused) and error.code in (401, 404):
        _log.error("Zalo Bot Platform refuses ZALO_BOT_TOKEN (%s)", error)
    else:
        _log.warning("Zalo Bot Platform will be tried again: %s", error)


def pause(failures: int, error: Exception) -> float:
    """Seconds until the next attempt: what the refusal asks for, or longer each time."""
    after = getattr(error, "after", None)
    return spread(failures, LONGEST_WAIT) if after is None else float(after)
