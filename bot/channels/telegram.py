"""Telegram: updates in, by long polling or by webhook, and replies out.

An update is acknowledged only after the mailbox keeps it; Telegram repeats what is not
acknowledged, and the mailbox knows the repetition by the update's number.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from pydantic import ValidationError
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
)
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from actions.replies import Choice, Reply
from bot.mailbox import Mailbox, MailboxError, Receipt
from bot.messages import ChatBlocked, ReplyRefused, RetryLater
from bot.rendering import Part, labels, layout, shorten, units, without_dialling
from bot.settings import Settings
from bot.store import messages
from bot.store.errors import StoreUnavailable
from bot.telegram_protocol import (
    CHANNEL,
    MOST_DATA,
    MOST_UNITS,
    WANTED,
    WEBHOOK_PATH,
    Update,
    webhook_secret,
)
from bot.worker import VIETNAM
from knowledge_base.phrases import Phrases

logger = logging.getLogger(__name__)

WIDEST = 32  # characters of a button that a phone with large text shows in one row
LONGEST_LABEL = 60
LONG_POLL = 30  # seconds
LONGEST_WAIT = 60.0  # seconds between attempts while Telegram cannot be reached
CROWDED_EVERY = 60.0  # seconds between two requests to one chat to wait
COMMANDS = ("start", "help", "nguoihotro", "xoa_du_lieu")
_UPDATES = list(WANTED)


class _Bot(Bot):
    """The library's bot without its reading of answers: an update that it cannot parse would come
    for ever and hold up all others, and a message whose echo it cannot parse would be sent again.
    """

    async def raw_updates(self, offset: int | None) -> list[Any]:
        """Wait for updates from number ``offset`` on; those before are acknowledged."""
        data = {"offset": offset, "timeout": LONG_POLL, "allowed_updates": _UPDATES}
        found = await self._post("getUpdates", data, read_timeout=LONG_POLL + 10)
        if not isinstance(found, list):
            raise TelegramError("getUpdates did not give a list")
        return found

    async def say(self, chat: str, text: str, **more: Any) -> None:
        """Send a text; ``more`` are further fields of sendMessage."""
        await self._post("sendMessage", {"chat_id": chat, "text": text, **more})


class TelegramChannel:
    """Telegram in both directions. Build it with :func:`open_telegram`."""

    channel = CHANNEL
    per_second = 25.0  # Telegram allows about 30 overall

    def __init__(
        self,
        bot: _Bot,
        mailbox: Mailbox,
        say: Phrases,
        *,
        webhook: str | None = None,
        secret: str | None = None,
    ) -> None:
        """``webhook``: our https address for updates, with the ``secret`` Telegram is to show; by
        default updates are polled for."""
        self.secret = secret
        self._bot = bot
        self._mailbox = mailbox
        self._say = say
        self._webhook = webhook
        self._begun: dict[str, tuple[Reply, int]] = {}  # chat -> reply sent in part, parts sent
        self._crowded: OrderedDict[str, float] = OrderedDict()
        self._asides: set[asyncio.Task[None]] = set()

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; what was sent of a long one before a failure is not sent again.

        Raises:
            bot.messages.SendError: see :class:`bot.messages.Sender`.
        """
        try:
            with _send_errors():
                await self._send(chat, without_dialling(reply))
        except (ChatBlocked, ReplyRefused):
            self._begun.pop(chat, None)
            raise

    async def _send(self, chat: str, reply: Reply) -> None:
        try:
            await self._send_parts(chat, reply, reply.choices)
        except BadRequest as error:
            # Telegram refuses addresses it does not like ("BUTTON_URL_INVALID"), and with them all
            # of the message: then the links are text.
            buttons = tuple(choice for choice in reply.choices if choice.url is None)
            if "button" not in str(error).lower() or buttons == reply.choices:
                raise
            await self._send_parts(chat, reply, buttons)

    async def _send_parts(self, chat: str, reply: Reply, buttons: tuple[Choice, ...]) -> None:
        links = buttons != reply.choices
        parts = layout(reply, MOST_UNITS, widest=WIDEST, links=links)
        keyboard = _keyboard(buttons)
        begun, done = self._begun.get(chat, (reply, 0))
        for number, part in enumerate(parts, 1):
            if begun == reply and number <= done:
                continue
            await self._bot.say(
                chat,
                part.text,
                entities=_italic(part),
                reply_markup=keyboard if number == len(parts) else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
            self._begun[chat] = (reply, number)
        self._begun.pop(chat, None)

    async def handle(self, update: object) -> None:
        """Take one update, as decoded from JSON; returning means it need not come again.

        Whatever it holds, it raises nothing but :class:`bot.store.errors.StoreUnavailable`.
        """
        try:
            read = Update.model_validate(update)
        except (ValidationError, RecursionError):  # not logged: a citizen's words are in it
            await self._count("malformed")
            return
        try:
            await self._take(read)
        except StoreUnavailable:
            raise
        except MailboxError as error:
            logger.warning("Update %s is left out: %s", read.update_id, error)
        except Exception:
            logger.exception("Update %s could not be taken", read.update_id)
            await self._count("failed")
        finally:
            if read.callback_query:  # or the button would go on turning
                self._aside(self._bot.answer_callback_query(read.callback_query.id))

    async def _take(self, read: Update) -> None:
        found = read.incoming()
        if isinstance(found, str):
            await self._count(found)
            return
        receipt = await self._mailbox.receive(found)
        if receipt is Receipt.ACCEPTED and len(self._asides) < 50:
            self._aside(self._bot.send_chat_action(int(found.chat), ChatAction.TYPING))
        elif receipt is Receipt.CROWDED:
            await self._count("crowded")
            self._ask_to_wait(found.chat)

    def _ask_to_wait(self, chat: str) -> None:
        now = monotonic()
        while self._crowded and now - next(iter(self._crowded.values())) >= CROWDED_EVERY:
            self._crowded.popitem(last=False)
        if chat not in self._crowded:
            self._crowded[chat] = now
            self._aside(self._bot.say(chat, self._say("telegram.crowded")))

    async def _count(self, event: str) -> None:
        day = datetime.now(VIETNAM).date().isoformat()
        async with self._mailbox.store.transaction() as con:
            await messages.count(con, [f"{CHANNEL}.{event}"], day)

    async def receive(self) -> None:
        """Have updates come: register the webhook and return, or poll until cancelled."""
        if self._webhook is None:
            await self._insist("deleteWebhook", self._bot.delete_webhook)
            await self._offer_commands()
            await self._poll()
            return

        def register() -> Awaitable[object]:
            return self._bot.set_webhook(
                self._webhook or "", secret_token=self.secret, allowed_updates=_UPDATES
            )

        await self._insist("setWebhook", register)
        await self._offer_commands()

    async def _offer_commands(self) -> None:
        offered = [BotCommand(name, self._say(f"telegram.command_{name}")) for name in COMMANDS]
        try:
            await self._bot.set_my_commands(offered)
        except TelegramError as error:
            logger.info("The menu of commands was not set: %s", error)

    async def _insist(self, what: str, call: Callable[[], Awaitable[object]]) -> None:
        failures = 0
        while True:
            try:
                await call()
            except Exception as error:  # whatever the library makes of a broken network
                _tell(what, error)
                await asyncio.sleep(_pause(failures, error))
                failures += 1
            else:
                return

    async def _poll(self) -> None:
        offset: int | None = None
        failures = 0
        while True:
            began = monotonic()
            try:
                found = await self._bot.raw_updates(offset)
                for update in found:
                    await self.handle(update)
                    number = update.get("update_id") if isinstance(update, dict) else None
                    if isinstance(number, int):
                        offset = number + 1
            except Exception as error:  # the database's errors too: what was not taken comes again
                _tell("getUpdates", error)
                await asyncio.sleep(_pause(failures, error))
                failures += 1
                continue
            failures = 0
            if not found and monotonic() - began < 0.5:  # a server that does not hold the line
                await asyncio.sleep(0.5)

    def _aside(self, request: Coroutine[Any, Any, object]) -> None:
        """Send what nobody waits for and nothing depends on."""

        async def quietly() -> None:
            try:
                await request
            except Exception as error:
                logger.debug("Not sent: %s", type(error).__name__)

        task = asyncio.create_task(quietly())
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def close(self) -> None:
        """Give what is under way three seconds, then leave it."""
        if self._asides:
            _, late = await asyncio.wait(self._asides, timeout=3)
            for task in late:
                task.cancel()


@asynccontextmanager
async def open_telegram(
    settings: Settings, mailbox: Mailbox, say: Phrases
) -> AsyncIterator[TelegramChannel | None]:
    """The channel, ready to send; None without a token. Asks nothing of the network yet.

    Updates come by webhook where the public address is https, the only kind Telegram calls.
    """
    if settings.telegram_bot_token is None:
        yield None
        return
    for name in ("httpx", "httpcore"):  # they log addresses, and the token is in the address
        noisy = logging.getLogger(name)
        noisy.setLevel(max(logging.WARNING, noisy.getEffectiveLevel()))
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # it logs what citizens wrote
    webhook = secret = None
    if settings.public_url and settings.public_url.scheme == "https":
        webhook = str(settings.public_url).rstrip("/") + WEBHOOK_PATH
        secret = webhook_secret(settings)
    polling = HTTPXRequest(connection_pool_size=1)
    sending = HTTPXRequest(connection_pool_size=32, read_timeout=20, pool_timeout=20)
    bot = _Bot(
        settings.telegram_bot_token.get_secret_value().strip(),
        base_url=f"{settings.telegram_base_url.rstrip('/')}/bot",
        request=sending,
        get_updates_request=polling,
    )
    channel = TelegramChannel(bot, mailbox, say, webhook=webhook, secret=secret)
    try:
        yield channel
    finally:
        await channel.close()
        await sending.shutdown()
        await polling.shutdown()


def _keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    rows: list[list[InlineKeyboardButton]] = []
    for choice, label in zip(choices, labels(choices), strict=True):
        if not choice.url and not 0 < len(choice.id.encode()) <= MOST_DATA:
            raise ReplyRefused(f"the id of a button must have 1 to {MOST_DATA} bytes")
        data = None if choice.url else choice.id
        shown = shorten(label, LONGEST_LABEL)
        rows.append([InlineKeyboardButton(shown, url=choice.url, callback_data=data)])
    return InlineKeyboardMarkup(rows) if rows else None


def _italic(part: Part) -> list[MessageEntity] | None:
    """By place and not by markup, so that nothing in a text can be taken for markup."""
    if part.source_at is None:
        return None
    return [MessageEntity("italic", part.source_at, units(part.text) - part.source_at)]


@contextmanager
def _send_errors() -> Iterator[None]:
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
        _tell("sendMessage", error)
        raise RetryLater("the token was refused") from error
    except TelegramError as error:
        raise RetryLater(f"{type(error).__name__}: {error}") from error


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after  # a number up to version 22, a timedelta in those to come
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _pause(failures: int, error: Exception) -> float:
    """Seconds until the next attempt, spread so that many programs do not come together."""
    if isinstance(error, RetryAfter):
        return _seconds(error)
    return min(LONGEST_WAIT, 2.0 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311


def _tell(what: str, error: Exception) -> None:
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
