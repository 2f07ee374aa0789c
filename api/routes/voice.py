"""What a citizen says on the page: heard at once, and kept as the words alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.incoming import ID_PATTERN
from api.problems import Problem
from api.routes.web import CHANNEL, enter
from bot.listening import UNREADABLE
from bot.messages import VOICE, Incoming, Media

PATH = "/web/voice"
AT_ONCE = 8  # recordings that are taken in and heard at a time
router = APIRouter(include_in_schema=False)


@router.post(PATH, status_code=202)
async def post_voice(
    request: Request, message_id: Annotated[str, Query(pattern=ID_PATTERN)]
) -> dict[str, Any]:
    """Take a recording, the whole body of the request; its replies come by the stream. A second
    time with its id changes nothing, and is not heard again.

    Answers with what was heard, masked; None where nothing was, which a reply says kindly.

    Raises:
        Problem: nobody hears here (404), too many are heard just now (503), it does not come in
            (408), and whatever :func:`api.routes.web.enter` and :meth:`api.context.Context.keep`
            raise.
    """
    context, chat = enter(request)
    room = context.services.media
    if not room.reads(VOICE):
        raise Problem("not_found", 404)
    said = Incoming(CHANNEL, chat, message_id, text=UNREADABLE, media=Media(VOICE))
    async with context.alone(said):
        known = await context.services.mailbox.known(said)
        if known is None:
            async with context.taking_in(VOICE, AT_ONCE):
                media = await room.read_bytes(VOICE, await request.body())
            known = replace(said, text=_words(media) or UNREADABLE, media=media)
            await context.keep(request, known)
    return {"text": _words(known.media)}


def _words(media: Media | None) -> str | None:
    return media.read.text if media and media.read else None
