"""The sites that may show the chat inside their own pages, as a setting names them."""

from __future__ import annotations

import re

_HOST = r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"
_ORIGIN = re.compile(rf"https?://{_HOST}(?::\d{{1,5}})?")


def read(text: str) -> tuple[str, ...]:
    """The origins, each ``https://host`` with a port where it is not the usual one; ``*.host``
    stands for every site below it.

    Raises:
        ValueError: one is written in another way.
    """
    origins = tuple(part.lower().rstrip("/") for part in re.split(r"[\s,;]+", text) if part)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"'{origin}': viết như https://xa-a.gov.vn, không có đường dẫn")
    return origins
