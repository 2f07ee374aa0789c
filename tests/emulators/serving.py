"""What emulators have in common: being served on a port of their own, giving files away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """Serve an emulator; yields its address."""
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def giving(media: Mapping[str, bytes]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler of ``…/{name}`` that gives what citizens sent."""

    async def given(request: web.Request) -> web.Response:
        found = media.get(request.match_info["name"])
        return web.Response(status=404) if found is None else web.Response(body=found)

    return given
