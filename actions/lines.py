"""Facts of a record as short lines of plain Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge_base.phrases import Phrases
from knowledge_base.schema import (
    Exemption,
    Fee,
    Handing,
    Paper,
    Procedure,
    ProcessingTime,
    Source,
    Submission,
)


def money(amount: int, say: Phrases) -> str:
    """``8000`` as ``8.000 đồng``."""
    return say("answer.money", so=f"{amount:,}".replace(",", "."))


def number(value: float) -> str:
    """A count without a needless fraction, with a decimal comma: ``1``, ``0,5``."""
    return f"{value:g}".replace(".", ",")


def fee_amount(fee: Fee, say: Phrases) -> str:
    """The amount alone: free, one sum, a range, by province."""
    if fee.amount is None:
        if fee.by_province:
            return say("answer.by_province")
        return _lower_first((fee.note or "").rstrip("."))
    if fee.amount == 0 and fee.max_amount is None:
        return say("answer.free_short")
    said = money(fee.amount, say)
    if fee.max_amount is not None:
        said = say("answer.range", tu=said, den=money(fee.max_amount, say))
    return say("answer.per", tien=said, don_vi=fee.unit) if fee.unit else said


def fee_line(fee: Fee, procedure: Procedure, say: Phrases) -> str:
    """One fee with its name, case, last day and note; the manner is said by the caller."""
    line = _named(fee, _until(fee, fee_amount(fee, say), say), say)
    if fee.note and not (fee.amount is None and not fee.by_province):  # then it is the amount
        line = f"{line} ({_aside(fee.note)})"
    return with_case(fee.case, _lower_first(line), procedure, say)


def time_amount(time: ProcessingTime, say: Phrases) -> str:
    """``1 ngày``, ``3 đến 5 ngày làm việc``."""
    if time.amount is None:
        return _lower_first((time.note or "").rstrip(".")) or say("answer.time_open")
    said = number(time.amount)
    if time.max_amount is not None:
        said = say("answer.range", tu=said, den=number(time.max_amount))
    return f"{said} {say(f'answer.unit_{time.unit.value}')}"


def time_line(time: ProcessingTime, procedure: Procedure, say: Phrases) -> str:
    """One processing time with its case, last day and note; the manner is said by the caller."""
    line = _named(time, _until(time, time_amount(time, say), say), say)
    if time.note and time.amount is not None:  # else it stands for the amount
        line = f"{line} ({_aside(time.note)})"
    return with_case(time.case, _lower_first(line), procedure, say)


def exemption_line(alike: Sequence[Exemption], procedure: Procedure, say: Phrases) -> str:
    """Who pays nothing; ``alike`` are those of one case and note, said once."""
    first = alike[0]
    line = say("answer.exempt", ai="; ".join(_lower_first(e.who.rstrip(".")) for e in alike))
    if first.note:
        line = f"{line} ({_aside(first.note)})"
    return with_case(first.case, _lower_first(line), procedure, say)


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
        if paper.quantity:  # one bracket, not two
            line = ", ".join(line.rsplit(") (", 1))
    if paper.when:
        when = paper.when.rstrip(".").removeprefix("nếu ")  # the sentence says "khi" itself
        line = say("answer.only_when", giay=line, khi=when)
    return noted(line, paper.note, say) if notes else line


def noted(line: str, note: str | None, say: Phrases) -> str:
    """The line and, if there is one, its note as a sentence of its own."""
    return say("answer.with_note", dong=line, ghi_chu=note) if note else line


def manner_line(fact: Fee | ProcessingTime | Submission, line: str, say: Phrases) -> str:
    """The line with the ways of submission it holds for in front of it."""
    manners = (fact.manner,) if isinstance(fact, Submission) else fact.manners
    if not manners:
        return line
    names = [say(f"answer.manner_{manner.value}") for manner in manners]
    joined = ", ".join([names[0], *(_lower_first(name) for name in names[1:])])
    # The line may have a colon of its own.
    if fact.case or (not isinstance(fact, Submission) and (fact.name or fact.when)):
        return say("answer.by_manner_more", cach=joined, dong=_lower_first(line))
    return say("answer.by_manner", cach=joined, dong=line)


def way_line(way: Submission, procedure: Procedure, say: Phrases) -> str:
    """A way to hand the dossier in, with its case and note."""
    name = say(f"answer.manner_{way.manner.value}")
    if not way.note:
        return with_case(way.case, name, procedure, say)
    note = _lower_first(way.note) if way.case else way.note
    return manner_line(way, with_case(way.case, note, procedure, say), say)


def case_title(procedure: Procedure, case: str) -> str:
    """Lay words of a case."""
    return next(c.title for c in procedure.cases if c.id == case)


def source_line(procedure: Procedure, sources: Iterable[Source], say: Phrases) -> str:
    """The grey line: every source the shown facts rest on, its day, and the code."""
    return " ".join(cited(source, procedure.code, say) for source in dict.fromkeys(sources))


def cited(source: Source, codes: str, say: Phrases) -> str:
    """One source with its day, whether it is official, and the codes it was read for."""
    key = "source" if source.confidence.value == "chinh_thuc" else "source_secondary"
    day = source.day.strftime("%d/%m/%Y")
    return say(f"answer.{key}", nguon=source.title, ngay=day, ma=codes)


def in_sentence(name: str) -> str:
    """A procedure's name inside a sentence: its first letter small, unless it is an acronym."""
    return _lower_first(name)


def with_case(case: str | None, line: str, procedure: Procedure, say: Phrases) -> str:
    """The line behind the citizen's situation it holds for, if it does not hold for all."""
    if case is None:
        return line
    title = _lower_first(case_title(procedure, case))
    return say("answer.for_case", truong_hop=title, dong=line)


def _named(fact: Fee | ProcessingTime, line: str, say: Phrases) -> str:
    """The line behind what it is for and when it holds, where the fact says so."""
    if fact.when:
        line = say("answer.if_so", khi=fact.when, dong=line)
    return say("answer.named", ten=fact.name, dong=line) if fact.name else line


def _until(fact: Fee | ProcessingTime, line: str, say: Phrases) -> str:
    """The amount with the last day it holds, where one is known."""
    if fact.valid_to is None or fact.amount is None:
        return line
    return say("answer.until", dong=line, ngay=fact.valid_to.strftime("%d/%m/%Y"))


def _lower_first(text: str) -> str:
    """``Nộp`` as ``nộp``; ``VNeID`` and ``A1`` stay."""
    if text[1:2].isupper() or text[1:2].isdigit():
        return text
    return text[:1].lower() + text[1:]


def _aside(note: str) -> str:
    """A note as it stands in brackets: its sentences one after the other, no capital, no stop."""
    return "; ".join(_lower_first(part) for part in note.rstrip(". ").split(". "))
