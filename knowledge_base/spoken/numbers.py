"""Vietnamese numbers in words.

Ours, because the packages there are say them otherwise than people do: ``num2words`` leaves out
"không trăm" (1.005.000 becomes one million five thousand with the gap unsaid), ``vietnam-number``
writes "lẽ" for "lẻ", which a voice then says.
"""

from __future__ import annotations

from dataclasses import dataclass

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9
_GROUPS = {8: (4, 4), 10: (4, 3, 3), 11: (3, 4, 4), 7: (3, 4)}  # of telephone numbers


@dataclass(frozen=True, slots=True)
class Manner:
    """What differs between regions: 1.000, the gap in 105, the last digit of 24."""

    thousand: str
    gap: str
    four: str


def cardinal(number: int, manner: Manner) -> str:
    """``1005000`` as "một triệu không trăm linh năm nghìn"; ``number`` is not negative."""
    return " ".join(_words(number, manner)) or DIGITS[0]


def one_by_one(digits: str) -> str:
    """Digits said singly, in groups with a pause between them, as telephone numbers are."""
    sizes = _GROUPS.get(len(digits)) or _threes(len(digits))
    groups: list[str] = []
    for size in sizes:
        group, digits = digits[:size], digits[size:]
        groups.append(" ".join(DIGITS[int(digit)] for digit in group))
    return ", ".join(groups)


def _threes(length: int) -> list[int]:
    """Groups of three; up to four digits stay together, a single one joins those before it."""
    if length <= 4:
        return [length]
    sizes = [3] * (length // 3)
    match length % 3:
        case 1:
            sizes[-1] += 1
        case 2:
            sizes.append(2)
    return sizes


def _words(number: int, manner: Manner) -> list[str]:
    if number >= _BILLION:
        above, below = divmod(number, _BILLION)
        return [*_words(above, manner), "tỷ", *_below(below, manner, led=True)]
    return _below(number, manner, led=False)


def _below(number: int, manner: Manner, *, led: bool) -> list[str]:
    """A number under a billion; ``led``: digits stand before it, so that gaps are said."""
    said: list[str] = []
    for size, scale in ((10**6, "triệu"), (10**3, manner.thousand), (1, "")):
        group, number = divmod(number, size)
        if group:
            said += _group(group, manner, led=led or bool(said))
            said += [scale] if scale else []
    return said


def _group(group: int, manner: Manner, *, led: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    tens, units = divmod(rest, 10)
    said = [DIGITS[hundreds], "trăm"] if hundreds or led else []
    if tens == 0:
        gap = [manner.gap] if said else []
        return [*said, *gap, DIGITS[units]] if units else said
    said += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if units == 0:
        return said
    last = DIGITS[units]
    if units == 5:
        last = "lăm"
    elif tens > 1 and units in (1, 4):
        last = "mốt" if units == 1 else manner.four
    return [*said, last]
