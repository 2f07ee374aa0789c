"""What is written becomes what is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import knowledge_base
from knowledge_base.phrases import DEFAULT_ADDRESS
from knowledge_base.spoken.expand import spoken
from knowledge_base.spoken.lexicon import Region, lexicon
from knowledge_base.spoken.numbers import cardinal

ROOT = Path(knowledge_base.__file__).parent
NORTH, CENTRAL, SOUTH = Region.NORTH, Region.CENTRAL, Region.SOUTH
NOT_SAID = re.compile(r"[^\w\s.,?!;:]|[\d_]|\b[A-ZĐ]{2,}\b|\s\s|[.,?!;:]{2}")
WRITTEN = re.compile(r"[^\w\s.,?!;:]|\d|[A-ZĐ]{2}")


@pytest.mark.parametrize(
    ("number", "north", "south"),
    [
        (0, "không", None),
        (5, "năm", None),
        (10, "mười", None),
        (15, "mười lăm", None),
        (21, "hai mươi mốt", None),
        (24, "hai mươi tư", "hai mươi bốn"),
        (105, "một trăm linh năm", "một trăm lẻ năm"),
        (110, "một trăm mười", None),
        (1001, "một nghìn không trăm linh một", "một ngàn không trăm lẻ một"),
        (8000, "tám nghìn", "tám ngàn"),
        (14_063, "mười bốn nghìn không trăm sáu mươi ba", "mười bốn ngàn không trăm sáu mươi ba"),
        (1_000_000, "một triệu", None),
        (1_005_000, "một triệu không trăm linh năm nghìn", "một triệu không trăm lẻ năm ngàn"),
        (2_000_000_001, "hai tỷ không trăm linh một", "hai tỷ không trăm lẻ một"),
        (10**12, "một nghìn tỷ", "một ngàn tỷ"),
    ],
)
def test_numbers_are_said_as_each_region_says_them(
    number: int, north: str, south: str | None
) -> None:
    manners = lexicon().manners
    assert cardinal(number, manners[NORTH]) == north
    assert cardinal(number, manners[SOUTH]) == (south or north)


_VALUES = {"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5,
           "lăm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9}  # fmt: skip


def heard(words: str) -> int:
    """The number somebody writes down who hears it."""
    total = group = last = 0
    for word in words.split():
        match word:
            case "mười":
                group, last = group + 10, 0
            case "mươi":
                group, last = group + last * 10, 0
            case "trăm":
                group, last = group + last * 100, 0
            case "linh" | "lẻ":
                continue
            case "nghìn" | "ngàn" | "triệu":
                total += (group + last) * (10**6 if word == "triệu" else 1000)
                group = last = 0
            case "tỷ":
                total, group, last = (total + group + last) * 10**9, 0, 0
            case _:
                last = _VALUES[word]
    return total + group + last


@given(st.integers(0, 10**12 - 1), st.sampled_from(Region))
def test_who_hears_a_number_writes_the_same_one(number: int, region: Region) -> None:
    assert heard(cardinal(number, lexicon().manners[region])) == number


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("8.000 đồng", "tám ngàn đồng"),
        ("mã 1.014063", "mã một chấm không một bốn, không sáu ba"),
        ("03 ngày làm việc", "ba ngày làm việc"),
        ("(6–10 trong 13)", "sáu đến mười trong mười ba"),
        ("Trước 24/11/2026", "Trước ngày hai mươi bốn tháng mười một năm hai ngàn không trăm hai "
                             "mươi sáu"),
        ("ngày 1/4/2025", "ngày mùng một tháng tư năm hai ngàn không trăm hai mươi lăm"),
        ("từ 1/1 đến 31/12", "từ mùng một tháng một đến ba mươi mốt tháng mười hai"),
        ("tháng 7/2026", "tháng bảy năm hai ngàn không trăm hai mươi sáu"),
        ("7:30–11:30", "bảy giờ ba mươi đến mười một giờ ba mươi"),
        ("7h30, 13:00", "bảy giờ ba mươi, mười ba giờ"),
        ("giảm 50%, còn 2,5%", "giảm năm mươi phần trăm, còn hai phẩy năm phần trăm"),
        ("1800 1096", "một tám không không, một không chín sáu"),
        ("18001096", "một tám không không, một không chín sáu"),
        ("0912345678", "không chín một hai, ba bốn năm, sáu bảy tám"),
        ("(028) 3910 2126", "không hai tám, ba chín một không, hai một hai sáu"),
        ("gọi 113, 114", "gọi một một ba, một một bốn"),
        ("Điều 113", "Điều một trăm mười ba"),
        ("H26.33-260714-0012", "hát hai sáu chấm ba ba, hai sáu không, bảy một bốn, không không "
                               "một hai"),
        ("000.00.12.H62-201105-0004", "không không không chấm không không chấm một hai chấm hát "
                                      "sáu hai, hai không một, một không năm, không không không "
                                      "bốn"),
        ("mẫu CT07, mẫu số 01", "mẫu xê tê không bảy, mẫu số không một"),
        ("66/2024/NĐ-CP", "sáu mươi sáu, năm hai ngàn không trăm hai mươi bốn, Nghị định Chính "
                          "phủ"),
        ("Luật 36/2024/QH15", "Luật ba mươi sáu, năm hai ngàn không trăm hai mươi bốn, Quốc hội "
                              "khóa mười lăm"),
        ("UBND P. Bến Nghé, Q. 1, TP. HCM", "Ủy ban nhân dân phường Bến Nghé, quận một, Thành phố "
                                            "Hồ Chí Minh"),
        ("CCCD, BHYT, BHXH", "căn cước công dân, bảo hiểm y tế, bảo hiểm xã hội"),
        ("mở VNeID, quét QR, tệp PDF", "mở vi en e ai đi, quét quy a, tệp pê đê ép"),
        ("TTHC, QĐ, XYZ", "thủ tục hành chính, Quyết định, ích xì i dài dét"),
        ("1/2 mức", "một phần hai mức"),
        ("Bước 3/9", "Bước ba trên chín"),
        ("mục II, quý I, Bộ Y tế", "mục hai, quý một, Bộ Y tế"),
        ("50.000đ/giấy, 5 m²/người", "năm mươi ngàn đồng một giấy, năm mét vuông một người"),
        ("ông/bà, xã/phường", "ông bà, xã hoặc phường"),
        ("• Giấy khai sinh\n• “Sổ” hộ khẩu", "Giấy khai sinh. Sổ hộ khẩu"),
        ("Xong 😀 → bấm *Đồng ý*", "Xong, rồi bấm Đồng ý"),
        ("mở https://dichvucong.gov.vn/a?b=1 nhé", "mở đường dẫn trên màn hình nhé"),
        ("vào dichvucong.gov.vn.", "vào dịch vụ công chấm gốp chấm vi en."),
        ("ảnh 4x6 cm", "ảnh bốn nhân sáu xăng ti mét"),
        ("[số điện thoại]", "số điện thoại"),
        ("", ""),
        ("•\n…", ""),
    ],
)  # fmt: skip
def test_texts_are_said_as_people_in_the_south_say_them(written: str, said: str) -> None:
    assert spoken(written, SOUTH) == said


def test_the_middle_says_thousands_like_the_south_and_fours_like_the_north() -> None:
    assert spoken("1.024", CENTRAL) == "một ngàn không trăm hai mươi tư"


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)
    elif isinstance(node, str):
        yield node


def test_nothing_of_the_knowledge_base_is_left_unsaid() -> None:
    """Every sentence, every word of every guide and file: no digit, no sign, no abbreviation."""
    texts: set[str] = set()
    for folder in ("wording", "guides", "life_events", "province_fees", "procedures"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            texts.update(_strings(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)))
    assert len(texts) > 5000
    for text in texts:
        if re.fullmatch(r"[a-z0-9-]+|https?://\S+", text) or not WRITTEN.search(text):
            continue  # names of files and facts; words that need no telling
        if re.search(r"[A-Z]_[A-Z]", text):
            continue  # names a setting: for who sets up, never read aloud
        shown = text.replace("{ong_ba}", DEFAULT_ADDRESS).replace("{Ong_ba}", "Ông/bà")
        said = spoken(shown, SOUTH)
        assert not (left := NOT_SAID.search(said)), (left, said, shown)
        assert spoken(said, SOUTH) == said, shown


@given(st.text(alphabet=st.sampled_from("  aưĐTVX09125.,/-–:;()[]%+&@#\n“”'?!hđm²½①٣→😀")))
def test_whatever_is_written_words_and_pauses_are_left(text: str) -> None:
    said = spoken(text, NORTH)
    assert not re.search(r"[^\w\s.,?!;:]|[\d_]", said), said
    assert all(sign.isalpha() or sign in " .,?!;:" for sign in said)
    assert unicodedata.is_normalized("NFC", said)
