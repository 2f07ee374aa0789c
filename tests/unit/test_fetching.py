"""What citizens sent is fetched from their platform's hosts, and from nowhere else."""

from __future__ import annotations

import httpx
import pytest

from bot.fetching import Fetcher
from bot.messages import MediaError, MediaTooLarge, RetryLater

BASE = "http://127.0.0.1:8123"


def fetcher(asked: list[str], status: int = 200, size: int = 3) -> Fetcher:
    """One whose every request is answered alike, and written down."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        moved = {"Location": "http://169.254.169.254/"} if 300 <= status < 400 else {}
        return httpx.Response(status, content=b"x" * size, headers=moved)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Fetcher(http, "zdn.vn, zadn.vn", [BASE])


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://photo-stal-1.zdn.vn/a.jpg?x=1", "https://photo-stal-1.zdn.vn/a.jpg?x=1"),
        ("http://f6.photo.talk.zdn.vn/a.jpg", "https://f6.photo.talk.zdn.vn/a.jpg"),
        ("https://ZADN.vn/a", "https://zadn.vn/a"),
        (f"{BASE}/media/a", f"{BASE}/media/a"),
    ],
)
async def test_hosts_of_the_settings_are_asked(address: str, asked: str) -> None:
    seen: list[str] = []
    assert await fetcher(seen).fetch(address, 10) == b"xxx"
    assert seen == [asked]


@pytest.mark.parametrize(
    "address",
    [
        "", "x", "/a.jpg", "file:///etc/passwd", "ftp://zdn.vn/a", "https://", "http://[::1",
        "https://zdn.vn.evil.com/a", "https://evilzdn.vn/a", "https://evil.com/zdn.vn",
        "https://zdn.vn@evil.com/a", "https://x:y@zdn.vn/a", "https://zdn.vn:8443/a",
        "http://127.0.0.1:8124/a", "https://127.0.0.1:8123/a", "http://localhost:8123/a",
        "https://169.254.169.254/latest/meta-data", "https://\x00zdn.vn/",
    ],
)  # fmt: skip
async def test_nobody_else_is_asked(address: str) -> None:
    seen: list[str] = []
    with pytest.raises(MediaError):
        await fetcher(seen).fetch(address, 10)
    assert seen == []


async def test_no_further_than_it_is_told_and_nowhere_else() -> None:
    seen: list[str] = []
    address = "https://zdn.vn/a"
    with pytest.raises(MediaTooLarge):
        await fetcher(seen, size=11).fetch(address, 10)
    for status in (302, 307, 403, 404):
        with pytest.raises(MediaError):
            await fetcher(seen, status).fetch(address, 10)
    for status in (429, 500, 503):
        with pytest.raises(RetryLater):
            await fetcher(seen, status).fetch(address, 10)
    assert set(seen) == {address}
