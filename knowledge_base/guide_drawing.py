"""``guide`` on the command line: a guide's steps in words, or its graph in Mermaid's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from knowledge_base.guides import Choice, Ending, Guide, Screen
from knowledge_base.loader import PACKAGE, Knowledge, read
from knowledge_base.problems import did_you_mean, errors_of
from knowledge_base.syncing import stop


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(name="guide", help="Xem các bước của một hướng dẫn; --ve in sơ đồ (Mermaid).")(
        _guide
    )


def _guide(
    id: Annotated[str, typer.Argument(help="Tên hướng dẫn, ví dụ cai-vneid.")],
    draw: Annotated[bool, typer.Option("--ve", help="In sơ đồ thay vì lời.")] = False,
    root: Annotated[Path, typer.Option(help="Thư mục kho kiến thức.")] = PACKAGE,
) -> None:
    """Print one guide."""
    reading = read(root)
    knowledge = reading.knowledge
    guide = knowledge.guide(id)
    if guide is None:
        broken = [f.document.path for f in reading.guides if f.document.path.stem == id]
        wrong = [p for p in errors_of(reading.problems) if p.path in broken]
        near = did_you_mean(id, (g.id for g in knowledge.guides))
        stop("\n".join(map(str, wrong)) or f"Không có hướng dẫn '{id}'{near}.")
    for line in mermaid(guide, knowledge) if draw else outline(guide):
        typer.echo(line)


def outline(guide: Guide) -> Iterator[str]:
    """The steps as they stand in the file, with their buttons and troubles."""
    yield guide.title
    for number, step in enumerate(guide.steps, 1):
        yield f"\n{number}. {step.title} ({step.id})"
        yield f"   {step.text}"
        if step.seen:
            yield f"   Sẽ thấy: {step.seen}"
        yield from (f"   [{choice.label}]" for choice in step.choices)
        yield from (f"   [{t.label}] {t.text}" for t in step.troubles)


def mermaid(guide: Guide, knowledge: Knowledge) -> Iterator[str]:
    """A flow chart: steps are boxes, questions diamonds, ends round, troubles dashed."""
    yield "flowchart TD"
    for step in guide.steps:
        left, right = ("{{", "}}") if step.choices else ("([", "])") if step.ends else ("[", "]")
        yield f'  {_node(step)}{left}"{_words(step.title)}"{right}'
        if step.ends is Ending.NOT_YET:
            yield f"  style {_node(step)} stroke-dasharray: 4"
    for step in guide.steps:
        if not step.choices and not step.ends:
            yield f"  {_node(step)} --> {_id(step.to or guide.below(step))}"
        for choice in step.choices:
            yield from _arrow(guide, step, choice, knowledge, "-->")
        for trouble in step.troubles:
            yield f'  {_node(trouble)}>"{_words(trouble.label)}"]'
            yield f"  {_node(step)} -.- {_node(trouble)}"
            for choice in trouble.choices:
                if choice.to or choice.call or not choice.moves:
                    yield from _arrow(guide, trouble, choice, knowledge, "-.->")


def _arrow(
    guide: Guide, screen: Screen, choice: Choice, knowledge: Knowledge, arrow: str
) -> Iterator[str]:
    """Where a choice leads to, through the guide it calls."""
    start, said = _node(screen), _words(choice.label)
    if not choice.moves:
        end = f"{start}__{choice.id.replace('-', '_')}"
        what = "nghỉ, hôm khác làm tiếp" if choice.pause else "gặp người hỗ trợ"
        yield f'  {end}(["{what}"])'
        yield f'  {start} {arrow}|"{said}"| {end}'
        return
    target = _id(guide.target(screen, choice))
    called = knowledge.guide(choice.call) if choice.call else None
    if called is None:
        yield f'  {start} {arrow}|"{said}"| {target}'
        return
    box = f"{start}__{choice.id.replace('-', '_')}"
    yield f'  {box}[["{_words(called.title)}"]]'
    yield f'  {start} {arrow}|"{said}"| {box}'
    yield f'  {box} {arrow}|"xong"| {target}'
    if choice.otherwise:
        yield f'  {box} {arrow}|"chưa được"| {_id(choice.otherwise)}'


def _node(screen: Screen) -> str:
    return _id(screen.id)


def _id(id: str | None) -> str:
    # "end" alone is a word of Mermaid's language.
    return f"b_{(id or '').replace('-', '_')}"


def _words(text: str) -> str:
    return text.replace('"', "'")
