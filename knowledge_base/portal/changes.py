"""What became different between two states of a record, field by field, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge_base.figures import LEVEL_NAMES, MANNER_NAMES, duration, fee_in_words
from knowledge_base.portal.book import Facts, Snapshot, Step
from knowledge_base.schema import Fee, Level, Manner, ProcessingTime

NAMES = {
    "le_phi": "lệ phí",
    "thoi_han": "thời hạn",
    "giay_to": "giấy tờ",
    "ten_chinh_thuc": "tên",
    "linh_vuc": "lĩnh vực",
    "cap": "cấp thực hiện",
    "co_quan": "cơ quan",
    "cach_nop": "cách nộp",
    "cho_ai": "đối tượng",
    "ket_qua": "kết quả",
    "can_cu": "căn cứ pháp lý",
    "mau": "mẫu đơn",
    "dieu_kien": "điều kiện",
    "trinh_tu": "trình tự",
    "so_quyet_dinh": "số quyết định",
}
# Parts that are read alike out of every form of a record; the others would seem to change where
# only the form did.
_ANY_FORM = ("ten_chinh_thuc", "linh_vuc", "cap", "cach_nop")
NOTHING = "không ghi"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one record: its name in Vietnamese, and what it said before and after."""

    field: str
    before: str
    after: str


def changes(step: Step) -> tuple[Change, ...]:
    """The fields that say something else; none for a record that is new or gone, and none where
    only the form it came in, or a part nobody reads, is different."""
    before, after = step.before, step.after
    if before is None or after is None or before.facts is None or after.facts is None:
        return ()
    alike = before.form is after.form
    found = [*_by_manner(before.facts, after.facts, alike=alike)]
    for key, name in NAMES.items():
        if key in ("le_phi", "thoi_han") or not (alike or key in _ANY_FORM):
            continue
        was, now = _told(before, key), _told(after, key)
        if was != now and (alike or (was and now)):
            found.append(Change(name, *_words(key, was, now)))
    return tuple(found)


def name_of(step: Step) -> str:
    """The record's official name, as it is or as it last was."""
    for snapshot in (step.after, step.before):
        if snapshot is not None and snapshot.facts is not None:
            return str(snapshot.facts.get("ten_chinh_thuc", ""))
    return ""


def _told(snapshot: Snapshot, key: str) -> tuple[str, ...]:
    """What a record says of a field, each statement once and in one order."""
    value = (snapshot.facts or {}).get(key, snapshot.watched.get(key))
    items: Iterable[Any] = value if isinstance(value, list) else [value] if value else []
    texts = (_text(key, item) for item in items)
    return tuple(sorted({text for text in texts if text}))


def _text(key: str, item: Any) -> str:
    match key:
        case "cap":
            return LEVEL_NAMES[Level(item)]
        case "cach_nop":
            return MANNER_NAMES[Manner(item["cach"])]
        case "ket_qua":
            return str(item["noi_dung"])
        case "can_cu":
            return str(item["so"])
        case _:
            return str(item)


def _words(key: str, was: Sequence[str], now: Sequence[str]) -> tuple[str, str]:
    """Before and after; of long lists only what went and what came."""
    if key == "trinh_tu":
        return "", "đã đổi, xem tại Cổng"
    if len(was) > 1 or len(now) > 1:
        went, came = [x for x in was if x not in now], [x for x in now if x not in was]
        return "; ".join(went) or "(thêm)", "; ".join(came) or "(bỏ)"
    return "; ".join(was) or NOTHING, "; ".join(now) or NOTHING


def _by_manner(before: Facts, after: Facts, *, alike: bool) -> Iterable[Change]:
    """Fees and times, held against each other for each manner of handing in."""
    for key, words in (("le_phi", _fee if alike else _sum), ("thoi_han", _time)):
        was, now = _each_manner(before, key, words), _each_manner(after, key, words)
        if not alike:
            # An amount that could not be read out of a running text is no change of the portal's.
            sure = {m for m in was if m in now and not any("?" in x for x in was[m] + now[m])}
            was, now = ({m: x[m] for m in sure} for x in (was, now))
        if was != now:
            differing = [m for m in {**was, **now} if was.get(m) != now.get(m)]
            yield Change(NAMES[key], _manners(was, differing), _manners(now, differing))


def _each_manner(
    facts: Facts, key: str, words: Callable[[Mapping[str, Any]], str]
) -> dict[str, tuple[str, ...]]:
    every = [item["cach"] for item in facts.get("cach_nop", ())]
    found: dict[str, list[str]] = {}
    for item in facts.get(key, ()):
        for manner in item.get("cach") or every or [""]:
            found.setdefault(manner, []).append(words(item))
    return {manner: tuple(sorted(texts)) for manner, texts in sorted(found.items())}


def _sum(item: Mapping[str, Any]) -> str:
    """A fee's sum alone: what is said beside it is cut differently out of each form."""
    fee = Fee.model_validate({**item, "don_vi": None})
    return fee_in_words(fee) if fee.amount is not None or fee.by_province else "?"


def _fee(item: Mapping[str, Any]) -> str:
    fee = Fee.model_validate(item)
    if fee.amount is None and not fee.by_province:
        return f"? {fee.note or ''}".strip()
    note = f" ({fee.note})" if fee.note and not fee.by_province else ""
    return f"{fee_in_words(fee)}{note}"


def _time(item: Mapping[str, Any]) -> str:
    time = ProcessingTime.model_validate(item)
    return "? tùy trường hợp" if time.amount is None else duration(time.amount, time.unit)


def _manners(told: Mapping[str, Sequence[str]], differing: Sequence[str]) -> str:
    """``trực tiếp: 8.000 đồng; trực tuyến: miễn phí``; no manners named where all say the same."""
    texts = {m: ", ".join(told[m]).replace("? ", "") for m in differing if m in told}
    if not texts:
        return NOTHING
    if len(set(texts.values())) == 1 and len(texts) == len(told):
        return next(iter(texts.values()))
    return "; ".join(
        f"{MANNER_NAMES[Manner(m)]}: {text}" if m else text for m, text in texts.items()
    )
