"""From what is kept of each procedure to the procedures that are served."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from knowledge_base.figures import LEVEL_NAMES
from knowledge_base.portal.book import Facts, Form
from knowledge_base.records.names import display_names
from knowledge_base.schema import Procedure

LIST_SOURCE = "danh-sach"


def merged(layers: Mapping[str, Mapping[str, tuple[Facts, date]]]) -> tuple[Procedure, ...]:
    """The procedures by code, out of each one's layers (facts and the last day they were seen).

    The portal's own facts come first; a list only fills what they leave open, and says so by the
    source of each fact. What does not make a whole procedure is left out.
    """
    found: list[Procedure] = []
    for code in sorted(layers):
        facts = _facts(layers[code])
        try:
            found.append(Procedure.model_validate(facts))
        except ValidationError:
            continue
    return _named(found)


def _facts(layers: Mapping[str, tuple[Facts, date]]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if Form.API.layer in layers:
        own, day = layers[Form.API.layer]
        facts = {**own, "nguon": [{**own["nguon"][0], "ngay": day}, *own["nguon"][1:]]}
    if Form.LIST.layer in layers:
        more, _ = layers[Form.LIST.layer]
        lacking = {key: value for key, value in more.items() if not facts.get(key)}
        if facts:
            lacking = {key: _sourced(value) for key, value in lacking.items()}
            lacking["nguon"] = [*facts["nguon"], *more["nguon"]] if lacking else facts["nguon"]
        facts.update(lacking)
    return facts


def _sourced(value: Any) -> Any:
    """Facts that stand in a list of mappings name the list as their source."""
    if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        return [{**item, "nguon": LIST_SOURCE} for item in value]
    return value


def _named(procedures: list[Procedure]) -> tuple[Procedure, ...]:
    """The same with names that tell them apart: each record alone cannot know its namesakes."""
    names = display_names(
        {p.code: p.official_name for p in procedures},
        {p.code: _only_level(p) for p in procedures},
    )
    return tuple(
        p if p.name == names[p.code] else p.model_copy(update={"name": names[p.code]})
        for p in procedures
    )


def _only_level(procedure: Procedure) -> str:
    level = LEVEL_NAMES[procedure.levels[0]].removeprefix("cấp ")
    return level if len(procedure.levels) == 1 and level in ("xã", "tỉnh", "bộ") else ""
