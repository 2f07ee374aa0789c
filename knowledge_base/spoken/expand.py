"""A text to read turned into words to say. The rules run in the order of :func:`_rules`; each
leaves less that is no word. What comes out holds letters, spaces and pauses (``. , ? ! ; :``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from knowledge_base.spoken.lexicon import Lexicon, Region, any_of, lexicon
from knowledge_base.spoken.numbers import Manner, cardinal, one_by_one

_DAY, _MONTH, _YEAR = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])", r"((?:1[89]|20|21)\d\d)"
_UPPER = "A-ZĐ"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_LAW = r"(?:Luật|Nghị định|Thông tư|Quyết định|Nghị quyết|Pháp lệnh|Chỉ thị|Bộ luật|số)"


@dataclass(frozen=True, slots=True)
class _Teller:
    """What the rules need: the lexicon and the region's way with numbers."""

    words: Lexicon
    manner: Manner

    def number(self, digits: str) -> str:
        """A whole number, its dots for thousands left out; a long one digit by digit."""
        plain = digits.replace(".", "")
        if len(plain) > 12 or (plain == digits and len(plain) > 4):
            return one_by_one(plain)
        return cardinal(int(plain), self.manner)

    def year(self, year: str) -> str:
        return f"năm {self.number(year)}"


_Rule = Callable[[_Teller, re.Match[str]], str]


def spoken(text: str, region: Region) -> str:
    """What a voice of ``region`` is given to say for ``text``; saying that changes nothing more."""
    told = "".join(map(_plain, unicodedata.normalize("NFC", text)))
    teller = _Teller(lexicon(), lexicon().manners[region])
    for pattern, rule in _rules():
        told = pattern.sub(rule if isinstance(rule, str) else partial(rule, teller), told)
    return told.strip(" ,;:")


def _plain(sign: str) -> str:
    """``²``, ``½`` and ``①`` as the digits they stand for."""
    if sign.isalpha() or sign.isdecimal() or not sign.isalnum():
        return sign
    return unicodedata.normalize("NFKC", sign).replace("⁄", "/")


# --- dates and times -----------------------------------------------------------------------


def _date(teller: _Teller, match: re.Match[str]) -> str:
    said, day, month, year = match.groups()
    head = said or "ngày "
    return f"{head}{_day_month(day, month, teller)} {teller.year(year)}"


def _iso(teller: _Teller, match: re.Match[str]) -> str:
    year, month, day = match.groups()
    return f"ngày {_day_month(day, month, teller)} {teller.year(year)}"


def _short_date(teller: _Teller, match: re.Match[str]) -> str:
    said, day, month = match.groups()
    return f"{said}{_day_month(day, month, teller)}"


def _day_month(day: str, month: str, teller: _Teller) -> str:
    first = "mùng " if int(day) <= 10 else ""
    return f"{first}{teller.number(day)} tháng {_month(month, teller)}"


def _month(month: str, teller: _Teller) -> str:
    return "tư" if int(month) == 4 else teller.number(month)


def _month_year(teller: _Teller, match: re.Match[str]) -> str:
    law, said, month, year = match.groups()
    if law:
        return f"{law}{said or ''}{teller.number(month)}, {teller.year(year)}"
    return f"{said or 'tháng '}{_month(month, teller)} {teller.year(year)}"


def _number_year(teller: _Teller, match: re.Match[str]) -> str:
    number, year = match.groups()
    return f"{teller.number(number)}, {teller.year(year)}"


def _time(teller: _Teller, match: re.Match[str]) -> str:
    hour, minute = match.groups()
    said = f"{teller.number(hour)} giờ"
    return said if int(minute or 0) == 0 else f"{said} {teller.number(minute)}"


# --- codes ---------------------------------------------------------------------------------


def _law(teller: _Teller, match: re.Match[str]) -> str:
    """``66/2024/NĐ-CP``: number, year, and who made what."""
    number, year, maker = match.groups()
    digits = re.split(r"(\D+)", number)
    said = " ".join(
        teller.number(part) if part.isdigit() else _piece(part, teller) for part in digits if part
    )
    assembly = re.fullmatch(r"(\D+)(\d{1,2})", maker)
    if assembly:
        term = f"{_code(assembly[1], teller)} khóa {teller.number(assembly[2])}"
        return f"{said}, {teller.year(year)}, {term}"
    return f"{said}, {teller.year(year)}, {_code(maker, teller)}"


def _code(code: str, teller: _Teller) -> str:
    """Letters by name or as the abbreviation they are, digits one by one, signs by name."""
    parts = re.findall(rf"{any_of(teller.words.short)}|\d+|[^\W\d_]+|.", code)
    said = " ".join(_piece(part, teller) for part in parts)
    return re.sub(r" ?, ?", ", ", said).strip(" ,")


def _piece(part: str, teller: _Teller) -> str:
    words = teller.words
    if part in words.short:
        return words.short[part]
    if part.isdigit():
        return one_by_one(part)
    if part.isalpha():
        return words.spelled(part)
    return {".": "chấm", "/": "trên"}.get(part, ",")


def _whole_code(teller: _Teller, match: re.Match[str]) -> str:
    return _code(match[0], teller)


def _dialled(_teller: _Teller, match: re.Match[str]) -> str:
    said, number = match.groups()
    groups = re.split(r"[ .)(]+", number.strip("()"))
    return f"{said or ''}{', '.join(one_by_one(group) for group in groups if group)}"


def _short_number(teller: _Teller, match: re.Match[str]) -> str:
    return one_by_one(match[0]) if match[0] in teller.words.dialled else match[0]


# --- numbers -------------------------------------------------------------------------------


def _form_number(_teller: _Teller, match: re.Match[str]) -> str:
    return f"{match[1]}{one_by_one(match[2])}"


def _decimal(teller: _Teller, match: re.Match[str]) -> str:
    whole, part = match.groups()
    digits = " ".join(one_by_one(digit) for digit in part)
    return f"{teller.number(whole)} phẩy {digits}"


def _whole(teller: _Teller, match: re.Match[str]) -> str:
    return teller.number(match[0])


def _unit(teller: _Teller, match: re.Match[str]) -> str:
    per = " một " if match[2] else ""
    return f"{teller.words.units[match[1]]}{per}"


def _roman(teller: _Teller, match: re.Match[str]) -> str:
    values = [_ROMAN[letter] for letter in match[2]]
    following = [*values[1:], 0]
    total = sum(-a if a < b else a for a, b in zip(values, following, strict=True))
    return f"{match[1] or ''}{cardinal(total, teller.manner)}"


# --- letters and signs ---------------------------------------------------------------------


def _site(teller: _Teller, match: re.Match[str]) -> str:
    site = re.sub(r"^(?:https?://)?(?:www\.)?", "", match[0]).rstrip("/.,;:!?)")
    tail = re.search(r"[.,;:!?)]*$", match[0])
    return teller.words.sites.get(site, teller.words.link) + (tail[0] if tail else "")


def _mail(teller: _Teller, _match: re.Match[str]) -> str:
    return teller.words.mail


def _short(teller: _Teller, match: re.Match[str]) -> str:
    said = teller.words.short[match[0]]
    ended = match[0].endswith(".") and not match.string[match.end() :].strip()
    return f"{said}." if ended else f"{said} " if match[0].endswith(".") else said


def _capitals(teller: _Teller, match: re.Match[str]) -> str:
    """Letters by name; a word in capitals is known by the marks of its vowels."""
    plain = re.fullmatch(rf"[{_UPPER}]+", match[0])
    return teller.words.spelled(match[0]) if plain else match[0].lower()


def _sign(teller: _Teller, match: re.Match[str]) -> str:
    return f" {teller.words.signs.get(match[0], '')} "


_Listed = tuple[tuple[str, _Rule | str], ...]


def _dates_and_units(words: Lexicon, units: str) -> _Listed:
    area = "|".join(unit for unit in words.units if unit[-1] in "23")
    return (
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _mail),
        (r"https?://\S+|\b(?:[a-z0-9-]+\.)+(?:gov\.vn|com\.vn|org\.vn|vn|com|org)\b\S*", _site),
        (rf"(?<![\w/-])(?:{any_of(words.short)})(?!\w)(?![-/][\w])", _short),
        # Documents of the law, before anything in them is taken for a date or a fraction.
        (rf"(?<![\w/])(\d{{1,5}}(?:\.\d+|\.?[a-z])?)/{_YEAR}/([{_UPPER}][\w./-]*\w)", _law),
        (rf"(?i:(ngày ))?(?<![\w/.]){_DAY}[/.-]{_MONTH}[/.-]{_YEAR}(?![\w/])", _date),
        (rf"(?<!\w){_YEAR}-{_MONTH}-{_DAY}(?!\w)", _iso),
        (rf"({_LAW} )?(?i:(tháng ))?(?<![\w/.]){_MONTH}/{_YEAR}(?![\w/])", _month_year),
        (rf"(?<![\w/.])(\d{{1,5}})/{_YEAR}(?![\w/])", _number_year),
        (rf"\b((?i:ngày|từ|đến|trước|sau|hết|và|–|-) ){_DAY}/{_MONTH}(?![\w/])", _short_date),
        (r"(?<=\d[:hg]\d\d)\s?[–—-]\s?(?=\d)", " đến "),
        (r"(?<![\w:])([01]?\d|2[0-4]):([0-5]\d)(?![\w:])", _time),
        (r"(?<![\w:])([01]?\d|2[0-4])(?:h|g)([0-5]\d)(?![\w:])", _time),
        (rf"(?<![\w.,/-])(\d+(?:[.,]\d+)*)({units})(?!\w)", r"\1 \2"),
        (rf"(?<!\w)({area})(?:(/)(?=\w)|(?!\w))", _unit),
        (r"(?<![\w.,])(\d+(?:,\d+)?)\s?[xX×]\s?(?=\d)", r"\1 nhân "),
    )  # fmt: skip


def _codes_and_numbers(units: str) -> _Listed:
    return (
        (r"(?<![\w.])\d\.\d{6}(?:\.[\w.]*\w)?(?!\w)", _whole_code),
        (rf"(?<!\w)(?=[^\s,;]*[{_UPPER}a-zđ])(?=[^\s,;]*\d)[{_UPPER}a-zđ\d]"
         rf"(?:[{_UPPER}a-zđ\d./-]*[{_UPPER}a-zđ\d])?(?!\w)", _whole_code),
        (rf"(?<!\w)\d{{1,3}}(?:[/-][{_UPPER}]{{2,}})+(?!\w)", _whole_code),
        (rf"(?<!\w)[{_UPPER}]{{1,8}}(?:[-/.][{_UPPER}]{{1,10}})+(?!\w)", _whole_code),
        (r"(?<![\w.,/-])()(1[89]00[ .]?\d{4,6}|\(?0\d{2,3}\)?(?:[ .]?\d{2,4}){2,3})(?![\w/-])",
         _dialled),
        (r"((?i:gọi(?: ngay)?(?: số| tổng đài)?|tổng đài|điện thoại|hotline):? )(\d{3,4})\b",
         _dialled),
        (r"(?<![\w.,/-])(?<![Đđ]iều )(?<!oản )\d{3,4}(?![\w/%-]|[.,]\d)", _short_number),
        (r"\b((?i:mẫu|mẫu số|biểu|biểu mẫu|bảng) )(0\d)\b", _form_number),
        (r"(?<=\d)\s?[–—-]\s?(?=\d)", " đến "),
        (r"(?<![\w.])(\d+(?:\.\d{3})*),(\d{1,3})(?!\d)", _decimal),
        (rf"(?<=\d)\s?({units})(?!\w)(/(?=\w))?", lambda t, m: f" {_unit(t, m)}"),
        (r"(?<=\d)/(?=\d)", " trên "),
        (r"\d{1,3}(?:\.\d{3})+(?![\d.])|\d+", _whole),
    )  # fmt: skip


def _letters(units: str) -> _Listed:
    return (
        (r"(?<=[^\W\d])/([^\W\d]+)/(?=[^\W\d])", r", \1, "),
        (rf"\b({units})(/)(?=\w)", _unit),
        (r"\b((?i:phần|mục|chương|quý|loại|hạng|khoá|khóa|cấp|lục|bậc|nhóm) )([IVXL]+)\b", _roman),
        (r"\b()([IVX]{2,})\b", _roman),
        (rf"(?<!\w)(?:[{_UPPER}]|(?![a-z])[^\W\d_a-zà-ỹđ]){{2,}}(?!\w)", _capitals),
        (r"(?<!\w)[BCDĐFGHJKLMNPQRSTVWXZ](?!\w)", _capitals),
        (r"(?<=\w)/(?=\w)", " hoặc "),
    )  # fmt: skip


# Every line is a sentence of its own, every bracket a pause.
_SIGNS: _Listed = (
    (r"\s*…|\.{2,}", "."),
    (r"(?<![.!?:;,\s])\s*\n\s*", ". "),
    (r"\s[–—-]\s", ", "),
    (r"[(\[]", ", "),
    (r"[)\]](?=\s*[.,;:!?])", ""),
    (r"[)\]]", ", "),
    (r"(?<=\w)[-‐‑'’](?=\w)", " "),
    (r"[^\w\s.,?!;:]|_", _sign),
    (r"\s+", " "),
    (r"\s+([.,?!;:])", r"\1"),
    (r"[,;:]*([.?!])[.,?!;:\s]*(?=[.?!]|\s|$)", r"\1"),
    (r"([,;:])[,;:\s]*(?=[,;:])", ""),
    (r"([.,?!;:])(?=\w)", r"\1 "),
    (r"^[\s.,?!;:]+", ""),
)  # fmt: skip


@cache
def _rules() -> tuple[tuple[re.Pattern[str], _Rule | str], ...]:
    words = lexicon()
    units = any_of(words.units)
    listed = (
        *_dates_and_units(words, units), *_codes_and_numbers(units), *_letters(units), *_SIGNS
    )  # fmt: skip
    return tuple((re.compile(pattern), rule) for pattern, rule in listed)
