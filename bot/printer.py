"""Makes the pages that come with replies, each with a pass of its own in its QR code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from actions import passing
from actions.replies import Document
from actions.state import State
from bot import printing
from bot.passes import Purpose
from bot.store import passes
from bot.store.pool import Store

PAGES = "/in"  # where pages to print are reached on the web, by their token
_MOST_MADE = 10_000  # tokens of replies' pages that are remembered
_PURPOSES = {"papers": Purpose.CONTINUE, "code": Purpose.HAND}


def web_address(base: str, token: str) -> str:
    """Where the web goes on with a pass."""
    return f"{base.rstrip('/')}/?t={token}"


def telegram_address(bot: str, token: str) -> str:
    """Where Telegram does; ``bot``: its name there."""
    return f"https://t.me/{bot}?start={token}"


class Printer:
    """Turns documents into passes and pages."""

    def __init__(
        self,
        store: Store,
        public_url: str | None = None,
        bot: Callable[[], Awaitable[str | None]] | None = None,
    ) -> None:
        """``public_url``: the web's address as citizens see it; ``bot``: asks for the name of the
        bot on Telegram. Without both there is nothing for a QR code to lead to."""
        self._store = store
        self._public_url = public_url
        self._bot = bot
        self._made: dict[int, str] = {}  # reply -> token of its page, the oldest first

    async def issue(self, document: Document, channel: str, chat: str) -> str:
        """The token of a new pass that holds the page; it is the conversation's, and erased with
        it. Raises :class:`bot.store.errors.StoreUnavailable`."""
        return await self._issue(document, (channel, chat))

    async def issue_once(self, reply: int, document: Document, channel: str, chat: str) -> str:
        """The same for whoever may read a reply (its id) again and again: the token it was given
        before, as long as that is good. Another process does not know it, and makes one more."""
        known = self._made.pop(reply, None)
        async with self._store.connection() as con:
            good = known is not None and await passes.is_good(con, known)
        token = known if known and good else await self.issue(document, channel, chat)
        self._made[reply] = token
        if len(self._made) > _MOST_MADE:
            del self._made[next(iter(self._made))]
        return token

    async def issue_along(self, document: Document) -> str:
        """The same for a page that the citizen takes along from a screen for everybody: it outlives
        the conversation there, which is erased as soon as they leave."""
        return await self._issue(document, None)

    async def _issue(self, document: Document, maker: tuple[str, str] | None) -> str:
        purpose = _PURPOSES[document.body["layout"]]
        payload = {**document.body, "name": document.name}
        async with self._store.transaction() as con:
            return await passes.make(con, purpose, payload, maker)

    async def issue_here(self, conversation: str) -> str:
        """The token of a new pass that goes on where a conversation stands, and outlives it."""
        async with self._store.transaction() as con:
            state = State.restore(await passes.standing(con, conversation)) or State()
            return await passes.make(con, Purpose.CONTINUE, {"matter": passing.packed(state)})

    async def addresses(self, token: str, base: str | None = None) -> list[str]:
        """Where a pass may be opened, the address for its QR code first. ``base``: of the web, as
        whoever asks sees it."""
        web = self._public_url or base
        bot = await self._bot() if self._bot else None
        found = [web_address(web, token)] if web else []
        return [*found, telegram_address(bot, token)] if bot else found

    def page_address(self, token: str, base: str | None = None, form: str = ".pdf") -> str | None:
        """Where the page of a pass is opened to be printed, or with "" for ``form`` to be looked
        at; ``base``: as :meth:`addresses`. None without the web's address."""
        web = self._public_url or base
        return f"{web.rstrip('/')}{PAGES}/{token}{form}" if web else None

    async def pdf(self, document: Document, addresses: Sequence[str]) -> bytes:
        """The page, made in a thread."""
        return await asyncio.to_thread(printing.pdf, document.body, addresses)
