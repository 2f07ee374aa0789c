"""Holds a curated file against the portal's record: fees, times, manners, levels, link, name.

The record is the truth (decision 6 of the architecture). For each manner of handing in, the
amounts and times a file gives must be among the record's. A fact that goes further, because
it has a newer source or the record is silent, says so beside itself: by its own ``nguon`` or
by a ``ghi_chu`` that tells what the portal says, with its figure unless the line is for a
``truong_hop`` only or gives no figure itself; any other note explains nothing. One that holds in
a ``truong_hop`` only is warned of as long as the record's own value stands in the
file too, and so is a value of the record that no line of the file gives or speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from knowledge_base.figures import MANNER_NAMES, duration, money
from knowledge_base.problems import Loc, Problem, Severity
from knowledge_base.schema import Fee, Manner, Procedure, ProcessingTime, TimeUnit
from knowledge_base.yaml_lines import Document

_NAMES_PORTAL = re.compile(r"\b(cổng|bản ghi)\b", re.IGNORECASE)
Value: TypeAlias = "int | tuple[float, TimeUnit]"
_Timed: TypeAlias = "Fee | ProcessingTime"


def disagreements(
    document: Document, procedure: Procedure, catalogue: Mapping[str, Procedure]
) -> Iterator[Problem]:
    """Where the file says something else than the records of its codes."""
    records = [catalogue[code] for code in procedure.codes if code in catalogue]
    yield from _unknown_codes(document, procedure, catalogue)
    if not records:
        return
    yield from _link(document, procedure, records)
    yield from _name(document, procedure, records)
    yield from _levels(document, procedure, records)
    yield from _manners(document, procedure, records)
    yield from _values(document, procedure, "le_phi", procedure.fees, records)
    yield from _values(document, procedure, "thoi_han", procedure.times, records)


def _unknown_codes(
    document: Document, procedure: Procedure, catalogue: Mapping[str, Procedure]
) -> Iterator[Problem]:
    """Codes the catalogue lacks; a source newer than it, or a secondary one, explains them."""
    known = max((p.sources[0].day for p in catalogue.values()), default=None)
    if known is None:
        return
    explained = any(s.day > known or s.confidence.value == "thu_cap" for s in procedure.sources)
    for index, code in enumerate(procedure.codes):
        if code not in catalogue and not explained:
            yield document.problem(
                ("ma", index),
                f"mã {code} không có trong danh mục lấy ngày {known:%d/%m/%Y}; "
                "nếu mã có thật thì khai thêm nguồn mới hơn hoặc nguồn thu_cap",
            )


def _link(
    document: Document, procedure: Procedure, records: Sequence[Procedure]
) -> Iterator[Problem]:
    links = [record.link for record in records if record.link]
    if _renewed(procedure, records):
        return  # a page of its own, which the catalogue has not seen
    if links and procedure.link not in links:
        yield document.problem(("lien_ket",), f"liên kết khác với Cổng: {links[0]}")


def _name(
    document: Document, procedure: Procedure, records: Sequence[Procedure]
) -> Iterator[Problem]:
    names = {_folded(record.official_name) for record in records}
    if _renewed(procedure, records):
        return
    if _folded(procedure.official_name) not in names:
        yield _warning(
            document, ("ten_chinh_thuc",), f"tên trên Cổng là: {records[0].official_name}"
        )


def _renewed(procedure: Procedure, records: Sequence[Procedure]) -> bool:
    """Whether the main code took the place of the codes the catalogue knows."""
    return procedure.code not in {code for record in records for code in record.codes}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split()).rstrip(".")


def _levels(
    document: Document, procedure: Procedure, records: Sequence[Procedure]
) -> Iterator[Problem]:
    official = {level for record in records for level in record.levels}
    listed = ", ".join(sorted(official))
    seen = max(record.sources[0].day for record in records)
    newer = any(source.day > seen for source in procedure.sources)
    for index, level in enumerate(procedure.levels):
        if level not in official and not newer:
            yield document.problem(("cap", index), f"Cổng không ghi cấp này, chỉ có: {listed}")
    for level in sorted(official - set(procedure.levels)):
        yield _warning(document, ("cap",), f"Cổng còn ghi cấp '{level}', tệp không có")


def _manners(
    document: Document, procedure: Procedure, records: Sequence[Procedure]
) -> Iterator[Problem]:
    official = {s.manner for record in records for s in record.submissions}
    if not official:
        return
    for index, submission in enumerate(procedure.submissions):
        explained = submission.note or submission.source
        if submission.manner not in official and not explained:
            yield document.problem(
                ("cach_nop", index),
                f"Cổng không có cách nộp {MANNER_NAMES[submission.manner]}; "
                "nếu đúng thì ghi rõ nguon hoặc ghi_chu",
            )
    for manner in sorted(official - {s.manner for s in procedure.submissions}):
        yield _warning(
            document, ("cach_nop",), f"Cổng có cách nộp {MANNER_NAMES[manner]}, tệp không có"
        )


def _values(
    document: Document,
    procedure: Procedure,
    key: str,
    facts: Sequence[_Timed],
    records: Sequence[Procedure],
) -> Iterator[Problem]:
    """Each fact against the record's values for its manners, and values nobody gave."""
    official, unclear = _official(key, records)
    told = False
    for index, fact in enumerate(facts):
        for manner in fact.manners or _own_manners(procedure) or tuple(official):
            known = official.get(manner, [])
            if not known or manner in unclear or any(_is(fact, value) for value in known):
                continue
            if _explains(fact, known):
                continue
            told = True
            general = any(_is(f, v) for f in facts if _holds(f, manner) for v in known)
            yield document.problem(
                (key, index),
                f"{_said(_value(fact))} khác với Cổng khi nộp {MANNER_NAMES[manner]}: "
                f"{_listed(known)}; nếu đúng thì ghi rõ nguon, hoặc nói trong ghi_chu Cổng ghi gì",
                Severity.WARNING if fact.case and general else Severity.ERROR,
            )
            break
    if not told:
        yield from _unspoken(document, procedure, key, facts, official)


def _unspoken(
    document: Document,
    procedure: Procedure,
    key: str,
    facts: Sequence[_Timed],
    official: Mapping[Manner, Sequence[Value]],
) -> Iterator[Problem]:
    """Values of the record that no fact of the file gives, and no note or source answers for."""
    for manner in _own_manners(procedure):
        known = official.get(manner, [])
        own = [fact for fact in facts if _holds(fact, manner)]
        left = [value for value in known if not any(_is(fact, value) for fact in own)]
        if not facts or not left or any(_explained(fact) for fact in own):
            continue
        yield document.problem(
            (key,),
            f"Cổng ghi {_listed(left)} khi nộp {MANNER_NAMES[manner]}, tệp không có",
            Severity.WARNING if own else Severity.ERROR,
        )


def _explained(fact: _Timed) -> bool:
    """Whether a fact answers for differing from the portal: by a source of its own, or by a note
    that tells what the portal says. Any other note would only hide the difference."""
    return fact.source is not None or bool(_NAMES_PORTAL.search(fact.note or ""))


def _explains(fact: _Timed, known: Sequence[Value]) -> bool:
    """The same for one that differs from ``known``. A figure for everybody needs the portal's own
    beside it: a note on something else the portal says would let any figure pass."""
    if fact.source is not None or fact.amount is None or fact.case is not None:
        return _explained(fact)
    figures = "|".join(re.escape(_figure(value)) for value in known)
    note = fact.note or ""
    return _explained(fact) and bool(re.search(rf"(?<![\d.,])({figures})(?!\d)", note.casefold()))


def _figure(value: Value) -> str:
    """A value's figure as a note would have it: ``8.000``, ``miễn phí``, ``0,5``."""
    said = _said(value)
    return said if value == 0 else said.split()[0]


def differences(procedure: Procedure, catalogue: Mapping[str, Procedure]) -> Iterator[bool]:
    """For each fee or time that none of its records gives for a way it holds for: whether the file
    explains that beside it, by a source or by a note on what the portal says."""
    records = [catalogue[code] for code in procedure.codes if code in catalogue]
    for key in ("le_phi", "thoi_han"):
        official, unclear = _official(key, records)
        facts: Sequence[_Timed] = procedure.fees if key == "le_phi" else procedure.times
        for fact in facts:
            for manner in fact.manners or _own_manners(procedure) or tuple(official):
                known = official.get(manner, [])
                if known and manner not in unclear and not any(_is(fact, v) for v in known):
                    yield _explains(fact, known)
                    break


def holds_all(procedure: Procedure, record: Procedure, part: str) -> bool:
    """Whether a file gives every fee or time the record now gives, so that a change of the record
    is in the file already. False for other parts, and where the record has nothing to compare."""
    if part not in ("le_phi", "thoi_han"):
        return False
    facts: Sequence[_Timed] = procedure.fees if part == "le_phi" else procedure.times
    official, unclear = _official(part, [record])
    return (
        bool(official)
        and not unclear
        and all(
            any(_holds(fact, manner) and _is(fact, value) for fact in facts)
            for manner, known in official.items()
            for value in known
        )
    )


def _holds(fact: _Timed, manner: Manner) -> bool:
    return not fact.manners or manner in fact.manners


def _own_manners(procedure: Procedure) -> tuple[Manner, ...]:
    return tuple(dict.fromkeys(s.manner for s in procedure.submissions))


def _official(
    key: str, records: Iterable[Procedure]
) -> tuple[dict[Manner, list[Value]], set[Manner]]:
    """The records' values for each manner, and the manners where something was unreadable."""
    values: dict[Manner, list[Value]] = {}
    unclear: set[Manner] = set()
    for record in records:
        facts: Sequence[_Timed] = record.fees if key == "le_phi" else record.times
        for fact in facts:
            for manner in fact.manners or _own_manners(record):
                value = _value(fact)
                if value is None:
                    unclear.add(manner)
                elif value not in values.setdefault(manner, []):
                    values[manner].append(value)
    return values, unclear


def _value(fact: _Timed) -> Value | None:
    if isinstance(fact, Fee):
        return fact.amount
    return None if fact.amount is None else (fact.amount, fact.unit)


def _is(fact: _Timed, value: Value) -> bool:
    """Whether a fact gives the value, or a range around it."""
    if _value(fact) == value:
        return True
    if fact.amount is None or fact.max_amount is None:
        return False
    if isinstance(value, tuple):
        same_unit = isinstance(fact, ProcessingTime) and fact.unit is value[1]
        return same_unit and fact.amount <= value[0] <= fact.max_amount
    return fact.amount <= value <= fact.max_amount


def _said(value: Value | None) -> str:
    if value is None:
        return "mức để trống"
    return duration(*value) if isinstance(value, tuple) else money(value)


def _listed(values: Iterable[Value]) -> str:
    return " hoặc ".join(_said(value) for value in values)


def _warning(document: Document, loc: Loc, message: str) -> Problem:
    return document.problem(loc, message, Severity.WARNING)
