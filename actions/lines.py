"""Facts of a record as short lines of plain Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge_base.phrases import Phrases
from knowledge_base.schema import Fee, Handing, Manner, Paper, Procedure, ProcessingTime, Source

Manners = tuple[Manner, ...]


def money(amount: int, say: Phrases) -> str:
    """``8000`` as ``8.000 đồng``."""
    return say("answer.money", so=f"{amount:,}".replace(",", "."))


def number(value: float) -> str:
    """A count without a needless fraction, with a decimal comma: ``1``, ``0,5``."""
    return f"{value:g}".replace(".", ",")


def fee_amount(fee: Fee, say: Phrases) -> str:
    """The amount alone: free, one sum, a range, by province."""
    if fee.amount is None:
        return say("answer.by_province") if fee.by_province else (fee.note or "").rstrip(".")
    if fee.amount == 0 and fee.max_amount is None:
        return say("answer.free_short")
    said = money(fee.amount, say)
    if fee.max_amount is not None:
        said = say("answer.range", tu=said, den=money(fee.max_amount, say))
    return say("answer.per", tien=said, don_vi=fee.unit) if fee.unit else said


def fee_line(fee: Fee, procedure: Procedure, say: Phrases) -> str:
    """One fee with its name, case and note; the manner is said by the caller."""
    line = fee_amount(fee, say)
    if fee.name:
        line = say("answer.named", ten=fee.name, dong=line)
    if fee.note and not (fee.amount is None and not fee.by_province):  # then it is the amount
        line = f"{line} ({_lower_first(fee.note).rstrip('.')})"
    return _with_case(fee.case, line, procedure, say)


def time_amount(time: ProcessingTime, say: Phrases) -> str:
    """``1 ngày``, ``3 đến 5 ngày làm việc``."""
    if time.amount is None:
        return (time.note or "").rstrip(".") or say("answer.time_open")
    said = number(time.amount)
    if time.max_amount is not None:
        said = say("answer.range", tu=said, den=number(time.max_amount))
    return f"{said} {say(f'answer.unit_{time.unit.value}')}"


def time_line(time: ProcessingTime, procedure: Procedure, say: Phrases) -> str:
    """One processing time with its case and note; the manner is said by the caller."""
    line = time_amount(time, say)
    if time.note and time.amount is not None:  # else it stands for the amount
        line = f"{line} ({_lower_first(time.note).rstrip('.')})"
    return _with_case(time.case, line, procedure, say)


def paper_line(paper: Paper, say: Phrases, *, notes: bool = True) -> str:
    """One paper with form, quantity, when it is needed, and its note."""
    line = paper.name
    if paper.form and paper.form not in paper.name:
        form = paper.form.removeprefix("Mẫu ")  # the sentence says that word itself
        line = say("answer.with_form", giay=line, mau=form)
    if paper.quantity:
        line = say("answer.with_quantity", giay=line, so_luong=paper.quantity)
    if paper.handing is Handing.SHOW:
        line = say("answer.to_show", giay=line)
    if paper.when:
        when = paper.when.rstrip(".").removeprefix("nếu ")  # the sentence says "khi" itself
        line = say("answer.only_when", giay=line, khi=when)
    if notes and paper.note:
        line = say("answer.with_note", dong=line, ghi_chu=paper.note)
    return line


def manner_line(manners: Manners, line: str, say: Phrases) -> str:
    """The line with the ways of submission it holds for in front of it."""
    if not manners:
        return line
    names = [say(f"answer.manner_{manner.value}") for manner in manners]
    joined = ", ".join([names[0], *(_lower_first(name) for name in names[1:])])
    return say("answer.by_manner", cach=joined, dong=line)


def case_title(procedure: Procedure, case: str) -> str:
    """Lay words of a case."""
    return next(c.title for c in procedure.cases if c.id == case)


def source_line(procedure: Procedure, sources: Iterable[Source], say: Phrases) -> str:
    """The grey line: every source the shown facts rest on, its day, and the code."""
    lines = []
    for source in dict.fromkeys(sources):
        key = "source" if source.confidence.value == "chinh_thuc" else "source_secondary"
        day = source.day.strftime("%d/%m/%Y")
        lines.append(say(f"answer.{key}", nguon=source.title, ngay=day, ma=procedure.code))
    return " ".join(lines)


def in_sentence(name: str) -> str:
    """A procedure's name inside a sentence: its first letter small, unless it is an acronym."""
    return name if name[:2].isupper() else _lower_first(name)


def _lower_first(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _with_case(case: str | None, line: str, procedure: Procedure, say: Phrases) -> str:
    if case is None:
        return line
    title = _lower_first(case_title(procedure, case))
    return say("answer.for_case", truong_hop=title, dong=line)
