"""Set-up: what is computed once and kept: vectors, the ranker, the trained pipeline."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from bot.settings import Settings
from bot.understanding import stamp
from knowledge_base.held import held
from knowledge_base.phrases import Phrases
from knowledge_base.phrases import load as load_phrases

_TOLD_EVERY = 15.0  # seconds between lines of one step


class Steps:
    """What set-up is at: a bar a step; into a log or a file, which has no bars, a line as a step
    begins, one now and then, and one as it ends."""

    def __init__(
        self,
        bars: Progress,
        say: Phrases,
        then: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Show nothing yet; ``bars`` are disabled where lines are wanted. ``then``: the step that
        begins where another ends, though it counts nothing for a while."""
        self._bars, self._say, self._then, self._clock = bars, say, then or {}, clock
        self._tasks: dict[str, TaskID] = {}
        self._began = self._told = 0.0

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` (None: nobody knows) of the step ``what``; all of it is its end."""
        title = self._say(f"setup.{what}")
        begins = what not in self._tasks
        if begins:
            self._tasks[what] = self._bars.add_task(title)
        self._bars.update(self._tasks[what], completed=done, total=total)
        if self._bars.disable:
            self._tell(title, done, total, begins=begins)
        if done == total and what in self._then:
            self(self._then[what], 0, None)

    def _tell(self, title: str, done: int, total: int | None, *, begins: bool) -> None:
        now = self._clock()
        if begins:
            self._began = self._told = now
            print(f"→ {title}…", flush=True)
        if done == total:
            print(f"✓ {title}: {now - self._began:.1f} s", flush=True)
        elif now - self._told >= _TOLD_EVERY:
            self._told = now
            print(f"  … {done}/{total}, {now - self._began:.0f} s", flush=True)


def run(settings: Settings) -> None:
    """Embed the texts, train the ranker and the pipeline, each only where something changed.

    Of two at the same time on one folder the second waits, and does what the first left undone.

    Raises:
        knowledge_base.loader.KnowledgeError: a knowledge file is broken.
        OSError: the folder cannot be written.
    """
    folder, encoder = settings.model_dir, settings.encoder
    if stamp.is_set_up(folder, encoder):
        return
    say = load_phrases()
    with held(folder / "setup.lock", lambda: print(say("setup.waiting"), flush=True)):
        if not stamp.is_set_up(folder, encoder):
            _set_up(folder, encoder, say)


def _set_up(folder: Path, encoder: str, say: Phrases) -> None:
    # Seconds of imports, only where there is work to do.
    from bot.understanding import pipeline, resources  # noqa: PLC0415
    from knowledge_base import loader  # noqa: PLC0415
    from knowledge_base.retrieval.encoders import Remembering, open_encoder  # noqa: PLC0415
    from knowledge_base.retrieval.index import open_retriever  # noqa: PLC0415

    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(),
        MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, disable=not sys.stdout.isatty()) as bars:
        trained = stamp.is_trained(folder, encoder)
        told = Steps(bars, say, {} if trained else {"embed": "rank"})
        told("load", 0, 1)
        opened = open_encoder(encoder)  # first of all: nothing is undone for one that is not there
        # Ranker and pipeline learn from many of the same messages.
        reading = Remembering(opened) if opened else None
        knowledge = loader.load()
        told("load", 1, 1)
        if not trained:
            for kept in folder.glob("ranker-*.json"):
                kept.unlink()  # it was trained on the same data
        retriever = open_retriever(knowledge, folder, reading, resources.lay(), told)
        if not trained:
            told("train", 0, None)
            with resources.using(retriever):
                pipeline.train(folder)
            stamp.mark_trained(folder, encoder)
            told("train", 1, 1)
    stamp.mark_set_up(folder, encoder)
