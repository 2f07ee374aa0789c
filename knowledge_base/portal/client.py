"""The portal's public interface: the list page by page, one record at a time, slowly.

Errors; the text of each is a Vietnamese sentence for an official:

PortalError
├── PortalChallenge    a page meant for browsers (a JavaScript check) came instead of data
├── PortalUnreachable  no network, no such address, no answer, after all tries
├── PortalBusy         429 or 5xx, after all tries
│   └── PortalAsksToWait   for longer than one waits
├── PortalRefused      another HTTP status, or something that is not this interface
└── RecordUnreadable   one record is not there or broken; the others may be well
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from knowledge_base.portal.book import Line

PORTAL = "https://dichvucong.gov.vn"
LIST_PATH = "/api/v1/submitting/formality/list-all-public-formality-by-citizen"
RECORD_PATH = "/api/v1/configuring/formality/get-formality-by-citizen"
PAGE = 100  # records of a page; the portal's own pages use 10 to 200
PER_SECOND = 2.0
TRIES = 5
FIRST_TRIES = 2  # while nobody has answered: most likely the address or the network is wrong
LONGEST_WAIT = 120.0  # seconds; a portal that asks for more is left for another time
WHOLE_TIMEOUT = 120.0  # seconds for one answer, however slowly it drips
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
# What a line of the list may tell of its last change, whichever name it has.
STAMPS = ("updatedAt", "updatedDate", "modifiedAt", "lastModifiedDate", "modifiedDate")

Sleep = Callable[[float], Awaitable[None]]


class PortalError(Exception):
    """Base of what can go wrong with the portal."""


class PortalChallenge(PortalError):
    """A page for browsers instead of data."""


class PortalUnreachable(PortalError):
    """Nobody answers at that address."""


class PortalBusy(PortalError):
    """The portal is overloaded or asks to come back later."""


class PortalAsksToWait(PortalBusy):
    """The portal itself says for how long to stay away."""


class PortalRefused(PortalError):
    """The answer is not the interface's."""


class RecordUnreadable(PortalError):
    """One record could not be had."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list. ``after``: where the next one begins; None on the last one.
    ``total``: how many records the portal says there are; ``odd``: lines without an id."""

    lines: tuple[Line, ...]
    after: str | None
    total: int | None
    odd: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A record. ``raw`` is None when it has not changed since the given ETag."""

    raw: Mapping[str, Any] | None
    etag: str | None


class Portal:
    """One polite reader: one request at a time, at most ``per_second`` of them.

    Build it with :func:`open_portal`. Every method raises :class:`PortalError`.
    """

    def __init__(
        self, client: httpx.AsyncClient, per_second: float, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._client = client
        self._step = 1.0 / per_second
        self._next = 0.0
        self._sleep = sleep
        self._reached = False
        self.requests = 0

    async def page(self, after: str | None) -> Page:
        """The page of the list that begins after ``after``; None is the first one."""
        body = {
            "limit": PAGE, "lastId": after or "", "q": "", "categoryId": "", "departmentCode": "",
        }  # fmt: skip
        response = await self._post(LIST_PATH, body)
        _recognise(response)
        data = _data(response)
        items = data.get("items") if isinstance(data, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(items, list):
            raise PortalRefused(_NOT_THE_INTERFACE)
        lines = [line for item in items if (line := _line(item))]
        last, total = data.get("lastId"), data.get("total")
        return Page(
            tuple(lines),
            str(last) if items and last and last != after else None,
            total if isinstance(total, int) else None,
            len(items) - len(lines),
        )

    async def record(self, id: str, etag: str | None = None) -> Answer:
        """One record, unless it has not changed since ``etag`` was given for it.

        Raises:
            RecordUnreadable: the portal does not know it, or gives something else than a record.
        """
        headers = {"If-None-Match": etag} if etag else {}
        response = await self._post(RECORD_PATH, {"id": id}, headers)
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return Answer(None, etag)
        if response.status_code in (400, 404, 410):
            raise RecordUnreadable(f"Cổng không mở được bản ghi này ({response.status_code}).")
        _recognise(response)
        if _decoded(response) is _BROKEN:
            raise RecordUnreadable("Cổng trả về bản ghi dở dang.")
        data = _data(response)
        if not isinstance(data, Mapping) or not data:
            raise RecordUnreadable("Cổng trả về một thứ không phải bản ghi thủ tục.")
        return Answer(data, response.headers.get("ETag"))

    async def _post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """An answer; tried again after cuts, 429, 5xx and broken JSON."""
        for attempt in range(1, TRIES + 1):
            wait = min(2.0**attempt, 30.0) * random.uniform(0.5, 1.0)  # noqa: S311 no secret
            try:
                await self._turn()
                async with asyncio.timeout(WHOLE_TIMEOUT):
                    response = await self._client.post(path, json=body, headers=headers)
            except (httpx.RequestError, httpx.InvalidURL, TimeoutError) as error:
                hopeless = isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL)
                if hopeless or attempt >= (TRIES if self._reached else FIRST_TRIES):
                    raise PortalUnreachable(_unreachable(self._client.base_url, error)) from error
            else:
                self._reached = True
                busy = response.status_code == 429 or response.status_code >= 500
                broken = _is_json(response) and _decoded(response) is _BROKEN
                if not busy and not (broken and attempt < TRIES):
                    return response
                if attempt == TRIES:
                    raise PortalBusy(
                        f"Cổng đang quá tải hoặc bảo trì ({response.status_code}). "
                        "Chạy lại lệnh này sau, tốt nhất vào sáng sớm hoặc buổi tối."
                    )
                wait = _asked_to_wait(response, wait)
            await self._sleep(wait)
        raise AssertionError("unreachable")

    async def _turn(self) -> None:
        """Wait until the rate allows the next request."""
        now = time.monotonic()
        if self._next > now:
            await self._sleep(self._next - now)
        self._next = max(now, self._next) + self._step
        self.requests += 1


@asynccontextmanager
async def open_portal(
    base: str = PORTAL, per_second: float = PER_SECOND, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[Portal]:
    """The portal at ``base``, e.g. ``https://dichvucong.gov.vn``. Raises PortalUnreachable for
    an address that is none."""
    address = base if "://" in base else f"https://{base}"
    try:
        client = httpx.AsyncClient(
            base_url=address,
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "tro-ly-thu-tuc"},
        )
    except httpx.InvalidURL as error:
        raise PortalUnreachable(_unreachable(base, error)) from error
    async with client:
        yield Portal(client, per_second, sleep)


_NOT_THE_INTERFACE = (
    "Địa chỉ này trả lời nhưng không phải giao diện dữ liệu của Cổng Dịch vụ công. "
    "Kiểm tra lại --url; nếu đúng địa chỉ thì Cổng đã đổi giao diện, hãy báo người phụ trách."
)
_CHALLENGE = (
    "Cổng đang hỏi xem máy này có phải người thật không (trang kiểm tra JavaScript) nên không "
    "đưa dữ liệu. Chờ vài giờ rồi chạy lại, với --nhip nhỏ hơn; phần đã lấy vẫn còn. Nếu vẫn vậy, "
    "đề nghị đơn vị quản lý Cổng cho địa chỉ mạng của cơ quan được đọc dữ liệu."
)
_BROKEN = object()


def _unreachable(base: object, error: Exception) -> str:
    return (
        f"Không tới được {base} ({type(error).__name__}). Kiểm tra: máy có mạng không, địa chỉ "
        "--url viết đúng chưa, tường lửa của cơ quan có chặn không. Rồi chạy lại: phần đã lấy "
        "vẫn còn."
    )


def _is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("Content-Type", "")


def _decoded(response: httpx.Response) -> Any:
    """The JSON of an answer; :data:`_BROKEN` for one that was cut or is not JSON."""
    try:
        return _kept(json.loads(response.content, parse_constant=_no_number))
    except (ValueError, RecursionError):
        return _BROKEN


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _kept(value: Any) -> Any:
    """The same without the characters that PostgreSQL cannot keep (NUL, halves of pairs)."""
    match value:
        case str():
            return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
        case dict():
            return {_kept(key): _kept(inner) for key, inner in value.items()}
        case list():
            return [_kept(inner) for inner in value]
        case _:
            return value


def _recognise(response: httpx.Response) -> None:
    """Raise for whatever is not an answer of the interface."""
    if response.is_success and _is_json(response):
        return
    page = response.text[:20_000].lower()
    for_browsers = any(mark in page for mark in ("<html", "<script", "request rejected"))
    if for_browsers and (response.is_success or response.status_code == 403):
        raise PortalChallenge(_CHALLENGE)
    raise PortalRefused(_NOT_THE_INTERFACE)


def _data(response: httpx.Response) -> Any:
    """What lies in the envelope ``{"code": "OK", "data": …}``."""
    decoded = _decoded(response)
    if not isinstance(decoded, Mapping) or decoded.get("code", "OK") != "OK":
        raise PortalRefused(_NOT_THE_INTERFACE)
    return decoded.get("data")


def _line(item: Any) -> Line | None:
    """One line of the list; None without an id."""
    if not isinstance(item, Mapping) or not isinstance(item.get("id"), str) or not item["id"]:
        return None
    code = item.get("code") or item.get("codeNotation")
    name = item.get("name")
    text = json.dumps(item, sort_keys=True, ensure_ascii=False)
    return Line(
        item["id"],
        code.strip() if isinstance(code, str) else "",
        name.strip() if isinstance(name, str) else "",
        hashlib.sha256(text.encode("utf-8")).hexdigest(),
        any(item.get(stamp) for stamp in STAMPS),
    )


def _asked_to_wait(response: httpx.Response, otherwise: float) -> float:
    """Seconds the portal asks for by ``Retry-After``. Raises PortalAsksToWait for too many."""
    asked = response.headers.get("Retry-After", "")
    if asked.isdigit():
        seconds = float(asked)
    else:
        try:
            seconds = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return otherwise
    if seconds > LONGEST_WAIT:
        raise PortalAsksToWait(
            f"Cổng yêu cầu chờ {seconds / 60:.0f} phút. Chạy lại lệnh này sau khoảng ấy."
        )
    return max(0.0, seconds)
