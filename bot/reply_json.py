"""A reply as JSON: as it is kept, and as the web page and the API get it; and a medium as it is
kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from actions.replies import (
    Attachment,
    Choice,
    Document,
    Forwarded,
    Image,
    Partner,
    Place,
    Reply,
    Voice,
)
from bot.messages import Media, MediaRead
from knowledge_base.spoken.lexicon import Region

_KINDS: dict[str, type[Attachment]] = {k.kind: k for k in (Image, Document, Place, Forwarded)}


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """text, source, choices (id, label, url), afresh, attachment (None, or its ``kind`` and
    fields), by, partner, voice (region, aloud), promises."""
    shown = reply.attachment
    return {
        "text": reply.text,
        "source": reply.source,
        "choices": [{"id": c.id, "label": c.label, "url": c.url} for c in reply.choices],
        "afresh": reply.afresh,
        "attachment": None if shown is None else _attached(shown),
        "by": reply.by,
        "partner": reply.partner,
        "voice": {"region": reply.voice.region, "aloud": reply.voice.aloud},
        "promises": reply.promises,
    }


def reply_from_json(body: dict[str, Any]) -> Reply:
    """The reverse of :func:`reply_to_json`; reads what earlier releases kept as well."""
    return Reply(
        body["text"],
        body.get("source"),
        tuple(Choice(c["id"], c["label"], c.get("url")) for c in body["choices"]),
        body.get("afresh", False),
        _attachment(body.get("attachment")),
        body.get("by"),
        Partner(body["partner"]) if body.get("partner") else None,
        _voice(body.get("voice")),
        body.get("promises", False),
    )


def _voice(document: dict[str, Any] | None) -> Voice:
    """The usual one where a newer release kept a region that this one does not know."""
    kept = document or {}
    known = kept.get("region") in set(Region)
    return Voice(Region(kept["region"]) if known else None, bool(kept.get("aloud")))


def _attached(shown: Attachment) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(shown).items() if value is not None}
    return {"kind": shown.kind, **fields}


def _attachment(document: dict[str, Any] | None) -> Attachment | None:
    """None too where a newer release kept a kind or a field that this one does not know: the text
    says enough."""
    fields = dict(document or {})
    kind = _KINDS.get(fields.pop("kind", ""))
    try:
        return kind(**fields) if kind else None
    except TypeError:
        return None


def media_to_json(media: Media) -> dict[str, Any]:
    """kind, and handle or read (codes, text, fault)."""
    if media.read is not None:
        return {"kind": media.kind, "read": asdict(media.read)}
    return {"kind": media.kind, "handle": media.handle}


def media_from_json(body: dict[str, Any] | None) -> Media | None:
    """The inverse; without a handle, and unread, once the message is done."""
    if body is None:
        return None
    read = body.get("read")
    known = MediaRead(tuple(read["codes"]), read["text"], read["fault"]) if read else None
    return Media(body["kind"], body.get("handle", ""), known)
