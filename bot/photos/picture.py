"""Opening a file that somebody sent as a picture: what it truly is, how large, which way up."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

Gray = NDArray[np.uint8]  # (height, width), 0 = black

MOST_PIXELS = 40_000_000
LONG_SIDE = 2000  # pixels; more of them show no more of a page, and cost time
_FORMATS = ("JPEG", "PNG", "WEBP")
_MIXED = ("L", "RGB", "RGBA")  # modes whose neighbouring pixels can be mixed
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})


class NotOpened(Exception):
    """A file that is not read. ``fault`` says why: ``format``, no picture or one of a kind that is
    not read; ``heic``, what iPhones keep; ``pixels``, too many; ``broken``."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def opened(content: bytes) -> Gray:
    """The picture in shades of gray, upright as its camera says, :data:`LONG_SIDE` at most.

    The kind is told by what is in the file, never by its name; a picture's size is known before
    any of it is unpacked.

    Raises:
        NotOpened: it is not read, see there.
    """
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF:
        raise NotOpened("heic")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise NotOpened("pixels")
            return _gray(image)
    except UnidentifiedImageError as error:
        raise NotOpened("format") from error
    except Image.DecompressionBombError as error:
        raise NotOpened("pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # all that Pillow raises
        raise NotOpened("broken") from error


def _gray(image: Image.Image) -> Gray:
    image.draft("L", (LONG_SIDE, LONG_SIDE))  # a large JPEG is unpacked small
    small = image
    if max(image.size) > LONG_SIDE:
        small = image if image.mode in _MIXED else image.convert(_mode(image))
        small.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.BOX)
    upright = ImageOps.exif_transpose(small)
    seen = upright.convert(_mode(upright))
    if seen.mode == "RGBA":  # what can be seen through lies on white
        seen = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    return np.array(seen.convert("L"))


def _mode(image: Image.Image) -> str:
    seen_through = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    return "RGBA" if seen_through else "RGB"
