"""Which parts of a record changed, and when: from its history."""

from __future__ import annotations

from datetime import date
from typing import Any

from knowledge_base.portal.book import Form, Snapshot
from knowledge_base.portal.news import changed_parts

JUNE, AUGUST, NOVEMBER = date(2026, 6, 10), date(2026, 8, 1), date(2026, 11, 22)


def stood(day: date, fee: int, form: Form = Form.API, papers: Any = (), **facts: Any) -> Snapshot:
    """A record with one fee and watched papers, first seen on ``day``."""
    told = {"ten_chinh_thuc": "Việc", "cap": ["xa"], "cach_nop": [{"cach": "truc_tiep"}]}
    fees = {"le_phi": [{"so_tien": fee}]}
    return Snapshot(form, {**told, **fees, **facts}, {"giay_to": list(papers)}, day, day)


def test_a_record_that_stays_changed_nothing() -> None:
    assert changed_parts("1.000001", [stood(JUNE, 5000)]) == {}
    assert changed_parts("1.000001", [stood(JUNE, 5000), stood(AUGUST, 5000)]) == {}


def test_each_part_has_the_last_day_it_became_another() -> None:
    history = [
        stood(JUNE, 5000, papers=["Tờ khai"]),
        stood(AUGUST, 8000, papers=["Tờ khai", "Ảnh"]),
        stood(NOVEMBER, 9000, papers=["Tờ khai", "Ảnh"]),
    ]
    assert changed_parts("1.000001", history) == {"le_phi": NOVEMBER, "giay_to": AUGUST}


def test_a_record_that_came_back_is_compared_with_what_it_was() -> None:
    history = [stood(JUNE, 5000), None, stood(NOVEMBER, 9000)]
    assert changed_parts("1.000001", history) == {"le_phi": NOVEMBER}
    assert changed_parts("1.000001", [stood(JUNE, 5000), None]) == {}


def test_what_only_another_form_says_is_no_change() -> None:
    flat = stood(JUNE, 5000, Form.CATALOGUE)
    assert changed_parts("1.000001", [flat, stood(AUGUST, 5000, papers=["Tờ khai"])]) == {}
    assert changed_parts("1.000001", [flat, stood(AUGUST, 8000)]) == {"le_phi": AUGUST}
