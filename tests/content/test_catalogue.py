"""The committed catalogue against the portal's official exports of July 2026."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.loader import CATALOGUE_FILE, PACKAGE, load
from knowledge_base.records.build import build, read_records, write
from knowledge_base.records.export import read_export
from knowledge_base.schema import Manner, Procedure, TimeUnit

FACTS = Path(__file__).parent.parent / "fixtures" / "official_exports_2026_07.json"
EXPORTS: dict[str, dict[str, Any]] = json.loads(FACTS.read_text(encoding="utf-8"))
# The project's data lies beside the checkout where the project is worked on; a user's clone
# has the facts above and the committed catalogue.
SHARED = PACKAGE.parent.parent / "shared" / "data"
UNITS = {"ngày": TimeUnit.DAY, "ngày làm việc": TimeUnit.WORKING_DAY}

# Where the two differ, and why. "legal": numbers the export's title names beside its own
# number. "by_province": in June the cell said free and its note left the sum to the province.
EXPLAINED: dict[str, dict[str, Any]] = {
    "1.000689": {"legal": {"02/2020/TT-BTP"}, "by_province": True},
    "1.001193": {"legal": {"02/2020/TT-BTP"}},
    "1.003583": {"legal": {"02/2020/TT-BTP"}},
    "1.004772": {"legal": {"02/2020/TT-BTP"}, "by_province": True},
    "2.000635": {"legal": {"02/2020/TT-BTP"}},
    "2.000986": {"legal": {"31/2020/TT-BTC"}},
    "2.001023": {},
}


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Procedure]:
    return {p.code: p for p in load().catalogue}


def manners_of(entry: Procedure, manners: tuple[Manner, ...]) -> list[Manner]:
    return list(manners) or [s.manner for s in entry.submissions]


def test_every_export_is_explained() -> None:
    assert len(EXPORTS) == 7 and set(EXPLAINED) == set(EXPORTS)


@pytest.mark.parametrize("code", EXPORTS)
def test_the_catalogue_agrees_with_the_official_export(
    code: str, catalogue: dict[str, Procedure]
) -> None:
    facts, entry, explained = EXPORTS[code], catalogue[code], EXPLAINED[code]
    assert entry.official_name == facts["name"] and entry.field == facts["field"]
    assert {level.value for level in entry.levels} == set(facts["levels"])
    assert {s.manner.value for s in entry.submissions} == {row[0] for row in facts["rows"]}
    times = {(m.value, t.amount, t.unit) for t in entry.times for m in manners_of(entry, t.manners)}
    assert times == {
        (manner, float(time[0]), UNITS[time[1]]) for manner, time, _ in facts["rows"] if time
    }
    fees = {(m.value, f.amount) for f in entry.fees for m in manners_of(entry, f.manners)}
    if explained.get("by_province"):
        assert all(fee.by_province and fee.amount is None for fee in entry.fees)
        assert {manner for manner, _ in fees} == {row[0] for row in facts["rows"]}
    else:
        assert fees == {(manner, fee) for manner, _, fee in facts["rows"]}
    assert {s.text for s in entry.results} == set(facts["results"])
    numbers = {document.number for document in entry.legal_basis}
    assert numbers | explained.get("legal", set()) == set(facts["legal"])


def test_the_catalogue_is_what_the_records_give(tmp_path: Path) -> None:
    """Where the project's data is at hand, both sides are read afresh from it."""
    committed = PACKAGE / CATALOGUE_FILE
    lines = committed.read_bytes().splitlines()
    assert lines == sorted(lines) and len(lines) > 2500
    assert committed.stat().st_size <= 3_000_000
    if SHARED.exists():
        built = build(read_records(SHARED / "tthc-2026-06.jsonl.gz"), date(2026, 6, 10))
        write(tmp_path / CATALOGUE_FILE, built.procedures)
        assert (tmp_path / CATALOGUE_FILE).read_bytes() == committed.read_bytes()
        for path in sorted((SHARED / "official-export-2026-07").glob("*.txt")):
            export = read_export(path.read_text(encoding="utf-8"))
            facts = EXPORTS[export.code]
            assert [list(export.legal), list(export.results)] == [facts["legal"], facts["results"]]
            assert [
                [r.manner.value, list(r.time) if r.time else None, r.fee] for r in export.rows
            ] == (facts["rows"])


def test_nothing_the_catalogue_serves_is_internal_or_without_a_dated_source(
    catalogue: dict[str, Procedure],
) -> None:
    assert len(catalogue) > 2500
    for code, entry in catalogue.items():
        assert code[0] in "1234" and not entry.curated
        assert entry.link and entry.sources[0].day == date(2026, 6, 10)
        assert not entry.papers and not entry.lay_names
        for fact in (*entry.fees, *entry.times):
            assert fact.note is None or len(fact.note) <= 200
        assert all(
            fee.amount is None or fee.amount == 0 or fee.amount >= 1000 for fee in entry.fees
        )
