"""Real questions without right answers: what comes of each, to be looked through by a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from knowledge_base.evaluation.counting import Tried
from knowledge_base.evaluation.questions import QuestionError


def read(path: Path) -> list[str]:
    """The questions of a JSON-lines file, each once.

    Raises:
        OSError: the file cannot be read.
        QuestionError: a line has another shape.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found[str(json.loads(line)["question"])] = None
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise QuestionError(path, number, error) from error
    return list(found)


def line(question: str, tried: Tried, name_of: Callable[[str], str | None]) -> str:
    """What comes of a question, parted by tabs: what is done, the kind, the likelihood and the
    name of what was found first, the question; lines of the same outcome sort together."""
    best = tried.link.candidates[0] if tried.link.candidates else None
    found = f"{best.score:.2f}\t{best.code} {name_of(best.code) or best.name}" if best else "–\t–"
    return f"{tried.done.value}\t{tried.intent}\t{found}\t{' '.join(question.split())}"
