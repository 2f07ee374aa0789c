"""What the web needs from behind it; ``bot.wiring.Services`` fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from actions.dossier_sources.config import Sources
from actions.replies import Reply
from actions.understanding import Understanding
from bot.channels.zalo_oa.events import Verdict
from bot.mailbox import Mailbox
from bot.media import MediaRoom
from bot.settings import Settings


class UpdatesDoor(Protocol):
    """Where the updates of a platform go that shows a secret; ``ZaloBotChannel`` of
    ``bot.channels.zalo_bot.channel`` fits."""

    @property
    def secret(self) -> str | None:
        """What the platform shows at the webhook; None while updates are polled for."""
        ...

    async def handle(self, update: object) -> None:
        """Take one update as decoded from JSON; raises only ``StoreUnavailable``."""
        ...


class TelegramDoor(UpdatesDoor, Protocol):
    """Where Telegram's updates go; ``bot.channels.telegram.channel.TelegramChannel`` fits."""

    async def own_name(self) -> str | None:
        """What the bot is called on Telegram; None while that is not known."""
        ...


class ZaloOaDoor(Protocol):
    """Where the events of a Zalo Official Account go; ``bot.channels.zalo_oa.channel`` fits."""

    async def handle(self, headers: Mapping[str, str], body: bytes) -> Verdict:
        """Take one event as it came; raises only ``StoreUnavailable``."""
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
    def dossiers(self) -> Sources:
        """The systems that hold dossiers, and those that tell of them by themselves."""
        ...

    @property
    def aloud(self) -> Aloud:
        """Replies read aloud."""
        ...

    @property
    def telegram(self) -> TelegramDoor | None:
        """Telegram; None without a token."""
        ...

    @property
    def zalo_oa(self) -> ZaloOaDoor | None:
        """The Zalo Official Account; None while it is not set up."""
        ...

    @property
    def zalo_bot(self) -> UpdatesDoor | None:
        """The Zalo bot; None without a token."""
        ...

    @property
    def media(self) -> MediaRoom:
        """Where photographs and voice messages are read."""
        ...

    def understand(self, text: str) -> Understanding:
        """What a (masked) text means; CPU-bound, safe to call from several threads."""
        ...
