"""The curated files the program ships: they load, and the checker finds no error in them."""

from __future__ import annotations

import time

from knowledge_base.check import check
from knowledge_base.loader import load
from knowledge_base.problems import errors_of


def test_every_curated_file_passes_the_check() -> None:
    knowledge = load()
    assert len(knowledge.curated) >= 40
    errors = errors_of(check())
    assert not errors, "\n".join(map(str, errors))


def test_the_fields_citizens_use_most_are_covered() -> None:
    fields = {p.field.casefold() for p in load().curated}
    for words in ("hộ tịch", "chứng thực", "cư trú", "căn cước", "định danh", "đất đai"):
        assert any(words in field for field in fields), words


def test_all_knowledge_is_loaded_within_two_seconds() -> None:
    started = time.process_time()
    knowledge = load()
    assert len(knowledge.procedures) > 2500
    assert time.process_time() - started < 2
