"""Telegram: updates in, by long polling or by webhook, and replies out.

An update is acknowledged only after the mailbox keeps it; Telegram repeats what is not
acknowledged, and the mailbox knows the repetition by the update's number.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic

from pydantic import ValidationError
from telegram import BotCommand, BotCommandScopeAllPrivateChats, MenuButtonCommands
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from actions.replies import Reply
from bot.channels.telegram import menu
from bot.channels.telegram.client import UPDATES, Client, pause, tell
from bot.channels.telegram.documents import Documents
from bot.channels.telegram.sending import Sending
from bot.channels.telegram.team import TeamGroup
from bot.channels.telegram.voicing import Voicing
from bot.intake import Intake
from bot.logs import hush_addresses
from bot.mailbox import Mailbox
from bot.messages import TEAM, Media, Sender
from bot.pictures import Pictures
from bot.printer import Printer
from bot.settings import Settings
from bot.speech.aloud import ReadAloud
from bot.telegram_protocol import CHANNEL, WEBHOOK_PATH, Standing, Update, pressed
from bot.telegram_team import Group
from bot.webhook_secret import webhook_secret
from knowledge_base.phrases import Phrases
from knowledge_base.units import Units

logger = logging.getLogger(__name__)

COMMANDS = (
    "start", "tracuu", "theodoi", "huongdan", "coden", "nguoihotro",
    "doc", "giongdoc", "gopy", "help", "xoa_du_lieu",
)  # fmt: skip
TEAM_COMMANDS = ("noi_voi_may",)  # where people may have taken over


class TelegramChannel:
    """Telegram in both directions. Build it with :func:`open_telegram`."""

    channel = CHANNEL
    per_second = 25.0  # Telegram allows about 30 overall

    def __init__(
        self,
        bot: Client,
        mailbox: Mailbox,
        say: Phrases,
        pictures: Pictures,
        printer: Printer,
        *,
        aloud: ReadAloud,
        units: Units,
        webhook: str | None = None,
        secret: str | None = None,
        team: int | None = None,
    ) -> None:
        """``webhook``: our https address for updates, with the ``secret`` Telegram is to show; by
        default updates are polled for. ``team``: the chat of the team's group; ``units``: those
        that a citizen may send a point of."""
        self.secret = secret
        self._bot = bot
        self._mailbox = mailbox
        self._say = say
        self._webhook = webhook
        self._units = units
        self._keys = menu.commands(say)
        self._sending = Sending(bot, pictures, say, Documents(bot, printer))
        self.team = TeamGroup(bot) if team is not None else None
        number = int(bot.token.partition(":")[0])
        self._group = Group(team, number) if team is not None else None
        self._voicing = Voicing(bot, aloud, say)
        self._intake = Intake(
            CHANNEL,
            mailbox,
            lambda chat: bot.say(chat, say("telegram.crowded")),
            lambda chat: bot.send_chat_action(int(chat), ChatAction.TYPING),
        )

    @property
    def senders(self) -> tuple[Sender, ...]:
        """What sends to citizens, and to the team's group if there is one."""
        return (self, self.team) if self.team else (self,)

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply, its sound before its words where it is to be heard; see
        :meth:`Sending.send` and :meth:`Voicing.voiced`."""
        await self._sending.send(chat, await self._voicing.voiced(chat, reply))
        self._voicing.written(chat)

    async def fetch(self, media: Media, most: int) -> bytes:
        """The bytes of a photo, a file or a voice message; see
        :class:`bot.messages.MediaSource`."""
        return await self._bot.file(media.handle, most)

    async def own_name(self) -> str | None:
        """What the bot is called on Telegram; None while that is not known."""
        return await self._bot.own_name()

    async def handle(self, update: object) -> None:
        """Take one update, as decoded from JSON; returning means it need not come again.

        Whatever it holds, it raises nothing but :class:`bot.store.errors.StoreUnavailable`.
        """
        try:
            read = Update.model_validate(update)
        except (ValidationError, RecursionError):  # not logged: a citizen's words are in it
            await self._intake.count("malformed")
        else:
            await self._intake.guarded(lambda: self._take(read, update))
        finally:
            if query := pressed(update):  # or the button would go on turning
                self._intake.aside(self._bot.answer_callback_query(query))

    async def _take(self, read: Update, update: object) -> None:
        said = self._group.incoming(update) if self._group else None
        if said is None and read.my_chat_member is not None:
            await self._moved(read.my_chat_member)
            return
        found = said or read.incoming(self._units)
        if not isinstance(found, str) and found.channel == TEAM:
            await self._mailbox.receive(found)
            return
        if not isinstance(found, str) and (command := self._keys.get(found.text or "")):
            found = replace(found, text=command)
        await self._intake.take(found)

    async def _moved(self, now: Standing) -> None:
        """A citizen has blocked the bot or let it in again, or it was put into a group or out."""
        chat = now.chat.id
        if now.is_private:
            await self._mailbox.reached(CHANNEL, str(chat), reached=now.is_in)
            await self._intake.count("unblocked" if now.is_in else "blocked")
        elif self._group is not None and chat == self._group.chat:
            if not now.is_in:
                logger.error("The bot was put out of the group of TEAM_CHAT")
        elif now.has_joined:
            await self._intake.count("group_joined")
            self._intake.aside(self._decline(now))

    async def _decline(self, group: Standing) -> None:
        """Nobody is served in a group, where the bot is silent from then on: it may be the team's,
        just made or under a new number, and is told what to set. A channel is left."""
        if group.chat.type == "channel":
            await self._bot.leave_chat(group.chat.id)
            return
        chat = str(group.chat.id)
        await self._bot.say(chat, self._say("telegram.group_number", so=chat))

    async def receive(self) -> None:
        """Have updates come: register the webhook and return, or poll until cancelled."""
        if self._webhook is None:
            await self._insist("deleteWebhook", self._bot.delete_webhook)
            await self._offer_commands()
            await self._poll()
            return

        def register() -> Awaitable[object]:
            return self._bot.set_webhook(
                self._webhook or "", secret_token=self.secret, allowed_updates=UPDATES
            )

        await self._insist("setWebhook", register)
        await self._offer_commands()

    async def _offer_commands(self) -> None:
        names = (*COMMANDS, *TEAM_COMMANDS) if self._mailbox.desk else COMMANDS
        offered = [BotCommand(name, self._say(f"telegram.command_{name}")) for name in names]
        try:
            await self._bot.set_my_commands(offered, scope=BotCommandScopeAllPrivateChats())
            await self._bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        except TelegramError as error:
            logger.info("The menu of commands was not set: %s", error)

    async def _insist(self, what: str, call: Callable[[], Awaitable[object]]) -> None:
        failures = 0
        while True:
            try:
                await call()
            except Exception as error:  # whatever the library makes of a broken network
                tell(what, error)
                await asyncio.sleep(pause(failures, error))
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
                tell("getUpdates", error)
                await asyncio.sleep(pause(failures, error))
                failures += 1
                continue
            failures = 0
            if not found and monotonic() - began < 0.5:  # a server that does not hold the line
                await asyncio.sleep(0.5)

    async def close(self) -> None:
        """Let what is under way end."""
        await self._intake.close()


@asynccontextmanager
async def open_telegram(
    settings: Settings,
    mailbox: Mailbox,
    say: Phrases,
    *,
    pictures: Pictures,
    aloud: ReadAloud,
    units: Units,
) -> AsyncIterator[TelegramChannel | None]:
    """The channel, ready to send; None without a token. Asks nothing of the network yet.

    Updates come by webhook where the public address is https, the only kind Telegram calls.
    """
    if settings.telegram_bot_token is None:
        yield None
        return
    _hush()
    webhook = secret = None
    if settings.public_url and settings.public_url.scheme == "https":
        webhook = str(settings.public_url).rstrip("/") + WEBHOOK_PATH
        secret = webhook_secret(settings, CHANNEL)
    polling = HTTPXRequest(connection_pool_size=1)
    sending = HTTPXRequest(connection_pool_size=32, read_timeout=20, pool_timeout=20)
    bot = Client(
        settings.telegram_bot_token.get_secret_value().strip(),
        base_url=f"{settings.telegram_base_url.rstrip('/')}/bot",
        base_file_url=f"{settings.telegram_base_url.rstrip('/')}/file/bot",
        request=sending,
        get_updates_request=polling,
    )
    channel = TelegramChannel(
        bot,
        mailbox,
        say,
        pictures,
        Printer(mailbox.store, settings.public_address, bot.own_name),
        aloud=aloud,
        units=units,
        webhook=webhook,
        secret=secret,
        team=settings.team_chat,
    )
    try:
        yield channel
    finally:
        await channel.close()
        await sending.shutdown()
        await polling.shutdown()


def _hush() -> None:
    """Keep what nobody may read out of the log."""
    hush_addresses()
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # it logs what citizens wrote
