"""Personal data is taken out of a text before it is stored or logged; the rest goes on.

What is masked, and why these: Law 91/2025/QH15 and Decree 356/2025/NĐ-CP count identity and phone
numbers among basic personal data and sign-in data among the sensitive (read in summaries, November
2026). Nobody is turned away for sending a number: it is replaced by a word that says what it was.

What is never touched: dossier codes, procedure codes, numbers of legal documents, dates and amounts
of money, because the answer depends on them.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator

from knowledge_base.dossiers.codes import grammar

MAX_LENGTH = 2000  # characters of one message; Zalo's limit, and enough for any question

ID_NUMBER = "[số định danh]"
PHONE = "[số điện thoại]"
EMAIL = "[địa chỉ email]"
ACCOUNT = "[số tài khoản]"
PAPER = "[số giấy tờ]"
OTP = "[mã OTP]"
PASSWORD = "[mật khẩu]"  # noqa: S105 the word that stands for one
MASKS = (ID_NUMBER, PHONE, EMAIL, ACCOUNT, PAPER, OTP, PASSWORD)

_HIDDEN = "\ue000"  # a private character that stands for a protected piece meanwhile

_DAY, _MONTH = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
# An amount is not the last group of a longer number ("0912 345 678 đồng ý").
_BEGINS = "".join(rf"(?<!\d[ \u2010-\u2015-]{{{width}}})" for width in (1, 2, 3))
_AMOUNT = r"[1-9]\d{0,2}(?:[.,]\d{3})+|[1-9]\d{0,7}|[1-9]\d*000"
_PROTECTED = re.compile(
    r"(?<![\w.])(?:"
    + "|".join(
        (
            r"\d{6}(?:\d{2})?[-–—]\d{4,7}(?![\d-])",  # the end of a dossier code alone
            r"\d\.\d{6}(?:\.\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})?(?!\d)",  # a procedure code
            r"\d{1,5}/\d{4}/[^\W\d]\w*(?:-[^\W\d]+)*",  # a legal document
            rf"{_DAY}(?P<sep>[./-]){_MONTH}(?P=sep)(?:19|20)\d{{2}}(?![./-]?\d)",
            rf"(?:19|20)\d{{2}}-{_MONTH}-{_DAY}(?!\d)",
            rf"{_BEGINS}[1-9]\d*(?:[.,]\d+)*\s?"
            r"(?:(?:đồng|dong)(?! [ýy]\b)|vnđ|vnd|nghìn|nghin|ngàn|ngan|triệu|trieu|tỷ|tỉ)(?!\w)",
            # "k" and "d" are also short for other words, so only beside what looks like an amount.
            rf"{_BEGINS}(?:{_AMOUNT})\s?[kđd](?!\w)",
        )
    )
    + ")",
    re.IGNORECASE,
)

# Between the digits of one number: telephones write groups, people dashes with spaces around them.
_SEP = "[ .\u2010-\u2015-]{0,3}"
# Between an announcement and its number: words, but no digit and no other mask.
_GAP = rf"[^\d\n\[\]{_HIDDEN}]"
_PIECE = rf"[^\s\[\]{_HIDDEN}]"
_SECRET = r"\b(?:mật khẩu|mat khau|mật mã|mat ma|password|passwd|passcode|pass|mk)\b"  # noqa: S105 words that announce one
_WORD = r"(?:\s+[^\W\d]+)"
_QUESTION_WORDS = (
    "gì|gi|bao|sao|thế|the|nào|nao|như|nhu|chi|chữ|chu|mấy|may|ở|o|do|cái|cai|phải|phai|bắt|bat|"
    "có|co|một|mot|đúng|dung|sai|của|cua|ai|đâu|dau|không|khong|ký|ky|số|so"
)
_OTP_SAID = r"\b(?:smart ?otp|otp|mã xác (?:thực|nhận)|ma xac (?:thuc|nhan)|mã pin|ma pin|pin)"

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (r"(?P<said>)[\w.+-]{1,64} ?@ ?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", EMAIL),
        # "mật khẩu vneid là hoamai 1990", but not "mật khẩu là gì"
        (
            rf"(?P<said>{_SECRET}{_WORD}{{0,4}}?\s*(?:\b(?:là|la|is)\b\s*[:=]?|[:=])\s*)"
            rf"(?!(?:{_QUESTION_WORDS})\b){_PIECE}+(?: {_PIECE}*\d{_PIECE}*){{0,3}}",
            PASSWORD,
        ),
        # "mk Abc@123": without "là" only what has a digit in it
        (
            rf"(?P<said>{_SECRET}{_WORD}{{0,2}}?\s+)(?={_PIECE}*\d){_PIECE}{{6,}}",
            PASSWORD,
        ),
        (
            rf"(?P<said>{_OTP_SAID}\s*(?:\b(?:là|la)\b\s*)?[:=]?\s*)"
            rf"\d(?:{_SEP}\d){{3,7}}(?![.-]?\d)",
            OTP,
        ),
        (rf"(?P<said>{_OTP_SAID}{_GAP}{{1,25}}?)\d(?:{_SEP}\d){{5}}(?![.-]?\d)", OTP),
        (
            rf"(?P<said>\b(?:stk|số tk|so tk|số tài khoản|so tai khoan|số thẻ|so the)\b"
            rf"{_GAP}{{0,40}}?)\d(?:{_SEP}\d){{5,18}}(?![.-]?\d)",
            ACCOUNT,
        ),
        (
            rf"(?P<said>\b(?:tài khoản|tai khoan|tk|account)\b{_GAP}{{0,40}}?)"
            rf"(?!0[35789])\d(?:{_SEP}\d){{5,18}}(?![.-]?\d)",
            ACCOUNT,
        ),
        (
            r"(?P<said>\b(?:bhxh|bhyt|bảo hiểm|bao hiem|hộ chiếu|ho chieu|passport|mã số thuế|"
            rf"ma so thue|mst)\b{_GAP}{{0,20}}?)\b[A-Z]{{0,2}}\d{{7,13}}(?!\d)",
            PAPER,
        ),
        (
            rf"(?P<said>)(?<![\d.])(?:\(?(?:\+|00)?84\)?{_SEP}(?:\(0\))?|\(?0){_SEP}"
            rf"(?:[35789](?:{_SEP}\d){{8}}|2\d{{0,2}}\)?(?:{_SEP}\d){{7,8}})(?!\d)",
            PHONE,
        ),
        (r"(?P<said>)(?<!\d)\d{4}(?:[ \u2010-\u2015-]{0,3}\d{4}){3}(?:\d{3})?(?!\d)", ACCOUNT),
        (r"(?P<said>)(?<![\d.,/-])\d{12}(?!\d|[.,/-]\d)", ID_NUMBER),
        (r"(?P<said>)(?<!\d)0\d{11}(?!\d)", ID_NUMBER),  # beside another one too
        (rf"(?P<said>)(?<![\d.-])0\d(?:{_SEP}\d){{10}}(?!\d|[.-]\d)", ID_NUMBER),
        (
            r"(?P<said>\b(?:cmnd|cmt|cmtnd|cccd|căn cước|can cuoc|định danh|dinh danh|"
            rf"chứng minh|chung minh)\b{_GAP}{{0,30}}?)\d(?:{_SEP}\d){{8,11}}(?![.-]?\d)",
            ID_NUMBER,
        ),
        (r"(?P<said>)(?<![\d.,/-])\d{9}(?!\d|[.,/-]\d)", ID_NUMBER),
    )
)


_PERHAPS = re.compile(rf"\d|@|{_SECRET}", re.IGNORECASE)


def mask(text: str) -> str:
    """Replace personal numbers, addresses and secrets by Vietnamese words in brackets.

    In and out: any text; it comes back in NFC, with ASCII digits and plain spaces. Masking twice
    changes nothing.
    """
    text = unicodedata.normalize("NFC", text).replace(_HIDDEN, "")
    if not text.isascii():
        text = "".join(map(_plain, text))
    if not _PERHAPS.search(text):
        return text
    text, hidden = _hide(text)
    for rule, word in _RULES:
        text = rule.sub(lambda match, word=word: match["said"] + word, text)  # type: ignore[misc]
    pieces = iter(hidden)
    return re.sub(_HIDDEN, lambda _: next(pieces), text)


def clean(text: str) -> str:
    """Make any string fit to be stored: NFC, no NUL, control, invisible or private characters, no
    lone surrogates, line breaks as ``\\n``, no space at the ends, at most 2,000 characters."""
    text = "\n".join(text[: MAX_LENGTH * 10].splitlines()).replace("\t", " ")
    # Two surrogates that belong together become the character they stand for.
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    kept = (c for c in text if c == "\n" or unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFC", "".join(kept)).strip()[:MAX_LENGTH].rstrip()


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


CleanText = Annotated[str, BeforeValidator(_cleaned)]  # for models that read what platforms send


def mask_code_for_log(code: str, salt: str) -> str:
    """A dossier code as logs may show it: ``hs-`` + 10 hex digits of a salted hash + ``-`` + its
    last four characters. One code always looks the same under one ``salt``."""
    bare = re.sub(r"\W|_", "", code).upper().replace("O", "0")
    digest = hmac.new(salt.encode(), bare.encode(), hashlib.sha256).hexdigest()[:10]
    return f"hs-{digest}-{bare[-4:]}"


class MaskingFilter(logging.Filter):
    """Masks every record: add it to each *handler*, since a logger's filters miss its children.

    Besides what :func:`mask` does, dossier codes are hashed and bot tokens in addresses removed.
    """

    def __init__(self, salt: str) -> None:
        super().__init__()
        self._salt = salt

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always lets it pass."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):  # a library's slip must not stop who called it
            said = f"{record.msg} {record.args}"
        record.msg = self._mask(said)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._mask(record.exc_text)
        if record.stack_info:
            record.stack_info = self._mask(record.stack_info)
        return True

    def _mask(self, text: str) -> str:
        text = _BOT_TOKEN.sub("[token]", mask(text))
        spans = _merge(grammar().spans(text))
        for start, end in reversed(spans):
            text = text[:start] + mask_code_for_log(text[start:end], self._salt) + text[end:]
        return text


# Telegram's and Zalo's addresses hold the token: .../bot123456:AA.../sendMessage
_BOT_TOKEN = re.compile(r"(?<=/bot)\d{3,}:[\w-]{10,}")


def _hide(text: str) -> tuple[str, list[str]]:
    """Put one private character in place of each protected piece; returns the pieces in order."""
    others = (m.span() for m in _PROTECTED.finditer(text))
    pieces: list[str] = []
    out: list[str] = []
    done = 0
    for start, end in _merge([*grammar().spans(text), *others]):
        out += (text[done:start], _HIDDEN)
        pieces.append(text[start:end])
        done = end
    return "".join((*out, text[done:])), pieces


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _plain(char: str) -> str:
    """A digit of any script, or a space of any width (telephones put such into numbers)."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return " " if unicodedata.category(char) == "Zs" else char
