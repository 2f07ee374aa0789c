"""How much is known, field by field: a table for officials, made anew whenever it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge_base.agreement import differences
from knowledge_base.loader import Knowledge
from knowledge_base.schema import FACTS, Confidence, Level, Procedure

# A kind of fact and whether a procedure has one of it.
KINDS: dict[str, Callable[[Procedure], object]] = {
    "mã": lambda p: p.codes,
    "tên gọi": lambda p: p.lay_names,
    "giấy tờ": lambda p: p.papers,
    "lệ phí": lambda p: p.fees,
    "thời hạn": lambda p: p.times,
    "nơi nộp": lambda p: p.places,
    "cách nộp": lambda p: p.submissions,
    "kết quả": lambda p: p.results,
    "căn cứ": lambda p: p.legal_basis,
    "liên kết": lambda p: p.link,
    "dễ nhầm với": lambda p: p.neighbours,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field (lĩnh vực). ``commune``: of the catalogue's codes, those a commune handles for
    citizens; ``commune_covered``: how many of them a curated file covers; ``having``: how many of
    the ``curated`` have a fact of each of :data:`KINDS`."""

    field: str
    curated: int
    catalogue: int
    covered: int
    commune: int
    commune_covered: int
    having: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of the curated files: all, those with source and day, those of a source that is not
    official, and fees and times that differ from the portal's record, explained and not."""

    total: int
    sourced: int
    secondary: int
    explained: int
    unexplained: int


def rows(knowledge: Knowledge) -> list[Row]:
    """A row for each field with a curated file, by name; then one for all other fields."""
    covered = {code for p in knowledge.curated for code in p.codes}
    named = sorted({p.field for p in knowledge.curated})
    made = []
    for field in (*named, None):
        curated = [p for p in knowledge.curated if p.field == field]
        entries = [
            p for p in knowledge.catalogue
            if (p.field == field if field else p.field not in named)
        ]  # fmt: skip
        made.append(_row(field or "Các lĩnh vực khác", curated, entries, covered))
    return made


def _row(
    field: str, curated: Sequence[Procedure], entries: Sequence[Procedure], covered: set[str]
) -> Row:
    commune = [p.code for p in entries if Level.COMMUNE in p.levels and _for_citizens(p)]
    return Row(
        field,
        len(curated),
        len(entries),
        sum(p.code in covered for p in entries),
        len(commune),
        sum(code in covered for code in commune),
        tuple(sum(bool(has(p)) for p in curated) for has in KINDS.values()),
    )


def _for_citizens(procedure: Procedure) -> bool:
    return any(who.startswith(("Công dân", "Người")) for who in procedure.who)


def total(made: Sequence[Row]) -> Row:
    """The sum of rows."""
    return Row(
        "Tất cả",
        sum(row.curated for row in made),
        sum(row.catalogue for row in made),
        sum(row.covered for row in made),
        sum(row.commune for row in made),
        sum(row.commune_covered for row in made),
        tuple(sum(column) for column in zip(*(row.having for row in made), strict=True)),
    )


def facts(knowledge: Knowledge) -> Facts:
    """Counts over every fact of the curated files."""
    counted: Counter[str] = Counter()
    records = {p.code: p for p in knowledge.catalogue}
    for procedure in knowledge.curated:
        for fact in (fact for name in FACTS for fact in getattr(procedure, name)):
            source = procedure.source_of(fact)
            counted["total"] += 1
            counted["sourced"] += bool(source.title and source.day)
            counted["secondary"] += source.confidence is not Confidence.OFFICIAL
        for explained in differences(procedure, records):
            counted["explained" if explained else "unexplained"] += 1
    names = ("total", "sourced", "secondary", "explained", "unexplained")
    return Facts(*(counted[name] for name in names))


def markdown(knowledge: Knowledge, day: date) -> str:
    """The table as it stands in ``docs/coverage.md``; ``day``: when it was made."""
    made, found = rows(knowledge), facts(knowledge)
    records = max((p.sources[0].day for p in knowledge.catalogue), default=day)
    everything = total(made)
    lines = [
        "# Kho kiến thức có gì",
        "",
        f"Lập ngày {day:%d/%m/%Y} bằng `python -m knowledge_base coverage > "
        f"docs/coverage.md`. Danh mục: bản ghi của Cổng Dịch vụ công quốc gia ngày "
        f"{records:%d/%m/%Y}.",
        "",
        f"- {everything.curated} thủ tục đã biên soạn, trên {everything.catalogue} mã trong danh "
        f"mục; {everything.covered} mã trong danh mục đã có tệp biên soạn.",
        f"- Thủ tục cấp xã làm cho công dân: đã biên soạn {everything.commune_covered} trên "
        f"{everything.commune} mã.",
        f"- {_share(found.sourced, found.total)} trong {found.total} dữ kiện có nguồn và ngày; "
        f"{found.secondary} dữ kiện theo nguồn chưa chính thức, câu trả lời nói rõ như vậy.",
        f"- {found.explained} lệ phí, thời hạn khác với bản ghi của Cổng và có ghi vì sao; "
        f"{found.unexplained} chỗ khác mà chưa ghi vì sao.",
        "",
        "Các cột sau cột thứ tư: trong số thủ tục đã biên soạn, bao nhiêu thủ tục có dữ kiện ấy.",
        "",
    ]
    heads = ["lĩnh vực", "đã biên soạn", "mã có tệp / mã trong danh mục", "cấp xã, công dân",
             *KINDS]  # fmt: skip
    lines += [_line(heads), _line("---" if n == 0 else "---:" for n in range(len(heads)))]
    lines += [_cells(row) for row in (*made, everything)]
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    """``100 %`` only where nothing is missing."""
    if part == whole:
        return "100 %"
    return f"{min(part / whole * 100, 99.9):.1f} %".replace(".", ",")


def _cells(row: Row) -> str:
    commune = f"{row.commune_covered} / {row.commune}" if row.commune else "–"
    having = (str(count) if row.curated else "–" for count in row.having)
    return _line(
        [row.field, str(row.curated), f"{row.covered} / {row.catalogue}", commune, *having]
    )


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
