"""What tells of a person in a question that people are to read: numbers, names, addresses.

Numbers of papers and telephones are masked at the door already (``bot.privacy``), where dossier
codes, dates and amounts must stay because the answer depends on them. Here nothing depends on
them, so every longer number goes. Names and places are found by rule: by what announces them, by
capital letters, by a family name with a middle name. What is written in small letters and
announced by nothing is not found; an official reads every question before it is used.
"""

from __future__ import annotations

import re
import unicodedata

NUMBER, NAME, PLACE, ADDRESS = "[số]", "[tên]", "[nơi]", "[địa chỉ]"

_UPPER = "".join(
    c for c in map(chr, range(0x41, 0x1F00)) if c.isupper() and "LATIN" in unicodedata.name(c, "")
)
_LETTER = r"[^\W\d_]"
# Countries and their people, which questions are about. Others are taken for a name: no harm done.
_ABROAD = (
    "Việt|Viet|Mỹ|My|Pháp|Phap|Anh|Đức|Duc|Nga|Úc|Uc|Hàn|Han|Đài|Dai|Nhật|Nhat|Lào|Lao|Trung|Tàu|Tau|"
    "Thái|Thai|Ba Lan|Phi|Tây|Tay|Campuchia|Miên|Mien|Sing|Canada|Ấn"
)
_CAPITAL = rf"[{_UPPER}](?:(?![{_UPPER}]){_LETTER})*(?!{_LETTER})"  # "Lan", "Ý", not "CCCD"
_NAME = rf"(?!(?:{_ABROAD})\b){_CAPITAL}(?:\s+{_CAPITAL}){{0,4}}"

# The family names of most Vietnamese; those that begin no place's name; those that are no other
# word without accents.
_FAMILY = (
    "nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|ngô|dương|lý|đinh|đoàn|trịnh|trương"
)
_FAMILY_MORE = "hồ|đào|mai|tô|lương|châu|tạ|hà|thái|tống|kiều|lưu|quách|doãn|vương|lâm|phùng"
_FAMILY_PLAIN = "nguyen|tran|le|pham|hoang|huynh|phan|dang|bui|ngo|dinh|doan|trinh|truong"
_FAMILY_ALONE = "nguyễn|huỳnh|trịnh|bùi|trần|quách|doãn"  # in writing nothing else
_FAMILY_ALONE_PLAIN = "nguyen|huynh|trinh|bui"  # with a given name that is common
_GIVEN = (
    "an|anh|binh|chau|chinh|cuong|dung|duy|dung|giang|ha|hai|hang|hanh|hao|hien|hiep|hieu|hoa|hoang|"
    "hong|hue|hung|huong|huy|khanh|khoa|khoi|lam|lan|linh|loan|long|mai|minh|my|nam|nga|ngoc|nhan|nhi|"
    "nhung|oanh|phat|phong|phuc|phuong|quan|quang|quyen|quynh|son|tam|tan|thang|thanh|thao|thinh|thu|"
    "thuy|tien|toan|trang|tri|trinh|trung|tu|tuan|tung|tuyet|uyen|van|viet|vinh|vy|xuan|yen|dat|duc"
)
_MIDDLE = "văn|van|thị|thi|hữu|huu|đức|duc|xuân|xuan|ngọc|ngoc"
_KIN = (
    "ông|bà|cụ|anh|chị|cô|chú|bác|dì|cậu|mợ|thím|em|con|cháu|bé|thằng|vợ|chồng|mẹ|má|cha|bố|ba|"
    "ong|cu|chi|co|chu|bac|di|cau|chau|be|thang|vo|chong|me|ma|bo"
)
_HOUSE = (
    "số nhà|nhà số|so nha|nha so|ngõ|ngách|hẻm|kiệt|tổ dân phố|tổ|đội|xóm|thôn|ấp|khóm|khu phố|"
    "phường|quận|căn hộ|ngo|ngach|hem|kiet|to dan pho|xom|thon|khom|khu pho|phuong|quan"
)
_UNIT = "làng|đường|phố|xã|thị trấn|thị xã|huyện|lang|duong|pho|xa|thi tran|thi xa|huyen"
# After "tên là" these begin what is said next.
_ON = (
    "gì|gi|chi|sao|ai|nào|nao|một|mot|cùng|cung|hai|người|nguoi|muốn|muon|xin|cần|can|hỏi|hoi|sinh|năm|"
    "nam|ở|o|quê|que|làm|lam|đã|da|bị|bi|có|co|và|va|nay|được|duoc|đi|mà|ma|thì|trên|tren|trong|của|cua|"
    "cho|để|de|mất|mat|đang|dang|sai|này"
)

# Small letters in a pattern stand for both; capitals are told apart where names are looked for.
_RULES = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"(?P<said>)(?<!\S)(?i:\S*(?:@|https?://|www\.)\S*)", ADDRESS),
        # "nghị định 14/2020" stays
        (
            r"(?P<said>)(?<![\w./:-])(?!\d{1,3}/20\d\d(?![\w/]))"
            r"[\w./:-]*\d(?:[ .,/-]?\d){4,}(?:[\w./:-]*\w)?",
            NUMBER,
        ),
        (rf"(?P<said>(?i:\b(?:{_HOUSE})\s+(?:số\s+|so\s+)?))\d+\w*(?:[/-]\w+)*", PLACE),
        (rf"(?P<said>(?i:\b(?:{_HOUSE}|{_UNIT}))\s+){_NAME}", PLACE),
        (
            rf"(?P<said>)(?i:\b(?:{_FAMILY}|{_FAMILY_MORE}|{_FAMILY_PLAIN})\s+(?:{_MIDDLE})"
            rf"\s+{_LETTER}+)(?:\s+{_CAPITAL}){{0,2}}",
            NAME,
        ),
        (
            rf"(?P<said>)(?i:\b(?:{_FAMILY_ALONE})(?:\s+{_LETTER}+){{2}}"
            rf"|\b(?:{_FAMILY_ALONE_PLAIN})\s+[a-z]+\s+(?:{_GIVEN})\b)(?:\s+{_CAPITAL}){{0,2}}",
            NAME,
        ),
        (rf"(?P<said>)(?i:\b(?:{_FAMILY}|{_FAMILY_PLAIN}))(?:\s+{_CAPITAL}){{1,4}}", NAME),
        (
            rf"(?P<said>(?i:\b(?:tên|ten)\s*(?:\b(?:là|la)\b|:)\s*))"
            rf"(?i:(?!(?:{_ON})\b){_LETTER}+\b\s*){{1,3}}(?<!\s)",
            NAME,
        ),
        (
            r"(?P<said>(?i:\b(?:tên|ten|(?:tôi|tui|toi|em|con|cháu|mình)\s+(?:là|la)"
            rf"|{_KIN})\s+)){_NAME}",
            NAME,
        ),
    )
)
_MASK = re.compile(r"\s*\[[^\]\n]*\]")


def scrub(text: str) -> str:
    """The text with words in brackets for what may tell of a person; scrubbing twice changes
    nothing. In: any text, masked at the door; out: NFC, on one line."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    kept = re.split(r"(\[[^\]\n]*\])", text)  # masks of the door stay as they are
    return "".join(part if part.startswith("[") else _scrubbed(part) for part in kept)


def _scrubbed(text: str) -> str:
    for rule, word in _RULES:
        text = rule.sub(lambda match, word=word: match["said"] + word, text)  # type: ignore[misc]
    return text


def unmasked(text: str) -> str:
    """The text without its masks, as one may begin to write an example from it."""
    return " ".join(_MASK.sub(" ", text).split())


def seems_personal(text: str) -> bool:
    """Whether something is masked in the text, or would have to be."""
    return bool(_MASK.search(text)) or scrub(text) != " ".join(text.split())
