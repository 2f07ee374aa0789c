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
from bot.understanding import stamp
from knowledge_base.phrases import load as load_phrases


def run(settings: Settings) -> None:
    """Embed the texts, train the ranker and the pipeline, each only where something changed.

    Raises:
        knowledge_base.loader.KnowledgeError: a knowledge file is broken.
    """
    folder, encoder = settings.model_dir, settings.encoder
    if stamp.is_set_up(folder, encoder):
        return
    # Seconds of imports, only where there is work to do.
    from bot.understanding import pipeline, resources  # noqa: PLC0415
    from knowledge_base import loader  # noqa: PLC0415
    from knowledge_base.retrieval.index import open_retriever  # noqa: PLC0415

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

        trained = stamp.is_trained(folder, encoder)
        if not trained:
            for kept in folder.glob("ranker-*.json"):
                kept.unlink()  # it was trained on the same data
        retriever = open_retriever(knowledge, folder, encoder, resources.lay(), told)
        if not trained:
            training = progress.add_task(say("setup.train"), total=None)
            with resources.using(retriever):
                pipeline.train(folder)
            stamp.mark_trained(folder, encoder)
            progress.update(training, total=1, completed=1)
    stamp.mark_set_up(folder, encoder)
