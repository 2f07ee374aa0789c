"""Prints a procedure as officials check it: everything a citizen may be told, with sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from knowledge_base.figures import LEVEL_NAMES, MANNER_NAMES, fee_in_words, time_in_words
from knowledge_base.schema import (
    Confidence,
    Fee,
    Handing,
    Paper,
    Place,
    Procedure,
    ProcessingTime,
    Statement,
    Submission,
)

ByCode = Callable[[str], Procedure | None]
_Fact = Fee | Paper | Place | ProcessingTime | Statement | Submission


def preview(console: Console, procedure: Procedure, by_code: ByCode) -> None:
    """Print ``procedure`` on ``console``; ``by_code`` names the procedures it points to."""
    kind = "đã biên soạn" if procedure.curated else "từ danh mục, chưa biên soạn"
    console.print(Text(procedure.name, style="bold"))
    console.print(Text(f"{', '.join(procedure.codes)} ({kind})"))
    if procedure.summary:
        console.print(Padding(Text(procedure.summary), (1, 0, 0, 0)))
    for title, lines in _sections(procedure, by_code):
        if lines:
            console.print(Padding(Text(title, style="bold"), (1, 0, 0, 0)))
            for line in lines:
                console.print(Padding(Text(f"- {line}"), (0, 0, 0, 2)))


def _sections(procedure: Procedure, by_code: ByCode) -> Iterator[tuple[str, list[str]]]:
    def facts(items: tuple[_Fact, ...]) -> list[str]:
        return [_line(procedure, item) for item in items]

    yield "Ai làm được", list(procedure.who)
    yield "Điều kiện", facts(procedure.conditions)
    yield "Giấy tờ", facts(procedure.papers)
    yield "Lệ phí", facts(procedure.fees)
    yield "Thời hạn", facts(procedure.times)
    yield "Nơi nộp", facts(procedure.places)
    yield "Cách nộp", facts(procedure.submissions)
    yield "Kết quả", facts(procedure.results)
    yield "Căn cứ", [f"{d.number} {d.title or ''}".strip() for d in procedure.legal_basis]
    yield (
        "Phân biệt với",
        [
            f"{_named(neighbour.code, by_code)}: {neighbour.when}"
            for neighbour in procedure.neighbours
        ],
    )
    yield "Xem thêm", [_named(code, by_code) for code in procedure.see_also]
    yield "Người dân hay gọi là", list(procedure.lay_names)
    yield "Câu hỏi mẫu", list(procedure.sample_questions)
    yield (
        "Thuộc về",
        [
            f"Tên chính thức: {procedure.official_name}",
            f"Lĩnh vực: {procedure.field}",
            f"Cấp: {', '.join(LEVEL_NAMES[level] for level in procedure.levels)}",
            *([f"Cơ quan: {procedure.agency}"] if procedure.agency else []),
            *([f"Liên kết: {procedure.link}"] if procedure.link else []),
        ],
    )
    yield (
        "Nguồn",
        [
            f"{s.title}, ngày {s.day:%d/%m/%Y}"
            + (" (nguồn thứ cấp)" if s.confidence is Confidence.SECONDARY else "")
            for s in procedure.sources
        ],
    )


def _named(code: str, by_code: ByCode) -> str:
    found = by_code(code)
    return f"{found.name} ({code})" if found is not None else code


def _line(procedure: Procedure, fact: _Fact) -> str:
    """A fact in one line: its case, its words, its note, and a source that is not the first."""
    case = next((c.title for c in procedure.cases if c.id == fact.case), None)
    words = f"Trường hợp {case}: {_words(fact)}" if case else _words(fact)
    if fact.note:
        words += f". {fact.note}"
    source = procedure.source_of(fact)
    if source is not procedure.sources[0]:
        words += f" [{source.title}, {source.day:%d/%m/%Y}]"
    return words


def _words(fact: _Fact) -> str:
    match fact:
        case Paper():
            words = f"{fact.name}{f', {fact.quantity}' if fact.quantity else ''}"
            words += f" (mẫu {fact.form})" if fact.form else ""
            words += " (chỉ xuất trình)" if fact.handing is Handing.SHOW else ""
            return f"{words}, chỉ cần khi {fact.when}" if fact.when else words
        case Fee():
            name = f"{fact.name}: " if fact.name else ""
            return f"{name}{fee_in_words(fact)}{_when_handed_in(fact)}"
        case ProcessingTime():
            return f"{time_in_words(fact)}{_when_handed_in(fact)}"
        case Submission():
            return f"{MANNER_NAMES[fact.manner]}{f' ({fact.url})' if fact.url else ''}"
        case Place():
            return fact.name
        case Statement():
            return fact.text


def _when_handed_in(fact: Fee | ProcessingTime) -> str:
    if not fact.manners:
        return ""
    return f" khi nộp {', '.join(MANNER_NAMES[manner] for manner in fact.manners)}"
