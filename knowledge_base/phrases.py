"""Every sentence the assistant says: data in ``wording/*.yaml``, rendered here.

A phrase is ``key: text`` or ``key: {cau: text, vi_du: {name: value}}``; the example fills the
placeholders for the check and for the tests that render every phrase in every channel.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

WORDING = Path(__file__).resolve().parent / "wording"
DEFAULT_ADDRESS = "ông/bà"
MOST_CHARACTERS = 300


class PhraseError(KeyError):
    """A phrase is missing, or a placeholder of it was not given."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text with ``{placeholders}`` and an example for each."""

    key: str
    text: str
    example: Mapping[str, str]

    @property
    def placeholders(self) -> frozenset[str]:
        """Names between braces, without the address, which is always known."""
        names = {name for _, name, _, _ in string.Formatter().parse(self.text) if name}
        return frozenset(names - {"ong_ba", "Ong_ba"})


class Phrases:
    """The wording, by key ``file.phrase``."""

    def __init__(self, phrases: Mapping[str, Phrase]) -> None:
        self._phrases = dict(phrases)

    def __iter__(self) -> Iterator[Phrase]:
        return iter(self._phrases.values())

    def __contains__(self, key: str) -> bool:
        return key in self._phrases

    def __call__(self, key: str, address: str = DEFAULT_ADDRESS, **values: object) -> str:
        """The sentence of ``key`` with its placeholders filled.

        Raises:
            PhraseError: no such phrase, or a value is missing.
        """
        try:
            return filled(self._phrases[key].text, address, **values)
        except KeyError as error:
            raise PhraseError(f"{key}: {error.args[0]}") from error


def filled(text: str, address: str, **values: object) -> str:
    """A text with what the citizen is called, and other ``values``, in its places.

    Raises:
        KeyError: a value is missing.
    """
    return text.format(ong_ba=address, Ong_ba=address[:1].upper() + address[1:], **values)


def load(folder: Path = WORDING) -> Phrases:
    """Read every ``*.yaml`` of the wording folder.

    Raises:
        OSError, yaml.YAMLError: a file cannot be read.
        ValueError: a phrase has another shape.
    """
    found: dict[str, Phrase] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        for name, value in document.items():
            key = f"{path.stem}.{name}"
            found[key] = _phrase(key, value)
    return Phrases(found)


def _phrase(key: str, value: Any) -> Phrase:
    if isinstance(value, str):
        return Phrase(key, value.strip(), {})
    if isinstance(value, dict) and isinstance(value.get("cau"), str):
        example = {str(k): str(v) for k, v in (value.get("vi_du") or {}).items()}
        return Phrase(key, value["cau"].strip(), example)
    raise ValueError(f"{key}: cần một câu, hoặc 'cau' kèm 'vi_du'")
