"""Facts that hold for a while: on the days around their first and last one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from actions.perform import perform
from actions.state import Action, Aspect, Kind, State
from knowledge_base import loader
from knowledge_base.loader import Knowledge
from knowledge_base.schema import FACTS, Fact, Procedure
from tests.samples import NOW, procedure, world

LAST = {"so_tien": 25000, "hieu_luc_tu": "2025-07-01", "hieu_luc_den": "2026-12-31"}
NEXT = {"so_tien": 50000, "hieu_luc_tu": "2027-01-01"}


def said(found: Procedure, aspect: Aspect, day: date, case: str | None = None) -> str:
    action = Action(kind=Kind.SHOW, code=found.code, aspect=aspect, case=case)
    moment = datetime.combine(day, NOW.timetz())
    return perform(action, State(), world(found), moment).replies[-1].text


@pytest.mark.parametrize(
    ("day", "amounts"),
    [
        ("2025-06-30", []),
        ("2025-07-01", [25000]),
        ("2026-12-31", [25000]),
        ("2027-01-01", [50000]),
        ("2040-01-01", [50000]),
    ],
)
def test_both_ends_are_days_on_which_a_fact_holds(day: str, amounts: list[int]) -> None:
    found = procedure(le_phi=[LAST, NEXT]).on(date.fromisoformat(day))
    assert [fee.amount for fee in found.fees] == amounts


def test_a_procedure_without_days_is_the_same_on_every_day() -> None:
    found = procedure(le_phi=[{"so_tien": 8000}], giay_to=[{"ten": "Đơn"}])
    assert found.on(date(1999, 1, 1)) is found


@pytest.mark.parametrize("name", FACTS)
def test_facts_of_every_kind_can_be_dated(name: str) -> None:
    given: dict[str, dict[str, Any]] = {
        "conditions": {"noi_dung": "Đủ tuổi"},
        "papers": {"ten": "Đơn"},
        "fees": {"so_tien": 0},
        "exemptions": {"ai": "hộ nghèo"},
        "times": {"so": 1},
        "places": {"ten": "Xã"},
        "submissions": {"cach": "truc_tiep"},
        "results": {"noi_dung": "Giấy"},
    }
    key = str(Procedure.model_fields[name].alias)
    fields: dict[str, Any] = {key: [{**given[name], "hieu_luc_den": "2026-12-31"}]}
    found = procedure(**fields)
    assert len(getattr(found.on(date(2026, 12, 31)), name)) == 1
    assert getattr(found.on(date(2027, 1, 1)), name) == ()


def test_a_list_of_facts_is_never_forgotten() -> None:
    """What is a list of facts in the schema is looked through for days."""
    lists = {
        name
        for name, info in Procedure.model_fields.items()
        for part in getattr(info.annotation, "__args__", ())
        if isinstance(part, type) and issubclass(part, Fact)
    }
    assert lists == set(FACTS)


def test_days_in_the_wrong_order_are_refused() -> None:
    fee = {"so_tien": 1, "hieu_luc_tu": "2026-02-01", "hieu_luc_den": "2026-01-31"}
    with pytest.raises(ValidationError, match="hieu_luc_tu không được sau hieu_luc_den"):
        procedure(le_phi=[fee])


def test_the_answer_is_that_of_the_day_and_says_until_when() -> None:
    found = procedure(le_phi=[LAST, NEXT])
    before = said(found, Aspect.FEE, date(2026, 12, 31))
    assert before == "Xin giấy thử: 25.000 đồng, đến hết ngày 31/12/2026."
    assert said(found, Aspect.FEE, date(2027, 1, 1)) == "Xin giấy thử: 50.000 đồng."


def test_what_holds_no_more_is_said_to_be_unknown() -> None:
    found = procedure(le_phi=[LAST], thoi_han=[{"so": 3, "hieu_luc_den": "2026-12-31"}])
    for aspect in (Aspect.FEE, Aspect.TIME):
        assert "chưa ghi" in said(found, aspect, date(2027, 1, 1))


def test_a_case_is_asked_of_what_holds_that_day() -> None:
    papers = [{"ten": "Đơn", "truong_hop": "mat", "hieu_luc_den": "2026-12-31"}, {"ten": "Thẻ"}]
    found = procedure(truong_hop=[{"id": "mat", "ten": "bị mất"}], giay_to=papers)
    assert "• Đơn" in said(found, Aspect.PAPERS, date(2026, 12, 31), "mat")
    assert "• Đơn" not in said(found, Aspect.PAPERS, date(2027, 1, 1), "mat")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return loader.load()


@pytest.mark.parametrize(("code", "half", "full"), [("1.014063", 25, 50), ("1.014064", 35, 70)])
def test_the_identity_card_costs_half_until_the_end_of_2026(
    knowledge: Knowledge, code: str, half: int, full: int
) -> None:
    found = knowledge.by_code(code)
    assert found is not None
    before = said(found, Aspect.FEE, date(2026, 12, 31))
    assert f"{half}.000 đồng/thẻ" in before and "31/12/2026" in before
    assert f"{full}.000" not in before
    after = said(found, Aspect.FEE, date(2027, 1, 1))
    assert f"{full}.000 đồng/thẻ" in after
    assert f"{half}.000" not in after and "2026" not in after
    # The summary tells no sum that a day changes.
    assert "đồng" not in (found.summary or "")
