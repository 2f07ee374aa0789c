"""What is asked of Telegram, and what becomes of its refusals."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from actions.replies import Reply
from bot.begun import PerChat
from bot.messages import ChatBlocked, MediaError, MediaTooLarge, ReplyRefused, RetryLater
from bot.store.errors import StoreUnavailable
from bot.telegram_protocol import WANTED
from bot.times import spread

logger = logging.getLogger(__name__)

LONG_POLL = 30  # seconds
LONGEST_WAIT = 60.0  # seconds between attempts while Telegram cannot be reached
UPDATES = list(WANTED)
MOST_UPLOADS = 3  # that fail of one reply
_TOO_LARGE = ("(413)", "too large")  # for somebody between us and Telegram: for ever


class Client(Bot):
    """The library's bot without its reading of answers: an update that it cannot parse would come
    for ever and hold up all others, and a message whose echo it cannot parse would be sent again.
    """

    _own_name: str | None = None

    async def raw_updates(self, offset: int | None) -> list[Any]:
        """Wait for updates from number ``offset`` on; those before are acknowledged."""
        data = {"offset": offset, "timeout": LONG_POLL, "allowed_updates": UPDATES}
        found = await self._post("getUpdates", data, read_timeout=LONG_POLL + 10)
        if not isinstance(found, list):
            raise TelegramError("getUpdates did not give a list")
        return found

    async def say(self, chat: str, text: str, **more: Any) -> int:
        """Send a text; ``more`` are further fields of sendMessage. Returns the message's id, 0
        where none was told."""
        sent = await self._post("sendMessage", {"chat_id": chat, "text": text, **more})
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return number if isinstance(number, int) else 0

    async def voice(self, chat: str, voice: InputFile, **more: Any) -> None:
        """Send a voice message; ``more`` are further fields of sendVoice."""
        await self._post("sendVoice", {"chat_id": chat, "voice": voice, **more})

    async def photo(self, chat: str, photo: InputFile | str, **more: Any) -> str | None:
        """Send a picture, or one that Telegram knows by name; ``more`` are further fields of
        sendPhoto. Returns its name there, if Telegram tells one."""
        sent = await self._post("sendPhoto", {"chat_id": chat, "photo": photo, **more})
        try:
            return str(sent["photo"][-1]["file_id"])
        except (LookupError, TypeError):
            return None

    async def document(self, chat: str, file: InputFile, **more: Any) -> None:
        """Send a file; ``more`` are further fields of sendDocument."""
        await self._post("sendDocument", {"chat_id": chat, "document": file, **more})

    async def file(self, name: str, most: int) -> bytes:
        """The bytes of a file that Telegram names, at most ``most``.

        Raises:
            bot.messages.MediaError: it is gone, or too large.
            bot.messages.RetryLater: Telegram is down, or asks to wait.
        """
        with fetch_errors():
            found = await self._post("getFile", {"file_id": name}, read_timeout=10)
            path = found.get("file_path") if isinstance(found, dict) else None
            if not isinstance(path, str):
                raise MediaError("getFile did not tell a path")
            if (size := found.get("file_size")) and size > most:
                raise MediaTooLarge(f"{size} bytes")
            try:
                content = await self.request.retrieve(f"{self.base_file_url}/{path}")
            except InvalidToken as error:  # how the library reads "not found"
                raise MediaError("the file is gone") from error
            if len(content) > most:
                raise MediaTooLarge(f"{len(content)} bytes")
            return content

    async def own_name(self) -> str | None:
        """What the bot is called on Telegram; None while that cannot be asked."""
        if self._own_name is None:
            try:
                told = await self._post("getMe")
                self._own_name = str(told["username"])
            except (TelegramError, LookupError, TypeError) as error:
                logger.info("The bot's name is not known yet: %s", type(error).__name__)
        return self._own_name


class Uploads:
    """Counts uploads that fail, so that words do not wait for hours for what comes with them."""

    def __init__(self) -> None:
        self._failed = PerChat[tuple[Reply, int]]()  # reply, how often

    def is_given_up(self, chat: str, reply: Reply, error: NetworkError) -> bool:
        """Note one more failure of what comes with a reply; tell whether its words are to go
        alone. They go in the same attempt, so that a line that is broken altogether costs no
        picture."""
        known, failures = self._failed.get(chat, (reply, 0))
        failures = failures + 1 if known == reply else 1
        self._failed.keep(chat, (reply, failures))
        too_large = any(sign in str(error).lower() for sign in _TOO_LARGE)
        return failures >= MOST_UPLOADS or too_large

    def over(self, chat: str) -> None:
        """The chat's last reply needs no further attempt."""
        self._failed.drop(chat)


@contextmanager
def send_errors() -> Iterator[None]:
    """Turn the library's errors into those a sender raises."""
    try:
        yield
    except Forbidden as error:
        raise ChatBlocked(str(error)) from error
    except RetryAfter as error:
        raise RetryLater(str(error), after=_seconds(error)) from error
    except BadRequest as error:
        if "chat not found" in str(error).lower():
            raise ChatBlocked(str(error)) from error
        raise ReplyRefused(str(error)) from error
    except InvalidToken as error:
        tell("sendMessage", error)
        raise RetryLater("the token was refused") from error
    except TelegramError as error:
        raise RetryLater(f"{type(error).__name__}: {error}") from error


@contextmanager
def fetch_errors() -> Iterator[None]:
    """Turn the library's errors into those a source of media raises."""
    try:
        yield
    except RetryAfter as error:
        raise RetryLater(str(error), after=_seconds(error)) from error
    except BadRequest as error:
        if "too big" in str(error).lower():
            raise MediaTooLarge(str(error)) from error
        raise MediaError(str(error)) from error
    except InvalidToken as error:
        tell("getFile", error)
        raise RetryLater("the token was refused") from error
    except TelegramError as error:
        raise RetryLater(f"{type(error).__name__}: {error}") from error


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after  # a number up to version 22, a timedelta in those to come
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def pause(failures: int, error: Exception) -> float:
    """Seconds until the next attempt: what Telegram asks for, or longer each time."""
    return _seconds(error) if isinstance(error, RetryAfter) else spread(failures, LONGEST_WAIT)


def tell(what: str, error: Exception) -> None:
    match error:
        case InvalidToken():
            logger.error("Telegram refuses TELEGRAM_BOT_TOKEN (%s)", what)
        case Conflict():
            logger.error(
                "Another program takes this bot's updates (%s: %s). Run one only, or give each"
                " its own token.", what, error,
            )  # fmt: skip
        case TelegramError() | StoreUnavailable():
            logger.warning("%s will be tried again: %s: %s", what, type(error).__name__, error)
        case _:
            logger.error("%s failed and will be tried again", what, exc_info=error)
