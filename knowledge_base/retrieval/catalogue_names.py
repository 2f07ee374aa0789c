"""Lay names of catalogue records, by rules over their official names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).resolve().parent.parent / "lexicon" / "ten_danh_muc.yaml"
_BRACKETS = re.compile(r"\([^)]*\)?|\"|“|”")
_WORDS = 12  # a name that goes on longer is no longer said by anybody


class LayNames:
    """Says official names in plain words."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        """``rules``: the content of ``lexicon/ten_danh_muc.yaml``."""
        stops = "|".join(rules["cat"])
        self._end = re.compile(rf"\s(?:{stops})\s|[;/]|\s-\s")
        self._start = re.compile(rf"^(?:(?:{'|'.join(rules['bo_dau'])})\s+)+")
        self._heads: Sequence[tuple[str, Sequence[str]]] = [
            (str(rule["dau"]), rule["noi"]) for rule in rules["dau"]
        ]

    def __call__(self, official: str) -> tuple[str, ...]:
        """What people may call ``official``; nothing where no rule knows its beginning."""
        name = self._start.sub("", " ".join(_BRACKETS.sub(" ", official).lower().split()))
        for head, said in self._heads:
            if not name.startswith(f"{head} "):
                continue
            rest = name[len(head) :]
            # The first word after the verb is never an end: "cấp cho …" would say nothing.
            first, _, after = rest.strip().partition(" ")
            cut = self._end.split(f" {after}", maxsplit=1)[0]
            kept = " ".join(f"{first} {cut}".split()[:_WORDS]).rstrip(",. ")
            return tuple(pattern.format(kept) for pattern in said)
        return ()


@cache
def lay_names() -> LayNames:
    """With the rules of the lexicon.

    Raises:
        OSError, KeyError: the file is missing or has another shape.
    """
    return LayNames(yaml.safe_load(RULES.read_text(encoding="utf-8")))
