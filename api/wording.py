"""The sentences of the web chat and of the API's errors: ``web.*``, ``page.*`` of the wording."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from knowledge_base.phrases import DEFAULT_ADDRESS, WORDING, Phrases, load
from knowledge_base.problems import errors_of
from knowledge_base.wording_check import check_wording


class WordingError(Exception):
    """The wording cannot be used; the message (Vietnamese) says where and why."""


class Wording:
    """The sentences of ``wording/web.yaml`` and ``page.yaml`` by their key in those files."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    def __call__(self, key: str, **values: object) -> str:
        """The sentence ``key``, its placeholders filled; raises
        :class:`knowledge_base.phrases.PhraseError` when it or a value is missing."""
        file = "page" if f"page.{key}" in self._phrases else "web"
        return self._phrases(f"{file}.{key}", DEFAULT_ADDRESS, **values)

    def of(self, keys: Iterable[str]) -> dict[str, str]:
        """Several sentences without placeholders, by key."""
        return {key: self(key) for key in keys}


def load_wording(folder: Path = WORDING) -> Wording:
    """Read the wording.

    Raises:
        WordingError: a file is missing, is no YAML, or holds something of another shape.
    """
    try:
        return Wording(load(folder))
    except (OSError, yaml.YAMLError, ValueError) as error:
        lines = [f"\n  {problem}" for problem in errors_of(check_wording(folder.parent))]
        reason = "".join(lines) or str(error)
        raise WordingError(f"{folder}: không đọc được câu chữ: {reason}") from error
