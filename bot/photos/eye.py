"""Reading a picture: QR codes and barcodes, then print; every code of print is read twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

import cv2
import numpy as np
import trueocr
import zxingcpp
from PIL import Image

from bot.photos import CARD
from bot.photos.faults import Lines, fault_of
from bot.photos.picture import Gray, NotOpened, opened
from knowledge_base.dossiers.codes import grammar
from knowledge_base.text import key

_MOST_CODES = 4
_LEAST = 100  # pixels of a side that may hold a line of print
_AGREED = 2  # readings of the print that must say the same, each of them sure of it
_SURE = 0.9  # of its letters; measured: of what was read less surely, some was wrong twice
# The QR code of an identity card: its number, the old one, name, birth, sex, address, day of issue
# (seen on cards since 2021; the cards of 2024 add fields behind).
_CARD_QR = re.compile(r"\s*\d{12}\|(?:\d{9})?\|[^|]*\|\d{6,8}\|")
_CARD_BACK = re.compile(r"IDVNM\s?\d{6}", re.IGNORECASE)
# Words of its front, of which a receipt that names one has at most the first.
_CARD_FRONT = (
    "can cuoc", "identity card", "full name", "date of birth", "nationality",
    "place of origin", "place of residence", "date of expiry",
)  # fmt: skip
_CARD_WORDS = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a picture: codes, each once, or a fault of :mod:`bot.photos.faults`,
    :class:`bot.photos.picture.NotOpened` or :data:`bot.photos.CARD`."""

    codes: tuple[str, ...] = ()
    fault: str | None = None


# By what two ways to write a code have in common: how it is written, and how sure its letters are.
Readings = dict[str, tuple[str, float]]


@dataclass(frozen=True, slots=True)
class _Print:
    """What was read of print, and the picture made straight for it."""

    codes: Readings
    lines: Lines
    straight: Gray
    is_card: bool


class Eye:
    """Reads pictures, one at a time, on one core. Making one loads the models (8 MB)."""

    def __init__(self, today: Callable[[], date]) -> None:
        cv2.setNumThreads(1)
        self._today = today
        self._letters = trueocr.load_model(threads=1)

    def read(self, content: bytes) -> Seen:
        """What stands in a file; raises nothing that its content can cause but MemoryError."""
        try:
            gray = opened(content)
        except NotOpened as error:
            return Seen(fault=error.fault)
        return self.see(gray) if min(gray.shape) >= _LEAST else Seen(fault="far")

    def see(self, gray: Gray) -> Seen:
        """What stands in a picture."""
        if (seen := self._bars(gray)) is not None:
            return seen
        plain = self._print(gray)
        if plain.is_card:
            return Seen(fault=CARD)
        even = without_background(gray)
        for other in (plain.straight, even):  # barcodes want straight lines, or even light
            if (seen := self._bars(other)) is not None:
                return seen
        again = self._print(even)
        if again.is_card:
            return Seen(fault=CARD)
        agreed = _agreed(plain.codes, again.codes)
        if not agreed and (plain.codes or again.codes):
            larger = np.asarray(cv2.resize(even, None, fx=1.4, fy=1.4), np.uint8)
            agreed = _agreed(plain.codes, again.codes, self._print(larger).codes)
        if agreed:
            return Seen(agreed[:_MOST_CODES])
        best = max(plain.lines, again.lines, key=lambda lines: lines.count * lines.sure)
        doubtful = bool(plain.codes or again.codes)
        return Seen(fault=fault_of(gray, best, doubtful=doubtful))

    def _bars(self, gray: Gray) -> Seen | None:
        """What a QR code or barcode says, where it says something that counts."""
        said = [unquote(found.text) for found in zxingcpp.read_barcodes(gray)]
        if any(_CARD_QR.match(text) or _CARD_BACK.search(text) for text in said):
            return Seen(fault=CARD)
        codes = tuple(text for text, _ in self._codes((text, 1.0) for text in said).values())
        return Seen(codes[:_MOST_CODES]) if codes else None

    def _print(self, gray: Gray) -> _Print:
        read = self._letters.predict(Image.fromarray(gray))
        texts = [line["text"] for line in read.lines]
        heights = [line["bbox"][3] - line["bbox"][1] for line in read.lines]
        sure = [line["confidence"] for line in read.lines]
        lines = Lines(
            len(texts),
            float(np.median(heights)) / max(gray.shape) if heights else 0.0,
            float(np.median(sure)) if sure else 0.0,
            float(read.data["skew_degrees"]),
        )
        straight = np.asarray(read.image.convert("L"))
        codes = self._codes(zip(texts, sure, strict=True))
        return _Print(codes, lines, straight, _is_card(texts))

    def _codes(self, texts: Iterable[tuple[str, float]]) -> Readings:
        """The dossier codes in texts, of each of which it is known how sure it is."""
        today = self._today()
        return {
            code.key: (code.text, sure)
            for text, sure in texts
            for code in grammar().find(text, today).codes
        }


def without_background(gray: Gray) -> Gray:
    """The picture as if the light were the same everywhere: shadows, dimness and stains go, print
    stays. The background is what is left where print is too thin to show."""
    height, width = gray.shape
    small = cv2.resize(
        gray, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA
    )
    behind = cv2.medianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), 21)
    light = cv2.resize(behind, (width, height)).astype(np.float32)
    return np.clip(gray / np.maximum(light, 1.0) * 255, 0, 255).astype(np.uint8)


def _agreed(*readings: Readings) -> tuple[str, ...]:
    """The codes that were read alike by two readings that were sure, or by three: one letter read
    wrongly may still make a code. With its head where one reading saw that."""
    found = dict.fromkeys(key for reading in readings for key in reading)
    agreed: list[str] = []
    for code in found:
        alike = [reading[code] for reading in readings if code in reading]
        sure = [one for one in alike if one[1] >= _SURE]
        if len(sure) >= _AGREED or len(alike) > _AGREED:
            agreed.append(max((text for text, _ in alike), key=len))
    return tuple(agreed)


def _is_card(texts: Iterable[str]) -> bool:
    """Whether print is that of an identity card, front or back."""
    whole = "\n".join(texts)
    if _CARD_BACK.search(whole):
        return True
    words = key(whole)
    return sum(word in words for word in _CARD_FRONT) >= _CARD_WORDS
