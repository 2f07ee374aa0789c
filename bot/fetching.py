"""Getting what citizens sent from the address that their platform names: from its hosts alone.

The address comes from outside, so it is never followed to wherever it points: only to hosts that
the settings name, by https, without redirects, and no further than a number of bytes. Also, how
long such a platform asks to wait.
"""

from __future__ import annotations

from collections.abc import Iterable

import httpx

from bot.messages import MediaError, MediaTooLarge, RetryLater

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class Fetcher:
    """Gets files from a platform's hosts."""

    def __init__(self, http: httpx.AsyncClient, hosts: str, base_urls: Iterable[str]) -> None:
        """``hosts``: domains, with commas between, each with all below it; ``base_urls``: servers
        of the platform itself, which may be a test's and speak http."""
        self._http = http
        self._domains = tuple(host.strip().lower() for host in hosts.split(",") if host.strip())
        self._origins = {_origin(httpx.URL(url)) for url in base_urls}

    async def fetch(self, address: str, most: int) -> bytes:
        """The bytes at an address.

        Raises:
            bot.messages.MediaError: it is of another's host, gone, or has more than ``most`` bytes.
            bot.messages.RetryLater: the host is down.
        """
        url = self._allowed(address)
        content = bytearray()
        try:
            async with self._http.stream(
                "GET", url, timeout=_TIMEOUT, follow_redirects=False
            ) as answer:
                if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= 500:
                    raise RetryLater(f"status {answer.status_code}")
                if answer.status_code != httpx.codes.OK:
                    raise MediaError(f"status {answer.status_code}")
                async for piece in answer.aiter_bytes():
                    content += piece
                    if len(content) > most:
                        raise MediaTooLarge(f"more than {most} bytes")
        except httpx.HTTPError as error:
            raise RetryLater(type(error).__name__) from error
        return bytes(content)

    def _allowed(self, address: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, TypeError, ValueError) as error:
            raise MediaError("no address") from error
        if _origin(url) in self._origins:
            return url
        if url.scheme == "http":  # the platform's own pages show such addresses
            url = url.copy_with(scheme="https")
        host = url.host.lower().rstrip(".")
        ours = any(host == one or host.endswith(f".{one}") for one in self._domains)
        if not ours or url.scheme != "https" or url.port is not None or url.userinfo:
            raise MediaError("an address of another host")
        return url


def retry_after(answer: httpx.Response) -> float | None:
    """How many seconds a server asks to wait, an hour at most; None where it does not say."""
    try:
        return min(3600.0, max(0.0, float(answer.headers.get("Retry-After", ""))))
    except ValueError:
        return None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host.lower(), url.port
