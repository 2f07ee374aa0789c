"""``search`` and ``evaluate`` on the command line: they run the understanding of a message.

That understanding lies in the room above (``bot``), which this room may not import; it is
plugged in by name, like any port whose adapter is chosen at start.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from knowledge_base.evaluate import QuestionError, Row, Understood, as_json, evaluate, read
from knowledge_base.loader import load

UNDERSTANDING = "bot.wiring:open_understanding"
_COLUMNS = (
    ("n", "n"), ("Hit@1", "hit1"), ("Hit@5", "hit5"), ("MRR", "mrr"), ("ý định", "intent"),
    ("trả lời", "answered"), ("hỏi lại", "asked"), ("từ chối", "declined"),
    ("sai mà chắc", "wrong_answered"), ("ngoài lề bị trả lời", "out_of_scope_answered"),
    ("p50 ms", "p50_ms"), ("p95 ms", "p95_ms"),
)  # fmt: skip


def open_understanding() -> Callable[[str], Understood]:
    """The program's own understanding of a message."""
    module, _, name = UNDERSTANDING.partition(":")
    understand: Callable[[str], Understood] = getattr(importlib.import_module(module), name)()
    return understand


def register(app: typer.Typer) -> None:
    """Add the two commands to ``app``."""
    app.command(name="search", help="Tìm thủ tục cho một câu hỏi, như khi người dân nhắn.")(_search)
    app.command(name="evaluate", help="Đo trên tệp câu hỏi JSONL có đáp án.")(_evaluate)


def _search(text: Annotated[str, typer.Argument(help="câu hỏi")]) -> None:
    understood = open_understanding()(text)
    table = Table(title=f"{understood.link.outcome.value} · {understood.intent}")
    for heading in ("điểm", "mã", "thủ tục"):
        table.add_column(heading)
    for candidate in understood.link.candidates:
        table.add_row(f"{candidate.score:.3f}", candidate.code, candidate.name)
    Console().print(table)


def _evaluate(
    file: Annotated[Path, typer.Argument(help="tệp JSONL: question, codes, intent, group …")],
    json: Annotated[bool, typer.Option("--json", help="in ra JSON")] = False,
    wrong: Annotated[bool, typer.Option("--wrong", help="liệt kê các câu sai")] = False,
) -> None:
    try:
        questions = read(file)
    except (OSError, QuestionError) as error:
        typer.echo(f"Không đọc được tệp câu hỏi: {error}", err=True)
        raise typer.Exit(1) from error
    knowledge = load()

    def same(code: str) -> frozenset[str]:
        procedure = knowledge.by_code(code)
        return frozenset(procedure.codes) if procedure else frozenset({code})

    understand = open_understanding()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Đang hỏi", total=len(questions))
        rows, complaints = evaluate(
            questions, understand, same, lambda done, _: progress.update(task, completed=done)
        )
    if json:
        typer.echo(as_json(rows, complaints))
        return
    _print(rows)
    if wrong:
        for complaint in complaints:
            typer.echo(complaint)


def _print(rows: list[Row]) -> None:
    table = Table("nhóm", *(heading for heading, _ in _COLUMNS))
    for row in rows:
        cells = [getattr(row, name) for _, name in _COLUMNS]
        table.add_row(row.group, *("–" if cell is None else f"{cell:g}" for cell in cells))
    Console(width=150).print(table)
