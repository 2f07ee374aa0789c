"""What the web needs from behind it; ``bot.wiring.Services`` fits."""

from __future__ import annotations

from typing import Protocol

from actions.replies import Reply
from actions.understanding import Understanding
from bot.mailbox import Mailbox
from bot.settings import Settings


class TelegramDoor(Protocol):
    """Where Telegram's updates go; ``bot.channels.telegram.channel.TelegramChannel`` fits."""

    @property
    def secret(self) -> str | None:
        """What Telegram shows at the webhook; None while updates are polled for."""
        ...

    async def own_name(self) -> str | None:
        """What the bot is called on Telegram; None while that is not known."""
        ...

    async def handle(self, update: object) -> None:
        """Take one update as decoded from JSON; raises only ``StoreUnavailable``."""
        ...


class Aloud(Protocol):
    """Makes sound of replies; ``bot.speech.aloud.ReadAloud`` fits."""

    async def sound(self, reply: Reply) -> bytes:
        """An MP3 file; raises ``bot.speech.port.SpeechError``."""
        ...


class Services(Protocol):
    """The built parts of the program."""

    @property
    def settings(self) -> Settings:
        """The settings the program was started with."""
        ...

    @property
    def mailbox(self) -> Mailbox:
        """Messages in, replies out, both durable."""
        ...

    @property
    def aloud(self) -> Aloud:
        """Replies read aloud."""
        ...

    @property
    def telegram(self) -> TelegramDoor | None:
        """Telegram; None without a token."""
        ...

    def understand(self, text: str) -> Understanding:
        """What a (masked) text means; CPU-bound, safe to call from several threads."""
        ...
