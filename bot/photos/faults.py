"""Why nothing could be read in a picture: one cause, the one that the citizen can do most about.

The limits were set on the photographs of ``tests/receipts.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bot.photos.picture import Gray

_SIDE = 1000  # pixels of the long side on which light and sharpness are measured
_DARK = 95  # shade of the brightest hundredth, which is paper
_BURNT = 250  # shade of paper that shows no print
_LIT = 185  # shade of paper that is lit well
_GLARE = 0.02  # share of the picture that is burnt
_UNBURNT = 0.1  # share that is paper and not burnt, or the whole sheet is bright
_FAR = 0.0095  # height of a line, of the picture's long side
_FEW_LINES = 4
_SHARP = 0.050  # see _sharpness
_TILTED = 12.0  # degrees
_CLEAR = 0.86  # how sure the reader of letters is of those it read well


@dataclass(frozen=True, slots=True)
class Lines:
    """What was seen of printed lines: how many, how high their middle one is (of the picture's long
    side), how sure their letters are (0 to 1), and their tilt in degrees."""

    count: int = 0
    height: float = 0.0
    sure: float = 0.0
    tilt: float = 0.0


def fault_of(gray: Gray, lines: Lines, *, doubtful: bool = False) -> str:
    """``dark``, ``glare``, ``no_paper``, ``blurred``, ``far``, ``tilted``, or ``no_code`` where the
    print is clear and no code stands in it; ``doubtful``: something like a code does."""
    small = _small(gray)
    if float(np.percentile(small, 99)) < _DARK:
        return "dark"
    if _has_glare(small):
        return "glare"
    sharp = _sharpness(small) >= _SHARP
    if lines.count >= _FEW_LINES and lines.sure >= _CLEAR and sharp and not doubtful:
        return "no_code"
    if lines.count < _FEW_LINES:
        return "no_paper" if sharp else "blurred"
    if lines.height < _FAR:
        return "far"
    return "tilted" if abs(lines.tilt) > _TILTED else "blurred"


def _small(gray: Gray) -> Gray:
    scale = _SIDE / max(gray.shape)
    if scale >= 1:
        return gray
    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def _has_glare(small: Gray) -> bool:
    """Whether a part of the paper is burnt and a part is not."""
    square = np.ones((15, 15), np.uint8)
    burnt = cv2.morphologyEx((small >= _BURNT).astype(np.uint8), cv2.MORPH_OPEN, square)
    paper = cv2.morphologyEx((small >= _LIT).astype(np.uint8), cv2.MORPH_OPEN, square)
    share = float(burnt.mean())
    return share > _GLARE and float(paper.mean()) - share > _UNBURNT


def _sharpness(small: Gray) -> float:
    """How steep the steepest edges are, of the range of shades: 0 = none at all."""
    shades = small.astype(np.float32)
    span = float(np.percentile(shades, 99) - np.percentile(shades, 1))
    edges = np.abs(cv2.Laplacian(shades, cv2.CV_32F))
    return float(np.percentile(edges, 99)) / max(span, 1.0) / 4
