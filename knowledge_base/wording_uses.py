"""Holds the wording against the program: every sentence it says exists and can be filled.

The program's source text is read, not imported: the rooms that speak lie above this one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge_base import phrases
from knowledge_base.phrases import WORDING, Phrase
from knowledge_base.problems import Problem, did_you_mean
from knowledge_base.yaml_lines import read_yaml

_ROOMS = ("actions", "bot", "api")
# Given by actions.perform.say to every sentence of talk.yaml.
_ALWAYS = frozenset({"dien_thoai"})
_PAGE = r"(?:web|page)\."  # what the web page says lies in these two files
_SAYING = {"say": "", "_say": "", "words": _PAGE, "wording": _PAGE}


@dataclass(frozen=True, slots=True)
class Use:
    """A place that says a phrase: ``pattern`` of its key, names of the ``given`` values (None:
    they cannot be read off the source)."""

    path: Path
    line: int
    pattern: str
    given: frozenset[str] | None


def uses(program: Path) -> Iterator[Use]:
    """Every use of a phrase in the rooms of the folder ``program``.

    A key is the first argument of a call of ``say``, where one without a dot means talk.yaml, or
    of ``words``, where it means web.yaml or page.yaml; and any ``phrase="x"`` means talk.yaml.
    """
    files = {path.stem for path in (program / "knowledge_base" / WORDING.name).glob("*.yaml")}
    for room in _ROOMS:
        for path in sorted((program / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for pattern, given in _said(node, files):
                    yield Use(path, getattr(node, "lineno", 0), pattern, given)


def _said(node: ast.AST, files: set[str]) -> Iterator[tuple[str, frozenset[str] | None]]:
    if isinstance(node, ast.keyword) and node.arg == "phrase":
        for value in _keys(node.value):
            if pattern := _pattern(value):
                yield rf"talk\.{pattern}", None
    if not isinstance(node, ast.Call) or not node.args:
        return
    prefix = _SAYING.get(ast.unparse(node.func).rpartition(".")[2])
    if prefix is None:
        return
    given = frozenset(k.arg for k in node.keywords if k.arg)
    spread = any(k.arg is None for k in node.keywords)
    for key in _keys(node.args[0]):
        pattern = _pattern(key)
        if pattern is None:
            continue
        if prefix:
            yield prefix + pattern, None if spread else given
        elif pattern.partition(r"\.")[0] in files:
            yield pattern, None if spread else given
        elif re.fullmatch(r"\w+", pattern):
            yield rf"talk\.{pattern}", None if spread else given | _ALWAYS


def _keys(argument: ast.expr) -> list[ast.expr]:
    """The argument itself, or both sides of ``a if … else b``."""
    if isinstance(argument, ast.IfExp):
        return [*_keys(argument.body), *_keys(argument.orelse)]
    return [argument]


def _pattern(node: ast.expr) -> str | None:
    """A regular expression for the key that a string or f-string gives."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join((_pattern(part) if isinstance(part, ast.Constant) else None) or r"\w+"
                       for part in node.values)  # fmt: skip
    return None


def check_uses(root: Path) -> Iterator[Problem]:
    """Phrases the program says that ``wording/*.yaml`` lacks or that need more than they are given.

    Only where the program lies beside the folder ``root``; broken files are told elsewhere.
    """
    folder = root / WORDING.name
    try:
        known = {phrase.key: phrase for phrase in phrases.load(folder)}
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return
    for use in uses(root.parent):
        found = [phrase for key, phrase in known.items() if re.fullmatch(use.pattern, key)]
        where = f"{use.path.relative_to(root.parent)}:{use.line}"
        if not found:
            file, _, name = use.pattern.replace(_PAGE, "web.").replace("\\", "").partition(".")
            near = did_you_mean(name, (key.partition(".")[2] for key in known))
            message = f"thiếu câu này, chương trình cần nó ở {where}{near}"
            yield Problem(folder / f"{file}.yaml", 1, name, message)
        if use.given is not None and r"\w+" not in use.pattern:
            for phrase in found:
                yield from _unfilled(folder, phrase, use.given, where)


def _unfilled(folder: Path, phrase: Phrase, given: frozenset[str], where: str) -> Iterator[Problem]:
    file, _, name = phrase.key.partition(".")
    for placeholder in sorted(phrase.placeholders - given):
        near = did_you_mean(placeholder, given)
        message = f"chương trình không có gì để điền vào {{{placeholder}}} ở {where}{near}"
        yield read_yaml(folder / f"{file}.yaml").problem((name,), message)
