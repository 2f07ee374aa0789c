"""What comes with a reply, as the web page and the JSON API get it."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from actions.replies import Document, Image
from bot.messages import StoredReply
from bot.pictures import address
from bot.reply_json import reply_to_json
from knowledge_base.drawings import Drawing


class ImageBody(BaseModel):
    """A drawing."""

    kind: Literal["image"]
    name: str
    alt: str
    url: str
    width: int
    height: int


class DocumentBody(BaseModel):
    """A page to print."""

    kind: Literal["document"]
    name: str
    title: str
    url: str | None = None


class PlaceBody(BaseModel):
    """A point on the map."""

    kind: Literal["place"]
    latitude: float
    longitude: float
    name: str
    address: str


AttachmentBody = Annotated[ImageBody | DocumentBody | PlaceBody, Field(discriminator="kind")]


def _made(image: Image, svg: str) -> dict[str, Any]:
    """A picture that was made for one reply: it lies nowhere, its address holds it."""
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert size is not None, "every drawing has its size"
    held = base64.b64encode(svg.encode()).decode()
    where = {"name": image.name, "alt": image.alt, "url": f"data:image/svg+xml;base64,{held}"}
    return {"kind": image.kind, **where, "width": int(size[1]), "height": int(size[2])}


def reply_body(stored: StoredReply, drawings: Mapping[str, Drawing]) -> dict[str, Any]:
    """A stored reply as JSON: id, message_id, and :func:`bot.reply_json.reply_to_json`; a picture
    with its address and size, none where there is no such drawing any more; a page without what
    stands on it, with where a browser asks for it."""
    body = {"id": stored.id, "message_id": stored.message_id, **reply_to_json(stored.reply)}
    shown = stored.reply.attachment
    if isinstance(shown, Image) and shown.drawn:
        body["attachment"] = _made(shown, shown.drawn)
    elif isinstance(shown, Image):
        drawing = drawings.get(shown.name)
        body["attachment"] = drawing and {
            **body["attachment"],
            "url": address(drawing, "svg"),
            "width": drawing.width,
            "height": drawing.height,
        }
    if isinstance(shown, Document):  # what stands on it is made into a page when it is asked for
        kept = {"kind": shown.kind, "name": shown.name, "title": shown.title}
        kept["layout"] = shown.body["layout"]
        body["attachment"] = {**kept, "open": f"/web/page?reply={stored.id}"}
    return body
