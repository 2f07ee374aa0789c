"""The portal's records laid over the files: what is served, and what is known beside a file."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.loader import Knowledge, News
from knowledge_base.overlay import Synchronised, overlay
from knowledge_base.schema import Procedure
from tests.samples import procedure

JUNE, JULY, MAY = date(2026, 6, 10), date(2026, 7, 20), date(2026, 5, 1)


def record(code: str, day: date = JULY, **fields: Any) -> Procedure:
    """An entry of the catalogue or a synchronised record, seen on ``day``."""
    source = [{"id": "cong", "ten": "Cổng Dịch vụ công quốc gia", "ngay": day}]
    return procedure(code, bien_soan=False, nguon=source, **fields)


CURATED = procedure(
    "1.000001", le_phi=[{"so_tien": 8000}], thoi_han=[{"so": 3}], cach_nop=[{"cach": "truc_tiep"}]
)
FILES = Knowledge((CURATED,), (record("1.000001", JUNE), record("1.000002", JUNE)))


def test_nothing_synchronised_changes_nothing() -> None:
    assert overlay(FILES, Synchronised()) == FILES


def test_a_record_seen_later_or_the_same_day_takes_the_place_of_the_entry() -> None:
    for day in (JUNE, JULY):
        newer = record("1.000002", day, ten="Tên mới")
        assert overlay(FILES, Synchronised((newer,))).by_code("1.000002") is newer
    older = record("1.000002", MAY, ten="Tên cũ")
    assert overlay(FILES, Synchronised((older,))) == FILES


def test_a_new_record_is_served_in_the_order_of_codes() -> None:
    made = overlay(FILES, Synchronised((record("1.000000"), record("2.000009"))))
    assert [p.code for p in made.procedures] == ["1.000001", "1.000000", "1.000002", "2.000009"]


def test_a_withdrawn_code_is_no_longer_served_unless_the_catalogue_is_newer() -> None:
    made = overlay(FILES, Synchronised(withdrawn={"1.000002": JULY, "4.999999": JULY}))
    assert made.by_code("1.000002") is None
    assert made.news == {"1.000002": News(withdrawn=JULY)}
    assert [p.code for p in made.catalogue] == ["1.000001"]
    assert overlay(FILES, Synchronised(withdrawn={"1.000002": MAY})) == FILES


def test_a_curated_file_stays_and_knows_what_changed_after_its_day() -> None:
    changed = {"1.000001": {"le_phi": JULY, "giay_to": JULY, "thoi_han": MAY}}
    dearer = record("1.000001", le_phi=[{"so_tien": 9000}], cach_nop=[{"cach": "truc_tiep"}])
    made = overlay(FILES, Synchronised((dearer,), changed=changed))
    assert made.by_code("1.000001") is CURATED
    assert made.news == {"1.000001": News({"le_phi": JULY, "giay_to": JULY})}


def test_a_fact_of_a_newer_source_is_not_behind() -> None:
    sources = [
        {"id": "cong", "ten": "Cổng", "ngay": JUNE},
        {"id": "moi", "ten": "Nghị quyết", "ngay": date(2026, 8, 1)},
    ]
    portal = Synchronised(changed={"1.000001": {"le_phi": JULY}})
    newer = procedure("1.000001", nguon=sources, le_phi=[{"so_tien": 9000, "nguon": "moi"}])
    assert overlay(Knowledge((newer,), ()), portal).news == {}
    mixed = procedure(
        "1.000001", nguon=sources, le_phi=[{"so_tien": 9000, "nguon": "moi"}, {"so_tien": 1}]
    )
    assert overlay(Knowledge((mixed,), ()), portal).news == {"1.000001": News({"le_phi": JULY})}


def test_a_change_that_is_in_the_file_already_is_no_news() -> None:
    changed = {"1.000001": {"le_phi": JULY, "thoi_han": JULY}}
    same = record(
        "1.000001",
        le_phi=[{"so_tien": 8000}],
        thoi_han=[{"so": 4}],
        cach_nop=[{"cach": "truc_tiep"}],
    )
    made = overlay(FILES, Synchronised((same,), changed=changed))
    assert made.news == {"1.000001": News({"thoi_han": JULY})}


def test_a_curated_procedure_is_gone_when_all_its_codes_are() -> None:
    two = procedure("1.000001", ma=["1.000001", "1.000003"])
    files = Knowledge((two,), ())
    assert overlay(files, Synchronised(withdrawn={"1.000003": JULY})).news == {}
    both = Synchronised(withdrawn={"1.000003": JULY, "1.000001": JUNE})
    assert overlay(files, both).news == {"1.000001": News(withdrawn=JULY)}
    assert overlay(files, both).by_code("1.000001") is two
    before = Synchronised(withdrawn={"1.000003": MAY, "1.000001": MAY})
    assert overlay(files, before).news == {}


CODES = st.sampled_from([f"1.00000{n}" for n in range(6)])
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.dictionaries(CODES, DAYS), st.dictionaries(CODES, DAYS), st.dictionaries(CODES, DAYS))
def test_every_code_is_served_once_by_the_newest_that_speaks_of_it(
    files: dict[str, date], records: dict[str, date], gone: dict[str, date]
) -> None:
    gone = {code: day for code, day in gone.items() if code not in records}
    made = overlay(
        Knowledge((), tuple(record(c, d) for c, d in files.items())),
        Synchronised(tuple(record(c, d) for c, d in records.items()), gone),
    )
    days = {p.code: p.sources[0].day for p in made.procedures}
    assert len(days) == len(made.procedures)
    for code in {*files, *records}:
        newest = max(day for said in (files, records) if (day := said.get(code)))
        assert days.get(code) == (None if gone.get(code, date.min) >= newest else newest)
