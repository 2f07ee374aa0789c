"""What every route shares, kept on the application."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from starlette.requests import HTTPConnection, Request

from api.assets import Assets
from api.limits import Limits, TokenBuckets, client_address
from api.metrics import Metrics
from api.ports import Services
from api.problems import Problem
from api.security import Sessions, require_same_origin
from api.streams import Streams
from api.wording import Wording
from bot.mailbox import Receipt
from bot.messages import Incoming
from bot.pictures import Pictures
from bot.printer import Printer
from knowledge_base.drawings import Drawing

LONGEST = 150.0  # seconds for a photograph or recording to come in and be read


@dataclass(slots=True)
class Context:
    """The parts of one running application."""

    services: Services
    wording: Wording
    limits: Limits
    metrics: Metrics
    sessions: Sessions
    buckets: TokenBuckets
    streams: Streams
    drawings: Mapping[str, Drawing]
    pictures: Pictures
    printer: Printer
    assets: Assets
    openings: TokenBuckets
    photos: TokenBuckets
    taken: Counter[str] = field(default_factory=Counter)  # see taking_in
    brought: MutableMapping[tuple[str, str], asyncio.Lock] = field(
        default_factory=WeakValueDictionary
    )  # see alone
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def require_own_page(self, request: Request) -> None:
        """Let through what our own page sent; raises :class:`Problem` (403) otherwise."""
        require_same_origin(request, self.services.settings.public_address)

    def admit(self, connection: HTTPConnection) -> None:
        """Count a request against its address; raises :class:`Problem` (429) beyond its limit."""
        self._count(connection, self.buckets)

    def admit_opening(self, connection: HTTPConnection) -> None:
        """The same for opening a pass, of which fewer are allowed: nobody shall guess one."""
        self._count(connection, self.openings)

    def admit_photo(self, connection: HTTPConnection) -> None:
        """The same for photographs, which are work to read."""
        self._count(connection, self.photos)

    @asynccontextmanager
    async def alone(self, incoming: Incoming) -> AsyncIterator[None]:
        """Bring a message in while nobody else brings the same: a page that lost its line sends it
        again while the first is still read."""
        key = incoming.conversation, incoming.message_id
        async with self.brought.setdefault(key, asyncio.Lock()):
            yield

    @asynccontextmanager
    async def taking_in(self, kind: str, most: int) -> AsyncIterator[None]:
        """Take the body of a medium in and read it. Each may have some megabytes, so there are
        ``most`` of a kind at a time; raises :class:`Problem` (503) beyond. A telephone that lost
        its line never says so: also (408) after :data:`LONGEST`."""
        if self.taken[kind] >= most:
            raise Problem("busy", 503, headers={"Retry-After": "10"})
        self.taken[kind] += 1
        try:
            async with asyncio.timeout(LONGEST):
                yield
        except TimeoutError as error:
            raise Problem("too_slow", 408) from error
        finally:
            self.taken[kind] -= 1

    def address_of(self, connection: HTTPConnection) -> str:
        """The network address that a request counts for."""
        return client_address(connection, trust_proxy=self.services.settings.trust_proxy)

    async def keep(self, request: Request, incoming: Incoming, again: int = 5) -> None:
        """Have a message kept and handled. Raises :class:`Problem` (429) when too many wait: it may
        come again in ``again`` seconds."""
        kept = replace(incoming, origin=self.address_of(request))
        if await self.services.mailbox.receive(kept) is Receipt.CROWDED:
            self.metrics.refused.labels("crowded").inc()
            raise Problem("crowded", 429, headers={"Retry-After": str(again)})

    def _count(self, connection: HTTPConnection, buckets: TokenBuckets) -> None:
        wait = buckets.take(self.address_of(connection))
        if wait:
            self.metrics.refused.labels("rate").inc()
            raise Problem("too_many", 429, headers={"Retry-After": str(wait)}, seconds=wait)


def context_of(connection: HTTPConnection) -> Context:
    """The context of the application that got this request."""
    context = connection.app.state.context
    assert isinstance(context, Context)
    return context
