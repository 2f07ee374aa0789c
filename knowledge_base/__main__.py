"""``python -m knowledge_base``: what officials do with the knowledge, in Vietnamese."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from knowledge_base import guide_drawing, measuring, reviewing, syncing
from knowledge_base.check import CHECKERS, VIETNAM, against, today
from knowledge_base.check import check as check_all
from knowledge_base.coverage import markdown as tabulate
from knowledge_base.loader import (
    CATALOGUE_FILE,
    PACKAGE,
    Knowledge,
    KnowledgeError,
    load,
    read,
    read_file,
)
from knowledge_base.overlap import beside
from knowledge_base.overlay import Synchronised
from knowledge_base.plugged import plugged
from knowledge_base.portal.book import BookError
from knowledge_base.portal_check import read_synchronised
from knowledge_base.preview import draw, open_rehearsal
from knowledge_base.problems import Severity, did_you_mean, errors_of, shown
from knowledge_base.province_check import short_name
from knowledge_base.province_fees import FOLDER as PROVINCES_FOLDER
from knowledge_base.province_fees import decided_by_province
from knowledge_base.records.build import Built, Record, read_records, write
from knowledge_base.records.build import build as build_catalogue
from knowledge_base.records.papers import read_papers
from knowledge_base.scaffold import place_for, scaffold, scaffold_province, slug
from knowledge_base.schema import Procedure
from knowledge_base.syncing import as_day, stop
from knowledge_base.units import Units

app = typer.Typer(
    help="Kho kiến thức về thủ tục hành chính.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
RUN = "bot.troubles:run"  # has known failures end in one sentence
Root = Annotated[Path, typer.Option(help="Thư mục kho kiến thức.")]


@app.callback()
def main() -> None:
    """Commands are told apart by name, also while there is only one."""


measuring.register(app)
syncing.register(app)
reviewing.register(app)
guide_drawing.register(app)


@app.command(help="Kiểm tra mọi tệp; có lỗi thì kết thúc với mã 1.")
def check(
    root: Root = PACKAGE,
    warnings: Annotated[bool, typer.Option(help="Hiện cả lời nhắc.")] = True,
    portal: Annotated[
        bool,
        typer.Option("--cong", help="So với bản ghi đã đồng bộ, không chỉ với danh mục đi kèm."),
    ] = False,
) -> None:
    """Print every problem as ``file:line: field: message``, errors first."""
    problems = check_all(root, against(_synchronised(root)) if portal else CHECKERS)
    errors = errors_of(problems)
    reminders = [p for p in problems if p.severity is Severity.WARNING]
    for problem in errors:
        typer.echo(str(problem))
    if warnings and reminders:
        typer.echo("Nhắc thêm, không bắt buộc:")
        for problem in reminders:
            typer.echo(f"  {problem}")
    if not beside(root).is_dir():
        typer.echo("Không có thư mục tests: chưa so câu mẫu với câu kiểm tra.")
    typer.echo(f"{len(errors)} lỗi, {len(reminders)} lời nhắc.")
    if errors:
        raise typer.Exit(1)


def _synchronised(root: Path) -> Synchronised:
    """What was synchronised, with a word on how new it is."""
    try:
        found = read_synchronised(read(root).knowledge.curated)
    except BookError as error:
        stop(str(error))
    if not found.records:
        stop("Chưa có bản ghi nào. Chạy trước: python -m knowledge_base sync")
    newest = max(record.sources[0].day for record in found.records)
    typer.echo(
        f"So với {len(found.records)} bản ghi của Cổng, mới nhất ngày {newest:%d/%m/%Y}; "
        f"{len(found.withdrawn)} mã không còn công bố."
    )
    return found


@app.command(help="Tạo tệp biên soạn mới từ một mã trong danh mục, ví dụ: new 1.001193")
def new(
    code: Annotated[str, typer.Argument(help="Mã thủ tục.")],
    records: Annotated[
        Path | None, typer.Option(help="Tệp bản ghi của Cổng, để lấy thêm giấy tờ.", exists=True)
    ] = None,
    root: Root = PACKAGE,
) -> None:
    """Write a curated file prefilled with facts and say what is still to be written."""
    reading = read(root)
    entry = next((p for p in reading.catalogue if p.code == code), None)
    if entry is None:
        stop(f"Không có mã {code} trong danh mục.")
    for file in reading.files:
        if file.procedure is not None and code in file.procedure.codes:
            stop(f"Mã {code} đã có tệp biên soạn: {shown(file.document.path)}")
    path = place_for(entry, reading)
    if path.exists():
        stop(f"Đã có tệp {shown(path)}, không ghi đè.")
    found = _records(records) if records is not None else []
    papers = next((r["thanh_phan_ho_so"] for r in found if r["ma_thu_tuc"] == code), "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(scaffold(entry, read_papers(code, papers)[0]), encoding="utf-8")
    typer.echo(
        f"Đã tạo {shown(path)}. Viết tiếp các mục có dấu # rồi chạy: python -m knowledge_base check"
    )


@app.command(
    name="new-province", help="Tạo tệp lệ phí của một tỉnh từ số nghị quyết và trang đã đọc."
)
def new_province(
    code: Annotated[str, typer.Argument(help="Mã tỉnh, ví dụ 40.")],
    resolution: Annotated[str, typer.Argument(help="Số nghị quyết, ví dụ 09/2025/NQ-HĐND.")],
    url: Annotated[str, typer.Argument(help="Trang đã đọc, bắt đầu bằng https://")],
    root: Root = PACKAGE,
) -> None:
    """Write a province's file with its source; the fees are still to be written."""
    province = Units().by_code(code)
    if province is None or not province.is_province:
        stop(f"Không có tỉnh, thành phố nào mang mã {code}.")
    knowledge = read(root).knowledge
    fields = sorted({p.field for p in knowledge.procedures if decided_by_province(p)})
    path = root / PROVINCES_FOLDER / f"{code}-{slug(short_name(province))}.yaml"
    if any(path.parent.glob(f"{code}-*.yaml")):
        stop(f"Tỉnh {code} đã có tệp trong {shown(path.parent)}, không ghi đè.")
    path.parent.mkdir(exist_ok=True)
    text = scaffold_province(province, resolution, url, today(), fields)
    path.write_text(text, encoding="utf-8")
    typer.echo(f"Đã tạo {shown(path)}. Ghi các mức thu rồi chạy: python -m knowledge_base check")


@app.command(help="Xem cuộc trò chuyện về một thủ tục như người dân thấy vào một ngày.")
def preview(
    code_or_file: Annotated[str, typer.Argument(help="Mã thủ tục hoặc đường dẫn tệp .yaml.")],
    day: Annotated[
        str,
        typer.Option("--ngay", help="Ngày người dân hỏi, ví dụ 2027-01-05; không có là hôm nay."),
    ] = "",
    unit: Annotated[
        str, typer.Option("--tinh", help="Mã tỉnh hoặc mã xã của người hỏi, ví dụ 01.")
    ] = "",
    root: Root = PACKAGE,
) -> None:
    """Draw the questions and answers about a procedure on a day, for a citizen of a province."""
    knowledge, procedure = _previewed(code_or_file, read(root).knowledge)
    units = Units()
    lives = units.by_code(unit)
    if unit and lives is None:
        stop(f"Không có tỉnh hay xã nào mang mã {unit}.")
    noon = datetime.combine(as_day(day) if day else today(), time(12), tzinfo=VIETNAM)
    try:
        rehearse = open_rehearsal(knowledge)
    except KnowledgeError as error:  # another file: the wording, the offices
        stop(str(error))
    where = f", người hỏi ở {units.said(lives)}" if lives else ""
    console.print(f"[bold]{procedure.name}[/bold], ngày {noon:%d/%m/%Y}{where}")
    draw(console, rehearse(procedure.code, noon, unit or None))


def _previewed(code_or_file: str, knowledge: Knowledge) -> tuple[Knowledge, Procedure]:
    """The procedure of a code or a file, and the knowledge with what the file says now."""
    path = Path(code_or_file)
    if path.suffix != ".yaml":
        found = knowledge.by_code(code_or_file)
        if found is None:
            near = did_you_mean(code_or_file, [c for p in knowledge.procedures for c in p.codes])
            stop(f"Không có mã {code_or_file}{near}.")
        return knowledge, found
    if not path.is_file():
        stop(f"Không có tệp {path}.")
    file, problems = read_file(path)
    for problem in problems:
        typer.echo(str(problem))
    if file.procedure is None:
        raise typer.Exit(1)
    others = (p for p in knowledge.curated if {*p.codes}.isdisjoint(file.procedure.codes))
    return replace(knowledge, curated=(*others, file.procedure)), file.procedure


@app.command(help="Dựng lại danh mục catalogue.jsonl; không có --records thì chỉ xem lại.")
def build(
    records: Annotated[
        Path | None,
        typer.Option(help="Tệp bản ghi của Cổng (.jsonl hoặc .jsonl.gz).", exists=True),
    ] = None,
    day: Annotated[str, typer.Option(help="Ngày lấy bản ghi, ví dụ 2026-06-10.")] = "2026-06-10",
    root: Root = PACKAGE,
) -> None:
    """Write ``catalogue.jsonl`` and show what was read and what was left out."""
    if records is not None:
        built = _built(records, as_day(day))
        write(root / CATALOGUE_FILE, built.procedures)
        _show_build(built)
    try:
        knowledge = load(root)
    except KnowledgeError as error:
        typer.echo(str(error))
        raise typer.Exit(1) from error
    console.print(
        f"Kho kiến thức: {len(knowledge.curated)} thủ tục đã biên soạn, "
        f"{len(knowledge.catalogue)} thủ tục trong danh mục, {len(knowledge.fields)} lĩnh vực."
    )


@app.command(help="Kho kiến thức có gì: bảng theo lĩnh vực, in ra Markdown.")
def coverage(root: Root = PACKAGE) -> None:
    """Count what is known, field by field and kind of fact by kind of fact."""
    typer.echo(tabulate(read(root).knowledge, today()), nl=False)


def _records(path: Path) -> list[Record]:
    try:
        return read_records(path)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"không đọc được tệp bản ghi: {error}") from error


def _built(records: Path, day: date) -> Built:
    found = _records(records)
    with Progress(console=console) as progress:
        task = progress.add_task("Đọc bản ghi", total=len(found))
        built = build_catalogue(found, day, lambda done: progress.update(task, completed=done))
        progress.update(task, completed=len(found))
    return built


def _show_build(built: Built) -> None:
    total = len(built.procedures)
    read = Table("Đọc trọn phần", "số thủ tục", "tỷ lệ", title=f"{total} thủ tục")
    for part, count in sorted(built.coverage.items()):
        read.add_row(part, str(count), f"{count / total:.1%}" if total else "")
    console.print(read)
    left = Table(
        "Phần", "vì sao bỏ lại", "số chỗ", "số thủ tục", "ví dụ", title="Không đọc, bỏ lại"
    )
    places = Counter((item.part, item.reason) for item in built.left)
    for (part, reason), count in sorted(places.items()):
        codes = sorted({i.code for i in built.left if (i.part, i.reason) == (part, reason)})
        left.add_row(part, reason, str(count), str(len(codes)), codes[0])
    console.print(left)


if __name__ == "__main__":
    sys.exit(plugged(RUN)(app))
