"""``python -m bot dossiers import``: takes a list of dossiers into the deployment's own table."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from actions.dossier_sources.table import Mapped, Row, read_list, read_mapping
from bot import watching
from bot.jobs import Jobs
from bot.record_book import open_store
from bot.times import VIETNAM
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.states import states

_SHOWN = 20  # rows in trouble that are listed


def run(path: Path, mapping: Path | None, *, preview: bool) -> int:
    """Import a list; returns how many rows could not be read.

    Raises:
        OSError: the file cannot be read; nothing was changed then.
        KnowledgeError: the mapping file is broken.
        knowledge_base.portal.book.BookUnavailable: no database.
    """
    mapped = read_mapping(mapping)
    seen = datetime.fromtimestamp(path.stat().st_mtime, VIETNAM)
    console = Console()
    if preview:
        return _preview(read_list(path, mapped, seen), console)
    return asyncio.run(_take_in(path, mapped, seen, console))


def _preview(rows: Iterator[Row], console: Console) -> int:
    table = Table("dòng", "mã hồ sơ", "trạng thái", "hẹn trả", "thủ tục")
    counted: Counter[str] = Counter()
    troubles: list[Row] = []
    for row in rows:
        if row.dossier is None:
            troubles.append(row)
            continue
        _, dossier = row.dossier
        counted[states().names[dossier.state]] += 1
        if table.row_count < _SHOWN // 2:
            due = f"{dossier.due:%d/%m/%Y}" if dossier.due else ""
            named = states().names[dossier.state]
            table.add_row(row.place.rsplit(":", 1)[-1], dossier.code, named, due, dossier.title)
    console.print(table)
    for state, count in counted.most_common():
        console.print(f"{state}: {count}")
    _tell(troubles, console)
    console.print("Đây là xem trước, chưa ghi gì.")
    return len(troubles)


async def _take_in(path: Path, mapped: Mapped, seen: datetime, console: Console) -> int:
    troubles: list[Row] = []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("Đọc danh sách")

        def good() -> Iterator[tuple[DossierCode, Dossier]]:
            for number, row in enumerate(read_list(path, mapped, seen), 1):
                if number % 1000 == 0:
                    progress.update(task, description=f"Đã đọc {number} dòng")
                if row.dossier is None:
                    troubles.append(row)
                else:
                    yield row.dossier

        async with open_store() as store:
            jobs = Jobs(store)
            await jobs.open()
            async with store.transaction() as con:
                fresh, changed = await watching.take_in(con, jobs, good())
    console.print(f"Hồ sơ mới: {fresh}. Hồ sơ có thay đổi: {changed}.")
    _tell(troubles, console)
    return len(troubles)


def _tell(troubles: list[Row], console: Console) -> None:
    for row in troubles[:_SHOWN]:
        console.print(f"{row.place}: {row.trouble}", markup=False, highlight=False)
    if len(troubles) > _SHOWN:
        console.print(f"… và {len(troubles) - _SHOWN} dòng khác.")
    if troubles:
        console.print(f"Số dòng không đọc được: {len(troubles)}. Các dòng khác không bị ảnh hưởng.")
