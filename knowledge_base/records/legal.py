"""Numbers of legal documents out of a table whose titles and numbers run together."""

from __future__ import annotations

import re

from knowledge_base.records.common import Leftover, clean, value

HEADER = "Tên văn bản pháp lýMã văn bản"
# Issuing bodies; the longest first, since the next title's first letter is glued on.
_BODIES = (
    r"BTC|BTP|BCA|BNV|BYT|BXD|BGTVT|BNNPTNT|BNNMT|BNNPTN|BNN|BTNMT|BTN|BCT|BKHĐT|BKHCN|BKH|BTTTT"
    r"|BTTT|BGDĐT|BGD|BLĐTBXH|BLĐ|BVHTTDL|BVHTT|BQP|BNG|BDTTG|NHNN|TTCP|VPCP|TANDTC|VKSNDTC|VKSTC"
    r"|UBDT|TCHQ|TTg|CP|BHXH|HĐTP|TLĐLĐVN"
)
_BODY = "|".join(sorted(_BODIES.split("|"), key=len, reverse=True))
_KINDS = "NĐ|NQ|TTLT|TT|QĐ|CT|VBHN|PL|L"
_NUMBER = re.compile(
    r"(\d+(?:\.\d{1,2}|\.?[a-zđ])?)/((?:19|20)\d\d)/"
    rf"((?:PL-)?(?:QH|UBTVQH)\d\d|(?:{_KINDS})-(?:{_BODY})(?:-(?:{_BODY}))*)"
)
# No body issues more documents than this in a year; more digits are glued from the title.
_MOST = 999


def read_legal(code: str, text: str) -> tuple[tuple[str, ...], list[Leftover]]:
    """The document numbers of ``can_cu_phap_ly`` in their order, each once.

    Numbers that only occur inside a title (a circular that amends another) are left out:
    a cell's own number is followed at once by the next title.
    """
    body = value(text)
    if not body:
        return (), []
    body = _spelled_alike(body.removeprefix(HEADER))
    numbers: list[str] = []
    left: list[Leftover] = []
    for found in _NUMBER.finditer(body):
        after = body[found.end() : found.end() + 2]
        if after and not re.match(r"[^\W_]| ?[A-ZĐÀ-Ỹ]| ?[vqsh]", after):
            continue
        number = _own_digits(found[1])
        if number is None:
            left.append(Leftover(code, "căn cứ", "số văn bản dính liền tên", found[0]))
            continue
        full = f"{number}/{found[2]}/{found[3]}"
        if full not in numbers:
            numbers.append(full)
    if not numbers:
        left.append(Leftover(code, "căn cứ", "không đọc được số văn bản nào", clean(body)[:120]))
    return tuple(numbers), left


def find_numbers(text: str) -> tuple[str, ...]:
    """Every document number a text names, in order, each once."""
    found = (
        (_own_digits(m[1]), f"{m[2]}/{m[3]}") for m in _NUMBER.finditer(_spelled_alike(clean(text)))
    )
    return tuple(dict.fromkeys(f"{number}/{rest}" for number, rest in found if number))


def _spelled_alike(text: str) -> str:
    return re.sub(r"\s*-\s*(?=CP\b)", "-", text).replace("ND-CP", "NĐ-CP")


def _own_digits(digits: str) -> str | None:
    """The number without a year of the title glued before it; None when that is unclear."""
    plain = re.match(r"\d+", digits)
    assert plain is not None
    tail = digits[plain.end() :]
    run = plain[0]
    if re.fullmatch(r"(?:19|20)\d\d", run) and re.fullmatch(r"\.\d+", tail):
        run, tail = tail[1:], ""  # a title that ends in "… năm 2026."
    if len(run) > 4 and re.match(r"(?:19|20)\d\d", run):
        run = run[4:]
    return run + tail if run and len(run) <= 4 and int(run) <= _MOST else None
