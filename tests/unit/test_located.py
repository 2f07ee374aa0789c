"""A point on the map: which communes stand for it, and what is asked and shown of them."""

from __future__ import annotations

import pytest

from actions.place import Places
from actions.state import Action, Aspect, Kind, State
from bot import commands, located
from knowledge_base.offices import OfficeKind

PLACES = Places()
IN_CAU_GIAY = "/vi_tri 00166 00160 00199"
OFFICE = Action(kind=Kind.HOURS, office=OfficeKind.CENTRE)


@pytest.mark.parametrize(
    ("latitude", "longitude", "text"),
    [
        (21.036, 105.79, IN_CAU_GIAY),
        (48.8, 2.3, "/vi_tri"),  # Paris
        (16.0, 110.0, "/vi_tri"),  # the sea
        (float("nan"), 105.0, "/vi_tri"),
        (1e308, -1e308, "/vi_tri"),
    ],
)
def test_a_point_becomes_the_nearest_communes_and_is_not_in_what_is_kept(
    latitude: float, longitude: float, text: str
) -> None:
    assert located.kept(latitude, longitude, PLACES.units) == text


def said(text: str, state: State | None = None) -> Action:
    found = commands.said(text, state or State(), PLACES)
    assert found is not None
    return found


def test_which_of_them_is_asked_and_then_the_office_there_is_shown() -> None:
    asked = said(IN_CAU_GIAY)
    assert (asked.kind, asked.then, asked.office) == (Kind.ASK_UNIT, Kind.HOURS, OfficeKind.CENTRE)
    assert asked.units == ("00166", "00160", "00199")


def test_what_was_asked_before_is_done_for_that_place() -> None:
    fee = Action(kind=Kind.SHOW, code="1.004222", aspect=Aspect.FEE).asking_unit()
    asked = said(IN_CAU_GIAY, State(trail=(fee.model_copy(update={"tries": 1}),)))
    assert (asked.then, asked.aspect, asked.tries) == (Kind.SHOW, Aspect.FEE, 0)
    place = Action(kind=Kind.SHOW, code="1.004222", aspect=Aspect.PLACE)
    asked = said(IN_CAU_GIAY, State(trail=(place,)))
    assert (asked.kind, asked.then, asked.code) == (Kind.ASK_UNIT, Kind.SHOW, "1.004222")
    police = Action(kind=Kind.HOURS, office=OfficeKind.POLICE, unit="26737")
    assert said(IN_CAU_GIAY, State(trail=(police,))).office is OfficeKind.POLICE


def test_who_said_where_they_live_is_not_asked_again() -> None:
    home = said(IN_CAU_GIAY, State(unit="00160"))
    assert (home.kind, home.unit, home.then) == (Kind.SET_UNIT, "00160", Kind.HOURS)
    assert said(IN_CAU_GIAY, State(unit="26737")).kind is Kind.ASK_UNIT


@pytest.mark.parametrize("text", ["/vi_tri", "/vi_tri 99999 abc", "/vi_tri 01"])
def test_a_point_in_no_known_place_is_told_so(text: str) -> None:
    asked = said(text)
    assert (asked.kind, asked.units, asked.tries) == (Kind.ASK_UNIT, (), 1)


def test_a_person_reads_the_nearest_place() -> None:
    assert located.nearest(IN_CAU_GIAY, PLACES) == "phường Cầu Giấy, thành phố Hà Nội"
    assert located.nearest("/vi_tri", PLACES) is None
    assert located.nearest("khai sinh", PLACES) is None
    assert located.nearest("", PLACES) is None
