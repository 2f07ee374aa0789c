"""A photograph in a request's body: measured before it is taken, read at once, never kept."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import ClientDisconnect, Request

from api.context import Context
from api.incoming import checked_text
from api.problems import Problem
from bot.listening import UNREADABLE
from bot.media import MOST_BYTES
from bot.messages import PHOTO, Incoming, Media

PHOTO_PATHS = ("/web/photos", "/api/v1/photos")
AT_ONCE = 16  # photographs that are taken in and read at a time
_MEGABYTES = MOST_BYTES // 1024 // 1024


async def photographed(
    request: Request, context: Context, address: Incoming, words: str | None
) -> Incoming:
    """The message of a photograph: what was read of it, and the words sent with it.

    ``address``: channel, chat and id of the message. One that is known already is not read again:
    the mailbox only recognises it.

    Raises:
        Problem: the body calls itself something else than a picture (415), is empty (422) or too
            large (413), the words cannot be used (422), too many photographs came from there (429)
            or are taken in just now (503), or it does not come in (408).
        bot.store.errors.StoreUnavailable: the database is away.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/") and kind != "application/octet-stream":
        raise Problem("not_a_photo", 415)
    text = checked_text(words)[0] if words else UNREADABLE
    message = replace(address, text=text, media=Media(PHOTO))
    if await context.services.mailbox.known(message):
        return message
    context.admit_photo(request)
    async with context.taking_in(PHOTO, AT_ONCE):
        content = await _body(request)
        return replace(message, media=await context.services.media.read_bytes(PHOTO, content))


async def _body(request: Request) -> bytes:
    """The body, of which no more is taken than is allowed."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdecimal() and int(told) > MOST_BYTES:
        raise Problem("photo_too_large", 413, megabyte=_MEGABYTES)
    taken = bytearray()
    try:
        async for piece in request.stream():
            taken += piece
            if len(taken) > MOST_BYTES:
                raise Problem("photo_too_large", 413, megabyte=_MEGABYTES)
    except ClientDisconnect as error:
        raise Problem("photo_empty", 422) from error  # nobody is there to read it
    if not taken:
        raise Problem("photo_empty", 422)
    return bytes(taken)
