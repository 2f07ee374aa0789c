"""Photographs of receipts: their codes, or the one thing to do better; and what is no receipt."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont

from bot.fonts import fonts
from bot.photos.eye import Eye, Seen
from bot.photos.faults import Lines, fault_of
from bot.photos.picture import LONG_SIDE, NotOpened, opened
from tests.receipts import Bearing, Condition, photograph, receipt, spoilt

CODE = "000.00.12.H62-201105-0004"
ANOTHER = "G09.20-20260609-0092637"


@pytest.fixture(scope="module")
def eye() -> Eye:
    return Eye(lambda: date(2026, 11, 22))


def file_of(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def sheet(*lines: str, qr: str | None = None) -> Image.Image:
    """A white card with some print, and a QR code."""
    picture = Image.new("RGB", (1000, 700), "white")
    font = ImageFont.truetype(str(fonts()[0]), 26)
    for row, words in enumerate(lines):
        ImageDraw.Draw(picture).text((40, 40 + 60 * row), words, "black", font)
    if qr is not None:
        file = io.BytesIO()
        segno.make(qr, micro=False).save(file, kind="png", scale=5, border=4)
        picture.paste(Image.open(file).convert("RGB"), (620, 300))
    return picture


@pytest.mark.parametrize("condition", Condition)
def test_a_receipt_is_read_however_it_was_photographed(eye: Eye, condition: Condition) -> None:
    bearing = list(Bearing)[list(Condition).index(condition) % 3]
    shot = photograph(3, condition, bearing)
    assert eye.read(shot.content) == Seen((shot.code,))


@pytest.mark.parametrize("fault", ["dark", "blurred", "far", "glare", "no_paper", "no_code"])
def test_one_tip_is_given_for_a_picture_that_cannot_be_read(eye: Eye, fault: str) -> None:
    assert eye.read(spoilt(fault)) == Seen(fault=fault)


def test_a_picture_that_is_only_tilted_is_told_so() -> None:
    paper = np.full((800, 600), 220, np.uint8)
    assert fault_of(paper, Lines(12, 0.02, 0.5, tilt=30.0)) == "tilted"
    assert fault_of(paper, Lines(12, 0.02, 0.5, tilt=2.0)) == "blurred"


def test_two_codes_on_one_picture_are_both_told(eye: Eye) -> None:
    pages = [
        np.asarray(receipt(one, Bearing.QR, np.random.default_rng(1))) for one in (CODE, ANOTHER)
    ]
    both = Image.fromarray(np.concatenate(pages, axis=1)).resize((1860, 1316))
    assert set(eye.read(file_of(both, "JPEG")).codes) == {CODE, ANOTHER}


@pytest.mark.parametrize(
    "card",
    [
        sheet(qr="001055012345|012345678|Nguyễn Thị Lành|01011955|Nữ|Xóm 2, An Hoà|10052021"),
        sheet(qr="001055012345||Nguyễn Thị Lành|01011955|Nữ|Xóm 2|10052024|||Cha|Mẹ"),
        sheet("Đặc điểm nhân dạng", "IDVNM0550123457001055012345<<4", "5501019F3001019VNM<<<<<8"),
        sheet("CĂN CƯỚC CÔNG DÂN", "Citizen Identity Card", "Họ và tên / Full name:",
              "Ngày sinh / Date of birth:", "Quê quán / Place of origin: " + CODE),
    ],
)  # fmt: skip
def test_an_identity_card_is_refused_and_nothing_of_it_told(eye: Eye, card: Image.Image) -> None:
    assert eye.read(file_of(card)) == Seen(fault="card")


def test_a_paper_that_only_names_a_card_is_no_card(eye: Eye) -> None:
    paper = sheet(
        "Giấy tờ đã nộp:", "1. Bản sao thẻ căn cước", f"Mã hồ sơ: {CODE}", "Cảm ơn ông/bà"
    )
    assert eye.read(file_of(paper)) == Seen((CODE,))


def test_a_code_of_tomorrow_is_no_code(eye: Eye) -> None:
    assert eye.read(file_of(sheet(qr="H57.132-261123-0583"))).codes == ()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "format"),
        (b"%PDF-1.7 ...", "format"),
        (file_of(Image.new("L", (200, 200)), "GIF"), "format"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "heic"),
        (file_of(Image.new("L", (7000, 7000)), "PNG"), "pixels"),
        (file_of(Image.effect_noise((300, 300), 60), "JPEG")[:5000], "broken"),
        (file_of(Image.effect_noise((300, 300), 60), "PNG")[:5000], "broken"),
    ],
)
def test_what_is_no_picture_of_a_kind_that_is_read_is_not_unpacked(
    content: bytes, fault: str
) -> None:
    with pytest.raises(NotOpened) as refused:
        opened(content)
    assert refused.value.fault == fault


def test_a_picture_is_opened_upright_small_and_on_white() -> None:
    tall = Image.new("L", (3000, 1000), 200)
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    for kind in ("JPEG", "PNG", "WEBP"):
        assert opened(file_of(tall, kind, exif=turned)).shape[0] == LONG_SIDE
    through = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    assert opened(file_of(through, "PNG")).min() == 255
    assert opened(file_of(through.quantize(), "PNG")).shape == (100, 200)


def test_a_stamp_sized_picture_is_too_small_to_read(eye: Eye) -> None:
    assert eye.read(file_of(Image.new("L", (90, 1)))) == Seen(fault="far")
