"""What comes with a reply, as the JSON API gives it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class ImageBody(BaseModel):
    """A drawing."""

    kind: Literal["image"]
    name: str
    alt: str


class VoiceBody(BaseModel):
    """A text to be spoken."""

    kind: Literal["voice"]
    text: str


class DocumentBody(BaseModel):
    """A page to print."""

    kind: Literal["document"]
    name: str
    title: str


class PlaceBody(BaseModel):
    """A point on the map."""

    kind: Literal["place"]
    latitude: float
    longitude: float
    name: str
    address: str


AttachmentBody = Annotated[
    ImageBody | VoiceBody | DocumentBody | PlaceBody, Field(discriminator="kind")
]
