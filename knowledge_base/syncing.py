"""``sync``, ``import`` and ``diff`` on the command line: what the portal says, and what it changed.

The records are kept in the program's database, which lies in the room above (``bot``); it is
plugged in by name, as :mod:`knowledge_base.measuring` does with the understanding.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from knowledge_base.check import VIETNAM, today
from knowledge_base.loader import PACKAGE, Reading, read
from knowledge_base.plugged import plugged
from knowledge_base.portal import importing, report
from knowledge_base.portal.book import BookError, RecordBook
from knowledge_base.portal.client import PER_SECOND, PORTAL, PortalError, open_portal
from knowledge_base.portal.sync import Show, synchronise

RECORD_BOOK = "bot.record_book:open_record_book"
Root = Annotated[Path, typer.Option(help="Thư mục kho kiến thức.")]
_Done = TypeVar("_Done")


def open_record_book() -> AbstractAsyncContextManager[RecordBook]:
    """The program's own book of records."""
    opened: AbstractAsyncContextManager[RecordBook] = plugged(RECORD_BOOK)()
    return opened


def register(app: typer.Typer) -> None:
    """Add the three commands to ``app``."""
    app.command(name="sync", help="Đồng bộ với Cổng Dịch vụ công quốc gia.")(_sync)
    app.command(name="import", help="Nhập bản ghi từ tệp .jsonl, .jsonl.gz hoặc .xlsx.")(_import)
    app.command(name="diff", help="Xem Cổng đã đổi gì giữa hai ngày.")(_diff)


def _sync(
    url: Annotated[str, typer.Option(help="Địa chỉ Cổng.")] = PORTAL,
    per_second: Annotated[
        float, typer.Option("--nhip", min=0.01, max=1000, help="Số lần hỏi Cổng mỗi giây.")
    ] = PER_SECOND,
    fresh: Annotated[
        bool, typer.Option("--lam-lai", help="Bỏ lần chạy dở, lấy lại mọi bản ghi từ đầu.")
    ] = False,
    trust_short: Annotated[
        bool,
        typer.Option("--tin-danh-sach", help="Tin danh sách của Cổng dù ngắn bất thường."),
    ] = False,
    root: Root = PACKAGE,
) -> None:
    reading = read(root)

    async def run(show: Show) -> None:
        async with open_record_book() as book, open_portal(url, per_second) as portal:
            outcome = await synchronise(
                portal,
                book,
                url.rstrip("/"),
                today(),
                catalogue=reading.catalogue,
                fresh=fresh,
                trust_short=trust_short,
                show=show,
            )
        report.show_sync(_console(), outcome, _files(reading))

    _carry_out(run)


def _import(
    file: Annotated[Path, typer.Argument(help="Tệp .jsonl, .jsonl.gz hoặc .xlsx.")],
    day: Annotated[
        str | None,
        typer.Option("--ngay", help="Ngày lấy số liệu, ví dụ 2026-06-10; bỏ trống: ngày của tệp."),
    ] = None,
    source: Annotated[
        str, typer.Option("--nguon", help="Tên của danh sách .xlsx mà người dân sẽ đọc thấy.")
    ] = importing.LIST_NAME,
    root: Root = PACKAGE,
) -> None:
    seen = as_day(day) if day else _day_of(file)
    if seen > today():
        stop(f"Ngày {seen:%d/%m/%Y} chưa tới; --ngay là ngày lấy số liệu.")
    reading = read(root)
    try:
        found = importing.read(file, seen, source)
        form = importing.form_of(file)
    except importing.FileUnreadable as error:
        stop(str(error))

    async def run(show: Show) -> None:
        async with open_record_book() as book:
            done = await importing.bring_in(
                book, found, form, file.name, seen, catalogue=reading.catalogue, show=show
            )
        report.show_import(_console(), done, _files(reading))

    _carry_out(run)


def _diff(
    code: Annotated[str | None, typer.Argument(help="Mã thủ tục; bỏ trống: mọi thủ tục.")] = None,
    since: Annotated[
        str | None, typer.Option("--tu", help="So từ ngày này; bỏ trống: lần lấy trước.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--den", help="Đến ngày này; bỏ trống: hôm nay.")
    ] = None,
    root: Root = PACKAGE,
) -> None:
    last = as_day(until) if until else today()
    first = as_day(since) if since else None
    if first is not None and first > last:
        stop("--tu phải là ngày trước --den.")
    reading = read(root)

    async def run(_show: Show) -> None:
        async with open_record_book() as book:
            days = [day for day in await book.days() if day <= last]
            if not days:
                stop("Chưa có số liệu nào. Chạy trước: python -m knowledge_base sync")
            if code and code not in await book.held():
                stop(f"Không có mã {code} trong số liệu của Cổng.")
            begin = first or (days[1] if len(days) > 1 else days[0])
            steps = await book.between(begin, last, code)
        console = _console()
        told = report.table(steps, _files(reading))
        if told is not None:
            console.print(told)
        console.print(f"Từ {begin:%d/%m/%Y} đến {last:%d/%m/%Y}: {report.totals(steps)}")

    _carry_out(run)


def _carry_out(run: Callable[[Show], Coroutine[None, None, None]]) -> None:
    """Run with a progress bar; what goes wrong is one sentence and exit code 1."""
    try:
        with _progress() as show:
            asyncio.run(run(show))
    except (PortalError, BookError) as error:
        stop(str(error))
    except KeyboardInterrupt:
        stop("Đã dừng. Phần đã lấy vẫn còn: chạy lại lệnh này để làm tiếp từ chỗ dừng.")


@contextmanager
def _progress() -> Iterator[Show]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Chuẩn bị", total=None)
        yield lambda what, done, total: progress.update(
            task, description=what, completed=done, total=total
        )


def _console() -> Console:
    console = Console()
    # A file or a pipe has no width: the table is not to be squeezed into 80 columns then.
    return console if console.is_terminal else Console(width=200)


def _files(reading: Reading) -> dict[str, Path]:
    """The curated file of each code."""
    return {
        code: file.document.path
        for file in reading.files
        if file.procedure is not None
        for code in file.procedure.codes
    }


def as_day(text: str) -> date:
    """The day an option gives. Raises typer.BadParameter."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("ngày phải viết năm-tháng-ngày, ví dụ 2026-06-10") from error


def _day_of(file: Path) -> date:
    try:
        changed = datetime.fromtimestamp(file.stat().st_mtime, UTC).astimezone(VIETNAM).date()
    except OSError:
        stop(f"Không có tệp {file}.")
    typer.echo(f"Không ghi --ngay: lấy ngày của tệp, {changed:%d/%m/%Y}.")
    return changed


def stop(message: str) -> NoReturn:
    """Say what is wrong and end with 1."""
    typer.echo(message, err=True)
    raise typer.Exit(1)
