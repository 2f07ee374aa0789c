"""``search`` and ``evaluate`` on the command line: they run what a message gets from the program.

The program lies in the room above (``bot``), which this room may not import; it is plugged in by
name, like any port whose adapter is chosen at start.
"""

from __future__ import annotations

import json as text_json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Protocol

import psutil
import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table as Drawn

from knowledge_base.check import today
from knowledge_base.evaluation import floors as bounds
from knowledge_base.evaluation import page, public
from knowledge_base.evaluation.counting import Tried, ask, complaint, rows, same_of
from knowledge_base.evaluation.floors import Floors, FloorsError
from knowledge_base.evaluation.measured import Measured
from knowledge_base.evaluation.questions import Question, QuestionError, read, sets
from knowledge_base.evaluation.tables import Table, figures, tables
from knowledge_base.loader import Knowledge
from knowledge_base.plugged import plugged
from knowledge_base.syncing import stop

TRIAL = "bot.wiring:open_trial"
_Sets = Mapping[str, Sequence[Question]]


class Trial(Protocol):
    """The program, ready to be tried."""

    folder: Path

    @property
    def knowledge(self) -> Knowledge:
        """What is known."""
        ...

    def __call__(self, text: str) -> Tried:
        """What comes of a message."""
        ...


def open_trial() -> Trial:
    """The program as it is set up here."""
    trial: Trial = plugged(TRIAL)()
    return trial


def register(app: typer.Typer) -> None:
    """Add the two commands to ``app``."""
    app.command(name="search", help="Tìm thủ tục cho một câu hỏi, như khi người dân nhắn.")(_search)
    app.command(
        name="evaluate",
        help="Đo trên mọi bộ câu hỏi trong tests, hoặc trên một tệp câu hỏi có đáp án.",
    )(_evaluate)


def _search(text: Annotated[str, typer.Argument(help="câu hỏi")]) -> None:
    tried = open_trial()(text)
    table = Drawn(title=f"{tried.link.outcome.value} · {tried.intent}")
    for heading in ("điểm", "mã", "thủ tục"):
        table.add_column(heading)
    for candidate in tried.link.candidates:
        table.add_row(f"{candidate.score:.3f}", candidate.code, candidate.name)
    Console().print(table)


def _evaluate(
    file: Annotated[
        Path | None, typer.Argument(help="tệp JSONL: question, codes, intent, group …")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="in ra JSON")] = False,
    wrong: Annotated[bool, typer.Option("--wrong", help="liệt kê các câu sai")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="không so với các cách thông thường")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="ghi bảng và biểu đồ vào docs/evaluation.md")
    ] = False,
    unlabelled: Annotated[
        Path | None,
        typer.Option("--public", help="chỉ chạy một tệp câu hỏi không có đáp án và in kết quả"),
    ] = None,
) -> None:
    """Ask, count, show; end with 1 under a floor."""
    if unlabelled is not None:
        _show_public(unlabelled)
        return
    try:
        asked = {file.stem: read(file)} if file else sets()
        floors = bounds.load() if bounds.FILE.exists() else Floors()
    except (OSError, QuestionError, FloorsError) as error:
        stop(f"Không đọc được tệp câu hỏi: {error}")
    if not asked:
        stop("Không có thư mục tests: xin cho tên một tệp câu hỏi.")
    measured, name_of = _measured(asked, compared=not (file or quick))
    shortfalls = [] if file else measured.shortfalls(floors)
    lines = [complaint(a) for a in measured.all if a.missed] if wrong or json else []
    if json:
        typer.echo(_as_json(measured, lines, shortfalls))
    else:
        shown = figures("", measured.groups(), floors)
        _draw([shown] if file else tables(measured, floors, name_of))
        typer.echo("\n".join(lines))
    if write:
        for path in page.write(measured, floors, name_of, today()):
            typer.echo(f"Đã ghi {path}", err=True)
    if shortfalls:
        stop("\n".join(["Chưa đạt mức sàn:", *shortfalls]))


def _measured(asked: _Sets, *, compared: bool) -> tuple[Measured, Callable[[str], str | None]]:
    """What came of every question, and what a code is called."""
    trial = open_trial()
    same = same_of(trial.knowledge)
    with _progress() as progress:
        total = sum(len(questions) for questions in asked.values())
        task = progress.add_task("Đang hỏi", total=total)
        found = {
            name: ask(questions, trial, same, lambda: progress.advance(task))
            for name, questions in asked.items()
        }
    memory = psutil.Process().memory_full_info().pss / 2**20
    measured = Measured(found, round(memory))
    if not compared:
        return measured, trial.knowledge.name_of
    from knowledge_base.evaluation.baselines import compare  # noqa: PLC0415  # loads the encoder

    about = [a.question for a in measured.about]
    with _progress() as progress:
        task = progress.add_task("Đang so với các cách thông thường")
        told = lambda done, total: progress.update(task, completed=done, total=total)  # noqa: E731
        ranks = compare(about, trial.knowledge, same, trial.folder, told)
    return Measured(found, round(memory), ranks), trial.knowledge.name_of


def _progress() -> Progress:
    return Progress(console=Console(stderr=True), transient=True)


def _as_json(measured: Measured, wrong: Sequence[str], shortfalls: Sequence[str]) -> str:
    document = {
        "groups": [asdict(row) for row in measured.groups()],
        "sets": {n: [asdict(row) for row in rows(asked)] for n, asked in measured.asked.items()},
        "compared": measured.compared(),
        "memory_mb": measured.memory_mb,
        "shortfalls": shortfalls,
        "wrong": wrong,
    }
    return text_json.dumps(document, ensure_ascii=False, indent=1)


def _draw(shown: Iterable[Table]) -> None:
    console = Console(width=170)
    for table in shown:
        drawn = Drawn(*table.headings, title=table.title or None)
        for row in table.rows:
            drawn.add_row(*row)
        console.print(drawn)


def _show_public(path: Path) -> None:
    try:
        questions = public.read(path)
    except (OSError, QuestionError) as error:
        stop(f"Không đọc được tệp câu hỏi: {error}")
    trial = open_trial()
    with _progress() as progress:
        task = progress.add_task("Đang hỏi", total=len(questions))
        seen = []
        for question in questions:
            seen.append(public.line(question, trial(question), trial.knowledge.name_of))
            progress.advance(task)
    typer.echo("\n".join(sorted(seen)))
