"""``python -m knowledge_base``: what officials do with the knowledge, in Vietnamese."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from knowledge_base.loader import CATALOGUE_FILE, PACKAGE, KnowledgeError, load
from knowledge_base.records.build import Built, read_records, write
from knowledge_base.records.build import build as build_catalogue

app = typer.Typer(
    help="Kho kiến thức về thủ tục hành chính.", no_args_is_help=True, add_completion=False
)
console = Console()


@app.callback()
def main() -> None:
    """Commands are told apart by name, also while there is only one."""


@app.command(help="Dựng lại danh mục catalogue.jsonl; không có --records thì chỉ xem lại.")
def build(
    records: Annotated[
        Path | None,
        typer.Option(help="Tệp bản ghi của Cổng (.jsonl hoặc .jsonl.gz).", exists=True),
    ] = None,
    day: Annotated[str, typer.Option(help="Ngày lấy bản ghi, ví dụ 2026-06-10.")] = "2026-06-10",
    root: Annotated[Path, typer.Option(help="Thư mục kho kiến thức.")] = PACKAGE,
) -> None:
    """Write ``catalogue.jsonl`` and show what was read and what was left out."""
    if records is not None:
        built = _built(records, _day(day))
        write(root / CATALOGUE_FILE, built.procedures)
        _show_build(built)
    try:
        knowledge = load(root)
    except KnowledgeError as error:
        console.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from error
    console.print(
        f"Kho kiến thức: {len(knowledge.curated)} thủ tục đã biên soạn, "
        f"{len(knowledge.catalogue)} thủ tục trong danh mục, {len(knowledge.fields)} lĩnh vực."
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("ngày phải viết năm-tháng-ngày, ví dụ 2026-06-10") from error


def _built(records: Path, day: date) -> Built:
    try:
        found = read_records(records)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"không đọc được tệp bản ghi: {error}") from error
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
    app()
