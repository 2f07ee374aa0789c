"""The flattened table of manners: how to hand in, how long it takes, what it costs.

A row reads ``<manner><time><fee>(<note>)<description>`` without anything between the cells,
e.g. ``Trực tuyến7 Ngày làm việc10,000 Việt Nam Đồng(…)``. A bare number as time means days;
a comma groups thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from knowledge_base.records.common import NO_INFORMATION, Leftover, clean
from knowledge_base.records.money import (
    CURRENCY,
    FlatFee,
    FlatKind,
    bracketed,
    doubted,
    judge,
    unlike_others,
)
from knowledge_base.schema import Manner, TimeUnit

HEADER = "Hình thức nộpThời gianPhí, lệ phíMô tả"
MANNERS = {
    "Trực tuyến": Manner.ONLINE,
    "Trực tiếp": Manner.DIRECT,
    "Dịch vụ bưu chính": Manner.POSTAL,
}
# What stands in the time cell when there is no time; longest first.
NO_TIME = (
    NO_INFORMATION,
    "Không phải trả kết quả cho người nộp thuế",
    "Không quy định",
    "Không xác định",
    "Không",
)
_UNITS = {
    "Ngày làm việc": TimeUnit.WORKING_DAY,
    "Giờ làm việc": TimeUnit.WORKING_HOUR,
    "Ngày": TimeUnit.DAY,
    "Giờ": TimeUnit.HOUR,
    "Phút": TimeUnit.MINUTE,
    "Tháng": TimeUnit.MONTH,
    "Năm": TimeUnit.YEAR,
    "": TimeUnit.DAY,
}
_NAMES = "|".join(MANNERS)
_START = re.compile(rf"({_NAMES})(?=\d|{'|'.join(NO_TIME)}|Miễn phí)")
_TIME = re.compile(rf"(\d+(?:[.,]\d+)?) ?({'|'.join(filter(None, _UNITS))})(?![a-zà-ỹ])")
_BARE = re.compile(rf"(\d+)(?=Miễn phí|{NO_INFORMATION})")
_GLUED = re.compile(rf"(\d+(?:,\d{{3}})*) ?({CURRENCY})")
_AMOUNT = re.compile(rf"(\d{{1,3}}(?:,\d{{3}})*) ?({CURRENCY})")


@dataclass(frozen=True)
class FlatTime:
    """A processing time as the portal gives it, e.g. 7 working days."""

    amount: float
    unit: TimeUnit


@dataclass(frozen=True)
class Row:
    """One row of the table. ``fees`` is empty when the portal gives no information."""

    manner: Manner
    time: FlatTime | None
    fees: tuple[FlatFee, ...]
    description: str


def read_manners(code: str, text: str) -> tuple[tuple[Row, ...], list[Leftover]]:
    """The rows of ``cach_thuc_thuc_hien`` and what was left out of them."""
    body = clean(text)
    left: list[Leftover] = []
    if not body.startswith(HEADER):
        return (), [Leftover(code, "cách nộp", "không có bảng", body[:80])]
    body = body[len(HEADER) :]
    pieces = _START.split(body)
    rows: list[Row] = []
    lead = _lead(pieces[0])
    if lead is not None:
        rows.append(Row(lead, None, (), ""))
        left.append(Leftover(code, "thời hạn", "ô thời gian không phải số", pieces[0][:80]))
    elif pieces[0].strip():
        left.append(Leftover(code, "cách nộp", "chữ đứng trước hàng đầu", pieces[0][:80]))
    for name, cells in zip(pieces[1::2], pieces[2::2], strict=True):
        row, problems = _read_row(code, MANNERS[name], cells)
        rows.append(row)
        left.extend(problems)
    if not rows:
        left.append(Leftover(code, "cách nộp", "bảng trống", ""))
    return tuple(judged(code, rows, left)), left


def _lead(text: str) -> Manner | None:
    """The manner of a first row whose time cell is a sentence."""
    return next((manner for name, manner in MANNERS.items() if text.startswith(name)), None)


def _read_row(code: str, manner: Manner, cells: str) -> tuple[Row, list[Leftover]]:
    time, rest, problem = _read_time(cells)
    left = [Leftover(code, "thời hạn", problem, cells[:80])] if problem else []
    fees, description, problem = _read_fees(rest)
    if problem:
        left.append(Leftover(code, "lệ phí", problem, rest[:120]))
    return Row(manner, time, fees, description), left


def _read_time(cells: str) -> tuple[FlatTime | None, str, str]:
    """The time, the text after it, and why it was left out (empty when all is well)."""
    found = _TIME.match(cells) or _BARE.match(cells)
    if found:
        amount = float(found[1].replace(",", "."))
        rest = cells[found.end() :]
        # A bare number means days.
        unit = _UNITS[found[2] if found.re is _TIME else ""]
        return (FlatTime(amount, unit), rest, "") if amount else (None, rest, "thời gian bằng 0")
    for words in NO_TIME:
        if cells.startswith(words):
            return None, cells[len(words) :].lstrip(), "cổng không ghi thời gian"
    glued = _GLUED.match(cells)
    if glued:
        return _part_glued(cells, glued)
    return None, cells, "không đọc được ô thời gian"


def _part_glued(cells: str, glued: re.Match[str]) -> tuple[FlatTime | None, str, str]:
    """``120,000 VNĐ`` is one day and 20,000, or twelve and nothing, or 120,000 and no time.

    Settled only when the row's own note names exactly one of the possible amounts.
    """
    digits = glued[1]
    first, comma, groups = digits.partition(",")
    note, _ = bracketed(cells[glued.end() :])
    named = judge.amounts_in(note or "")
    splits = [
        (first[:at], first[at:] + comma + groups)
        for at in range(1, len(first))
        if first[at] != "0" and len(first) - at <= 3
    ]
    fitting = [(t, a) for t, a in splits if int(a.replace(",", "")) in named]
    if comma and len(fitting) == 1 and int(digits.replace(",", "")) not in named:
        days, amount = fitting[0]
        rest = f"{amount} {glued[2]}{cells[glued.end() :]}"
        return FlatTime(float(days), TimeUnit.DAY), rest, ""
    return None, f"? {glued[2]}{cells[glued.end() :]}", "thời gian dính liền số tiền"


def _read_fees(text: str) -> tuple[tuple[FlatFee, ...], str, str]:
    """The fees, the description after them, and why fees were left out."""
    if text.startswith(NO_INFORMATION):
        return (), text[len(NO_INFORMATION) :].strip(), "cổng không ghi lệ phí"
    fees: list[FlatFee] = []
    while True:
        fee, after = _read_fee(text)
        if fee is None:
            break
        fees.append(fee)
        text = after
    problem = "" if fees else "không đọc được ô lệ phí"
    return tuple(fees), text.strip(), problem


def _read_fee(text: str) -> tuple[FlatFee | None, str]:
    if text.startswith("Miễn phí"):
        kind, amount, end = FlatKind.FREE, 0, len("Miễn phí")
    elif text.startswith("? "):
        found = re.match(rf"\? ({CURRENCY})", text)
        if found is None:
            return None, text
        kind, amount, end = FlatKind.UNREADABLE, 0, found.end()
    else:
        found = _AMOUNT.match(text)
        if found is None:
            return None, text
        amount, end = int(found[1].replace(",", "")), found.end()
        kind = FlatKind.FOREIGN if found[2] == "USD" else FlatKind.AMOUNT
    note, rest = bracketed(text[end:])
    return FlatFee(kind, amount, note), rest


def judged(code: str, rows: Iterable[Row], left: list[Leftover]) -> Iterator[Row]:
    """Rows whose fees were held against what their notes and descriptions say."""
    rows = list(rows)
    known = {fee.amount for row in rows for fee in row.fees if fee.kind is FlatKind.AMOUNT}
    judged: list[Row] = []
    for row in rows:
        fees = []
        for fee in row.fees:
            verdict, reason = judge.fee(fee, row.description, known)
            if reason:
                left.append(Leftover(code, "lệ phí", reason, (fee.note or row.description)[:120]))
            fees.append(verdict)
        judged.append(replace(row, fees=tuple(fees)))
    kinds = {fee.kind for row in judged for fee in row.fees}
    for row in judged:
        fees = list(row.fees)
        for index, fee in enumerate(fees):
            if unlike_others(fee, row.manner is Manner.ONLINE, kinds):
                left.append(Leftover(code, "lệ phí", "miễn phí khác với cách nộp khác", row.manner))
                fees[index] = doubted(fee)
        yield replace(row, fees=tuple(fees))
