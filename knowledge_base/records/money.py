"""Fees: the amount in the cell held against what the note beside it says.

The portal writes "Miễn phí" in the cell and "40.000 đồng" or "do Hội đồng nhân dân quyết
định" in the note; it writes 5,000 in the cell and "thu 7.000 đồng" in the note. A wrong fee
is worse than none, so an amount is believed only when nothing beside it disagrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from knowledge_base.records.common import names_district

CURRENCY = "VNĐ|Việt Nam Đồng|USD"
MAX_NOTE = 200
# Cells such as "20 VNĐ" stand for 20.000; no fee of the portal is below this.
LEAST_AMOUNT = 1000

# What citizens read beside a fee that cannot be given as one amount.
SEVERAL_CASES = "Mức thu tùy trường hợp, xem tại Cổng Dịch vụ công quốc gia."
CONDITIONS = "Có điều kiện kèm theo, xem tại Cổng Dịch vụ công quốc gia."
MORE_AMOUNTS = "Còn mức thu khác tùy trường hợp, xem tại Cổng Dịch vụ công quốc gia."
SET_ELSEWHERE = "Thu theo quy định riêng về phí, lệ phí, xem tại Cổng Dịch vụ công quốc gia."
FREE_WITH_NOTE = "Cổng ghi miễn phí nhưng có điều kiện kèm theo, xem tại Cổng."
BY_PROVINCE = "Mức cụ thể do tỉnh, thành phố nơi nộp quy định."


class FlatKind(Enum):
    """What a fee cell turned out to be."""

    AMOUNT = auto()
    FREE = auto()
    BY_PROVINCE = auto()
    UNCLEAR = auto()
    FOREIGN = auto()
    UNREADABLE = auto()


@dataclass(frozen=True)
class FlatFee:
    """A fee. ``amount`` in đồng counts for AMOUNT and FREE only; ``unit`` such as "hồ sơ"."""

    kind: FlatKind
    amount: int
    note: str | None = None
    unit: str | None = None


def bracketed(text: str) -> tuple[str | None, str]:
    """The note in brackets a text begins with (brackets within it kept), and what follows.

    An opening bracket that is never closed makes all the rest the note.
    """
    if not text.startswith("("):
        return None, text
    depth = 0
    for index, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return text[1:index].strip(), text[index + 1 :]
    return text[1:].strip(), ""


_GROUPED = r"(?<![\d.,])\d{1,3}(?:[.,]\d{3})+"
_NUMBER = rf"{_GROUPED}|(?<![\d.,/])\d{{4,}}"
# A number without dots is a sum only beside the word: 2026/TT-BTC is no sum.
_SUM = re.compile(
    rf"({_GROUPED})(?=\s*(?:đ|vnđ|Việt Nam Đồng|/|\(|;|\)|\.?$))"
    r"|(?<![\d.,/])(\d{4,})(?=\s*(?:đ|vnđ|Việt Nam Đồng))",
    re.IGNORECASE,
)
_WORD_SUM = re.compile(r"\d+\s*(?:triệu|nghìn|ngàn|USD|usd)\b")
_CHANGING = re.compile(
    r"%|\bphần trăm\b|\bgiảm\b|áp dụng mức|kể từ ngày|từ ngày|đến hết|đến ngày|\btối đa\b|\bx\b",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"Hội đồng nhân dân|HĐND|chính quyền địa phương"
    r"|(?:Ủy|Uỷ) ban nhân dân cấp tỉnh quy định|từng địa phương",
    re.IGNORECASE,
)
_NOTHING_SAID = re.compile(
    r"^[-\s(]*(?:không(?: có| quy định)?|chưa quy định)?[.\s)]*$", re.IGNORECASE
)
_FREE_SAID = re.compile(
    r"^[-\s(]*(?:không thu|miễn|không thu,? nộp) (?:lệ phí|phí|phí, lệ phí)"
    r"(?: \((?:theo )?Thông tư số [^()]{5,40}\))?[.\s)]*$",
    re.IGNORECASE,
)
_MONEY_WORD = re.compile(
    r"\bphí\b|\blệ phí\b|\bmức thu\b|\bgiá dịch vụ\b|\bbiểu mức\b", re.IGNORECASE
)
_LOWERED = re.compile(r"áp dụng mức|%", re.IGNORECASE)
_PAY = re.compile(r"\b(?:nộp|thu|mức) (?:phí|lệ phí)\b", re.IGNORECASE)
_CITES = re.compile(r"[-\s(]*(?:theo|thực hiện theo|thông tư|quy định tại)", re.IGNORECASE)
_ONLY_CITES = re.compile(r"(?!.*(?:trường hợp|đối với))theo quy định\b", re.IGNORECASE)
_ODD_SUM = re.compile(r"\d[.,]\d{4,}|\d{4,}[.,]\d{3}")
_UNIT = re.compile(r"^(?:đồng|vnđ|đ)?\s*/\s*(?:0?1 )?([\w\s-]{2,30}?)[.;)\s]*$", re.IGNORECASE)
_SAME_WITH_UNIT = re.compile(
    rf"^(?:lệ phí|phí)?:?\s*({_NUMBER})\s*(?:đồng|vnđ|đ|Việt Nam Đồng)?\s*"
    r"(?:/\s*(?:0?1 )?([\w\s-]{2,30}?))?[.;\s]*$",
    re.IGNORECASE,
)


class _Judge:
    """The rules, kept together because each leans on :meth:`amounts_in`."""

    @staticmethod
    def amounts_in(text: str) -> set[int]:
        """Sums in đồng that a text names, e.g. ``{20000}`` for "thu 20.000 đồng/lần"."""
        found = (a or b for a, b in _SUM.findall(text))
        return {int(re.sub(r"[.,]", "", number)) for number in found}

    def fee(self, fee: FlatFee, description: str, known: set[int]) -> tuple[FlatFee, str]:
        """The fee as it may be told, and why it lost its amount (empty when it kept it).

        ``known`` are the amounts of the record's other rows: a note may repeat those.
        """
        match fee.kind:
            case FlatKind.FREE:
                return self._free(fee, description)
            case FlatKind.AMOUNT:
                return self._amount(fee, description, known)
            case FlatKind.FOREIGN:
                return _unclear(fee, SEVERAL_CASES), "tính bằng ngoại tệ"
            case FlatKind.BY_PROVINCE | FlatKind.UNCLEAR:
                return fee, ""
            case _:
                return _unclear(fee, SEVERAL_CASES), "số tiền dính liền thời gian"

    def _free(self, fee: FlatFee, description: str) -> tuple[FlatFee, str]:
        note = fee.note or ""
        silent = _NOTHING_SAID.match(note) or _FREE_SAID.match(note)
        if _LOCAL.search(note) or (
            silent and _LOCAL.search(description) and _MONEY_WORD.search(description)
        ):
            return replace(fee, kind=FlatKind.BY_PROVINCE, note=BY_PROVINCE), ""
        if not silent:
            if _CITES.match(note):
                return _unclear(fee, SET_ELSEWHERE), "miễn phí nhưng dẫn văn bản về phí"
            return _unclear(fee, FREE_WITH_NOTE), "miễn phí nhưng có chú thích"
        if (
            self.amounts_in(description)
            or _WORD_SUM.search(description)
            or _PAY.search(description)
        ):
            return _unclear(fee, FREE_WITH_NOTE), "miễn phí nhưng mô tả nói có thu"
        return replace(fee, note=None), ""

    def _amount(self, fee: FlatFee, description: str, known: set[int]) -> tuple[FlatFee, str]:
        note = fee.note or ""
        beside = self.amounts_in(description)
        against = self._against(fee.amount, note, description, beside)
        if against:
            return _unclear(fee, SEVERAL_CASES), against
        if _LOCAL.search(note):
            return replace(fee, kind=FlatKind.BY_PROVINCE, amount=0, note=BY_PROVINCE), ""
        if (self.amounts_in(note) | beside) - known:
            return replace(fee, note=MORE_AMOUNTS, unit=_unit(note)), ""
        return _with_note(fee, note), ""

    def _against(self, amount: int, note: str, description: str, beside: set[int]) -> str:
        """Why an amount cannot be believed; empty when nothing speaks against it."""
        named = self.amounts_in(note)
        if amount < LEAST_AMOUNT:
            return "số tiền dưới 1.000 đồng"
        if (named and amount not in named) or _ODD_SUM.search(note):
            return "ô lệ phí và chú thích ghi hai số khác nhau"
        if _CHANGING.search(note) or _WORD_SUM.search(note):
            return "chú thích ghi mức giảm, tỷ lệ hoặc thời gian áp dụng"
        changing = _CHANGING.search(re.sub(r"kể từ ngày nhận[^.;]*", "", description))
        if beside and changing and not (amount in beside and not _LOWERED.search(description)):
            return "mô tả ghi mức giảm, tỷ lệ hoặc thời gian áp dụng"
        return ""


def unlike_others(fee: FlatFee, online: bool, others: set[FlatKind]) -> bool:
    """Whether "free" stands alone beside rows with a fee.

    Handing in online is often made free; a post office or a desk that is free where the other
    is not is a slip of the portal's, and so is "free" where another row leaves it to the province.
    """
    if fee.kind is not FlatKind.FREE:
        return False
    return FlatKind.BY_PROVINCE in others or (FlatKind.AMOUNT in others and not online)


def _unclear(fee: FlatFee, note: str) -> FlatFee:
    return replace(fee, kind=FlatKind.UNCLEAR, amount=0, note=note, unit=None)


def _unit(note: str) -> str | None:
    found = _UNIT.match(note)
    return found[1].strip() if found else None


def _with_note(fee: FlatFee, note: str) -> FlatFee:
    """Keep a short note in one sentence; say that there are conditions where it is long."""
    if _NOTHING_SAID.match(note):
        return replace(fee, note=None)
    unit = _unit(note)
    if unit:
        return replace(fee, note=None, unit=unit)
    same = _SAME_WITH_UNIT.match(note)
    if same:
        return replace(fee, note=None, unit=same[2].strip() if same[2] else None)
    # "đồng/lần (Đối với …)" goes on from the sum in the cell: what it says is in the brackets.
    bare = re.sub(r"^(?:đồng|đ)\b\s*(?:/\s*\w+)?\s*", "", note.strip(" -+;:.\t"))
    inner, rest = bracketed(bare)
    short = (inner if inner and not rest else bare).strip(" -+;:.\t")
    short = re.sub(r":\s*\+\s*", ": ", short)
    if len(short) < 8 or _ONLY_CITES.match(short):
        return replace(fee, note=None)
    if len(short) <= MAX_NOTE and ". " not in short and not names_district(short):
        return replace(fee, note=short[:1].upper() + short[1:])
    return replace(fee, note=CONDITIONS)


def unpriced(note: str) -> FlatFee | None:
    """What a fee says whose amount the record leaves empty; None when it says nothing."""
    if _NOTHING_SAID.match(note):
        return None
    if _FREE_SAID.match(note):
        return FlatFee(FlatKind.FREE, 0)
    if _LOCAL.search(note):
        return FlatFee(FlatKind.BY_PROVINCE, 0, BY_PROVINCE)
    return _unclear(
        FlatFee(FlatKind.UNCLEAR, 0), SET_ELSEWHERE if _CITES.match(note) else SEVERAL_CASES
    )


_FREE_CELL = re.compile(
    r"0(?: đồng)?|không(?: có| thu(?: phí| lệ phí)?)?|miễn(?: phí| lệ phí)?", re.IGNORECASE
)


def read_cell(text: str) -> FlatFee | None:
    """A cell of a list that holds nothing but a fee: free, one sum with its unit, or left to the
    province; None for whatever says more."""
    if _FREE_CELL.fullmatch(text.strip(" .;")) or _FREE_SAID.match(text):
        return FlatFee(FlatKind.FREE, 0)
    found = _SAME_WITH_UNIT.match(text)
    if found and int(re.sub(r"[.,]", "", found[1])) >= LEAST_AMOUNT:
        unit = found[2].strip() if found[2] else None
        return FlatFee(FlatKind.AMOUNT, int(re.sub(r"[.,]", "", found[1])), unit=unit)
    if _LOCAL.search(text) and not judge.amounts_in(text):
        return FlatFee(FlatKind.BY_PROVINCE, 0, BY_PROVINCE)
    return None


def doubted(fee: FlatFee) -> FlatFee:
    """The fee without its amount."""
    return _unclear(fee, SEVERAL_CASES)


judge = _Judge()
