"""A YAML document held against a model: what it says, and every error with its line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from knowledge_base.problems import Loc, Problem, translate
from knowledge_base.yaml_lines import Document

_M = TypeVar("_M", bound=BaseModel)


def checked(document: Document, model: type[_M]) -> tuple[_M | None, list[Problem]]:
    """The document as ``model``, None when it is broken; and all that is wrong with its shape.

    Officials' keys only: the English names exist for code.
    """
    problems = list(document.problems)
    if document.data is None:
        return None, problems
    problems += not_composed(document, document.data, ())
    try:
        return model.model_validate(document.data, by_alias=True, by_name=False), problems
    except ValidationError as error:
        return None, problems + [
            document.problem(detail["loc"], translate(detail, model))
            for detail in details(error)
            if detail["type"] != "unknown_reference"  # those are looked for in the raw data
        ]


def details(error: ValidationError) -> list[ErrorDetails]:
    """Pydantic's errors, less the "list too short" that only follows from a bad item."""
    found = error.errors(include_url=False)
    places = [detail["loc"] for detail in found]
    return [
        detail
        for detail in found
        if detail["type"] != "too_short"
        or not any(
            len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"]
            for place in places
        )
    ]


def not_composed(document: Document, value: Any, loc: Loc) -> Iterator[Problem]:
    """Texts that are not NFC: they look the same and compare as different."""
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            yield document.problem(loc, "chữ phải gõ bằng Unicode dựng sẵn (NFC)")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from not_composed(document, inner, (*loc, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from not_composed(document, inner, (*loc, index))
