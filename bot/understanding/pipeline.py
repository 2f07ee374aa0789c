"""The trained pipeline: training it, loading it, and reading a message with it."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from actions.understanding import (
    EMERGENCY,
    FALLBACK,
    OUT_OF_SCOPE,
    SURE_INTENT,
    SURE_PROCEDURE,
    Understanding,
)
from bot.settings import ROOT
from bot.understanding import compat, resources, stamp
from knowledge_base import danger
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome

CONFIG = ROOT / "nlu_data" / "config.yml"
_LIKELY = 0.5  # below it a procedure is not answered to what is …
_OUTSIDE = 0.05  # … at least so likely off topic,
_OUTSIDE_EVENT = 0.2  # nor a life event, which is seldom likely, to what is more likely off topic
_NAMED = 0.6  # beside a procedure so likely …
_DOUBTED = 0.6  # … a message less surely off topic is taken for the next likely kind
OVERVIEW = "ask_overview"
UNREADABLE = "unreadable"  # nothing to read: emoji, punctuation, an empty line


class NotTrained(RuntimeError):
    """There is no trained pipeline, or its training data changed since."""


def train(folder: Path) -> Path:
    """Train the intent pipeline into ``folder``; with the retriever that is in use.

    Raises:
        RuntimeError: Rasa did not produce a model.
    """
    compat.prepare()
    from rasa.model_training import train_nlu  # noqa: PLC0415  # only after prepare()

    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder) as work,
        warnings.catch_warnings(action="ignore"),  # deprecations inside Rasa's own libraries
        contextlib.redirect_stdout(io.StringIO()),
    ):
        sentences = Path(work, "nlu.yml")
        sentences.write_text(_as_rasa_reads(resources.lessons()), encoding="utf-8")
        made = train_nlu(str(CONFIG), str(sentences), work, fixed_model_name="nlu")
        if not made:
            raise RuntimeError("Rasa trained no model")
        shutil.move(made, folder / stamp.MODEL)
    return folder / stamp.MODEL


def _as_rasa_reads(lessons: Mapping[str, Sequence[str]]) -> str:
    blocks = [
        {"intent": intent, "examples": "".join(f"- {said}\n" for said in group)}
        for intent, group in lessons.items()
    ]
    return yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, width=10_000)


class Pipeline:
    """The loaded pipeline. :meth:`understand` may be called from several threads."""

    def __init__(self, folder: Path) -> None:
        """Load what :func:`train` left in ``folder``.

        Raises:
            NotTrained: there is nothing to load.
        """
        if not (folder / stamp.MODEL).exists():
            raise NotTrained(f"no trained model in {folder}; run: python -m bot setup")
        compat.prepare()
        from rasa.engine.loader import load_predict_graph_runner  # noqa: PLC0415
        from rasa.engine.runner.dask import DaskGraphRunner  # noqa: PLC0415
        from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: PLC0415

        # All is in memory once it is loaded: a folder kept longer would outlive a killed process.
        with tempfile.TemporaryDirectory(prefix="nlu-") as unpacked:
            metadata, self._runner = load_predict_graph_runner(
                Path(unpacked), folder / stamp.MODEL, LocalModelStorage, DaskGraphRunner
            )
        self._target = metadata.nlu_target

    def understand(self, text: str) -> Understanding:
        """What ``text`` (masked, cleaned, at most 2,000 characters) means."""
        from rasa.core.channels.channel import UserMessage  # noqa: PLC0415

        if not resources.read(text).plain:
            return Understanding(text, UNREADABLE, 0.0, Link(LinkOutcome.NONE))
        # Rasa takes what begins with "/" for an intent's name and runs no component on it.
        message = UserMessage(text.lstrip("/ "))
        output = self._runner.run(
            inputs={"__message__": [message], "__tracker__": None}, targets=[self._target]
        )
        return _read(text, output[self._target][0].as_dict(only_output_properties=True))


def weigh(intent: str, confidence: float, link: Link, outside: float = 0.0) -> Link:
    """The link in the light of the intent: words of a procedure in a sentence about something else.

    A command, small talk or an off-topic question that is recognised with some confidence keeps
    its candidates but is not answered with one of them, unless that one is hardly to be doubted.
    What is perhaps off topic (``outside``: how likely) is asked back about, unless its procedure
    is likely.
    """
    surely = intent == OUT_OF_SCOPE and confidence >= SURE_INTENT
    answered = link.outcome is LinkOutcome.ANSWER and not surely
    if answered and link.candidates[0].score < _LIKELY and outside >= _outside(link.candidates[0]):
        return Link(LinkOutcome.ASK, link.candidates)
    about_procedures = intent.startswith("ask_") and intent != "ask_bot"
    if about_procedures or intent == FALLBACK or confidence < SURE_INTENT:
        return link
    if link.candidates and link.candidates[0].score >= SURE_PROCEDURE:
        return link
    off = LinkOutcome.DECLINE if intent == OUT_OF_SCOPE else LinkOutcome.NONE
    return Link(off, link.candidates)


def _outside(first: Candidate) -> float:
    return _OUTSIDE_EVENT if first.is_event else _OUTSIDE


def likeliest(text: str, parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    """The likeliest intent; the second where that is a danger spoken of for its papers, or hardly
    off topic and a procedure is likely."""
    first, found = parsed["intent"], parsed["procedures"]
    scores = [c["score"] for c in found["candidates"][:1] if found["outcome"] == LinkOutcome.ANSWER]
    if first["name"] == EMERGENCY:
        kept = danger.load().hear(text, told=True) is not None
    elif first["name"] == OUT_OF_SCOPE:
        kept = first["confidence"] >= _DOUBTED or not scores or scores[0] < _NAMED
    else:
        kept = True
    if kept:
        return first  # type: ignore[no-any-return]
    others = (i for i in parsed["intent_ranking"] if i["name"] not in (first["name"], FALLBACK))
    return next(others, first)


def _read(text: str, parsed: Mapping[str, Any]) -> Understanding:
    intent = likeliest(text, parsed)
    found = parsed["procedures"]
    candidates = tuple(Candidate(**candidate) for candidate in found["candidates"])
    name, confidence = str(intent["name"]), float(intent["confidence"])
    ranking = {str(i["name"]): float(i["confidence"]) for i in parsed["intent_ranking"]}
    outside = ranking.get(OUT_OF_SCOPE, 0.0)
    if found["is_name"] and found["outcome"] != LinkOutcome.NONE:
        # "tạm vắng" tells nothing but what it is about.
        name, confidence, outside = OVERVIEW, 1.0, 0.0
    return Understanding(
        text=text,
        intent=name,
        confidence=round(confidence, 4),
        link=weigh(name, confidence, Link(LinkOutcome(found["outcome"]), candidates), outside),
    )
