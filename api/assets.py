"""The page's own files, in memory: packed small, under an address that changes when they do.

All of them share one folder ``/static/<digest>/``, so that a script imports its neighbour by its
plain name and a browser keeps every one of them for good.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import resvg_py
from starlette.requests import Request
from starlette.responses import Response

STATIC = "/static"
FOR_GOOD = "public, max-age=31536000, immutable"
_FOLDER = Path(__file__).resolve().parent / "static"
_ICON = "icon.svg"
# The drawing of the program on a phone's screen; a phone may cut "maskable" to a shape of its own.
_ICONS = {"icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512, "maskable-512.png": 512}
_LEAST = 512  # bytes; below, packing saves nothing
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Packed:
    """A body as it is and as gzip, where that is smaller."""

    plain: bytes
    small: bytes | None
    media_type: str

    def response(self, request: Request, headers: Mapping[str, str] | None = None) -> Response:
        """The answer that suits the browser."""
        if self.small is None:
            return Response(self.plain, media_type=self.media_type, headers=headers)
        takes = "gzip" in request.headers.get("accept-encoding", "")
        answer = Response(
            self.small if takes else self.plain, media_type=self.media_type, headers=headers
        )
        answer.headers["Vary"] = "Accept-Encoding"
        if takes:
            answer.headers["Content-Encoding"] = "gzip"
        return answer


def packed(body: bytes, media_type: str, *, level: int = 9) -> Packed:
    """A body for browsers; text of some length is packed."""
    text = media_type.startswith(("text/", "application/")) or "svg" in media_type
    small = gzip.compress(body, level, mtime=0) if text and len(body) >= _LEAST else None
    return Packed(body, small if small and len(small) < len(body) else None, media_type)


class Assets:
    """The files by name."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        bodies = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        bodies |= _icons(bodies[_ICON].decode())
        whole = hashlib.sha256()
        for name, body in sorted(bodies.items()):
            whole.update(name.encode() + b"\0" + body)
        self.digest = whole.hexdigest()[:12]
        self._files = {name: packed(body, _type(name)) for name, body in bodies.items()}

    @property
    def root(self) -> str:
        """Where they lie, from the root of the server."""
        return f"{STATIC}/{self.digest}"

    def text(self, name: str) -> str:
        """A file's own text."""
        return self._files[name].plain.decode()

    def response(self, request: Request, digest: str, name: str) -> Response | None:
        """A file; under an address of earlier files the one of now. None where there is none."""
        found = self._files.get(name)
        if found is None:
            return None
        kept = FOR_GOOD if digest == self.digest else "no-cache"
        return found.response(request, {"Cache-Control": kept})


def _type(name: str) -> str:
    return _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or ""


def _icons(drawing: str) -> dict[str, bytes]:
    whole = drawing.replace(' rx="', ' data-rx="')
    return {
        name: resvg_py.svg_to_bytes(
            svg_string=whole if name.startswith("maskable") else drawing, width=width
        )
        for name, width in _ICONS.items()
    }
