"""Labelled questions: the sets of ``tests/`` and whatever file somebody brings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

TESTS = Path(__file__).resolve().parents[2] / "tests"
OUTSIDE = "out_of_scope"
KINDS = "nlu"  # the set of sentences that are only asked for their kind


class QuestionError(ValueError):
    """A line of a questions file has another shape; the message names file and line."""

    def __init__(self, path: Path, line: int, why: Exception) -> None:
        super().__init__(f"{path}:{line}: {why!r}")
        self.path, self.line, self.why = path, line, why


@dataclass(frozen=True, slots=True)
class Also:
    """The second question of a message: its kind, and every code that is right (the same as for
    the first where none is given)."""

    intents: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question.

    ``codes``: every code that is right, empty when none is; ``intents``: every kind of question
    that is right, empty when it is not asked; ``nothing``: no procedure may be shown at all;
    ``not_codes``: none of these may; ``numbers``: what must be said, such as the telephone number
    of an emergency.
    """

    question: str
    codes: tuple[str, ...]
    intents: tuple[str, ...]
    group: str
    nothing: bool
    also: Also | None = None
    not_codes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


def read(path: Path) -> list[Question]:
    """The questions of a file: JSON lines, or YAML sentences of the kind that names the file.

    Raises:
        OSError: the file cannot be read.
        QuestionError: a line has another shape.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".yaml":
        return list(_sentences(path, text))
    found: list[Question] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_question(json.loads(line), number))
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise QuestionError(path, number, error) from error
    return found


def files(tests: Path = TESTS) -> dict[str, tuple[Path, ...]]:
    """The files of each set by the set's name; none where ``tests`` was not shipped."""
    found = {path.stem: (path,) for path in sorted((tests / "retrieval").glob("*.jsonl"))}
    sentences = tuple(sorted((tests / "nlu").glob("*.yaml")))
    return found | ({KINDS: sentences} if sentences else {})


def sets(tests: Path = TESTS) -> dict[str, list[Question]]:
    """The questions of each set.

    Raises:
        OSError, QuestionError: see :func:`read`.
    """
    return {name: [q for path in paths for q in read(path)] for name, paths in files(tests).items()}


def _question(raw: dict[str, Any], line: int) -> Question:
    also, codes = raw.get("also"), tuple(raw.get("codes") or ())
    not_codes = tuple(raw.get("not_codes") or ())
    return Question(
        str(raw["question"]),
        codes,
        _intents(raw),
        str(raw.get("group") or "?"),
        bool(raw.get("out_of_scope")) or (not codes and not not_codes),
        Also(_intents(also), tuple(also.get("codes") or codes)) if also else None,
        not_codes,
        tuple(str(number) for number in raw.get("numbers") or ()),
        line,
    )


def _intents(raw: dict[str, Any]) -> tuple[str, ...]:
    others = raw.get("intent_alt") or []
    if not isinstance(others, list):
        # A word would be taken by its letters.
        raise TypeError(f"intent_alt is no list: {others!r}")
    return tuple(i for i in (raw.get("intent"), *others) if i)


def _sentences(path: Path, text: str) -> Iterator[Question]:
    intent = path.stem
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        places = [entry.start_mark.line + 1 for entry in node.value] if node else []
        said = [str(entry["text"]) for entry in yaml.load(text, Loader=yaml.CSafeLoader) or ()]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QuestionError(path, line, error) from error
    except (AttributeError, KeyError, TypeError) as error:
        raise QuestionError(path, 1, error) from error
    for line, sentence in zip(places, said, strict=True):
        yield Question(sentence, (), (intent,), intent, intent == OUTSIDE, line=line)
