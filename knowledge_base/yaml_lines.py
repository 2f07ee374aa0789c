"""YAML read together with the line every key and item stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.problems import Loc, Problem, Severity, field_name


@dataclass(frozen=True)
class Document:
    """A YAML file: its data (None when unreadable), the line of each place, and what is wrong."""

    path: Path
    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, loc: Loc) -> int:
        """The line (from 1) of a place, or of the nearest entry around it."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)

    def problem(self, loc: Loc, message: str, severity: Severity = Severity.ERROR) -> Problem:
        """A problem at a place of this file."""
        return Problem(self.path, self.line(loc), field_name(loc), message, severity)


def read_yaml(path: Path) -> Document:
    """Read one YAML file; never raises on bad content, which ends in ``problems``."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return _broken(path, line, "tệp phải lưu bằng bảng mã UTF-8")
    try:
        loader = yaml.CSafeLoader(text)
        try:
            node = loader.get_single_node()
            lines: dict[Loc, int] = {}
            twice: list[tuple[Loc, int]] = []
            if node is not None:
                _walk(node, (), lines, twice)
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _broken(path, mark.line + 1 if mark else 1, f"YAML viết sai: {error.problem}")
    except RecursionError:
        return _broken(path, 1, "YAML viết sai: mục tham chiếu vòng vào chính nó")
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a date such as 2026-02-30, which YAML takes for a date and cannot build.
        return _broken(path, 1, f"YAML viết sai: {error}")
    problems = tuple(
        Problem(path, line, field_name(loc), f"mục này viết hai lần (lần đầu ở dòng {lines[loc]})")
        for loc, line in twice
    )
    if data is None:
        return _broken(path, 1, "tệp trống")
    return Document(path, data, lines, problems)


def _broken(path: Path, line: int, message: str) -> Document:
    return Document(path, problems=(Problem(path, line, field_name(()), message),))


def _walk(node: yaml.Node, loc: Loc, lines: dict[Loc, int], twice: list[tuple[Loc, int]]) -> None:
    """Note the line of every key and item; a key seen again in its mapping goes to ``twice``."""
    lines.setdefault(loc, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*loc, str(key.value))
            if place in lines:
                twice.append((place, key.start_mark.line + 1))
                continue
            lines[place] = key.start_mark.line + 1
            _walk(value, place, lines, twice)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _walk(item, (*loc, index), lines, twice)
