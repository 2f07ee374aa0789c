"""What the readers of all parts of a record share."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

NO_INFORMATION = "Không có thông tin"


@dataclass(frozen=True)
class Leftover:
    """Something a record says that was left out: why, and the text it stood in."""

    code: str
    part: str
    reason: str
    text: str


def clean(text: str) -> str:
    """NFC, the Icelandic Ð some typists use for Đ put right, blanks folded, ends trimmed."""
    composed = unicodedata.normalize("NFC", text).replace("Ð", "Đ")
    return re.sub(r"\s+", " ", composed).strip()


def value(text: str) -> str:
    """``clean``, and an empty string for the portal's "no information"."""
    cleaned = clean(text)
    return "" if cleaned in (NO_INFORMATION, "--", "Không", "Không.", "Không có") else cleaned


# The district level was abolished on 1 July 2025; texts that still name it would mislead.
_DISTRICT = re.compile(r"\bhuyện\b|\bthị trấn\b", re.IGNORECASE)


def names_district(text: str) -> bool:
    """Whether a text still names the abolished district level."""
    return _DISTRICT.search(text) is not None


_SPELLED_OUT = (
    (r"\bUBND\b", "Ủy ban nhân dân"),
    (r"\bHĐND\b", "Hội đồng nhân dân"),
    (r"\bHTX\b", "hợp tác xã"),
    (r"\bBHXH\b", "Bảo hiểm xã hội"),
    (r"\bBHYT\b", "bảo hiểm y tế"),
    (r"\bGPLX\b", "giấy phép lái xe"),
    (r"\bGCN\b", "giấy chứng nhận"),
    (r"\bTTHC\b", "thủ tục hành chính"),
    (r"\bTW\b", "trung ương"),
    (r"\bTNLĐ\b", "tai nạn lao động"),
    (r"(?<![-/])\bBNN\b", "bệnh nghề nghiệp"),
    (r"\bNLĐ\b", "người lao động"),
    (r"\bBHTN\b", "bảo hiểm thất nghiệp"),
    (r"\bPCCC\b", "phòng cháy, chữa cháy"),
    (r"\bCCCD\b", "căn cước công dân"),
    (r"\bcấp Xã\b", "cấp xã"),
    (r"\bcấp Tỉnh\b", "cấp tỉnh"),
    (r"\bU[ỷỶ] ban\b", "Ủy ban"),
    (r"(?i)\bỦy ban nhân dân\b", "Ủy ban nhân dân"),
)


def spell_out(text: str) -> str:
    """Official abbreviations in full, and the Committee's name in one spelling."""
    for pattern, full in _SPELLED_OUT:
        text = re.sub(pattern, full, text)
    return text
