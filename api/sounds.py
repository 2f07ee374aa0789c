"""Sounds as browsers ask for them: Safari plays nothing it cannot ask for in pieces."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.problems import Problem
from bot.speech.port import SpeechError

_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")


async def sound_of(request: Request, context: Context, conversation: str, reply: int) -> Response:
    """The sound of one stored reply of a conversation.

    Raises:
        Problem: there is no such reply there (404), or no sound now (503).
    """
    found = await context.services.mailbox.replies(conversation, reply - 1, limit=1)
    if not found or found[0].id != reply:
        raise Problem("not_found", 404)
    try:
        sound = await context.services.aloud.sound(found[0].reply)
    except SpeechError as error:
        raise Problem("no_sound", 503, headers={"Retry-After": "30"}) from error
    return _in_pieces(sound, request.headers.get("range", ""))


def _in_pieces(sound: bytes, wanted: str) -> Response:
    """The whole, or the one piece that is asked for (RFC 9110, section 14)."""
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, max-age=86400"}
    match = _RANGE.fullmatch(wanted)
    if match is None or match.groups() == ("", ""):
        return Response(sound, media_type="audio/mpeg", headers=headers)
    begin, end = match.groups()
    first = int(begin) if begin else max(0, len(sound) - int(end))
    last = min(int(end), len(sound) - 1) if begin and end else len(sound) - 1
    if first > last:
        headers["Content-Range"] = f"bytes */{len(sound)}"
        return Response(status_code=416, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(sound)}"
    piece = sound[first : last + 1]
    return Response(piece, status_code=206, media_type="audio/mpeg", headers=headers)
