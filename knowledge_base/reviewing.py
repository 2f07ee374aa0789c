"""``review`` on the command line: what was not answered well, and teaching it.

The questions are kept in the program's database, and what the assistant makes of them is its own
understanding; both lie in the room above (``bot``) and are plugged in by name, as
:mod:`knowledge_base.measuring` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from knowledge_base.check import today
from knowledge_base.evaluation.questions import QuestionError
from knowledge_base.loader import PACKAGE
from knowledge_base.plugged import plugged
from knowledge_base.portal.book import BookError
from knowledge_base.retrieval.link import Link, LinkOutcome
from knowledge_base.review import exchange
from knowledge_base.review.adding import OFF_SUBJECT, Data, Refused
from knowledge_base.review.book import OFTEN, MissBook, Missed
from knowledge_base.review.clusters import Cluster, Read, clusters
from knowledge_base.review.personal import unmasked
from knowledge_base.review.report import SHOWN, describe
from knowledge_base.syncing import stop

MISS_BOOK = "bot.record_book:open_miss_book"
READING = "bot.wiring:open_reading"
MOST = 400  # questions looked at in one go, the most frequent
_AFTERWARDS = (
    "Xong thì chạy: python -m knowledge_base check, rồi make setup để trợ lý học, rồi chạy lại "
    "chương trình."
)
_LATER, _OFF, _DROP, _QUIT = "s", "n", "x", "q"
_KEYS = (
    f"Gõ số gợi ý hoặc mã để dạy, {_OFF}: ngoài phạm vi, {_DROP}: bỏ hẳn, {_LATER}: để sau, "
    f"{_QUIT}: thôi"
)
_SKIP = "-"


def open_miss_book() -> AbstractAsyncContextManager[MissBook]:
    """The program's own book of missed questions."""
    opened: AbstractAsyncContextManager[MissBook] = plugged(MISS_BOOK)()
    return opened


def open_reading() -> Callable[[str], Read]:
    """What the program makes of a question now.

    Raises:
        RuntimeError: set-up was not run, or the examples changed since.
    """
    read: Callable[[str], tuple[Link, Any]] = plugged(READING)()
    return lambda text: Read(*read(text))


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(name="review", help="Xem các câu chưa trả lời được và dạy cho trợ lý.")(_review)


def _review(
    *,
    listing: Annotated[bool, typer.Option("--list", help="Chỉ liệt kê, không hỏi.")] = False,
    accept: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Số của câu (nhiều câu: 41,44) và mã thủ tục, hoặc out_of_scope."),
    ] = None,
    words: Annotated[
        str, typer.Option("--cau", help="Đi cùng --accept: ghi câu này thay cho câu gốc.")
    ] = "",
    drop: Annotated[str, typer.Option(help="Bỏ hẳn các câu mang số này, ví dụ 41,44.")] = "",
    write: Annotated[
        Path | None, typer.Option("--xuat", help="Ghi danh sách ra tệp .jsonl cho nơi khác.")
    ] = None,
    least: Annotated[
        int, typer.Option("--it-nhat", min=1, help="Đi cùng --xuat: câu bị hụt từ bấy nhiêu lần.")
    ] = OFTEN,
    take: Annotated[
        Path | None, typer.Option("--nhap", help="Nhận danh sách .jsonl của nơi khác.")
    ] = None,
    origin: Annotated[
        str, typer.Option("--nguon", help="Đi cùng --nhap: tên nơi gửi; bỏ trống: tên tệp.")
    ] = "",
    root: Annotated[Path, typer.Option(help="Thư mục kho kiến thức.")] = PACKAGE,
) -> None:
    if sum(map(bool, (listing, accept, drop, write, take))) > 1:
        stop("Mỗi lần chỉ dùng một trong: --list, --accept, --drop, --xuat, --nhap.")
    if words and not accept:
        stop("--cau đi cùng --accept.")
    if accept:
        _carry_out(lambda book: _accept(book, _numbers(accept[0]), accept[1], words, root))
    elif drop:
        _carry_out(lambda book: _drop(book, _numbers(drop)))
    elif write:
        _carry_out(lambda book: _write(book, write, least))
    elif take:
        _carry_out(lambda book: _take(book, take, origin or take.stem))
    else:
        _carry_out(lambda book: _look(book, root, ask=not listing))


def _carry_out(work: Callable[[MissBook], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with open_miss_book() as book:
            await work(book)

    try:
        asyncio.run(run())
    except (BookError, OSError) as error:
        stop(str(error))
    except (KeyboardInterrupt, typer.Abort):
        stop("Đã dừng. Những câu đã dạy vẫn còn.")


async def _look(book: MissBook, root: Path, *, ask: bool) -> None:
    """Show the groups; with ``ask`` have each of them decided."""
    missed = await book.missed()
    if not missed:
        typer.echo("Không có câu nào chờ xem.")
        return
    data = _data(root)
    groups = clusters(missed[:MOST], _read(missed[:MOST]))
    console = Console(highlight=False, markup=False, soft_wrap=True)
    changed = False
    for number, group in enumerate(groups, 1):
        console.print(f"\nNhóm {number}/{len(groups)} · {group.count} lần")
        for line in describe(group, data.knowledge.name_of):
            console.print(f"  {line}")
        if ask:
            answer = await _decide(book, group, data)
            changed |= bool(answer)
            if answer is None:
                break
    if len(missed) > MOST:
        console.print(f"\nCòn {len(missed) - MOST} câu ít gặp hơn, chưa hiện ở đây.")
    console.print(f"\n{_AFTERWARDS}" if changed else "")


async def _decide(book: MissBook, group: Cluster, data: Data) -> bool | None:
    """Ask what to do with a group until it is done: True when something was taught, None when the
    official has had enough."""
    numbers = [question.number for question in group.questions]
    while True:
        said = typer.prompt(_KEYS, default=_LATER, show_default=False).strip().lower()
        if said in (_LATER, _QUIT):
            return False if said == _LATER else None
        if said == _DROP:
            await book.drop(numbers, today())
            return False
        place = int(said) - 1 if said.isdecimal() else -1
        known = group.suggested
        target = OFF_SUBJECT if said == _OFF else known[place] if 0 <= place < len(known) else said
        if not _exists(target, data):
            continue
        if _teach_one_by_one(group.questions[:SHOWN], target, data):
            await book.teach(numbers, today())
            return True


def _exists(target: str, data: Data) -> bool:
    try:
        data.file_of(target)
    except Refused as refused:
        typer.echo(f"  {refused}")
        return False
    return True


def _teach_one_by_one(questions: Sequence[Missed], target: str, data: Data) -> bool:
    """Have each wording confirmed or written anew; whether any was added."""
    added = False
    for question in questions:
        words = typer.prompt(
            f"  Câu sẽ ghi (Enter: giữ, {_SKIP}: bỏ câu này)", default=unmasked(question.question)
        )
        if words.strip() != _SKIP:
            added |= _added(words, target, data)
    return added


def _added(words: str, target: str, data: Data) -> bool:
    try:
        typer.echo(f"  Đã thêm {data.add(words, target)}")
    except Refused as refused:
        typer.echo(f"  Chưa thêm: {refused}")
        return False
    return True


async def _accept(
    book: MissBook, numbers: Sequence[int], target: str, words: str, root: Path
) -> None:
    if words and len(numbers) > 1:
        stop("--cau chỉ đi với một câu.")
    questions = await _known(book, numbers)
    data = _data(root)
    taught = [q.number for q in questions if _added(words or q.question, target, data)]
    await book.teach(taught, today())
    if taught:
        typer.echo(_AFTERWARDS)
    if len(taught) < len(numbers):
        raise typer.Exit(1)


async def _drop(book: MissBook, numbers: Sequence[int]) -> None:
    await _known(book, numbers)
    await book.drop(numbers, today())
    typer.echo(f"Đã bỏ {len(numbers)} câu.")


async def _known(book: MissBook, numbers: Sequence[int]) -> list[Missed]:
    waiting = {question.number: question for question in await book.missed()}
    for number in numbers:
        if number not in waiting:
            stop(f"Không có câu số {number} đang chờ. Xem: python -m knowledge_base review --list")
    return [waiting[number] for number in numbers]


async def _write(book: MissBook, path: Path, least: int) -> None:
    count = exchange.write(path, await book.missed(), least)
    typer.echo(
        f"Đã ghi {count} dòng vào {path}, chỉ câu bị hụt từ {least} lần trở lên. "
        "Đọc lại một lượt trước khi gửi: máy không biết hết tên người."
    )


async def _take(book: MissBook, path: Path, origin: str) -> None:
    misses, problems = exchange.read(path)
    for problem in problems:
        typer.echo(str(problem))
    await book.add(misses, origin)
    typer.echo(f"Đã nhận {len(misses)} dòng của {origin}, {len(problems)} chỗ không đọc được.")


def _data(root: Path) -> Data:
    try:
        return Data(root)
    except QuestionError as error:
        stop(f"Không đọc được các câu dùng để chấm điểm: {error}")


def _read(missed: Sequence[Missed]) -> list[Read]:
    """What the assistant makes of the questions; nothing where set-up must be run first."""
    try:
        read = open_reading()
    except RuntimeError as error:
        typer.echo(f"{error} Tạm gom theo chữ, máy chưa gợi ý được.", err=True)
        return [Read(Link(LinkOutcome.NONE))] * len(missed)
    shown = track(missed, "Đang đọc các câu", console=Console(stderr=True), transient=True)
    return [read(question.question) for question in shown]


def _numbers(said: str) -> list[int]:
    """``41,44`` -> [41, 44]."""
    parts = [part.strip() for part in said.split(",")]
    if not all(part.isdecimal() and len(part) < 15 for part in parts):
        stop(f"'{said}' không phải số của câu; ví dụ: 41 hoặc 41,44")
    return [int(part) for part in dict.fromkeys(parts)]
