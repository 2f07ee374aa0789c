"""Photographs of receipts ("Giấy tiếp nhận hồ sơ và hẹn trả kết quả"), made up.

The same number gives the same photograph. People, places and codes are invented; the words are
ours, the layout is that of the paper.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import cv2
import numpy as np
import segno
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from bot.fonts import fonts

Pixels = NDArray[np.uint8]
PAGE = (1240, 1754)  # A4 at 150 dots an inch
_LAST_DAY = date(2026, 11, 20)


class Bearing(StrEnum):
    """How a receipt bears its code, besides in print."""

    QR = "qr"
    BARCODE = "barcode"
    TEXT = "text"


class Condition(StrEnum):
    """How it was photographed."""

    CLEAN = "clean"
    TILT_8 = "tilt_8"
    TILT_35 = "tilt_35"
    TURN_90 = "turn_90"
    BLUR = "blur"
    SHADOW = "shadow"
    DIM = "dim"
    SMALL = "small"
    CREASED = "creased"
    STAINED = "stained"
    LOW_JPEG = "low_jpeg"
    GLARE = "glare"


@dataclass(frozen=True)
class Photograph:
    """A file, the code that stands on the paper, and how both came about."""

    content: bytes
    code: str
    bearing: Bearing
    condition: Condition


def photograph(
    number: int,
    condition: Condition,
    bearing: Bearing,
    *,
    code: str | None = None,
    long_side: int = 1280,
) -> Photograph:
    """The ``number``-th photograph of its kind; ``long_side`` in pixels, as channels send them."""
    dice = np.random.default_rng([number, *condition.encode(), *bearing.encode()])
    code = code or made_up_code(dice)
    page = np.asarray(receipt(code, bearing, dice))
    shot = _SHOTS[condition](page, dice, long_side)
    quality = 12 if condition is Condition.LOW_JPEG else 82
    return Photograph(jpeg(shot, quality), code, bearing, condition)


def jpeg(picture: Pixels, quality: int = 82) -> bytes:
    """The picture ``(height, width, 3)`` as a file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality)
    return file.getvalue()


def made_up_code(dice: np.random.Generator) -> str:
    """A code of one of the three forms that were seen on papers."""
    day = _LAST_DAY - timedelta(days=int(dice.integers(0, 900)))
    province = dice.choice(["H57", "H48", "H21", "H20", "H62", "H47"])
    match int(dice.integers(3)):
        case 0:
            unit = f"000.00.{dice.integers(1, 99):02}.{province}"
            return f"{unit}-{day:%y%m%d}-{dice.integers(1, 9999):04}"
        case 1:
            unit = f"{province}.{dice.integers(1, 199)}"
            return f"{unit}-{day:%y%m%d}-{dice.integers(1, 9999):04}"
        case _:
            unit = f"G{dice.integers(1, 30):02}.{dice.integers(1, 60)}"
            return f"{unit}-{day:%Y%m%d}-{dice.integers(1, 9_999_999):07}"


def receipt(code: str, bearing: Bearing, dice: np.random.Generator) -> Image.Image:
    """The paper, flat and clean."""
    page = Image.new("RGB", PAGE, (252, 252, 250))
    pen = ImageDraw.Draw(page)
    regular, bold = _fonts(dice)
    head, body = ImageFont.truetype(bold, 26), ImageFont.truetype(regular, 27)
    heavy = ImageFont.truetype(bold, 27)

    def middle(words: str, at: tuple[int, int], font: ImageFont.FreeTypeFont) -> None:
        pen.text((at[0] - pen.textlength(words, font) / 2, at[1]), words, "black", font)

    middle("ỦY BAN NHÂN DÂN PHƯỜNG AN HOÀ", (330, 90), head)
    middle("TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", (330, 130), ImageFont.truetype(bold, 23))
    middle("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", (890, 90), ImageFont.truetype(bold, 23))
    middle("Độc lập - Tự do - Hạnh phúc", (890, 130), head)
    middle(f"Số: {dice.integers(1, 9999)}/TNHS", (330, 190), body)
    middle("GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", (620, 320), ImageFont.truetype(bold, 34))
    pen.text((120, 400), "Mã hồ sơ: ", "black", body)
    pen.text((120 + pen.textlength("Mã hồ sơ: ", body), 400), code, "black", heavy)
    name = dice.choice(["Nguyễn Thị Lành", "Trần Văn Bền", "Lê Thị Mận", "Phạm Văn Sáu"])
    lines = [
        f"Trung tâm đã nhận hồ sơ của ông/bà: {name}",
        "Nơi ở: tổ 4, khu phố 2, phường An Hoà",
        f"Điện thoại: 09{dice.integers(10**7, 10**8)}",
        "Việc yêu cầu giải quyết: " + dice.choice(["Đăng ký khai sinh", "Xác nhận hôn nhân"]),
        f"Mã thủ tục: 1.00{dice.integers(1000, 9999)}",
        "Giấy tờ đã nộp gồm có:",
        "1. Tờ khai theo mẫu (01 bản chính)",
        "2. Giấy chứng sinh (01 bản chính)",
        "3. Bản sao căn cước công dân của cha, mẹ",
        "Số lượng hồ sơ: 01 bộ. Thời gian giải quyết: 03 ngày làm việc.",
        f"Nhận lúc 08 giờ {dice.integers(10, 59)} phút, ngày 04 tháng 08 năm 2026",
        "Hẹn trả kết quả: 16 giờ 30 phút, ngày 07 tháng 08 năm 2026",
        "Nơi trả: quầy số 3, Trung tâm Phục vụ hành chính công",
        "Lệ phí: 8.000 đồng. Ông/bà mang theo giấy này khi tới nhận.",
    ]
    for row, words in enumerate(lines):
        pen.text((120, 460 + 52 * row), words, "black", body)
    middle("NGƯỜI NỘP HỒ SƠ", (330, 1300), head)
    middle("NGƯỜI TIẾP NHẬN", (900, 1300), head)
    _stamp(pen)
    if bearing is Bearing.QR:
        words = code if dice.random() < 0.5 else f"https://motcua.vi-du.vn/tra-cuu?ma={code}"
        page.paste(_qr(words), (960, 370))
    elif bearing is Bearing.BARCODE:
        page.paste(_barcode(code), (380, 225))
    return page


def _fonts(dice: np.random.Generator) -> tuple[str, str]:
    folder = fonts()[0].parent
    pairs = [
        ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
        ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
        ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
    ]
    regular, bold = pairs[int(dice.integers(2))]
    return str(folder / regular), str(folder / bold)


def _qr(words: str) -> Image.Image:
    file = io.BytesIO()
    segno.make(words, error="m", micro=False).save(file, kind="png", scale=8, border=2)
    return Image.open(file).convert("RGB").resize((210, 210), Image.Resampling.NEAREST)


def _barcode(words: str) -> Image.Image:
    made = zxingcpp.create_barcode(words, zxingcpp.BarcodeFormat.Code128)
    bars = np.array(zxingcpp.write_barcode_to_image(made, scale=3, add_hrt=False))
    picture = Image.fromarray(bars).convert("RGB")
    return picture.resize((min(picture.width, 820), 80), Image.Resampling.NEAREST)


def _stamp(pen: ImageDraw.ImageDraw) -> None:
    red = (205, 60, 70)
    for radius in (110, 104, 62):
        pen.ellipse(
            (820 - radius, 1450 - radius, 820 + radius, 1450 + radius), outline=red, width=3
        )


# --- how it is photographed ----------------------------------------------------------------

Shot = Callable[[Pixels, np.random.Generator, int], Pixels]


def _shot(
    page: Pixels,
    dice: np.random.Generator,
    long_side: int,
    *,
    angle: float = 0.0,
    fills: float = 0.93,
) -> Pixels:
    """The page on a table, seen a little from the side, turned by ``angle`` degrees; the longer
    side of what it takes is ``fills`` of the picture's."""
    height, width = page.shape[:2]
    turn = np.deg2rad(angle)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    around = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]], np.float32)
    turned = (corners - corners.mean(0)) @ around.T
    spread = turned.max(0) - turned.min(0)
    frame = (int(long_side * 0.75), long_side)
    if spread[0] > spread[1]:
        frame = (frame[1], frame[0])
    scale = fills * min(frame[0] / spread[0], frame[1] / spread[1])
    placed = turned * scale + np.array(frame, np.float32) / 2
    placed += dice.uniform(-0.012, 0.012, placed.shape).astype(np.float32) * long_side
    table = _table(frame, dice)
    warp = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    # A camera sees several points of the paper in one of its own.
    soft = cv2.GaussianBlur(page, (0, 0), max(0.3, 0.35 / scale))
    paper = cv2.warpPerspective(soft, warp, frame, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), warp, frame)
    share = (mask / 255.0)[..., None]
    seen = paper * share + table * (1 - share)
    return _noisy(seen * dice.uniform(0.82, 0.97), dice, 3.0)


def _table(frame: tuple[int, int], dice: np.random.Generator) -> NDArray[np.float32]:
    base = np.array(dice.choice([[120, 88, 60], [70, 74, 80], [150, 150, 148]]), np.float32)
    grain = dice.normal(0, 14, (frame[1] // 8 + 1, frame[0] // 40 + 1)).astype(np.float32)
    return base + cv2.resize(grain, frame)[..., None]


def _noisy(picture: NDArray[np.floating], dice: np.random.Generator, much: float) -> Pixels:
    noise = dice.normal(0, much, picture.shape[:2])[..., None]
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _light(shape: tuple[int, ...], dice: np.random.Generator) -> NDArray[np.float64]:
    """A soft ramp from 0 to 1 ``(height, width)`` in some direction."""
    height, width = shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    turn = dice.uniform(0, 2 * np.pi)
    ramp = np.cos(turn) * x / width + np.sin(turn) * y / height
    ramp = (ramp - ramp.min()) / (ramp.max() - ramp.min())
    return np.asarray(1 / (1 + np.exp(-18 * (ramp - dice.uniform(0.35, 0.65)))))


def _blurred(page: Pixels, dice: np.random.Generator, side: int) -> Pixels:
    seen = _shot(page, dice, side)
    sigma = dice.uniform(1.0, 2.6) * side / 1280
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), sigma), np.uint8)


def _shadowed(page: Pixels, dice: np.random.Generator, side: int) -> Pixels:
    seen = _shot(page, dice, side)
    shade = 1 - dice.uniform(0.45, 0.7) * _light(seen.shape, dice)
    return _noisy(seen * shade[..., None], dice, 2.0)


def _dim(page: Pixels, dice: np.random.Generator, side: int) -> Pixels:
    seen = _shot(page, dice, side)
    return _noisy(seen * dice.uniform(0.12, 0.35), dice, 4.0)


def _creased(page: Pixels, dice: np.random.Generator, side: int) -> Pixels:
    folded = page.astype(np.float32)
    height, width = page.shape[:2]
    for _ in range(int(dice.integers(3, 7))):
        at, upright = dice.uniform(0.1, 0.9), dice.random() < 0.5
        span, length = (width, height) if upright else (height, width)
        line = at * span + dice.uniform(-40, 40) * np.sin(np.linspace(0, 3, length))
        away = np.arange(span)[None, :] - line[:, None]
        fold = (
            1
            - 0.28 * np.exp(-((away / 5) ** 2))
            + 0.10 * np.tanh(away / 60) * np.exp(-np.abs(away) / 200)
        )
        folded *= (fold if upright else fold.T)[..., None]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    wave = dice.uniform(2, 5)
    there = (x + wave * np.sin(y / 140), y + wave * np.sin(x / 170))
    flat = np.clip(folded, 0, 255)
    bent = cv2.remap(flat, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _shot(bent.astype(np.uint8), dice, side, angle=dice.uniform(-2, 2))


def _stained(page: Pixels, dice: np.random.Generator, side: int) -> Pixels:
    stained = page.astype(np.float32)
    height, width = page.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    spots = [(int(dice.integers(width)), int(dice.integers(height))) for _ in range(5)]
    spots.append((int(dice.integers(250, 800)), int(dice.integers(360, 460))))  # near the code
    for cx, cy in spots:
        radius = dice.uniform(50, 190)
        inside = 1 / (1 + np.exp((np.hypot(x - cx, y - cy) - radius) / 6))
        colour = np.array([0.72, 0.52, 0.30]) ** dice.uniform(0.5, 1.3)
        stained *= 1 - inside[..., None] * (1 - colour)
    return _shot(stained.astype(np.uint8), dice, side, angle=dice.uniform(-3, 3))


def _glaring(page: Pixels, dice: np.random.Generator, side: int) -> Pixels:
    seen = _shot(page, dice, side).astype(np.float64)
    height, width = seen.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    cx, cy = dice.uniform(0.2, 0.8) * width, dice.uniform(0.1, 0.5) * height
    away = np.hypot((x - cx) / 1.6, y - cy) / (dice.uniform(0.06, 0.16) * side)
    return _noisy(seen + (330 * np.exp(-(away**2)))[..., None], dice, 2.0)


_SHOTS: dict[Condition, Shot] = {
    Condition.CLEAN: _shot,
    Condition.TILT_8: lambda p, d, s: _shot(p, d, s, angle=d.choice([-8, 8])),
    Condition.TILT_35: lambda p, d, s: _shot(p, d, s, angle=d.choice([-35, 35])),
    Condition.TURN_90: lambda p, d, s: _shot(p, d, s, angle=d.choice([-90, 90])),
    Condition.BLUR: _blurred,
    Condition.SHADOW: _shadowed,
    Condition.DIM: _dim,
    Condition.SMALL: lambda p, d, s: _shot(p, d, s, fills=d.uniform(0.35, 0.6)),
    Condition.CREASED: _creased,
    Condition.STAINED: _stained,
    Condition.LOW_JPEG: _shot,
    Condition.GLARE: _glaring,
}


# --- of which nothing can be read ----------------------------------------------------------


def spoilt(fault: str, number: int = 0, long_side: int = 1280) -> bytes:
    """A photograph of a receipt without bars that cannot be read, because of a fault of
    :mod:`bot.photos.faults`."""
    dice = np.random.default_rng([number, *fault.encode()])
    page = np.asarray(receipt(made_up_code(dice), Bearing.TEXT, dice))
    frame = (int(long_side * 0.75), long_side)
    match fault:
        case "dark":
            shot = _noisy(_shot(page, dice, long_side) * 0.05, dice, 5.0)
        case "blurred":
            shot = np.asarray(cv2.GaussianBlur(_shot(page, dice, long_side), (0, 0), 6.0), np.uint8)
        case "far":
            shot = _shot(page, dice, long_side, fills=0.16)
        case "glare":
            shot = _burnt(_shot(page, dice, long_side), dice)
        case "no_paper":
            shot = _noisy(_table(frame, dice), dice, 3.0)
        case "no_code":
            shot = _shot(page[460:], dice, long_side)
        case _:
            raise ValueError(fault)
    return jpeg(shot)


def _burnt(seen: Pixels, dice: np.random.Generator) -> Pixels:
    """A lamp mirrored where the code stands."""
    height, width = seen.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot((x - 0.35 * width) / 1.9, y - 0.25 * height) / (0.12 * height)
    return _noisy(seen * 0.9 + (500 * np.exp(-(away**2)))[..., None], dice, 2.0)
