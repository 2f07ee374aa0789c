"""What the days written beside facts leave open: an end with no successor, two at one time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from knowledge_base.problems import Problem, Severity
from knowledge_base.schema import FACTS, Fact, Procedure
from knowledge_base.yaml_lines import Document

# What two facts have alike that speak of the same matter, besides their situation.
_MATTER = ("name", "manner", "text", "when", "who", "codes", "fields")


def lapses(
    document: Document, lists: Mapping[str, Sequence[Fact]], today: date
) -> Iterator[Problem]:
    """Warnings about one file: dated facts that ran out, and dated ones that contradict.

    ``lists``: the facts of each list of the file, by its key.
    """
    for key, facts in lists.items():
        for index, fact in enumerate(facts):
            if fact.valid_to and fact.valid_to < today and not _followed(fact, facts):
                yield document.problem(
                    (key, index, "hieu_luc_den"),
                    f"hết hiệu lực sau ngày {fact.valid_to:%d/%m/%Y} mà không có dòng nào thay",
                    Severity.WARNING,
                )
            for earlier in facts[:index]:
                if _dated(earlier, fact) and _same_matter(earlier, fact) and _meet(earlier, fact):
                    yield document.problem(
                        (key, index),
                        "có ngày trùng hiệu lực với dòng ở trên cùng trường hợp, cùng cách nộp",
                        Severity.WARNING,
                    )


def lists_of(procedure: Procedure) -> dict[str, Sequence[Fact]]:
    """The lists of facts of a procedure by the key they stand under in a file."""
    return {str(Procedure.model_fields[n].alias): getattr(procedure, n) for n in FACTS}


def _followed(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether another one on the same matter holds the day after."""
    assert fact.valid_to is not None
    after = fact.valid_to + timedelta(days=1)
    return any(f is not fact and f.holds(after) and _same_matter(f, fact) for f in facts)


def _dated(*facts: Fact) -> bool:
    return any(f.valid_from or f.valid_to for f in facts)


def _same_matter(one: Fact, two: Fact) -> bool:
    """Whether both speak of the same: case, name and what else they have; a manner in common."""
    ways = {*getattr(one, "manners", ())}, {*getattr(two, "manners", ())}
    return _matter(one) == _matter(two) and (not all(ways) or not ways[0].isdisjoint(ways[1]))


def _matter(fact: Fact) -> tuple[object, ...]:
    return (fact.case, *(getattr(fact, key, None) for key in _MATTER))


def _meet(one: Fact, two: Fact) -> bool:
    start = max(one.valid_from or date.min, two.valid_from or date.min)
    end = min(one.valid_to or date.max, two.valid_to or date.max)
    return start <= end
