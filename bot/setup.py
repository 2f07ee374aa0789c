"""Set-up: what is computed once and kept: vectors, the ranker, the trained pipeline."""

from __future__ import annotations

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from bot.settings import Settings
from bot.understanding import pipeline, resources
from knowledge_base import loader
from knowledge_base.phrases import load as load_phrases
from knowledge_base.retrieval.index import open_retriever


def run(settings: Settings) -> None:
    """Embed the texts, train the ranker and the pipeline, each only where something changed.

    Raises:
        knowledge_base.loader.KnowledgeError: a knowledge file is broken.
    """
    say = load_phrases()
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(),
        MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns) as progress:
        loading = progress.add_task(say("setup.load"), total=1)
        knowledge = loader.load()
        progress.update(loading, completed=1)
        bars = {
            what: progress.add_task(say(f"setup.{what}"), total=None, visible=False)
            for what in ("embed", "rank")
        }

        def told(what: str, done: int, total: int) -> None:
            progress.update(bars[what], completed=done, total=total, visible=True)

        if not pipeline.is_trained(settings.model_dir):
            for kept in settings.model_dir.glob("ranker-*.json"):
                kept.unlink()  # it was trained on the same data
        resources.share(
            open_retriever(knowledge, settings.model_dir, settings.encoder, resources.lay(), told)
        )
        if not pipeline.is_trained(settings.model_dir):
            training = progress.add_task(say("setup.train"), total=None)
            pipeline.train(settings.model_dir)
            progress.update(training, total=1, completed=1)
